"""The proxy of the soak ends connections as a host that crashed does."""

import contextlib
import socket
import threading

import pytest

from tests.cutting import Cutting


def test_all_connections_are_reset_and_new_ones_pass() -> None:
    """Neither side reads an end; who connects again gets through."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        answered = threading.Thread(target=_answer_twice, args=(server,))
        answered.start()
        with Cutting(server.getsockname()[1]) as proxy:
            with _connected(proxy) as client:
                assert proxy.reset() == 1
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
            with _connected(proxy):
                pass
        answered.join()


def test_a_server_hears_of_a_client_that_ended() -> None:
    """Else a database would hold on to what a dead bot has locked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Thread(target=_answer, args=(server,), daemon=True)
        ended.start()
        with Cutting(server.getsockname()[1]) as proxy:
            _connected(proxy).close()
            ended.join(60)
            assert not ended.is_alive()


def _connected(proxy: Cutting) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", proxy.port), timeout=20)
    client.sendall(b"?")
    assert client.recv(1) == b"!"
    return client


def _answer_twice(server: socket.socket) -> None:
    for _ in range(2):
        _answer(server)


def _answer(server: socket.socket) -> None:
    """Answer once, then read on until the other side ended."""
    client, _ = server.accept()
    with client:
        client.recv(1)
        client.sendall(b"!")
        with contextlib.suppress(ConnectionResetError):
            client.recv(1)
