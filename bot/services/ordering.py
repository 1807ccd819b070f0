"""Never a second order: from consent to the marketplace's answer, each step durable first.

claim (committed with the session) -> re-check -> CREATING -> create, once -> record. Whatever is
found unfinished at start-up goes on from where it stands; CREATING is treated as uncertain.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.orders import Order, Placing, Refusal
from bot.domain.quotes import change_between
from bot.marketplace.errors import (
    CredentialsRefused,
    GatewayFailed,
    MarketplaceError,
    OutcomeUnclear,
    Refused,
    Throttled,
    Unreachable,
    Unreadable,
)
from bot.marketplace.port import Marketplace
from bot.services.recovery import adopted, cancel_doubles, look_up
from bot.storage.ports import OrderMoved, OrderPort, StorageError

NOT_SENT = "not_sent"
"""Our own refusal code: nothing reached the marketplace, so nothing was ordered."""

CONSENT_LASTS = timedelta(minutes=15)
"""An older consent (the bot was down meanwhile) is asked for again instead of acted on."""

LOOKUP_DELAYS = (3.0, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0)
"""Seconds before each look-up of an uncertain order; after the last, a person decides."""

Settled = Callable[[Order], Awaitable[None]]
_log = structlog.get_logger(__name__)


class Ordering:
    """Works orders off in the background, one task for each."""

    def __init__(
        self,
        marketplace: Marketplace,
        orders: OrderPort,
        *,
        lookup_delays: Sequence[float] = LOOKUP_DELAYS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._marketplace = marketplace
        self._orders = orders
        self._delays = lookup_delays
        self._clock = clock
        self._tasks: dict[MerchantOrderNo, asyncio.Task[None]] = {}
        self._listeners: list[Settled] = []

    def on_change(self, listener: Settled) -> None:
        """Have `listener` called whenever an order settles or becomes uncertain."""
        self._listeners.append(listener)

    def start(self, order_no: MerchantOrderNo) -> None:
        """Go on with an order, unless that is under way already."""
        if order_no in self._tasks:
            return
        task = asyncio.create_task(self._work(order_no), name=f"order {order_no}")
        self._tasks[order_no] = task
        task.add_done_callback(lambda _: self._tasks.pop(order_no, None))

    async def resume_all(self) -> None:
        """Go on with everything that an earlier run left unfinished or untold."""
        for order in await self._orders.unsettled_orders():
            self.start(order.order_no)
        for order in await self._orders.untold_orders():
            self.start(order.order_no)

    async def close(self, grace: float = 20.0) -> None:
        """Let calls in flight end, then stop; what is unfinished goes on at the next start."""
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=grace)
        for task in list(self._tasks.values()):
            task.cancel()

    async def _work(self, order_no: MerchantOrderNo) -> None:
        try:
            order = await self._orders.order(order_no)
            if order is None:
                return
            structlog.contextvars.bind_contextvars(order_no=order_no)
            if order.placing is Placing.CREATING:
                order = await self._save(order, order.moved(Placing.UNCERTAIN))
            if order.placing is Placing.CLAIMED:
                order = await self._place(order)
            if order.placing is Placing.UNCERTAIN:
                await self._tell(order)
                order = await self._recover(order)
            await self._tell(order)
        except OrderMoved:
            _log.warning("order_moved_elsewhere")
        except StorageError:
            # The order's state is durable as far as it came: the next start goes on from there.
            _log.exception("order_interrupted")

    async def _place(self, order: Order) -> Order:
        """Re-check the consent, then create exactly once."""
        order = await self._recheck(order)
        if order.placing is not Placing.CLAIMED:
            return order
        order = await self._save(order, order.moved(Placing.CREATING))
        try:
            created = await self._marketplace.create(
                order.order_no, order.lines, order.address, order.note
            )
        except OutcomeUnclear as error:
            _log.warning("create_unclear", error=str(error))
            return await self._save(order, order.moved(Placing.UNCERTAIN))
        except Refused as error:
            refused = order.moved(
                Placing.REFUSED, refusal=_refusal(error), failed_lines=error.failed_lines
            )
            return await self._save(order, refused)
        except (Unreachable, CredentialsRefused) as error:
            return await self._save(order, order.moved(Placing.REFUSED, refusal=_not_sent(error)))
        placed = order.moved(Placing.PLACED, parts=created.parts, failed_lines=created.failed_lines)
        return await self._save(order, placed)

    async def _recheck(self, order: Order) -> Order:
        """Preview again; a difference, or an old consent, goes back to the person."""
        try:
            quote = await self._marketplace.preview(order.lines, order.address)
        except Refused as error:
            return await self._save(order, order.moved(Placing.REFUSED, refusal=_refusal(error)))
        except (Unreachable, Throttled, GatewayFailed, CredentialsRefused, Unreadable) as error:
            return await self._save(order, order.moved(Placing.REFUSED, refusal=_not_sent(error)))
        too_old = self._clock() - order.created_at > CONSENT_LASTS
        if too_old or not change_between(order.quote, quote).is_none:
            return await self._save(order, order.moved(Placing.CHANGED, newer_quote=quote))
        return order

    async def _recover(self, order: Order) -> Order:
        """Look an uncertain order up until it is found or the look-ups are used up."""
        while order.lookups < len(self._delays):
            await asyncio.sleep(self._delays[order.lookups])
            try:
                finding = await look_up(self._marketplace, order)
            except MarketplaceError as error:
                _log.warning("lookup_failed", error=str(error))
                finding = None
            if finding is not None and finding.adopt:
                await cancel_doubles(self._marketplace, finding.doubles)
                return await self._save(order, adopted(order, finding))
            order = await self._save(order, order.replace(lookups=order.lookups + 1))
            if finding is not None and finding.doubtful:
                break
        return await self._save(order, order.moved(Placing.UNRESOLVED))

    async def look_again(self, order: Order) -> Order:
        """Look an unresolved order up once more, at a person's wish. Raises `MarketplaceError`."""
        finding = await look_up(self._marketplace, order)
        if not finding.adopt:
            return order
        await cancel_doubles(self._marketplace, finding.doubles)
        return await self._save(order, adopted(order, finding))

    async def _save(self, before: Order, after: Order) -> Order:
        await self._orders.save_order(after, before.placing)
        if after.placing is not before.placing:
            _log.info("order_moved", placing=after.placing.value, parts=len(after.parts))
        return after

    async def _tell(self, order: Order) -> None:
        for listener in self._listeners:
            await listener(order)


def order_ids(order: Order) -> tuple[MarketplaceOrderId, ...]:
    """Return the marketplace's numbers of an order."""
    return tuple(part.order_id for part in order.parts)


def _refusal(error: Refused) -> Refusal:
    return Refusal(code=error.reason.value, message=error.message, trace_id=error.trace_id)


def _not_sent(error: MarketplaceError) -> Refusal:
    return Refusal(code=NOT_SENT, message=type(error).__name__, trace_id=error.trace_id)
