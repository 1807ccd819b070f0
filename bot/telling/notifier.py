"""News of orders on its way to people: at most one message for each piece, whatever happens.

News is claimed, durably, before it is sent. What surely was not sent waits again; of what may
have been sent nobody is told a second time (docs/decisions/0011-news-of-an-order.md).
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from telegram.error import RetryAfter, TelegramError

from bot.chat.screens import OrderView, Screen
from bot.chat.texts import texts_in
from bot.domain.identifiers import ChatId, MerchantOrderNo
from bot.domain.news import TO_PAY, News, grouped
from bot.domain.orders import Order, OrderStatus
from bot.domain.quiet import QuietHours, tell_at
from bot.domain.sessions import Session
from bot.domain.timeliness import is_timely
from bot.marketplace.errors import MarketplaceError
from bot.process.logs import logged_with
from bot.services.following.tracking import Tracking
from bot.storage.ports import Storage, StorageError, StorageUnavailable
from bot.storage.tracking_ports import Notice, NoticeEnd
from bot.telegram import DirectBot
from bot.telegram.outcomes import Sent, judged
from bot.telegram.pacing import seconds_of
from bot.telling.rounds import ENDS_WITHIN, Rounds
from bot.telling.sending import send_screen

ScreenOfNews = Callable[[OrderView, News], Screen]
_AT_ONCE = 8
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 300.0
_STORAGE_AWAY, _PUT_ASIDE = timedelta(seconds=15), timedelta(minutes=10)
_STILL_FRESH = timedelta(minutes=1)
_log = structlog.get_logger(__name__)


class Notifier:
    """Runs until cancelled; `close` lets messages under way end."""

    def __init__(
        self,
        bot: DirectBot,
        store: Storage,
        tracking: Tracking,
        screen: ScreenOfNews,
        *,
        quiet: QuietHours | None = None,
        on_notice: Callable[[str], None] = lambda _: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bot = bot
        self._store = store
        self._tracking = tracking
        self._screen = screen
        self._quiet = quiet
        self._on_notice = on_notice
        self._clock = clock
        self._rounds = Rounds("news_waits")
        self._tasks: dict[MerchantOrderNo, asyncio.Task[None]] = {}
        self._waits: dict[MerchantOrderNo, float] = {}
        self._aside: dict[MerchantOrderNo, tuple[datetime, datetime]] = {}  # from when to when
        self._closing = False

    def wake(self) -> None:
        """Look now: there is news."""
        self._rounds.wake()

    async def run(self) -> None:
        """Tell what waits, for ever; also what an earlier run left."""
        try:
            await self._rounds.run(self._begin, self.begin_waiting)
        finally:
            # Another may take over as soon as this has ended, and gives up what is claimed.
            if self._tasks:
                await asyncio.wait(self._tasks.values(), timeout=ENDS_WITHIN)

    async def begin_waiting(self) -> None:
        """Begin to tell of the orders with news, as far as there is room."""
        room = _AT_ONCE - len(self._tasks)
        if room <= 0 or self._closing:
            return
        now = self._clock()
        # A clock that was set back since puts nobody aside for longer.
        self._aside = {
            order: (since, until)
            for order, (since, until) in self._aside.items()
            if since <= now < until
        }
        busy = self._tasks.keys() | self._aside.keys()
        waiting = await self._store.notices.orders_to_tell(now, room + len(busy))
        for order_no, chat_id in [each for each in waiting if each[0] not in busy][:room]:
            task = asyncio.create_task(self._tell(order_no, chat_id), name=f"tell {order_no}")
            self._tasks[order_no] = task
            task.add_done_callback(lambda _, order_no=order_no: self._ended(order_no))  # type: ignore[misc]  # a default binds it

    async def close(self, grace: float = 20.0) -> None:
        """Let messages under way end; what waits stays stored."""
        self._closing = True
        if self._tasks:
            tasks = list(self._tasks.values())
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _begin(self) -> None:
        """What an earlier run was sending when it ended may have been sent."""
        unclear = await self._store.notices.give_up_claimed()
        if unclear:
            _log.warning("news_unclear", count=unclear)
        for _ in range(unclear):
            self._on_notice(NoticeEnd.UNCLEAR.value)

    def _ended(self, order_no: MerchantOrderNo) -> None:
        del self._tasks[order_no]
        self.wake()

    async def _tell(self, order_no: MerchantOrderNo, chat_id: ChatId) -> None:
        with logged_with(order_no=order_no):
            try:
                await self._tell_all(order_no, chat_id)
            except StorageUnavailable as error:
                _log.warning("news_waits", error=str(error))
                self._put_aside(order_no, _STORAGE_AWAY)
            except Exception:  # noqa: BLE001 - a bug that one order meets must not keep the others untold
                _log.exception("news_waits")
                self._put_aside(order_no, _PUT_ASIDE)

    def _put_aside(self, order_no: MerchantOrderNo, pause: timedelta) -> None:
        now = self._clock()
        self._aside[order_no] = (now, now + pause)

    async def _tell_all(self, order_no: MerchantOrderNo, chat_id: ChatId) -> None:
        """Tell an order's news, oldest first, until a piece has to wait."""
        # The order first: whatever it has gone through by then has left its news.
        tracked = await self._store.tracking.tracked(order_no)
        waiting = await self._loud(order_no)
        for news, places in grouped([each.news for each in waiting]):
            notices = [waiting[at].notice_id for at in places]
            order = tracked.order if tracked else None
            if order is not None and news.kind in TO_PAY and not self._is_fresh(order, news):
                try:
                    order = await self._tracking.look(order_no)
                except MarketplaceError as error:
                    _log.info("news_waits", kind=news.kind.value, error=type(error).__name__)
                    await self._put_back(order_no, notices, 60.0)
                    return
            if order is None or not is_timely(news, order, self._clock()):
                await self._end(notices, NoticeEnd.DROPPED, news)
            elif not await self._send(order, chat_id, news, notices):
                return

    async def _loud(self, order_no: MerchantOrderNo) -> list[Notice]:
        """Return the notices to be told now; those that the quiet hours hold wait for their end.

        A clock that was set back, or a wait of another kind, may have led into them.
        """
        now = self._clock()
        waiting = await self._store.notices.waiting_notices(order_no, now)
        held: dict[datetime, list[int]] = {}
        for each in waiting:
            at = tell_at(each.news, now, self._quiet)
            if at > now:
                held.setdefault(at, []).append(each.notice_id)
        for at, notices in held.items():
            await self._store.notices.hold_notices(notices, at)
        quiet = {notice for notices in held.values() for notice in notices}
        return [each for each in waiting if each.notice_id not in quiet]

    def _is_fresh(self, order: Order, news: News) -> bool:
        """Tell whether what may have been paid was read lately enough to say it was not."""
        now = self._clock()
        since = now - _STILL_FRESH
        return all(
            part.read_at is not None and since <= part.read_at <= now
            for part in order.parts
            if part.order_id in news.parts and part.status is OrderStatus.AWAITING_PAYMENT
        )

    async def _send(
        self, order: Order, chat_id: ChatId, news: News, notices: Sequence[int]
    ) -> bool:
        """Send one piece; return whether the next may follow."""
        session = await self._session(chat_id, order)
        rate = order.quote.charge.rate if order.quote.charge else None
        view = OrderView(session=session, t=texts_in(session.language).priced(rate), order=order)
        screen = self._screen(view, news)
        await self._store.notices.claim_notices(notices)
        try:
            await send_screen(self._bot, session, screen)
        except TelegramError as error:
            sent = judged(error)
            name, kind = type(error).__name__, news.kind.value
            _log.warning("news_not_told", kind=kind, error=name, sent=sent.value)
            if sent is Sent.NOT_NOW:
                wait = seconds_of(error) if isinstance(error, RetryAfter) else None
                await self._put_back(order.order_no, notices, wait)
                return False
            end = NoticeEnd.DROPPED if sent is Sent.NEVER else NoticeEnd.UNCLEAR
            await self._end(notices, end, news)
            return True
        self._waits.pop(order.order_no, None)
        await self._end(notices, NoticeEnd.TOLD, news)
        return True

    async def _session(self, chat_id: ChatId, order: Order) -> Session:
        """Return the person's conversation, whose language and buttons these are."""
        try:
            session = await self._store.conversations.load_session(chat_id, order.user_id)
        except (StorageError, ValueError):
            # One that can't be read keeps nobody from the news.
            _log.exception("language_unknown")
            session = None
        return session or Session.begun(chat_id, order.user_id, order.language)

    async def _end(self, notices: Sequence[int], end: NoticeEnd, news: News) -> None:
        await self._store.notices.end_notices(notices, end)
        _log.info("news_ended", kind=news.kind.value, end=end.value)
        self._on_notice(end.value)

    async def _put_back(
        self, order_no: MerchantOrderNo, notices: Sequence[int], seconds: float | None
    ) -> None:
        """Have what surely was not sent wait: so long as is asked for, else longer each time."""
        wait = self._waits.get(order_no, _FIRST_WAIT)
        self._waits[order_no] = min(wait * 2, _LONGEST_WAIT)
        pause = timedelta(seconds=wait if seconds is None else seconds)
        await self._store.notices.put_back_notices(notices, self._clock() + pause)
        # What comes meanwhile does not overtake it.
        self._put_aside(order_no, pause)
        self._on_notice("put_back")
