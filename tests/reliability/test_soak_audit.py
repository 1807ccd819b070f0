"""The soak's audit sees what it is there to see: each planted fault is named, and nothing else."""

import random
from pathlib import Path
from typing import Any

import pytest
from soak_audit import Audit, Books, audit
from soak_chat import ChatView
from soak_people import Consent, Shopper, Temper

from bot.domain.orders import Order, Placing
from tests.loopback import http_client
from tests.services.agreed import FIRST, LINES, NUMBER, SECOND, consent, created


def _order(placing: Placing = Placing.PLACED, **changes: Any) -> Order:
    parts = created(FIRST).parts if placing is Placing.PLACED else ()
    return consent(placing, parts=parts).replace(**changes)


def _theirs(order_id: str = FIRST, **changes: Any) -> dict[str, Any]:
    return {
        "orderId": order_id,
        "thirdOrderId": NUMBER,
        "message": f"请发顺丰 {NUMBER}",
        "status": "waitbuyerpay",
        "totalFen": 10_500,
        "lines": [
            {"offerId": each.offer_id, "specId": each.spec_id, "quantity": each.quantity}
            for each in LINES
        ],
        **changes,
    }


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
) -> Audit:
    chat = ChatView(http_client(), 7, sent=sent, numbers={NUMBER})
    consents = [Consent("1.S.2.confirm.", agreed)]
    person = Shopper(chat, chat.http, random.Random(1), Temper(), consents, stuck=stuck)
    books = Books(orders, untold or set(), updates or {1: "finished", 2: "finished"})
    log = tmp_path / "bot.log"
    log.write_text('{"event": "serving"}\n')
    return audit([person], books, theirs, log)


def test_an_order_as_agreed_is_no_finding(tmp_path: Path) -> None:
    """One consent, one order, its total: nothing to say."""
    found = _audited(tmp_path, [_order()], [_theirs()])
    assert found.failures == []
    assert found.outcomes["placed for exactly the agreed total"] == 1


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
    ],
)
def test_each_kind_of_failure_is_seen(
    kind: str, orders: list[Order], theirs: list[dict[str, Any]], more: Any, tmp_path: Path
) -> None:
    """What was planted is found under its name."""
    found = _audited(tmp_path, orders, theirs, **more)
    assert [each.partition(":")[0] for each in found.failures] == [kind], found.failures
