"""Nothing that may be wanted is closed by itself: goods and amounts count before it is a double."""

import asyncio

import pytest

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.money import Fen
from bot.domain.orders import FailedLine, Order, OrderPart, OrderStatus, Placing
from bot.services.placing.extras import sort_extras
from bot.services.placing.listing import Listing
from bot.services.placing.recovery import judge
from tests.services.agreed import (
    BLACK,
    FIRST,
    LINES,
    NOW,
    NUMBER,
    OFFER,
    SECOND,
    WHITE,
    consent,
    found,
    quote,
)
from tests.services.ledger import KNOWN, shop

THIRD = MarketplaceOrderId("2257000000000000003")
AGREED = consent().quote.total
A, B = found(FIRST, LINES[:1], total=Fen(6_250)), found(SECOND, LINES[1:], total=Fen(4_250))
DEARER_B = B.replace(total=Fen(4_260))
HALVES = [found(each, total=Fen(AGREED // 2)) for each in (FIRST, SECOND)]


def placed(*parts: OrderPart, **changes: object) -> Order:
    return consent(Placing.PLACED, sent_at=NOW, sent_again=True, parts=parts).replace(**changes)


def part(order_id: MarketplaceOrderId = FIRST, total: int | None = AGREED) -> OrderPart:
    return OrderPart(order_id=order_id, total=total)


def test_two_halves_of_the_agreed_total_belong_together() -> None:
    """Each names all the goods, but only together do they cost what was agreed."""
    finding = judge(consent(), HALVES)
    assert [each.order_id for each in finding.adopt] == [FIRST, SECOND]
    assert finding.doubles == ()


@pytest.mark.parametrize("total", [AGREED - 1, AGREED // 2 + 1, 1])
def test_what_costs_less_than_agreed_is_no_double(total: int) -> None:
    """It may be a part whose other part is not listed yet: a person decides."""
    finding = judge(consent(), [found(FIRST), found(SECOND, total=Fen(total))])
    assert finding.doubtful
    assert finding.doubles == ()


def test_a_dearer_double_is_a_double() -> None:
    """Both are whole, at the agreed total or above."""
    finding = judge(consent(), [found(FIRST), found(SECOND, total=Fen(AGREED + 300))])
    assert [each.order_id for each in finding.doubles] == [SECOND]


async def until_told_twice(made) -> Order:
    async with asyncio.timeout(60):
        while len((await made.storage.order(NUMBER)).parts) < 2:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.001)
    await made.settled()
    await made.ordering.close()
    order = await made.storage.order(NUMBER)
    assert order is not None
    return order


async def test_the_other_part_of_a_second_create_is_adopted_when_it_shows_up_late() -> None:
    """Part A is listed and adopted, part B comes late: both were agreed to."""
    twice = consent(Placing.UNCERTAIN, sent_at=NOW, sent_again=True)
    made, ledger = await shop(order=twice, listed=[KNOWN, A])
    order = await made.work()
    assert [each.order_id for each in order.parts] == [FIRST]
    ledger.listed.append(B)
    order = await until_told_twice(made)
    assert ledger.cancelled == []
    assert [each.order_id for each in order.parts] == [FIRST, SECOND]
    assert order.failed_lines == ()
    assert made.told[-1] is Placing.PLACED


async def test_the_other_half_of_the_total_is_adopted_when_it_shows_up_late() -> None:
    """After a clear look-up that found one half alone."""
    made, ledger = await shop(
        order=consent(Placing.UNCERTAIN, sent_at=NOW, sent_again=True), listed=[KNOWN, HALVES[0]]
    )
    assert len((await made.work()).parts) == 1
    ledger.listed.append(HALVES[1])
    order = await until_told_twice(made)
    assert ledger.cancelled == []
    assert sum(each.total or 0 for each in order.parts) == AGREED


LACKS_BLACK = (FailedLine(offer_id=OFFER, spec_id=BLACK, doubtful=True),)
REFUSED_BLACK = (FailedLine(offer_id=OFFER, spec_id=BLACK, code="x"),)


@pytest.mark.parametrize(
    ("order", "listed", "expected"),
    [
        (placed(part()), [found(SECOND)], "unwanted"),
        (placed(part()), [A.replace(order_id=SECOND)], "unwanted"),
        (placed(part(total=None)), [found(SECOND)], "strays"),
        (placed(part(total=AGREED - 1)), [found(SECOND)], "strays"),
        (placed(part(total=6_250), failed_lines=LACKS_BLACK), [A, B], "wanted"),
        (placed(part(total=6_250), failed_lines=LACKS_BLACK), [A, DEARER_B], "wanted"),
        (placed(part(total=6_250), failed_lines=LACKS_BLACK), [A, found(SECOND)], "strays"),
        (placed(part(total=6_250), failed_lines=REFUSED_BLACK), [A, found(SECOND)], "strays"),
        (placed(part(total=AGREED // 2)), HALVES, "wanted"),
        (placed(part()), [found(SECOND, status=OrderStatus.AWAITING_SHIPMENT)], "strays"),
        (placed(part()), [found(SECOND, status=OrderStatus.CANCELLED)], ""),
        (consent(Placing.REFUSED, sent_at=NOW, lookups=7), [found(SECOND)], "unwanted"),
        (consent(Placing.CHANGED, sent_at=NOW, lookups=7), [found(SECOND)], "unwanted"),
    ],
)
def test_what_stands_beside_the_parts(order, listed, expected) -> None:
    """Wanted, unwanted or for a person, by goods, amount and state."""
    extras = sort_extras(order, Listing(tuple(listed), complete=True))
    named = {
        kind: [each.order_id for each in getattr(extras, kind)]
        for kind in ("wanted", "unwanted", "strays")
    }
    assert named == {
        kind: [SECOND] if kind == expected else [] for kind in ("wanted", "unwanted", "strays")
    }


async def test_a_stray_is_named_to_the_operator_and_left() -> None:
    """It may be wanted, so nobody closes it by itself."""
    order = placed(part(total=6_250), failed_lines=REFUSED_BLACK)
    made, ledger = await shop(order=order, listed=[KNOWN, A, found(THIRD)])
    await made.storage.mark_told(NUMBER, Placing.PLACED)
    await made.ordering.resume_all()
    async with asyncio.timeout(60):
        while not made.ordering.strays:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.001)
    assert made.ordering.strays == {NUMBER: (THIRD,)}
    await made.ordering.close()
    assert ledger.cancelled == []


def test_what_was_agreed_to_without_the_refused_lines() -> None:
    """An operator's bound: goods of the rest and the freight, never more than the whole."""
    order = placed(part(), failed_lines=REFUSED_BLACK)
    assert order.agreed_total == 6_000 + 500
    assert order.replace(failed_lines=LACKS_BLACK).agreed_total == quote().total
    assert WHITE != BLACK
