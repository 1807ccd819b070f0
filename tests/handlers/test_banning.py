"""Whoever is banned with claims in several buys of one organiser is let in to all at once."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from goods import Shelf, context, session, view

from bot.chat.context import Context
from bot.domain.asking import BuyAsked
from bot.domain.group_buys import bans
from bot.domain.group_buys.claims import Claim
from bot.domain.group_buys.news import NewsOf
from bot.domain.identifiers import BuyId, UserId
from bot.domain.sessions import Focus
from bot.domain.writes import JoinBuy, OpenBuy
from bot.storage.ports import Storage
from handlers.group import banning
from handlers.group.buy_view import BuyView, load
from tests.domain.group_buys.groups import NOW, wanted
from tests.storage.grouping import a_buy, commit

ORGANISER, ANNA = UserId(7), UserId(11)
BUYS = (BuyId(1), BuyId(2))


async def two_buys(storage: Storage) -> None:
    """Open two buys that Anna is in, and ban her with her claim in each."""
    writes = [OpenBuy(a_buy(ORGANISER, token=f"t{each}")) for each in BUYS]
    joins = [JoinBuy(each, wanted(a_buy(), ANNA, 5)) for each in BUYS]
    await commit(storage, ORGANISER, 1, writes)
    await commit(storage, ORGANISER, 2, joins)


async def ban(storage: Storage, buy_id: BuyId, reason: str) -> None:
    await storage.group_buys.change(buy_id, lambda buy, _: bans.banned(buy, ANNA, reason, NOW))


async def member_page(pressed: Context, buy_id: BuyId) -> tuple[list[str | None], Claim | None]:
    """Return what Anna's page in a buy offers about bans, and the claim that hers stands with."""
    asking = BuyAsked(buy_id=buy_id, what="member", about=1)
    looking = pressed.session.replace(focus=Focus(asking=asking))
    nobody = cast("Any", SimpleNamespace(is_operator=lambda _: False))
    services = replace(pressed.services, access=nobody, face=lambda: None)
    loaded = await load(looking, services)
    assert loaded.buy is not None
    rows = banning.rows_about(loaded, loaded.t, loaded.buy, loaded.buy.claims)
    return [each.arg for row in rows for each in row], banning.ban_of(loaded, ANNA)


async def test_a_ban_shows_in_every_buy_and_is_lifted_in_all_with_one_word_of_it() -> None:
    pressed = context(session(), Shelf(), arg="2-1")
    pressed.now = NOW
    storage = pressed.services.store
    await two_buys(storage)
    await ban(storage, BUYS[0], "never fetched")
    offered, claim = await member_page(pressed, BUYS[1])
    assert offered == ["2-1"]
    assert claim is not None
    assert claim.banned == "never fetched"
    await ban(storage, BUYS[1], "nor paid")
    await banning.unban(cast("Any", None), pressed)
    await commit(storage, ORGANISER, 3, pressed.writes)
    assert await storage.group_buys.bans_of(ORGANISER, 9) == []
    waiting = await storage.group_news.news_to_tell(NOW + timedelta(days=9999), 99)
    assert [each.news.kind for each in waiting].count(NewsOf.ALLOWED) == 1
    assert (await member_page(pressed, BUYS[0]))[0] == ["ban"]


async def test_who_is_banned_twice_is_listed_once() -> None:
    storage = context(session(), Shelf()).services.store
    await two_buys(storage)
    for each in BUYS:
        await ban(storage, each, "never fetched")
    seen = view(session(), BuyView, bans=tuple(await storage.group_buys.bans_of(ORGANISER, 9)))
    assert banning.screen(seen, seen.t).text.count("Person 11") == 1
