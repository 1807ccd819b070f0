"""What a person does to a placed order: cancel it while unpaid, confirm that it arrived.

Each is sent once for each consent (contract 5.3, 5.6) and never again by itself. Before it the
order is read anew, since the consent may be for what no longer is; after it as well, since only
that tells what became of an unclear answer.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import ceil

import structlog

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.model import Value
from bot.domain.order_actions import (
    CLOSED,
    RECEIVED,
    fingerprint,
    lines_to_receive,
    part_of,
    receivable,
    unpaid,
)
from bot.domain.orders import Order, OrderPart, OrderStatus
from bot.marketplace.errors import (
    CredentialsRefused,
    MarketplaceError,
    RefusalReason,
    Refused,
    Unreachable,
)
from bot.marketplace.port import Marketplace
from bot.storage.ports import StorageError

_TOO_YOUNG = timedelta(seconds=10)  # an order can be cancelled from then on (contract 5.3)
_log = structlog.get_logger(__name__)

Refresh = Callable[[Order], Awaitable[Order]]
Hold = Callable[[MerchantOrderNo], AbstractAsyncContextManager[None]]


class Result(StrEnum):
    """What became of one part of the order."""

    DONE = "done"  # the marketplace's own state shows it
    ACCEPTED = "accepted"  # the marketplace said yes, its state does not show it yet
    TOO_SOON = "too_soon"  # refused within the first seconds: `wait` says how long it takes
    MOVED_ON = "moved_on"  # it is in a state by now that allows it no more
    REFUSED = "refused"  # a no for another reason: `reason`
    NOT_SENT = "not_sent"  # it never reached the marketplace; nothing was done
    UNCLEAR = "unclear"  # no clear answer, and the state read afterwards shows nothing of it


class PartResult(Value):
    """The outcome for one part. `reason` is the marketplace's word, `wait` is in seconds."""

    order_id: MarketplaceOrderId
    result: Result
    reason: str = ""
    wait: int = 0


class Done(Value):
    """What became of it all. `reread` tells whether `order` is as the marketplace has it now."""

    order: Order
    results: tuple[PartResult, ...]
    reread: bool = True


class ConsentOutdated(Exception):
    """The order is no longer what the person consented to; `order` is as it is now."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.order_no)
        self.order = order


class Aftersales:
    """`refresh` reads an order anew, stores it and returns it; raises `MarketplaceError`.

    While something is done to an order, `hold` keeps others from reading it.
    """

    def __init__(
        self,
        marketplace: Marketplace,
        refresh: Refresh,
        hold: Hold = lambda _: nullcontext(),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._marketplace = marketplace
        self._refresh = refresh
        self._hold = hold
        self._clock = clock

    async def cancel(self, order: Order, agreed: str) -> Done:
        """Cancel every unpaid part of an order.

        `agreed` is the `fingerprint` of the unpaid parts that the person saw. Raises
        `ConsentOutdated`, or `MarketplaceError` when the order can't be read; nothing was sent
        then.
        """
        async with self._hold(order.order_no):
            return await self._cancel(order, agreed)

    async def _cancel(self, order: Order, agreed: str) -> Done:
        order = await self._refresh(order)
        parts = unpaid(order)
        if not parts or fingerprint(parts) != agreed:
            raise ConsentOutdated(order)
        sent = [await self._send(part, self._marketplace.cancel(part.order_id)) for part in parts]
        return await self._judged(order, sent, OrderStatus.AWAITING_PAYMENT, CLOSED)

    async def confirm_receipt(
        self, order: Order, order_id: MarketplaceOrderId, agreed: str
    ) -> Done:
        """Confirm that a part arrived: its money goes to the seller (contract 5.6).

        `agreed` is the `fingerprint` of that part as the person saw it. Raises as `cancel` does.
        """
        async with self._hold(order.order_no):
            return await self._confirm_receipt(order, order_id, agreed)

    async def _confirm_receipt(
        self, order: Order, order_id: MarketplaceOrderId, agreed: str
    ) -> Done:
        order = await self._refresh(order)
        part = next((each for each in receivable(order) if each.order_id == order_id), None)
        if part is None or fingerprint([part]) != agreed:
            raise ConsentOutdated(order)
        call = self._marketplace.confirm_receipt(order_id, lines_to_receive(part))
        sent = [await self._send(part, call)]
        return await self._judged(order, sent, OrderStatus.AWAITING_RECEIPT, RECEIVED)

    async def _send(self, part: OrderPart, call: Awaitable[None]) -> PartResult:
        """Make one call, and say what is known of it from its answer alone."""
        result, reason, wait = Result.ACCEPTED, "", 0
        try:
            await call
        except Refused as error:
            too_soon = error.reason is RefusalReason.TOO_SOON
            result = Result.TOO_SOON if too_soon else Result.REFUSED
            reason, wait = error.message or error.code, self._wait(part) if too_soon else 0
            _log.info("aftersale_refused", endpoint=error.endpoint, reason=error.reason.value)
        except (Unreachable, CredentialsRefused) as error:
            result = Result.NOT_SENT
            _log.warning("aftersale_not_sent", error=str(error))
        except MarketplaceError as error:
            result = Result.UNCLEAR
            _log.warning("aftersale_unclear", error=str(error))
        return PartResult(order_id=part.order_id, result=result, reason=reason, wait=wait)

    async def _judged(
        self,
        order: Order,
        sent: list[PartResult],
        before: OrderStatus,
        wanted: frozenset[OrderStatus],
    ) -> Done:
        """Compare each answer with the state that is read now."""
        try:
            now = await self._refresh(order)
        except (MarketplaceError, StorageError) as error:
            # What was sent was sent: the answer alone is told.
            _log.warning("aftersale_not_reread", error=type(error).__name__)
            return Done(order=order, results=tuple(sent), reread=False)
        return Done(order=now, results=tuple(_seen(each, now, before, wanted) for each in sent))

    def _wait(self, part: OrderPart) -> int:
        """Return the seconds until a part is old enough, as far as clocks agree."""
        most = _TOO_YOUNG.total_seconds()
        if part.placed_at is None:
            return int(most)
        left = (part.placed_at + _TOO_YOUNG - self._clock()).total_seconds()
        return max(1, ceil(left)) if left <= most else int(most)


def _seen(
    answered: PartResult, now: Order, before: OrderStatus, wanted: frozenset[OrderStatus]
) -> PartResult:
    """What the state read afterwards makes of an answer."""
    part = part_of(now, answered.order_id)
    if part is None or part.status is before:
        return answered
    return answered.replace(result=Result.DONE if part.status in wanted else Result.MOVED_ON)
