"""A pasted short link opens its offer, or says what to do instead."""

import httpx
from goods import OFFER_ID, Shelf, context, offer, session, written

from bot.domain.sessions import Step
from handlers.finding import search

SHARED = "【杯子】复制这段话￥abc￥ 查看：https://qr.1688.com/s/AbCd1234 点击链接"


def leads_to(address: str) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(302, headers={"Location": address}))


async def test_the_apps_share_text_opens_the_offer() -> None:
    """The link is found among the words, followed, and its offer is read."""
    shelf = Shelf(offer())
    made = context(session(), shelf, web=leads_to(f"https://m.1688.com/offer/{OFFER_ID}.html?a=b"))
    assert await search.link(written(SHARED), made) is Step.OFFER
    assert shelf.read == [OFFER_ID]
    assert made.session.picking.offer_id == OFFER_ID


async def test_a_link_that_leads_nowhere_is_explained() -> None:
    """The person stays where they were and learns which link works."""
    shelf = Shelf(offer())
    made = context(session(), shelf, web=leads_to("https://example.com/"))
    assert await search.link(written(SHARED), made) is None
    assert made.session.announced.flash.key == "search.short_link"
    assert shelf.read == []
