"""The 1688 app's short links: followed within 1688 alone, and never far."""

import asyncio

import httpx
import pytest

from bot.domain.identifiers import OfferId
from bot.services.finding import short_links
from bot.services.finding.short_links import ShortLinks

SHORT = "https://qr.1688.com/s/AbCd1234"
OFFER = OfferId(628379848279)


class Web:
    """Answers by address; remembers who was asked."""

    def __init__(self, answers: dict[str, httpx.Response]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def resolve(self, address: str = SHORT) -> int | None:
        links = ShortLinks(httpx.MockTransport(self._answer))
        try:
            return await links.offer(address)
        finally:
            await links.aclose()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self._answers.get(str(request.url), httpx.Response(404))


def to(address: str) -> httpx.Response:
    return httpx.Response(302, headers={"Location": address})


async def test_a_redirect_to_an_offer_names_it() -> None:
    """The offer's page itself is never fetched: its address says enough."""
    web = Web({SHORT: to(f"https://m.1688.com/offer/{OFFER}.html?wxopen=1")})
    assert await web.resolve() == OFFER
    assert web.asked == [SHORT]


async def test_several_redirects_are_followed_relative_ones_too() -> None:
    """Within 1688.com a few hops are usual; plain http is asked over https."""
    web = Web(
        {
            SHORT: to("/t/next?x=1"),
            "https://qr.1688.com/t/next?x=1": to("http://go.1688.com/a"),
            "https://go.1688.com/a": to(f"//detail.1688.com/offer/{OFFER}.html"),
        }
    )
    assert await web.resolve() == OFFER
    assert web.asked == [SHORT, "https://qr.1688.com/t/next?x=1", "https://go.1688.com/a"]


async def test_a_sign_in_page_names_the_offer_it_returns_to() -> None:
    """An address is read before it is asked, so a foreign sign-in page is not asked at all."""
    back = f"https%3A%2F%2Fdetail.1688.com%2Foffer%2F{OFFER}.html"
    web = Web({SHORT: to(f"https://login.taobao.com/?redirect={back}")})
    assert await web.resolve() == OFFER
    assert web.asked == [SHORT]


async def test_a_page_that_goes_on_by_script_names_the_offer() -> None:
    """The small page of a short link holds the address, its slashes perhaps escaped."""

    async def page():
        yield rb'<script>location="https:\/\/m.1688.com\/of'
        yield rf'fer\/{OFFER}.html"</script>'.encode()

    assert await Web({SHORT: httpx.Response(200, content=page())}).resolve() == OFFER


async def test_only_the_beginning_of_a_page_is_read() -> None:
    """A page of any length costs no more than 64 KB."""
    served = 0

    async def endless():
        nonlocal served
        while True:
            served += 16_384
            yield b" " * 16_384

    web = Web({SHORT: httpx.Response(200, content=endless())})
    assert await web.resolve() is None
    assert served <= 5 * 16_384


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.com/s/1",
        "https://1688.com.example.com/s/1",
        "https://evil1688.com/s/1",
        "http://127.0.0.1:8080/admin",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://localhost/s/1",
        "https://qr.1688.com:8443/s/1",
        "https://qr.1688.com@example.com/s/1",
        "https://someone@qr.1688.com/s/1",
        "http://qr.1688.com:80000/s/1",
        "ftp://qr.1688.com/s/1",
        "wireless1688://open",
        "file:///etc/passwd",
    ],
)
async def test_nobody_else_is_asked(elsewhere: str) -> None:
    """A redirect out of 1688, to a private host, another port or another scheme ends there."""
    web = Web({SHORT: to(elsewhere)})
    assert await web.resolve() is None
    assert web.asked == [SHORT]
    first = Web({})
    assert await first.resolve(elsewhere) is None
    assert first.asked == []


async def test_a_ring_of_redirects_ends() -> None:
    """After five hops nobody is asked any more."""
    web = Web({SHORT: to(SHORT)})
    assert await web.resolve() is None
    assert len(web.asked) == short_links.MOST_HOPS + 1


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_refusal_names_nothing(status: int) -> None:
    """A page that is an error is not searched."""
    page = httpx.Response(status, text=f"https://m.1688.com/offer/{OFFER}.html")
    assert await Web({SHORT: page}).resolve() is None


async def test_a_broken_connection_names_nothing() -> None:
    """The person then gets the explanation instead."""

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    links = ShortLinks(httpx.MockTransport(refuse))
    assert await links.offer(SHORT) is None
    await links.aclose()


async def test_a_slow_site_is_given_up() -> None:
    """All hops together have a few seconds, however slowly each of them drips."""

    async def drip(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600)
        return httpx.Response(200)

    links = ShortLinks(httpx.MockTransport(drip), patience=0.05)
    assert await links.offer(SHORT) is None
    await links.aclose()


async def test_cookies_of_one_link_are_not_sent_with_the_next() -> None:
    """One person's session at 1688 is nothing to another's link."""
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return httpx.Response(404, headers={"Set-Cookie": "who=me; Domain=1688.com; Path=/"})

    links = ShortLinks(httpx.MockTransport(answer))
    await links.offer(SHORT)
    await links.offer(SHORT)
    await links.aclose()
    assert seen == [None, None]
