"""One consent's way to the marketplace: every state is durable before the next begins.

CLAIMED -> re-check -> CREATING -> create, once -> PLACED, REFUSED or UNCERTAIN -> look-ups ->
found, or surely absent -> re-check -> CREATING -> create, once more -> ...
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain.identifiers import MerchantOrderNo
from bot.domain.orders import CONSENT_LASTS, Order, Placing, Refusal
from bot.domain.quotes import change_between
from bot.marketplace.errors import (
    ABOUT_GOODS,
    CredentialsRefused,
    MarketplaceError,
    OutcomeUnclear,
    Refused,
    Unreachable,
)
from bot.marketplace.port import Marketplace
from bot.services.placing.absence import Recreate, is_absent, is_superseded, neighbour_of
from bot.services.placing.extras import Pause, cancel_doubles
from bot.services.placing.listing import look_everywhere
from bot.services.placing.recovery import Finding, adopted, judge, look_up
from bot.storage.ports import OrderPort, StorageUnavailable

NOT_SENT = "not_sent"
"""Our own refusal code: nothing reached the marketplace, so nothing was ordered."""

DROPPED = "dropped"
"""Our own refusal code: the operator found out that no order exists."""

SUPERSEDED = "superseded"
"""Our own refusal code: it was not made, and the person has ordered the same goods again."""

VOUCHED_CONSENT_LASTS = timedelta(hours=24)
"""The same when an operator has the order made once more."""

MOST_AT_ONCE = 16
"""Orders being created at a time. The others wait as `claimed`, from which a restart goes on:
only what is really being sent becomes uncertain when the bot dies in a rush."""

LOOKUP_DELAYS = (3.0, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0)
"""Seconds before each look-up of an uncertain order. Together they are longer than any create
may take to show its effect: what is not listed then is taken not to exist."""

UNANSWERED = timedelta(hours=1)
"""So long after create was sent, a look-up that the marketplace does not answer is not counted."""

_log = structlog.get_logger(__name__)


class _AtOnce:
    """At most so many within it, of all replicas together: each has its part, and at least one."""

    def __init__(self, most: int, replicas: Callable[[], int]) -> None:
        self._most, self._replicas = most, replicas
        self._within = 0
        self._free = asyncio.Condition()

    @property
    def _room(self) -> int:
        return max(1, self._most // self._replicas()) - self._within

    async def __aenter__(self) -> None:
        async with self._free:
            try:
                await self._free.wait_for(lambda: self._room > 0)
            except BaseException:
                self._free.notify()  # it may have been this one's turn
                raise
            self._within += 1

    async def __aexit__(self, *_: object) -> None:
        self._within -= 1
        async with self._free:
            # Not all: in a rush hundreds would look each time, and wait on.
            self._free.notify(max(0, self._room))


class Placer:
    """The state machine of one order. `pause` sleeps; what it raises ends the work."""

    def __init__(
        self,
        marketplace: Marketplace,
        orders: OrderPort,
        *,
        lookup_delays: Sequence[float],
        retry_delays: Sequence[float],
        recreate: Recreate,
        clock: Callable[[], datetime],
        there: Callable[[], datetime | None] = lambda: None,
        pause: Pause,
        replicas: Callable[[], int] = lambda: 1,
    ) -> None:
        self._marketplace = marketplace
        self._orders = orders
        self._delays = lookup_delays
        self._retries = retry_delays
        self._recreate = recreate
        self._clock = clock
        self._there = there
        self._pause = pause
        self._creating = _AtOnce(MOST_AT_ONCE, replicas)

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
        checked = await self._recheck(order)
        if checked is not order:
            return checked
        return await self._send(order)

    async def _send(self, order: Order) -> Order:
        """Store that create may have been sent, send it, and store what came of it."""
        order = await self._save(order, order.sending(self._clock(), self._there()))
        try:
            created = await self._marketplace.create(
                order.order_no, order.lines, order.address, order.note
            )
        except OutcomeUnclear as error:
            _log.warning("create_unclear", error=str(error))
            return await self._record(order, order.moved(Placing.UNCERTAIN))
        except Refused as error:
            if order.sent_again and error.reason not in ABOUT_GOODS:
                # It may be the number that is refused, because the first create took effect.
                _log.warning("create_refused_again", error=str(error))
                return await self._record(order, order.moved(Placing.UNCERTAIN))
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
        lasts = VOUCHED_CONSENT_LASTS if order.vouched else CONSENT_LASTS
        now = self._clock()
        too_old = now - order.consented_at > lasts
        if too_old or not change_between(order.quote, quote).is_none:
            priced = quote.priced_as(order.quote)
            changed = order.moved(Placing.CHANGED, newer_quote=priced, newer_quoted_at=now)
            return await self._save(order, changed)
        return order

    async def recover(self, order: Order) -> Order:
        """Bring an uncertain order to an end: found, made once more, or left to a person."""
        while order.placing is Placing.UNCERTAIN:
            order = await self._look_up(order)
            if order.placing is Placing.UNCERTAIN:
                order = await self._conclude(order)
        return order

    async def _look_up(self, order: Order) -> Order:
        """Look an uncertain order up until it is found or the look-ups are used up.

        A part of the goods may be all that was ordered, or all that can be seen yet: it is
        adopted at the last look-up only.
        """
        unanswered = 0
        while order.lookups < len(self._delays) and not order.vouched:
            await self._pause(self._delays[min(order.lookups + unanswered, len(self._delays) - 1)])
            stored = await self._orders.order(order.order_no)
            if stored is not None and stored.placing is not Placing.UNCERTAIN:
                return stored  # the operator settled it meanwhile
            finding = await self._found(order)
            if finding is None and not self._is_overdue(order):
                unanswered += 1
                continue
            last = order.lookups + 1 == len(self._delays)
            if finding is not None and (finding.whole or (finding.adopt and last)):
                return await self._adopt(order, finding)
            order = await self._save(order, order.replace(lookups=order.lookups + 1))
        return order

    async def _found(self, order: Order) -> Finding | None:
        try:
            return await look_up(self._marketplace, order)
        except MarketplaceError as error:
            _log.warning("lookup_failed", error=str(error))
            return None

    async def _conclude(self, order: Order) -> Order:
        """The look-ups found nothing whole: look everywhere once more, and decide.

        Only what surely does not exist is created again, and only once by itself.
        """
        while order.vouched or (self._recreate is Recreate.SAME_NUMBER and not order.sent_again):
            try:
                neighbour = await neighbour_of(self._orders, order)
                listing = await look_everywhere(self._marketplace, order, neighbour)
                finding = judge(order, listing.orders)
                if finding.adopt:
                    return await self._adopt(order, finding)
                if is_absent(order, listing, neighbour):
                    return await self._send_again(order)
                break
            except MarketplaceError as error:
                _log.warning("lookup_failed", error=str(error))
                if self._is_overdue(order):
                    break
            await self._pause(self._delays[-1])
        return await self._save(order, order.moved(Placing.UNRESOLVED, vouched=False))

    async def _send_again(self, order: Order) -> Order:
        """Create under the same number what surely does not exist, if it is still wanted so."""
        if await is_superseded(self._orders, order):
            refusal = Refusal(code=SUPERSEDED)
            return await self._save(order, order.moved(Placing.REFUSED, refusal=refusal))
        async with self._creating:
            checked = await self._recheck(order)
            if checked is not order:
                return checked
            _log.warning("create_again")
            return await self._send(order)

    def _is_overdue(self, order: Order) -> bool:
        return self._clock() - (order.sent_at or order.created_at) >= UNANSWERED

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
