"""TLS to the peer, through a proxy, and to the proxy itself: nothing is sent before it stands."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import pytest
from raw_peers import Line, Peer, certificate, fields, peer, repeating, saying, serving_tls

from bot.http.connections import Connections
from bot.http.errors import ConnectTimedOut, Disconnected, HttpError, NotConnected
from bot.http.messages import Answer, Patience, Request
from bot.http.opening import tls_context
from bot.http.proxies import Proxies

SOME = Patience(pool=5, connect=5, write=5, read=5)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
YES = b"HTTP/1.1 200 Connection established\r\n\r\n"


@pytest.fixture
def tls(tmp_path, monkeypatch):
    """A peer's context for 127.0.0.1 and `peer.invalid`, which is trusted."""
    path = certificate(tmp_path, "127.0.0.1", "peer.invalid")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls_context.cache_clear()
    yield serving_tls(path)
    tls_context.cache_clear()


async def ask(
    url: str, proxy: str | None = None, method: str = "POST", patience: Patience = SOME
) -> Answer | HttpError:
    connections = Connections(2, proxies=Proxies({}, always=proxy))
    try:
        answers = [
            await connections.send(Request(method, url, {}, b"x"), patience) for _ in range(2)
        ]
    except HttpError as error:
        return error
    finally:
        await connections.aclose()
    return answers[-1]


def port(held: Peer) -> str:
    return held.url.rpartition(":")[2]


async def test_over_tls_connections_are_kept_too(tls):
    """Two calls, one handshake."""
    async with peer(repeating(OK), tls=tls) as held:
        answer = await ask(held.url)
    assert isinstance(answer, Answer)
    assert answer.content == b"{}"
    assert held.made == 1


@pytest.mark.parametrize("size", [10, 3_000_000])
async def test_bodies_of_any_size_go_over_tls(tls, size):
    """Out and in."""

    async def talk(line: Line) -> None:
        await line.heard()
        await line.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + bytes(size))

    async with peer(talk, tls=tls) as held:
        connections = Connections(2)
        answer = await connections.send(Request("POST", held.url, {}, b"y" * size), SOME)
        await connections.aclose()
    assert answer.content == bytes(size)
    assert held.bodies == [b"y" * size]


async def test_a_body_without_length_ends_with_an_orderly_end_of_tls(tls):
    """And not with a reset."""
    async with peer(saying(b"HTTP/1.1 200 OK\r\n\r\nhello"), tls=tls) as held:
        connections = Connections(2)
        answer = await connections.send(Request("GET", held.url), SOME)
        await connections.aclose()
    assert answer.content == b"hello"

    async def reset(line: Line) -> None:
        await line.heard()
        await line.say(b"HTTP/1.1 200 OK\r\n\r\nhello")
        await asyncio.sleep(0.02)
        line.reset()

    async with peer(reset, tls=tls) as held:
        assert type(await ask(held.url)) is Disconnected


async def test_who_can_not_prove_who_it_is_gets_nothing(tls, tmp_path):
    """Another name, or nobody's word for it; the reason is told without the name."""
    async with peer(repeating(OK), tls=tls) as held:
        error = await ask(held.url.replace("127.0.0.1", "localhost"))
        assert type(error) is NotConnected
        assert "hostname mismatch" in str(error)
        assert "localhost" not in str(error)
    stranger = serving_tls(certificate(tmp_path, "127.0.0.1"))
    async with peer(repeating(OK), tls=stranger) as held:
        error = await ask(held.url)
        assert type(error) is NotConnected
        assert str(error).startswith("TLS: ")
    assert held.heads == []


async def test_a_handshake_that_never_ends():
    """Counts as connecting: nothing was sent."""

    async def silent(line: Line) -> None:
        await line.reader.read()

    async with peer(silent) as held:
        url = held.url.replace("http:", "https:")
        assert type(await ask(url, patience=Patience(connect=0.1))) is ConnectTimedOut


def tunnelling(
    to: Peer, answer: bytes = YES
) -> tuple[Callable[[Line], Awaitable[None]], list[tuple[bytes, str | None]]]:
    """A proxy that answers CONNECT so, and after a yes carries bytes to `to`, whoever was meant."""
    asked: list[tuple[bytes, str | None]] = []

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.close()

    async def talk(line: Line) -> None:
        head = await line.heard()
        asked.append((head.split(b"\r\n")[0], fields(head).get("proxy-authorization")))
        await line.say(answer)
        if answer != YES:
            return
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port(to)))
        await asyncio.gather(
            carry(line.reader, writer), carry(reader, line.writer), return_exceptions=True
        )

    return talk, asked


@pytest.mark.parametrize("secure_proxy", [False, True])
async def test_https_through_a_proxy(tls, secure_proxy):
    """CONNECT with credentials that the peer never sees; TLS with the peer, inside; kept."""
    async with peer(repeating(OK), tls=tls) as held:
        talk, asked = tunnelling(held)
        async with peer(talk, tls=tls if secure_proxy else None) as proxy:
            address = proxy.url.replace("://", "://user:p%40ss@")
            answer = await ask("https://peer.invalid/x", address)
    assert isinstance(answer, Answer)
    assert answer.content == b"{}"
    assert asked == [(b"CONNECT peer.invalid:443 HTTP/1.1", "Basic dXNlcjpwQHNz")]
    assert proxy.made == held.made == 1
    assert all(b"proxy" not in head.lower() for head in held.heads)
    assert held.heads[0].startswith(b"POST /x HTTP/1.1\r\nHost: peer.invalid\r\n")


@pytest.mark.parametrize("secure_proxy", [False, True])
async def test_http_through_a_proxy(tls, secure_proxy):
    """The whole address on the request line, credentials beside it; the connection is kept."""
    async with peer(repeating(OK), tls=tls if secure_proxy else None) as proxy:
        address = proxy.url.replace("://", "://user:p%40ss@")
        assert isinstance(await ask("http://peer.invalid:81/x?y", address), Answer)
    assert proxy.made == 1
    assert proxy.heads[0].startswith(b"POST http://peer.invalid:81/x?y HTTP/1.1\r\n")
    assert fields(proxy.heads[0])["host"] == "peer.invalid:81"
    assert fields(proxy.heads[0])["proxy-authorization"] == "Basic dXNlcjpwQHNz"


NO = {
    "407": b"HTTP/1.1 407 Foreign\r\nContent-Length: 7\r\n\r\nforeign",
    "502": b"HTTP/1.1 502 Foreign\r\n\r\n",
    "no HTTP": b"SSH-2.0-foreign\r\n\r\n",
    "nothing": b"",
    "a yes and more": YES + b"foreign",
}


@pytest.mark.parametrize("kind", NO)
async def test_a_proxy_that_makes_no_tunnel(tls, kind):
    """Nothing of the request was sent, and nothing the proxy said is quoted but its status."""
    async with peer(repeating(OK), tls=tls) as held:
        talk, _ = tunnelling(held, NO[kind])
        async with peer(talk) as proxy:
            error = await ask("https://peer.invalid/", proxy.url)
    assert type(error) is NotConnected
    assert error.nothing_sent
    assert "foreign" not in str(error).lower()
    assert kind not in {"407", "502"} or str(error) == f"the proxy answered {kind}"
    assert kind != "a yes and more" or "more than its answer" in str(error)
    assert proxy.made == 1
    assert held.made == 0


async def test_a_proxy_that_never_answers():
    """Counts as connecting."""

    async def silent(line: Line) -> None:
        await line.reader.read()

    async with peer(silent) as proxy:
        error = await ask("https://peer.invalid/", proxy.url, patience=Patience(connect=0.1))
    assert type(error) is ConnectTimedOut


def test_trust_is_put_into_certifis_roots_and_checked():
    """Names and certificates are always looked at."""
    tls_context.cache_clear()
    context = tls_context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(context.get_ca_certs()) > 50
