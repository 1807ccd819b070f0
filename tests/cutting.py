"""A proxy before a server that cuts connections: at a word, or all at once, or falls silent."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

_RESETS = struct.pack("ii", 1, 0)  # lingers for no time at all


class Cutting:
    """Passes everything on until it is armed; unencrypted connections only."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._word: bytes | None = None
        self._passes = False
        self.cut = threading.Event()
        self.refuses = False
        self._speaks = threading.Event()
        self._speaks.set()
        self._open: set[socket.socket] = set()
        self._reset: set[socket.socket] = set()
        self._generation = 0
        self._strands_at: bytes | None = None
        self.buries = False
        """Whether the server is not told either that a stranded client ended: its host is gone."""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, word: bytes, *, passes: bool, refuses: bool = False) -> None:
        """Cut once at a word that a client sends; `passes` lets it through, and no answer back.

        `refuses` lets nobody in after that.
        """
        self._passes, self._refuses_then, self._word = passes, refuses, word

    def strand(self) -> None:
        """Have connections that stand carry no byte any more, for good; new ones pass.

        As behind a router that forgot them: what is sent is taken, and nobody says that it is lost.
        """
        self._generation += 1

    def strand_at(self, word: bytes) -> None:
        """Do so at a word that a client sends, which gets lost with all that would follow."""
        self._strands_at = word

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Pass nothing on, of connections that stand as of new ones; what was held back follows."""
        self._speaks.clear()
        try:
            yield
        finally:
            self._speaks.set()

    def reset(self) -> int:
        """End all connections as a host that crashed does (RST); return how many there were."""
        sides = [each for each in self._open if each.fileno() >= 0]
        self._reset = set(sides)
        # Held by a second name, as whoever reads of one side closes the other as well.
        held = [each.dup() for each in sides]
        for each in held:
            with each, suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
                each.shutdown(socket.SHUT_RD)
        return len(sides) // 2

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.refuses:
                    client.close()
                    continue
                try:
                    server = socket.create_connection(("127.0.0.1", self._port))
                except OSError:  # nobody listens there now
                    client.close()
                    continue
                self._open = {each for each in self._open if each.fileno() >= 0} | {client, server}
                for target, one, other in (
                    (self._to_server, client, server),
                    (self._to_client, server, client),
                ):
                    arguments = (one, other, self._generation)
                    threading.Thread(target=target, args=arguments, daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket, generation: int) -> None:
        with suppress(OSError), client, server:
            while data := client.recv(65536):
                if self._strands_at is not None and self._strands_at in data:
                    self._strands_at = None
                    self.strand()
                if generation < self._generation:
                    continue
                if self._word is not None and self._word in data:
                    self._word, self.refuses = None, self._refuses_then
                    # No answer reaches the client any more, whatever the server does.
                    client.shutdown(socket.SHUT_RDWR)
                    if self._passes:
                        server.sendall(data)
                        # It does what it was told, and then sees that nobody is there.
                        server.shutdown(socket.SHUT_WR)
                        while server.recv(65536):
                            pass
                    self.cut.set()
                    return
                self._speaks.wait()
                if generation == self._generation:
                    server.sendall(data)
            if server not in self._reset and not (self.buries and generation < self._generation):
                # The client ended. Closing alone says nothing while another thread reads of it.
                server.shutdown(socket.SHUT_RDWR)

    def _to_client(self, server: socket.socket, client: socket.socket, generation: int) -> None:
        with suppress(OSError), client:
            while data := server.recv(65536):
                self._speaks.wait()
                if generation == self._generation:
                    client.sendall(data)
            self._speaks.wait()
            if client not in self._reset:  # else no end is said, and closing it resets it
                client.shutdown(socket.SHUT_RDWR)  # closing alone says nothing while another reads
