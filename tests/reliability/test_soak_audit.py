"""The soak's audit sees what it is there to see: each planted fault is named, and nothing else."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from soak_audit import audit
from soak_books import Books, Pressed, PutBack
from soak_chat import ChatView
from soak_findings import Audit
from soak_guests import Guest, audit_guests
from soak_patience import Busy, Patience
from soak_people import Consent, Shopper, Temper

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.orders import Order, Placing
from tests.loopback import http_client
from tests.services.agreed import FIRST, LINES, NUMBER, SECOND, consent, created

_AGAIN = MerchantOrderNo("S261123-ZZZZZZZZ")


def _order(placing: Placing = Placing.PLACED, **changes: Any) -> Order:
    parts = created(FIRST).parts if placing is Placing.PLACED else ()
    return consent(placing, parts=parts).replace(**changes)


def _theirs(order_id: MarketplaceOrderId = FIRST, **changes: Any) -> dict[str, Any]:
    return {
        "orderId": order_id.id,
        "thirdOrderId": NUMBER,
        "message": f"请发顺丰 {NUMBER}",
        "status": "waitbuyerpay",
        "totalFen": 10_500,
        "createdMs": 150_000,
        "lines": [
            {"offerId": int(each.offer_id.id), "specId": each.spec_id, "quantity": each.quantity}
            for each in LINES
        ],
        **changes,
    }


def _books(
    *orders: Order, untold: set[str] | None = None, updates: dict[int, str] | None = None
) -> Books:
    pressed = {each.order_no: Pressed("S", 2) for each in orders}
    return Books(list(orders), untold or set(), updates or {1: "finished", 2: "finished"}, pressed)


def _put_back(copy: Books, replaced: Books) -> PutBack:
    """A copy that was begun 100 seconds after the start and put back at 200."""
    return PutBack(100.0, 200.0, copy, replaced)


def _audited(
    tmp_path: Path,
    orders: list[Order],
    theirs: list[dict[str, Any]],
    *,
    agreed: int = 10_500,
    sent: int = 2,
    updates: dict[int, str] | None = None,
    untold: set[str] | None = None,
    stuck: str | None = None,
    put_back: tuple[PutBack, ...] = (),
    seen: float = 0.0,
) -> Audit:
    chat = ChatView(http_client(), 7, sent=sent, numbers={NUMBER})
    consents = [Consent("1.S.2.confirm.", agreed, seen)]
    person = Shopper(chat, chat.http, random.Random(1), Temper(), consents, stuck=stuck)
    books = _books(*orders, untold=untold, updates=updates)
    log = tmp_path / "bot.log"
    log.write_text('{"event": "serving"}\n')
    other = Shopper(ChatView(chat.http, 8), chat.http, person.random, Temper())
    return audit([person, other], books, theirs, log, put_back)


def test_an_order_as_agreed_is_no_finding(tmp_path: Path) -> None:
    """One consent, one order, its total: nothing to say."""
    found = _audited(tmp_path, [_order()], [_theirs()])
    assert found.failures == []
    assert found.outcomes["placed for exactly the agreed total"] == 1


def test_an_order_of_a_buy_that_was_taken_over_has_the_press_of_who_ran_it(tmp_path: Path) -> None:
    """It goes with its buy to somebody else; nobody's own order does."""
    theirs = [_theirs()]
    moved = _order().replace(user_id=UserId(8))
    assert _audited(tmp_path, [moved.replace(group_buy=1)], theirs).failures == []
    found = _audited(tmp_path, [moved.replace(group_buy=1)], theirs, agreed=10_400)
    assert len(found.wrong) == 1
    assert _audited(tmp_path, [moved], theirs).wrong


def test_a_double_that_was_cancelled_is_counted_but_no_failure(tmp_path: Path) -> None:
    """Recovery may close a double; then one order lives."""
    found = _audited(tmp_path, [_order()], [_theirs(), _theirs(SECOND, status="cancel")])
    assert (found.failures, found.doubles_cancelled) == ([], 1)


@pytest.mark.parametrize(
    ("kind", "orders", "theirs", "more"),
    [
        ("duplicated", [_order()], [_theirs(), _theirs(SECOND)], {}),
        ("lost", [_order()], [], {}),
        ("lost", [_order(Placing.CREATING)], [_theirs()], {}),
        ("lost", [], [], {}),
        ("lost", [_order()], [_theirs()], {"untold": {NUMBER}}),
        ("lost", [_order()], [_theirs()], {"sent": 3}),
        ("lost", [_order()], [_theirs()], {"updates": {1: "finished", 2: "waiting"}}),
        ("stuck", [_order()], [_theirs()], {"stuck": "/start was not answered"}),
        ("wrong", [_order(Placing.REFUSED)], [_theirs()], {}),
        ("wrong", [_order()], [_theirs(), _theirs(SECOND, thirdOrderId="S261123-ZZZZZZZZ")], {}),
        ("wrong", [_order()], [_theirs(lines=_theirs()["lines"][:1])], {}),
        ("wrong", [_order()], [_theirs(totalFen=10_600)], {}),
        ("wrong", [_order()], [_theirs(message="请发顺丰")], {}),
        ("wrong", [_order()], [_theirs()], {"agreed": 10_400}),
        ("wrong", [_order()], [_theirs(status="cancel", closeReason="buyerCancel")], {}),
        ("duplicated", [_order(Placing.UNRESOLVED)], [_theirs(), _theirs(SECOND)], {}),
    ],
)
def test_each_kind_of_failure_is_seen(
    kind: str, orders: list[Order], theirs: list[dict[str, Any]], more: Any, tmp_path: Path
) -> None:
    """What was planted is found under its name."""
    found = _audited(tmp_path, orders, theirs, **more)
    assert [each.partition(":")[0] for each in found.failures] == [kind], found.failures


def test_what_a_restore_made_the_bot_forget_is_counted_but_no_failure(tmp_path: Path) -> None:
    """An order and an update of after the copy: only the replaced database knows them."""
    put_back = _put_back(_books(updates={1: "finished"}), _books(_order()))
    found = _audited(tmp_path, [], [_theirs()], updates={1: "finished"}, put_back=(put_back,))
    assert found.failures == []
    counts = (found.orders_forgotten, found.forgotten_at_marketplace, found.updates_forgotten)
    assert counts == (1, 1, 1)


def test_what_happened_before_a_copy_may_not_be_forgotten(tmp_path: Path) -> None:
    """The marketplace made the order before the copy was begun, so the copy has to hold it."""
    put_back = _put_back(_books(), _books(_order()))
    found = _audited(tmp_path, [], [_theirs(createdMs=99_000)], put_back=(put_back,))
    assert found.failures == [f"lost: {NUMBER}: not in a copy that was made after it"]


def test_an_update_that_no_database_knew_is_lost_in_spite_of_a_restore(tmp_path: Path) -> None:
    """A restore excuses what it replaced, and nothing else."""
    put_back = _put_back(_books(), _books(_order()))
    found = _audited(tmp_path, [], [_theirs()], sent=3, put_back=(put_back,))
    assert found.failures == ["lost: 1 of 3 updates were never stored"]


@pytest.mark.parametrize(
    ("kind", "placing", "theirs"),
    [
        ("duplicated", Placing.PLACED, [_theirs(), _theirs(SECOND)]),
        ("duplicated", Placing.UNCERTAIN, [_theirs(), _theirs(SECOND)]),
        ("lost", Placing.PLACED, []),
        ("wrong", Placing.CLAIMED, [_theirs()]),
        ("wrong", Placing.PLACED, [_theirs(status="cancel", closeReason="buyerCancel")]),
        ("wrong", Placing.UNCERTAIN, [_theirs(totalFen=10_600, paidMs=1)]),
    ],
)
def test_what_was_forgotten_is_judged_all_the_same(
    kind: str, placing: Placing, theirs: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Forgetting an order excuses neither a second one nor closing or overpaying it."""
    put_back = _put_back(_books(), _books(_order(placing)))
    found = _audited(tmp_path, [], theirs, put_back=(put_back,))
    assert [each.partition(":")[0] for each in found.failures] == [kind], found.failures


def test_a_screen_of_before_a_restore_agrees_to_nothing_after_it(tmp_path: Path) -> None:
    """The order is not in the copy, and its button was seen before the bot was started on that."""
    put_back = (_put_back(_books(), _books()),)
    assert _audited(tmp_path, [_order()], [_theirs()], seen=201, put_back=put_back).failures == []
    found = _audited(tmp_path, [_order()], [_theirs()], seen=199, put_back=put_back)
    assert found.failures == [f"wrong: {NUMBER}: agreed to on a screen of before a restore"]


def test_one_press_makes_one_order_across_a_restore(tmp_path: Path) -> None:
    """Another number for what the replaced database had ordered already."""
    again = _order().replace(order_no=_AGAIN, parts=created(SECOND).parts)
    theirs = [_theirs(), _theirs(SECOND, thirdOrderId=_AGAIN, message=_AGAIN)]
    put_back = _put_back(_books(), _books(_order()))
    found = _audited(tmp_path, [again], theirs, seen=300, put_back=(put_back,))
    assert found.failures == [f"duplicated: {_AGAIN}: agreed to with the same press as {NUMBER}"]


def test_what_is_left_of_guests_is_seen(tmp_path: Path) -> None:
    """Rows of somebody forgotten but for a new conversation; a watch that is gone."""
    database = tmp_path / "bot.db"
    with closing(sqlite3.connect(database)) as connection:
        for table in ("sessions", "addresses", "watches"):
            connection.execute(f"CREATE TABLE {table} (user_id INTEGER)")
        connection.executemany("INSERT INTO sessions VALUES (?)", [(1,), (2,), (3,)])
        connection.execute("INSERT INTO addresses VALUES (2)")
        connection.execute("INSERT INTO watches VALUES (3)")
        connection.commit()
    found = Audit()
    guests = [_guest(deleted=[1, 2]), _guest(watching=[3, 4])]
    audit_guests(found, guests, database)
    assert found.wrong == ["2: data deleted, and still in addresses"]
    assert found.lost == ["4: the watch that was set is gone"]


def _guest(**seen: list[int]) -> Guest:
    telegram = http_client()
    return Guest(telegram, random.Random(1), Patience(Busy(list)), **seen)
