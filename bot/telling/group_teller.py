"""What is told of group buys, and the cards that show them in groups and channels.

News is stored with what made it so and claimed, durably, before it is told; what may have been
told is not told again. A card shows a version of its buy: whatever moved the buy has it edited, at
most every seven seconds, after a restart as well.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from telegram.error import TelegramError

from bot.chat.screens import Screen
from bot.chat.texts import Texts, texts_in
from bot.domain.group_buys.buys import GroupBuy, News, StoredNews
from bot.domain.identifiers import ChatId, UserId
from bot.domain.ledger import Books
from bot.domain.quiet import QuietHours
from bot.domain.sessions import Session
from bot.process.pausing import happens
from bot.storage.ports import (
    StepCommit,
    Storage,
    StorageError,
    StorageUnavailable,
    VersionConflict,
)
from bot.telegram import DirectBot
from bot.telegram.outcomes import Sent, judged
from bot.telling.sending import send_screen

ScreenOfBuyNews = Callable[[Texts, GroupBuy, Books, News], Screen]
_AT_ONCE = 20
_LOOK_EVERY = 1.0  # seconds; whoever has something to tell wakes it at once
_AGAIN = timedelta(seconds=20)
_PUT_ASIDE = timedelta(minutes=10)
_log = structlog.get_logger(__name__)


class GroupTeller:
    """Runs until cancelled."""

    def __init__(
        self,
        bot: DirectBot,
        storage: Storage,
        screen: ScreenOfBuyNews,
        *,
        quiet: QuietHours | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._buys = storage.group_buys
        self._screen = screen
        self._quiet = quiet
        self._clock = clock
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look now: something happened."""
        self._woken.set()

    async def run(self) -> None:
        """Tell what waits, for ever; what an earlier run was telling may have been told."""
        begun = False
        while True:
            self._woken.clear()
            try:
                if not begun:
                    if unclear := await self._buys.give_up_news():
                        _log.warning("group_news_unclear", count=unclear)
                    begun = True
                await self.tell_waiting()
            except StorageUnavailable as error:
                _log.warning("group_news_waits", error=str(error))
            await happens(self._woken, _LOOK_EVERY)

    async def tell_waiting(self) -> None:
        """Tell what may be told now. Raises `StorageUnavailable`."""
        for news in await self._buys.news_to_tell(self._clock(), _AT_ONCE):
            try:
                await self._tell(news)
            except StorageUnavailable:
                raise
            except Exception:  # noqa: BLE001 - a bug that one piece of news meets must not keep the others
                _log.exception("group_news_waits", kind=news.news.kind.value)
                await self._buys.put_back_news(news.news_id, self._clock() + _PUT_ASIDE)

    async def _tell(self, stored: StoredNews) -> None:
        quiet_until = self._quiet.over_at(self._clock()) if self._quiet else None
        if quiet_until is not None:
            await self._buys.put_back_news(stored.news_id, quiet_until)
            return
        if not await self._buys.claim_news(stored.news_id):
            return
        buy = await self._buys.buy(stored.buy_id)
        if buy is None:  # dropped meanwhile
            await self._buys.end_news(stored.news_id)
            return
        books = await self._buys.books_of_buy(stored.buy_id)
        session = await self._session(stored.news.user_id, buy.language)
        screen = self._screen(texts_in(session.language), buy, books, stored.news)
        to_organiser = stored.news.user_id == buy.organiser
        try:
            await send_screen(self._bot, session, screen)
        except TelegramError as error:
            sent = judged(error)
            if to_organiser and sent is Sent.NEVER:
                # Who runs it can't be told anything: that is the operators' to know.
                await self._buys.organiser_reached(buy.buy_id, reached=False)
            _log.warning("group_news_not_told", error=type(error).__name__, sent=sent.value)
            if sent is Sent.NOT_NOW:
                await self._buys.put_back_news(stored.news_id, self._clock() + _AGAIN)
                return
        else:
            if to_organiser:
                await self._buys.organiser_reached(buy.buy_id, reached=True)
        await self._buys.end_news(stored.news_id)
        _log.info("group_news_told", kind=stored.news.kind.value)

    async def _session(self, user_id: UserId, language: str) -> Session:
        """Return the person's conversation, whose buttons the message will have."""
        chat_id = ChatId(user_id)
        try:
            session = await self._storage.conversations.load_session(chat_id, user_id)
        except (StorageError, ValueError):
            _log.exception("language_unknown")
            session = None
        if session is None:
            session = Session.begun(chat_id, user_id, language)
            with contextlib.suppress(VersionConflict):  # somebody who just wrote has one by now
                await self._storage.conversations.commit_step(
                    StepCommit(session=session, expected_revision=None)
                )
        return session
