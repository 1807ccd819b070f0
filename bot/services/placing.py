"""One consent's way to the marketplace: every state is durable before the next begins.

CLAIMED -> re-check -> CREATING -> create, once -> PLACED, REFUSED or UNCERTAIN -> look-ups.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain.identifiers import MerchantOrderNo
from bot.domain.orders import Order, Placing, Refusal
from bot.domain.quotes import change_between
from bot.marketplace.errors import (
    CredentialsRefused,
    MarketplaceError,
    OutcomeUnclear,
    Refused,
    Unreachable,
)
from bot.marketplace.port import Marketplace
from bot.services.recovery import Finding, adopted, cancel_doubles, look_up
from bot.storage.ports import OrderPort, StorageUnavailable

NOT_SENT = "not_sent"
"""Our own refusal code: nothing reached the marketplace, so nothing was ordered."""

DROPPED = "dropped"
"""Our own refusal code: the operator found out that no order exists."""

CONSENT_LASTS = timedelta(minutes=15)
"""An older consent (the bot was down meanwhile) is asked for again instead of acted on."""

MOST_AT_ONCE = 8
"""Orders being created at a time. The others wait as `claimed`, from which a restart goes on:
only what is really being sent becomes uncertain when the bot dies in a rush."""

LOOKUP_DELAYS = (3.0, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0)
"""Seconds before each look-up of an uncertain order; after the last, a person decides."""

UNANSWERED = timedelta(hours=1)
"""So long after the consent, a look-up that the marketplace does not answer is not counted."""

_log = structlog.get_logger(__name__)


class Placer:
    """The state machine of one order. `pause` sleeps; what it raises ends the work."""

    def __init__(
        self,
        marketplace: Marketplace,
        orders: OrderPort,
        *,
        lookup_delays: Sequence[float],
        retry_delays: Sequence[float],
        clock: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._marketplace = marketplace
        self._orders = orders
        self._delays = lookup_delays
        self._retries = retry_delays
        self._clock = clock
        self._pause = pause
        self._creating = asyncio.Semaphore(MOST_AT_ONCE)

    async def advance(self, order_no: MerchantOrderNo) -> Order | None:
        """Return the order after everything that one go can do for it."""
        order = await self._orders.order(order_no)
        if order is not None and order.placing is Placing.CREATING:
            return await self._save(order, order.moved(Placing.UNCERTAIN))
        if order is not None and order.placing is Placing.CLAIMED:
            async with self._creating:
                return await self._place(order)
        return order

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
            return await self._record(order, order.moved(Placing.UNCERTAIN))
        except Refused as error:
            refused = order.moved(
                Placing.REFUSED, refusal=_refusal(error), failed_lines=error.failed_lines
            )
            return await self._record(order, refused)
        except (Unreachable, CredentialsRefused) as error:
            return await self._record(order, order.moved(Placing.REFUSED, refusal=_not_sent(error)))
        placed = order.moved(Placing.PLACED, parts=created.parts, failed_lines=created.failed_lines)
        return await self._record(order, placed)

    async def _recheck(self, order: Order) -> Order:
        """Preview again; a difference, or an old consent, goes back to the person."""
        try:
            quote = await self._marketplace.preview(order.lines, order.address)
        except Refused as error:
            return await self._save(order, order.moved(Placing.REFUSED, refusal=_refusal(error)))
        except MarketplaceError as error:
            return await self._save(order, order.moved(Placing.REFUSED, refusal=_not_sent(error)))
        too_old = self._clock() - order.created_at > CONSENT_LASTS
        if too_old or not change_between(order.quote, quote).is_none:
            return await self._save(order, order.moved(Placing.CHANGED, newer_quote=quote))
        return order

    async def recover(self, order: Order) -> Order:
        """Look an uncertain order up until it is found or the look-ups are used up.

        A part of the goods may be all that was ordered, or all that can be seen yet: it is
        adopted at the last look-up only.
        """
        unanswered = 0
        while order.lookups < len(self._delays):
            await self._pause(self._delays[min(order.lookups + unanswered, len(self._delays) - 1)])
            stored = await self._orders.order(order.order_no)
            if stored is not None and stored.placing is not Placing.UNCERTAIN:
                return stored  # the operator settled it meanwhile
            finding = await self._found(order)
            if finding is None and self._clock() - order.created_at < UNANSWERED:
                unanswered += 1
                continue
            last = order.lookups + 1 == len(self._delays)
            if finding is not None and (finding.whole or (finding.adopt and last)):
                return await self._adopt(order, finding)
            order = await self._save(order, order.replace(lookups=order.lookups + 1))
        return await self._save(order, order.moved(Placing.UNRESOLVED))

    async def _found(self, order: Order) -> Finding | None:
        try:
            return await look_up(self._marketplace, order)
        except MarketplaceError as error:
            _log.warning("lookup_failed", error=str(error))
            return None

    async def look_again(self, order: Order) -> Order:
        """Look an unresolved order up once more, at a person's wish. Raises `MarketplaceError`."""
        finding = await look_up(self._marketplace, order)
        return await self._adopt(order, finding) if finding.adopt else order

    async def _adopt(self, order: Order, finding: Finding) -> Order:
        # Doubles first: after a crash in between, the next look-up finds them again.
        await cancel_doubles(self._marketplace, finding.doubles, pause=self._pause)
        return await self._save(order, adopted(order, finding))

    async def _record(self, before: Order, after: Order) -> Order:
        """Store what create answered; while the storage is out of order, try a few times.

        The answer knows more than a look-up could find out afterwards.
        """
        for delay in self._retries:
            try:
                return await self._save(before, after)
            except StorageUnavailable:
                _log.exception("answer_not_stored")
            await self._pause(delay)
        return await self._save(before, after)

    async def _save(self, before: Order, after: Order) -> Order:
        await self._orders.save_order(after, before.placing)
        if after.placing is not before.placing:
            _log.info("order_moved", placing=after.placing.value, parts=len(after.parts))
        return after


def _refusal(error: Refused) -> Refusal:
    return Refusal(code=error.reason.value, message=error.message, trace_id=error.trace_id)


def _not_sent(error: MarketplaceError) -> Refusal:
    return Refusal(code=NOT_SENT, message=type(error).__name__, trace_id=error.trace_id)
