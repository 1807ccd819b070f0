"""Cancelling and confirming receipt: sent once for a consent, judged by what is read afterwards."""

from datetime import timedelta

import pytest

from bot.domain.identifiers import LineId
from bot.domain.money import Fen
from bot.domain.order_actions import fingerprint, unpaid
from bot.domain.orders import Order, OrderPart, OrderStatus, PartLine, Placing
from bot.domain.parcels import RefundStage
from bot.marketplace.errors import (
    CredentialsRefused,
    GatewayFailed,
    MarketplaceError,
    OutcomeUnclear,
    RefusalReason,
    Refused,
    Unreachable,
)
from bot.services.following.aftersales import Aftersales, ConsentOutdated, Result
from bot.storage.ports import StorageUnavailable
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.services.agreed import BLACK, FIRST, NOW, OFFER, SECOND, WHITE, consent

DOWN = GatewayFailed("502", endpoint="order_detail")
UNCLEAR = OutcomeUnclear(GatewayFailed("502", endpoint="cancel"))
NO_WAY = Refused(
    "订单状态不允许", endpoint="cancel", code="X", reason=RefusalReason.NOT_CANCELLABLE
)


def part(status: OrderStatus, order_id=FIRST, **more: object) -> OrderPart:
    lines = (
        PartLine(offer_id=OFFER, spec_id=WHITE, line_id=LineId(f"{order_id}1")),
        PartLine(offer_id=OFFER, spec_id=BLACK, line_id=LineId(f"{order_id}2")),
    )
    whole = OrderPart(order_id=order_id, total=Fen(5_000), status=status, lines=lines)
    return whole.replace(**more)


def order(*parts: OrderPart) -> Order:
    return consent(Placing.PLACED, parts=parts)


UNPAID, PAID = part(OrderStatus.AWAITING_PAYMENT), part(OrderStatus.AWAITING_SHIPMENT)
CANCELLED, SHIPPED = part(OrderStatus.CANCELLED), part(OrderStatus.AWAITING_RECEIPT)
RECEIVED = part(OrderStatus.RECEIVED)


class Desk:
    """The service over a marketplace, and what each reading of the order shows."""

    def __init__(self, *readings: Order | Exception, **script: object) -> None:
        self.readings = list(readings)
        self.market = ScriptedMarketplace(**script)
        self.service = Aftersales(
            self.market,  # type: ignore[arg-type] - plays the calls that the service makes
            self._read,
            clock=lambda: NOW + timedelta(seconds=3),
        )

    async def _read(self, _: Order) -> Order:
        reading = self.readings.pop(0)
        if isinstance(reading, Exception):
            raise reading
        return reading


@pytest.mark.parametrize(
    ("error", "after", "result"),
    [
        (None, CANCELLED, Result.DONE),
        (None, UNPAID, Result.ACCEPTED),
        (NO_WAY, PAID, Result.MOVED_ON),
        (NO_WAY, UNPAID, Result.REFUSED),
        (NO_WAY, CANCELLED, Result.DONE),
        (UNCLEAR, CANCELLED, Result.DONE),
        (UNCLEAR, UNPAID, Result.UNCLEAR),
        (UNCLEAR, PAID, Result.MOVED_ON),
        (DOWN, UNPAID, Result.UNCLEAR),
        (Unreachable("refused", endpoint="cancel"), UNPAID, Result.NOT_SENT),
        (CredentialsRefused("sign", endpoint="cancel"), UNPAID, Result.NOT_SENT),
    ],
)
async def test_what_became_of_a_cancel(
    error: MarketplaceError | None, after: OrderPart, result: Result
) -> None:
    """The answer and the state read afterwards together; never sent a second time."""
    desk = Desk(order(UNPAID), order(after), cancel_error=error)
    done = await desk.service.cancel(order(UNPAID), fingerprint([UNPAID]))
    assert [each.result for each in done.results] == [result]
    assert done.reread
    assert done.order == order(after)
    assert desk.market.count("cancel") == 1


@pytest.mark.parametrize("failure", [DOWN, StorageUnavailable("disk full")])
async def test_an_order_that_cannot_be_read_afterwards(failure: Exception) -> None:
    """The answer alone is told, and that the order was not looked at."""
    desk = Desk(order(UNPAID), failure, cancel_error=UNCLEAR)
    done = await desk.service.cancel(order(UNPAID), fingerprint([UNPAID]))
    assert [each.result for each in done.results] == [Result.UNCLEAR]
    assert not done.reread
    assert desk.market.count("cancel") == 1


@pytest.mark.parametrize(
    ("age", "wait"), [(timedelta(seconds=0), 7), (timedelta(minutes=9), 10), (None, 10)]
)
async def test_too_young_to_be_cancelled(age: timedelta | None, wait: int) -> None:
    """How long to wait, as far as the two clocks agree; ten seconds when they do not."""
    young = UNPAID.replace(placed_at=NOW + age if age is not None else None)
    desk = Desk(order(young), order(young), too_soon=1)
    done = await desk.service.cancel(order(young), fingerprint([young]))
    assert [(each.result, each.wait) for each in done.results] == [(Result.TOO_SOON, wait)]
    assert desk.market.count("cancel") == 1


async def test_each_unpaid_part_is_cancelled_and_told_by_itself() -> None:
    """A part that is paid is left alone."""
    second = part(OrderStatus.AWAITING_PAYMENT, SECOND)
    both = order(PAID, second)
    desk = Desk(both, order(PAID, second.seen(OrderStatus.CANCELLED)))
    done = await desk.service.cancel(both, fingerprint(unpaid(both)))
    assert [(each.order_id, each.result) for each in done.results] == [(SECOND, Result.DONE)]
    assert desk.market.cancelled == [SECOND]


@pytest.mark.parametrize(
    "now",
    [
        PAID,
        CANCELLED,
        UNPAID.replace(total=Fen(5_001)),
        UNPAID.replace(paying=True),
    ],
)
async def test_a_consent_to_something_else_sends_nothing(now: OrderPart) -> None:
    """The order moved on, costs something else, or is being paid."""
    desk = Desk(order(now))
    with pytest.raises(ConsentOutdated) as raised:
        await desk.service.cancel(order(UNPAID), fingerprint([UNPAID]))
    assert raised.value.order == order(now)
    assert desk.market.calls == []


async def test_an_order_that_cannot_be_read_first_sends_nothing() -> None:
    """What is not known can't be consented to."""
    desk = Desk(DOWN)
    with pytest.raises(GatewayFailed):
        await desk.service.cancel(order(UNPAID), fingerprint([UNPAID]))
    assert desk.market.calls == []


@pytest.mark.parametrize(
    ("error", "after", "result"),
    [
        (None, RECEIVED, Result.DONE),
        (None, part(OrderStatus.COMPLETED), Result.DONE),
        (None, SHIPPED, Result.ACCEPTED),
        (NO_WAY, SHIPPED, Result.REFUSED),
        (NO_WAY, part(OrderStatus.TERMINATED), Result.MOVED_ON),
        (UNCLEAR, RECEIVED, Result.DONE),
        (UNCLEAR, SHIPPED, Result.UNCLEAR),
        (Unreachable("refused", endpoint="receipt"), SHIPPED, Result.NOT_SENT),
    ],
)
async def test_what_became_of_a_receipt(
    error: MarketplaceError | None, after: OrderPart, result: Result
) -> None:
    """As with a cancel: the money is never handed over twice by itself."""
    desk = Desk(order(SHIPPED), order(after), receipt_error=error)
    done = await desk.service.confirm_receipt(order(SHIPPED), FIRST, fingerprint([SHIPPED]))
    assert [each.result for each in done.results] == [result]
    assert desk.market.count("receipt") == 1


async def test_a_receipt_names_the_lines_as_last_read() -> None:
    """By their own numbers, without what was received or refunded already."""
    white, black = SHIPPED.lines
    left = SHIPPED.replace(lines=(white.replace(status=OrderStatus.RECEIVED), black))
    desk = Desk(order(left), order(RECEIVED))
    await desk.service.confirm_receipt(order(SHIPPED), FIRST, fingerprint([left]))
    assert desk.market.received == [(FIRST, (black.line_id,))]


@pytest.mark.parametrize(
    "now",
    [
        RECEIVED,
        PAID,
        SHIPPED.replace(refund=RefundStage.AWAITING_SELLER),
        SHIPPED.replace(total=Fen(4_999)),
        SHIPPED.replace(lines=()),
        SHIPPED.replace(lines=tuple(each.replace(line_id=None) for each in SHIPPED.lines)),
    ],
    ids=["received", "not shipped", "refund", "total", "no lines", "no numbers"],
)
async def test_a_receipt_of_something_else_hands_no_money_over(now: OrderPart) -> None:
    """A refund that was opened meanwhile counts, too."""
    desk = Desk(order(now))
    with pytest.raises(ConsentOutdated):
        await desk.service.confirm_receipt(order(SHIPPED), FIRST, fingerprint([SHIPPED]))
    assert desk.market.calls == []


async def test_a_receipt_of_another_orders_part_hands_no_money_over() -> None:
    """The number has to be one of this order's."""
    desk = Desk(order(SHIPPED))
    with pytest.raises(ConsentOutdated):
        await desk.service.confirm_receipt(order(SHIPPED), SECOND, fingerprint([SHIPPED]))
    assert desk.market.calls == []
