"""What came true of watched offers, told once to each who watches.

News is stored with the reading that found it and claimed, durably, before it is told; what may have
been told is not told again.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from telegram.error import TelegramError

from bot.chat.drawing import Drawer
from bot.chat.screens import Screen
from bot.chat.texts import FALLBACK, Texts, texts_in
from bot.domain.identifiers import ChatId, UserId
from bot.domain.quiet import QuietHours
from bot.domain.rates import Rate
from bot.domain.watches import OfferWatch, WatchEnd, WatchState
from bot.storage.ports import (
    Storage,
)
from bot.telegram import DirectBot
from bot.telegram.outcomes import Sent, judged
from bot.telegram.pacing import pause_after
from bot.telling.rounds import Rounds, apart
from bot.telling.sending import send_pictured, session_of

ScreenOfWatch = Callable[[Texts, OfferWatch], Screen]
_AT_ONCE = 20
_AGAIN = timedelta(seconds=20)
_PUT_ASIDE = timedelta(minutes=10)
_STILL_TRUE = timedelta(hours=1)
_log = structlog.get_logger(__name__)


class WatchTeller:
    """Runs until cancelled. `lets_in` tells whether somebody may still order."""

    def __init__(
        self,
        bot: DirectBot,
        drawer: Drawer,
        storage: Storage,
        screen: ScreenOfWatch,
        lets_in: Callable[[UserId], Awaitable[bool]],
        *,
        rate: Callable[[], Rate | None] = lambda: None,
        quiet: QuietHours | None = None,
        look_soon: Callable[[], None] = lambda: None,
        on_end: Callable[[str], None] = lambda _: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bot = bot
        self._drawer = drawer
        self._storage = storage
        self._watches = storage.watches
        self._screen = screen
        self._lets_in = lets_in
        self._rate = rate
        self._quiet = quiet
        self._look_soon = look_soon
        self._on_end = on_end
        self._clock = clock
        self._rounds = Rounds("watches_wait")

    def wake(self) -> None:
        """Look now: something came true."""
        self._rounds.wake()

    async def run(self) -> None:
        """Tell what waits, for ever; what an earlier run was telling may have been told."""
        await self._rounds.run(self._begin, self._look)

    async def _begin(self) -> None:
        if unclear := await self._watches.give_up_watches():
            _log.warning("watches_unclear", count=unclear)

    async def _look(self) -> None:
        if await self.tell_waiting() == _AT_ONCE:
            self.wake()  # there may be more

    async def tell_waiting(self) -> int:
        """Tell what may be told now; return how many there were. Raises `StorageUnavailable`."""
        waiting = await self._watches.watches_to_tell(self._clock(), _AT_ONCE)
        for watch in waiting:
            put_aside = partial(self._watches.put_back_watch, watch, self._clock() + _PUT_ASIDE)
            await apart("watch_waits", put_aside, self._tell(watch), watch=watch.watch_id)
        return len(waiting)

    async def _tell(self, watch: OfferWatch) -> None:
        now = self._clock()
        quiet_until = self._quiet.over_at(now) if self._quiet else None
        if quiet_until is not None:
            await self._watches.put_back_watch(watch, quiet_until)
            return
        if _is_old(watch, now):
            # It may be so no more: what is read now is told instead.
            await self._watches.put_back_watch(watch, now, WatchState.WATCHING)
            await self._watches.look_soon([watch.goods.offer_id])
            self._look_soon()
            return
        if not await self._lets_in(watch.user_id):
            await self._end(watch, WatchState.DROPPED)
            return
        session = await session_of(
            self._storage.conversations, ChatId(watch.user_id), watch.user_id, FALLBACK
        )
        screen = self._screen(texts_in(session.language).priced(self._rate()), watch)
        if not await self._watches.claim_watch(watch):
            return
        try:
            await send_pictured(self._bot, self._drawer, session, screen)
        except TelegramError as error:
            sent = judged(error)
            _log.warning("watch_not_told", error=type(error).__name__, sent=sent.value)
            if sent is Sent.NOT_NOW:
                await self._watches.put_back_watch(watch, now + pause_after(error, _AGAIN))
                return
            never = sent is Sent.NEVER
            await self._end(watch, WatchState.DROPPED if never else WatchState.UNCLEAR)
            return
        await self._end(watch, WatchState.TOLD)

    async def _end(self, watch: OfferWatch, state: WatchState) -> None:
        await self._watches.end_watch(watch, state)
        _log.info("watch_ended", end=state.value)
        self._on_end(state.value)


def _is_old(watch: OfferWatch, now: datetime) -> bool:
    """Tell whether what was found may have changed since; an end stays one."""
    found = watch.found
    return found is not None and found.end is WatchEnd.TRUE and now - found.at > _STILL_TRUE
