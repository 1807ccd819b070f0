"""What group buys do by themselves when it is time, and when an order of theirs has moved."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.group_buys import confirming, ending, joining, receiving
from bot.domain.group_buys.buys import (
    FOLLOWED,
    FOLLOWING,
    BuyRefused,
    BuyState,
    Change,
    GroupBuy,
)
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.news import News, NewsOf, news_to
from bot.domain.identifiers import BuyId
from bot.domain.ledger import Books
from bot.domain.orders import Order
from bot.services.grouping.ordering import after_orders
from bot.services.grouping.quoting import Quoting
from bot.services.grouping.stored import StoredBuys
from bot.storage.ports import Storage, StorageUnavailable

_LOOK_EVERY = 1.0  # seconds
_AT_ONCE = 50
_AGAIN = timedelta(minutes=5)
_SETTLE = timedelta(seconds=5)
"""So long after a deadline, what was sent before it has come in, or is not there to wait for."""

_LONGEST_WAIT = timedelta(hours=1)
"""A deadline that passed while Telegram could not be asked waits no longer than that for it."""

_log = structlog.get_logger(__name__)


class DueBuys:
    """Runs until cancelled.

    `caught_up` tells when Telegram last had nothing more for the bot; None where it pushes.
    """

    def __init__(
        self,
        store: Storage,
        stored: StoredBuys,
        quoting: Quoting,
        caught_up: Callable[[], datetime | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._stored = stored
        self._quoting = quoting
        self._caught_up = caught_up
        self._clock = clock
        self._begun_at = clock()
        self._asked: dict[BuyId, datetime] = {}
        """When Telegram first had nothing more after a buy's deadline."""

    async def run(self) -> None:
        """Do what is due, for ever."""
        while True:
            try:
                await self.do_due()
            except StorageUnavailable as error:
                _log.warning("group_buys_wait", error=str(error))
            await asyncio.sleep(_LOOK_EVERY)

    async def do_due(self) -> None:
        """Do everything that is due now. Raises `StorageUnavailable`."""
        buys = self._store.group_buys
        for buy_id in await buys.due(self._clock(), _AT_ONCE):
            await self._try(buy_id, self._do)
        for buy_id, times in await buys.moved(_AT_ONCE):
            await self._try(buy_id, self._see)
            await buys.seen(buy_id, times)

    async def _try(self, buy_id: BuyId, work: Callable[[BuyId], Awaitable[None]]) -> None:
        """Do what is due for one buy, or put it off. Raises `StorageUnavailable`."""
        try:
            await work(buy_id)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - a bug that one buy meets must not stop the others
            _log.exception("group_buy_left", buy=buy_id)
            later = self._clock() + _AGAIN
            with contextlib.suppress(BuyRefused):
                await self._stored.change(buy_id, partial(_put_off, until=later))

    async def order_changed(self, order: Order) -> None:
        """Take over what became of a buy's order, and call it told. Raises `StorageError`."""
        if order.group_buy is None or not order.is_settled:
            return
        buy = await self._store.group_buys.buy(BuyId(order.group_buy))
        if buy is not None and order.order_no in buy.orders:
            await self._take_over(buy, order)
        await self._store.orders.mark_told(order.order_no, order.placing)

    async def _do(self, buy_id: BuyId) -> None:
        buy = await self._stored.there(buy_id)
        match buy.state:
            case BuyState.OPEN | BuyState.PAUSED:
                await self._lock_in_time(buy)
            case BuyState.LOCKED:
                await self._quoting.price(buy_id)
            case BuyState.CONFIRMING:
                await self._end_answering(buy)
            case BuyState.COLLECTING:
                await self._collect(buy)
        if buy.state in FOLLOWED:
            await self._follow(buy)

    async def _lock_in_time(self, buy: GroupBuy) -> None:
        """Lock at the deadline, once all that was sent before it has been worked off."""
        if await self._is_over(buy.buy_id, buy.terms.deadline):
            now = self._clock()
            await self._stored.change(buy.buy_id, lambda there, _: _locked_if_due(there, now))
            await self._quoting.price(buy.buy_id)

    async def _is_over(self, buy_id: BuyId, deadline: datetime) -> bool:
        """Tell whether all that was sent before a deadline has been worked off.

        After a start, or where Telegram could not be asked, what was sent in time comes late: it
        is waited for as well.
        """
        now = self._clock()
        self._begun_at = min(self._begun_at, now)  # the clock may have been set back since
        settled = max(deadline, self._begun_at) + _SETTLE
        asked = self._caught_up()
        if asked is not None:
            # What was asked at a moment to come was asked by a clock that ran ahead.
            if not settled <= asked <= now and now < settled + _LONGEST_WAIT:
                return False
            asked = min(asked, now)
            # What came in until then was sent in time, perhaps; later presses and texts were not.
            self._asked[buy_id] = asked = min(self._asked.get(buy_id, asked), now)
            settled = max(settled, asked)
        census = await self._store.upkeep.census()
        behind = census.oldest_waiting is not None and census.oldest_waiting <= settled
        if now < settled or behind:
            return False
        self._asked.pop(buy_id, None)
        return True

    async def _end_answering(self, buy: GroupBuy) -> None:
        """Leave out who was asked and is silent, once every answer in time was worked off."""
        asked, until = buy.asked, buy.answer_before
        if asked and until is not None and not await self._is_over(buy.buy_id, until):
            return
        now = self._clock()
        await self._stored.change(
            buy.buy_id, lambda there, books: confirming.lapse_unanswered(there, books, now)
        )
        await self._quoting.price(buy.buy_id)

    async def _collect(self, buy: GroupBuy) -> None:
        now = self._clock()
        if buy.pay_before is not None and now < buy.pay_before:
            await self._stored.change(buy.buy_id, lambda there, _: _reminded(there))
            return
        if buy.pay_before is not None and not await self._is_over(buy.buy_id, buy.pay_before):
            return
        await self._stored.change(buy.buy_id, partial(_lapsed_if_due, now=self._clock()))
        now = self._clock()
        buy = await self._stored.there(buy.buy_id)
        if not buy.taken:
            await self._stored.change(
                buy.buy_id, lambda there, books: ending.failed(there, "unpaid", books, now)
            )
        elif not receiving.is_unpaid(buy):
            told = News(kind=NewsOf.ALL_PAID, user_id=buy.organiser, detail="time")
            await self._stored.change(buy.buy_id, lambda there, _: Change(_touched(there), (told,)))

    async def _see(self, buy_id: BuyId) -> None:
        """Take over what was stored of a buy's orders."""
        buy = await self._stored.there(buy_id)
        if buy.state in FOLLOWED:
            await self._take_over(buy)

    async def _follow(self, buy: GroupBuy) -> None:
        """See how far the order has come, and when to look at the latest if nothing moves."""
        await self._take_over(buy)
        later = self._clock() + FOLLOWING
        await self._stored.change(buy.buy_id, lambda there, _: Change(_looked_at(there, later)))

    async def _take_over(self, buy: GroupBuy, known: Order | None = None) -> None:
        """Take over what became of all orders of a buy; `known` is one as it is just now."""
        numbers, orders = buy.orders, []
        for each in numbers:
            if known is not None and known.order_no == each:
                orders.append(known)
            elif (order := await self._store.orders.order(each)) is not None:
                orders.append(order)
        if not numbers or len(orders) < len(numbers):
            return
        now = self._clock()

        def decide(there: GroupBuy, books: Books) -> Change:
            if there.orders != numbers:
                return Change(there)
            return after_orders(there, orders, books, now)

        await self._stored.change(buy.buy_id, decide)


def _put_off(buy: GroupBuy, _: Books, *, until: datetime) -> Change:
    return Change(buy.replace(again_at=until))


def _locked_if_due(buy: GroupBuy, now: datetime) -> Change:
    """Lock, unless the deadline was moved or somebody locked it meanwhile."""
    due = buy.state in {BuyState.OPEN, BuyState.PAUSED} and now >= buy.terms.deadline
    return joining.locked(buy, now) if due else Change(buy)


def _lapsed_if_due(buy: GroupBuy, books: Books, *, now: datetime) -> Change:
    """Leave out who has not paid, unless people got more time meanwhile, or it was ordered."""
    runs = buy.pay_before is not None and now < buy.pay_before
    if runs or buy.state is not BuyState.COLLECTING:
        return Change(buy)
    return receiving.lapse_unpaid(buy, books, now)


def _reminded(buy: GroupBuy) -> Change:
    if buy.reminded or buy.state is not BuyState.COLLECTING:
        return Change(buy)
    owing = (each.user_id for each in buy.taken if each.state is ClaimState.DUE)
    return Change(buy.replace(reminded=True), news_to(NewsOf.REMIND, owing))


def _touched(buy: GroupBuy) -> GroupBuy:
    return buy.replace(reminded=True)


def _looked_at(buy: GroupBuy, later: datetime) -> GroupBuy:
    return buy.replace(again_at=later) if buy.state in FOLLOWED else buy
