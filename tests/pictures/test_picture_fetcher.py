"""Offer pictures are fetched from allowed hosts only, within bounds, once."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from structlog.testing import capture_logs

from bot.pictures import PictureFetcher

HOSTS = frozenset({"*.alicdn.com", "127.0.0.1:8081"})
URL = "https://cbu01.alicdn.com/img/a.jpg"
PICTURE = b"\xff\xd8picture"


class Host:
    """Answers every request through `answer`, remembering what was asked."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> None:
        self.asked: list[str] = []
        self.answer = answer or (lambda _: image(PICTURE))
        self.delay = 0.0
        self.running = self.most = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(self.delay)
        finally:
            self.running -= 1
        return self.answer(request)


def image(content: bytes, **headers: str) -> httpx.Response:
    return httpx.Response(200, content=content, headers={"content-type": "image/jpeg", **headers})


def fetching(host: Host, **options) -> PictureFetcher:
    return PictureFetcher(HOSTS, transport=httpx.MockTransport(host), **options)


ALLOWED = {
    URL: URL,
    "http://cbu01.alicdn.com/img/a.jpg": URL,
    "//cbu01.alicdn.com/img/a.jpg": URL,
    " HTTPS://CBU01.ALICDN.COM/img/a.jpg\n": URL,
    "https://img.x.alicdn.com/b.png?x=1#part": "https://img.x.alicdn.com/b.png?x=1",
    "http://127.0.0.1:8081/pictures/1.jpg": "http://127.0.0.1:8081/pictures/1.jpg",
}


@pytest.mark.parametrize("url", ALLOWED)
async def test_an_allowed_address_is_fetched(url):
    """Alicdn is always asked over https; an exact host and port as given."""
    host = Host()
    async with fetching(host) as fetcher:
        assert await fetcher.get(url) == PICTURE
    assert host.asked == [ALLOWED[url]]


REFUSED = [
    "https://evil.example/a.jpg",
    "https://alicdn.com.evil.example/a.jpg",
    "https://evilalicdn.com/a.jpg",
    "https://alicdn.com/a.jpg",
    "https://cbu01.alicdn.com:8443/a.jpg",
    "https://cbu01.alicdn.com@evil.example/a.jpg",
    "https://user:pass@cbu01.alicdn.com/a.jpg",
    "https://evil.example\\@cbu01.alicdn.com/a.jpg",
    "http://127.0.0.1/a.jpg",
    "http://127.0.0.1:8080/a.jpg",
    "http://localhost:8081/a.jpg",
    "http://[::1]:8081/a.jpg",
    "http://169.254.169.254/latest/meta-data",
    "ftp://cbu01.alicdn.com/a.jpg",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "cbu01.alicdn.com/a.jpg",
    "https://",
    "https://[bad/a.jpg",
    "https://cbu01.alicdn.com:99999999/a.jpg",
    "",
]


@pytest.mark.parametrize("url", REFUSED)
async def test_any_other_address_is_refused_unasked(url):
    """Nothing is sent to a host outside the list, however the address is dressed up."""
    host = Host()
    async with fetching(host) as fetcher:
        assert await fetcher.get(url) is None
    assert host.asked == []


@pytest.mark.parametrize("target", REFUSED[:-1])
async def test_a_redirect_out_of_the_list_is_refused(target):
    """An allowed host cannot send us to a private or foreign one."""

    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == URL:
            return httpx.Response(302, headers={"location": target})
        return httpx.Response(404)

    host = Host(answer)
    async with fetching(host) as fetcher:
        assert await fetcher.get(URL) is None
    assert all(httpx.URL(asked).host == "cbu01.alicdn.com" for asked in host.asked)
    assert all(httpx.URL(asked).scheme == "https" for asked in host.asked)


async def test_a_redirect_within_the_list_is_followed():
    """Absolute, relative and protocol-relative redirects work, up to three."""
    steps = {
        "/1": "https://img.alicdn.com/2",
        "/2": "/3",
        "/3": "//gw.alicdn.com/4",
    }

    def answer(request: httpx.Request) -> httpx.Response:
        step = steps.get(request.url.path)
        return httpx.Response(301, headers={"location": step}) if step else image(PICTURE)

    host = Host(answer)
    async with fetching(host) as fetcher:
        assert await fetcher.get("https://cbu01.alicdn.com/1") == PICTURE
        assert host.asked[-1] == "https://gw.alicdn.com/4"
        host.answer = lambda _: httpx.Response(302, headers={"location": "/again"})
        host.asked.clear()
        assert await fetcher.get("https://cbu01.alicdn.com/loop") is None
    assert len(host.asked) == 4


async def chunks(count: int, size: int, sent: list[int]) -> AsyncIterator[bytes]:
    for _ in range(count):
        sent.append(size)
        yield b"x" * size


BAD = {
    "missing": lambda: httpx.Response(404, content=b"no"),
    "refused": lambda: httpx.Response(403),
    "broken": lambda: httpx.Response(500),
    "a page": lambda: httpx.Response(200, html="<html>login</html>"),
    "compressed": lambda: image(b"\x1f\x8b", **{"content-encoding": "br"}),
    "declared too large": lambda: image(b"", **{"content-length": "1001"}),
}


@pytest.mark.parametrize("case", BAD)
async def test_an_answer_that_is_no_picture_is_none(case):
    """Wrong status, type, encoding or size gives None, and is asked again next time."""

    def answer(_: httpx.Request) -> httpx.Response:
        return BAD[case]()

    host = Host(answer)
    async with fetching(host, max_bytes=1000) as fetcher:
        assert await fetcher.get(URL) is None
        assert await fetcher.get(URL) is None
    assert len(host.asked) == 2


async def test_a_download_that_exceeds_the_bound_is_cut():
    """Undeclared bytes are counted while they arrive; the rest is not read."""
    sent: list[int] = []
    host = Host(lambda _: httpx.Response(200, content=chunks(1000, 100, sent)))
    async with fetching(host, max_bytes=1000) as fetcher:
        assert await fetcher.get(URL) is None
    assert len(sent) == 11


async def test_a_picture_of_exactly_the_bound_is_taken():
    """The bound itself is allowed."""
    host = Host(lambda _: image(b"x" * 1000))
    async with fetching(host, max_bytes=1000) as fetcher:
        assert await fetcher.get(URL) == b"x" * 1000


async def test_slowness_and_transport_errors_give_none():
    """A stalled or failing host costs one picture, never an exception."""
    host = Host()
    host.delay = 5
    async with fetching(host, timeout=0.05) as fetcher:
        assert await fetcher.get(URL) is None

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with fetching(Host(fail)) as fetcher:
        assert await fetcher.get(URL) is None


async def test_a_slow_drip_does_not_outlast_the_timeout():
    """The time-out bounds the whole download, not each piece of it."""

    async def drip() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.02)
            yield b"x"

    host = Host(lambda _: httpx.Response(200, content=drip()))
    async with fetching(host, timeout=0.15) as fetcher:
        started = asyncio.get_running_loop().time()
        assert await fetcher.get(URL) is None
        assert asyncio.get_running_loop().time() - started < 30  # it drips for ever


async def test_concurrent_requests_for_one_address_share_a_download():
    """Ten callers, one request; a cancelled caller does not take it from the others."""
    host = Host()
    host.delay = 0.05
    async with fetching(host) as fetcher:
        calls = [asyncio.create_task(fetcher.get(URL)) for _ in range(10)]
        await asyncio.sleep(0.01)
        calls[0].cancel()
        results = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [PICTURE] * 9
    assert len(host.asked) == 1


async def test_many_are_fetched_in_order_and_no_more_than_allowed_at_once():
    """get_many keeps the order, gives None for failures and respects the concurrency."""
    host = Host(lambda request: image(request.url.path.encode()))
    host.delay = 0.01
    urls = [f"https://cbu01.alicdn.com/{n}.jpg" for n in range(9)]
    async with fetching(host, concurrency=3) as fetcher:
        got = await fetcher.get_many([*urls, "https://evil.example/x"])
    assert got == [*(f"/{n}.jpg".encode() for n in range(9)), None]
    assert host.most == 3


async def test_recent_pictures_are_remembered_by_size():
    """A known picture is not asked again; the least recently used leave when bytes run out."""
    host = Host(lambda request: image(request.url.path.encode() * 100))
    a, b, c = (f"https://cbu01.alicdn.com/{name}" for name in "abc")
    async with fetching(host, cache_bytes=450) as fetcher:
        for url in (a, b, a, c, a, b):
            assert await fetcher.get(url)
    assert [asked[-1] for asked in host.asked] == ["a", "b", "c", "b"]


async def test_a_failure_is_logged_without_its_query():
    """The log names host, path and reason, not what follows the question mark."""
    host = Host(lambda _: httpx.Response(404))
    with capture_logs() as lines:
        async with fetching(host) as fetcher:
            await fetcher.get(URL + "?token=secret")
            await fetcher.get("https://evil.example/x?token=secret")
    assert [line["event"] for line in lines] == ["picture_failed", "picture_refused"]
    assert lines[0]["host"] == "cbu01.alicdn.com"
    assert lines[0]["reason"] == "status 404"
    assert "secret" not in str(lines)


async def test_closing_ends_running_downloads():
    """A caller that waits at shutdown gets None, and nothing is left running."""
    host = Host()
    host.delay = 30
    fetcher = fetching(host)
    call = asyncio.create_task(fetcher.get(URL))
    await asyncio.sleep(0.01)
    await fetcher.aclose()
    assert await asyncio.wait_for(call, 60) is None
    assert host.running == 0


SMALL = "https://cbu01.alicdn.com/img/a.460x460.jpg"


async def test_a_list_takes_the_small_copy():
    """As 1688 names them; what is no original as far as its name says is taken as it is."""
    host = Host()
    async with fetching(host) as fetcher:
        others = [URL.replace("a.jpg", name) for name in ("b.80x80.jpg", "c.png", "d.jpg?x=1")]
        assert all(await fetcher.get_many([URL, *others], small=True))
    assert sorted(host.asked) == sorted([SMALL, *others])


async def test_a_host_without_small_copies_gives_the_original_and_is_not_asked_again_soon():
    """The first page costs a request more for each picture, the next ones none."""
    host = Host(
        lambda asked: httpx.Response(404) if ".460x460." in str(asked.url) else image(PICTURE)
    )
    now = 0.0
    async with fetching(host, seconds=lambda: now, cache_bytes=0) as fetcher:
        assert await fetcher.get_many([URL], small=True) == [PICTURE]
        assert await fetcher.get_many([URL], small=True) == [PICTURE]
        assert host.asked == [SMALL, URL, URL]
        now = 601.0
        assert await fetcher.get_many([URL], small=True) == [PICTURE]
        assert host.asked[3:] == [SMALL, URL]


async def test_a_host_that_hangs_is_waited_for_once():
    """The original would take as long, and a sheet with it."""
    host = Host()
    host.delay = 30
    async with fetching(host, timeout=0.05) as fetcher:
        assert await fetcher.get_many([URL], small=True) == [None]
    assert host.asked == [SMALL]


async def test_a_host_that_is_down_is_not_taken_for_one_without_small_copies():
    """Neither came: that says nothing."""
    host = Host(lambda _: httpx.Response(503))
    async with fetching(host) as fetcher:
        assert await fetcher.get_many([URL], small=True) == [None]
        host.answer = lambda _: image(PICTURE)
        assert await fetcher.get_many([URL], small=True) == [PICTURE]
    assert host.asked[2:] == [SMALL]
