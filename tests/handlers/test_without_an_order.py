"""One of several orders of a group buy can't be made any more: the organiser goes on without it."""

from typing import Any, cast

from goods import Shelf, context, session, view

from bot.chat.screens import Rows
from bot.domain.asking import BuyAsked
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.identifiers import BuyId, UserId
from bot.domain.sessions import Focus
from bot.domain.writes import OpenBuy
from handlers.group import ordering
from handlers.group.buy_asked import asked
from handlers.group.buy_organising import organiser_rows, organiser_text
from handlers.group.buy_view import BuyView
from tests.domain.group_buys.groups import NOW
from tests.services.several_orders import ONE, TWO, at_ordering
from tests.storage.grouping import commit

ORGANISER, BUY = UserId(7), BuyId(1)


def lacking_one() -> GroupBuy:
    """Return a buy whose second order was refused while the first stands."""
    return at_ordering().buy.replace(organiser=ORGANISER, lacking=(TWO,), buy_id=BUY)


def acts_of(rows: Rows) -> list[tuple[str | None, str]]:
    return [(each.action, each.arg) for row in rows for each in row]


async def test_the_page_offers_it_says_what_it_means_and_does_it_once() -> None:
    buy, asking = lacking_one(), BuyAsked(buy_id=BUY, what="without", about=1)
    pressed = context(session(focus=Focus(asking=asking)), Shelf(), arg=TWO)
    pressed.now = NOW
    seen = view(pressed.session, BuyView, buy=buy)
    assert {("rest", TWO), ("without", "1")} <= set(acts_of(organiser_rows(seen, seen.t, buy)))
    assert "go on without it" in (organiser_text(seen, seen.t, buy) or "")
    shown = asked(seen, seen.t, buy, asking)
    assert "without order 2" in shown.text
    assert acts_of(shown.rows) == [("drop", TWO), ("back", "")]
    storage = pressed.services.store
    await commit(storage, ORGANISER, 1, [OpenBuy(buy)])
    await ordering.drop(cast("Any", None), pressed)
    await commit(storage, ORGANISER, 2, pressed.writes)
    after = await storage.group_buys.buy(BUY)
    assert after is not None
    assert (after.orders, after.lacking, after.dropped) == ((ONE, TWO), (), (TWO,))
    assert pressed.session.focus.asking == BuyAsked(buy_id=BUY)
    assert not {"rest", "without"} & {
        act for act, _ in acts_of(organiser_rows(seen, seen.t, after))
    }
    gone = asked(seen, seen.t, after, asking)  # a page from before
    assert acts_of(gone.rows) == [("back", "")]
    again = context(session(focus=Focus(asking=asking)), Shelf(), arg=ONE)
    again.now = NOW
    await commit(again.services.store, ORGANISER, 1, [OpenBuy(buy)])
    await ordering.drop(cast("Any", None), again)  # nobody goes without the one that stands
    assert again.writes == []
