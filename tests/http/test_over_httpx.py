"""httpx's client over the bot's connections: its words for errors, its requests on the wire."""

import httpx
import pytest
from raw_peers import fields, peer, repeating

from bot.http import errors
from bot.http.connections import Connections
from bot.http.errors import HttpError
from bot.http.over_httpx import OverConnections, translated

BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello"


def kinds() -> list[type[HttpError]]:
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    return [each for each in found if issubclass(each, HttpError) and each is not HttpError]


@pytest.mark.parametrize("kind", kinds())
def test_every_error_has_its_httpx_kind(kind):
    """With the same words; what was surely not sent stays so."""
    unsent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    error = translated(kind(9) if kind is errors.TooLarge else kind("words"))
    assert "words" in str(error) or "9 bytes" in str(error)
    assert isinstance(error, (*unsent, httpx.UnsupportedProtocol)) == kind.nothing_sent


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_goes_out_with_each_field_once(method):
    """Host, length and connection are written where they are known."""
    async with (
        peer(repeating(BODY)) as held,
        httpx.AsyncClient(transport=OverConnections(Connections(1))) as http,
    ):
        content = b"abc" if method == "POST" else None
        for _ in range(2):
            answer = await http.request(method, f"{held.url}/a%20b?c=%E5", content=content)
            assert (answer.status_code, answer.content) == (200, b"hello")
            assert answer.headers.get_list("x-a") == ["1", "2"]
    lines = held.heads[0].strip().split(b"\r\n")
    assert lines[0] == f"{method} /a%20b?c=%E5 HTTP/1.1".encode()
    names = [line.partition(b":")[0].lower() for line in lines[1:]]
    assert len(names) == len(set(names))
    assert fields(held.heads[0])["host"] == held.url.removeprefix("http://")
    assert held.bodies == [content or b""] * 2
    assert held.made == 1
