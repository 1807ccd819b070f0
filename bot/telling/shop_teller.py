"""What happens to a shop's money, told once to whom it concerns: its operators or the customer.

An event is stored with what made it so, and claimed, durably, before it is told. What surely was
not told waits again; of what may have been told nobody hears a second time, as with news of orders.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from telegram.error import TelegramError

from bot.chat.screens import OrderView, Screen
from bot.chat.shop_shown import shop_shown
from bot.chat.texts import texts_in
from bot.domain.collecting import Standing, closes_at
from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Order
from bot.domain.quiet import QuietHours
from bot.domain.shop_events import FOR_OPERATORS, EventKind, ShopEvent
from bot.services.collecting.shop import Shop
from bot.storage.ports import (
    Storage,
)
from bot.telegram import DirectBot
from bot.telegram.outcomes import Sent, judged
from bot.telling.rounds import Rounds, apart
from bot.telling.sending import send_screen, session_of

ScreenOfEvent = Callable[[OrderView, ShopEvent], Screen]
_AT_ONCE = 20
_AGAIN = timedelta(seconds=20)
_MINUTE = timedelta(minutes=1)
_MOST_CASES = 500
_PUT_ASIDE = timedelta(minutes=10)
_log = structlog.get_logger(__name__)


class ShopTeller:
    """Runs until cancelled."""

    def __init__(
        self,
        bot: DirectBot,
        storage: Storage,
        shop: Shop,
        screen: ScreenOfEvent,
        *,
        operators: Iterable[int],
        quiet: QuietHours | None = None,
        closing: timedelta | None = timedelta(hours=2),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._events = storage.shop_events
        self._shop = shop
        self._screen = screen
        self._operators = tuple(operators)
        self._quiet = quiet
        self._closing = closing
        self._looked_at: datetime | None = None
        self._clock = clock
        self._rounds = Rounds("shop_events_wait")

    def wake(self) -> None:
        """Look now: something happened."""
        self._rounds.wake()

    async def run(self) -> None:
        """Tell what waits, for ever; what an earlier run was telling may have been told."""
        await self._rounds.run(self._begin, self._look)

    async def _begin(self) -> None:
        await self._shop.terms()  # their rate is shown before anybody writes
        if unclear := await self._events.give_up_events():
            _log.warning("shop_events_unclear", count=unclear)

    async def _look(self) -> None:
        await self.look_for_closing()
        await self.tell_waiting()

    async def look_for_closing(self) -> None:
        """Have operators told of orders that are paid for and that 1688 closes soon; once each."""
        now = self._clock()
        looked = self._looked_at
        if self._closing is None or (looked is not None and timedelta() <= now - looked < _MINUTE):
            return
        for case in await self._storage.shop.cases(Standing.TO_PAY_THERE, _MOST_CASES):
            order = await self._storage.orders.order(case.order_no)
            ends = closes_at(order) if order is not None else None
            if ends is not None and now < ends <= now + self._closing:
                detail = ends.isoformat()
                await self._events.tell_event(case.order_no, EventKind.CLOSING, detail)
        self._looked_at = now

    async def tell_waiting(self) -> None:
        """Tell what may be told now. Raises `StorageUnavailable`."""
        for event in await self._events.events_to_tell(self._clock(), _AT_ONCE):
            later = self._clock() + _PUT_ASIDE
            put_aside = partial(self._events.put_back_event, event.event_id, later)
            await apart("shop_event_waits", put_aside, self._tell(event), kind=event.kind.value)

    async def _tell(self, event: ShopEvent) -> None:
        order = await self._storage.orders.order(event.order_no)
        quiet_until = self._quiet.over_at(self._clock()) if self._quiet else None
        can_wait = event.kind is not EventKind.CLOSING
        if order is not None and quiet_until is not None and can_wait:
            await self._events.put_back_event(event.event_id, quiet_until)
            return
        # Read before the claim: what can't be read now is told later.
        people = self._people(event, order) if order is not None else []
        views = [await self._view(order, *each) for each in people if order is not None]
        if not await self._events.claim_event(event.event_id):
            return
        if order is None:  # deleted meanwhile
            await self._events.end_event(event.event_id)
            return
        results = [await self._send(event, each) for each in views]
        if results and all(each is Sent.NOT_NOW for each in results):
            await self._events.put_back_event(event.event_id, self._clock() + _AGAIN)
            return
        await self._events.end_event(event.event_id)
        _log.info("shop_event_told", kind=event.kind.value, people=len(results))

    async def _view(self, order: Order, chat_id: ChatId, user_id: UserId) -> OrderView:
        session = await session_of(self._storage.conversations, chat_id, user_id, order.language)
        rate = order.quote.charge.rate if order.quote.charge else None
        return OrderView(
            session=session,
            t=texts_in(session.language).priced(rate),
            order=order,
            shop=await shop_shown(self._shop, order),
        )

    async def _send(self, event: ShopEvent, view: OrderView) -> Sent | None:
        """Tell one person; None when they were told."""
        screen = self._screen(view, event)
        try:
            # One of several whose chat is held back is waited for: the others have been told.
            await send_screen(self._bot, view.session, screen, even_held=True)
        except TelegramError as error:
            sent = judged(error)
            _log.warning("shop_event_not_told", error=type(error).__name__, sent=sent.value)
            return sent
        return None

    def _people(self, event: ShopEvent, order: Order) -> Sequence[tuple[ChatId, UserId]]:
        if event.kind in FOR_OPERATORS:
            return [(ChatId(each), UserId(each)) for each in self._operators]
        return [(order.chat_id, order.user_id)]
