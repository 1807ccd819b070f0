"""Telling people what no update of theirs asked for: an order's outcome, a failure of ours."""

import asyncio
from collections.abc import Callable
from itertools import chain, repeat
from typing import Any

import structlog
from telegram import Update
from telegram.constants import ParseMode
from telegram.ext import ExtBot

from bot.chat.conversation import ScreenNotDrawn, StoredConversationHandler
from bot.chat.texts import language_of, texts_in
from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Order
from bot.domain.sessions import Ordered, Session
from bot.intake.processing import REDRAW_DELAYS
from bot.process.pausing import happens
from bot.storage.ports import Storage, StorageError

SessionAfter = Callable[[Session, Order], Session | None]
_log = structlog.get_logger(__name__)


class Teller:
    """Moves conversations on and draws them until the person has seen it, or the bot stops."""

    def __init__(
        self,
        bot: ExtBot[Any],
        storage: Storage,
        conversation: StoredConversationHandler,
        session_after: SessionAfter,
        redraw_delays: tuple[float, ...] = REDRAW_DELAYS,
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._conversation = conversation
        self._session_after = session_after
        self._redraw_delays = redraw_delays
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Stop waiting: who was not told is told after the next start."""
        self._closing.set()

    async def redraw(self, chat_id: int, user_id: int) -> None:
        """Draw somebody's current screen. Raises `ScreenNotDrawn`."""
        await self._conversation.redraw(ChatId(chat_id), UserId(user_id))

    async def order_changed(self, order: Order) -> None:
        """Move the person's conversation on, draw it, and only then call the order told.

        No update brings this screen back after a crash, so the mark follows the drawing: who is
        stopped in between tells once more. A step that shows an outcome commits `MarkTold`.
        """
        shown = await self._show(order)
        if shown and order.is_settled:
            await self._storage.orders.mark_told(order.order_no, order.placing)

    async def update_parked(self, update: Update) -> None:
        """Tell the person that this one failed on our side, and show where they stand."""
        chat, user = update.effective_chat, update.effective_user
        if chat is None or user is None or chat.id != user.id:
            return
        language = await self._language_of(update)
        text = texts_in(language)("anywhere.failed")
        await self._bot.send_message(chat.id, text, parse_mode=ParseMode.HTML)
        await self.redraw(chat.id, user.id)

    async def _show(self, order: Order) -> bool:
        try:
            record = Ordered(
                order_no=order.order_no,
                message_id=order.message_id,
                below_picture=order.below_picture,
            )
            await self._conversation.resume(
                order.chat_id,
                order.user_id,
                lambda session: self._session_after(session, order),
                record if order.message_id is not None else None,
            )
        except ScreenNotDrawn as error:
            _log.warning("screen_not_drawn", reason=str(error))
        else:
            return True
        for delay in chain(self._redraw_delays, repeat(self._redraw_delays[-1])):
            await happens(self._closing, delay)
            if self._closing.is_set():
                return False
            try:
                await self.redraw(order.chat_id, order.user_id)
            except ScreenNotDrawn as error:
                _log.warning("screen_not_drawn", reason=str(error))
            else:
                break
        return True

    async def _language_of(self, update: Update) -> str:
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None:
            return language_of(None)
        try:
            session = await self._storage.conversations.load_session(
                ChatId(chat.id), UserId(user.id)
            )
        except (StorageError, ValueError):
            # The stored session may be the very thing that fails.
            _log.exception("language_unknown")
            session = None
        return session.language if session else language_of(user.language_code)
