"""Never silence: a slow step answers its tap at once and shows "typing" until it is done."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.domain.identifiers import ChatId
from bot.taps import TapAnswer

WHILE_WORKING = 0.05  # seconds; a faster step needs no sign of life
WHILE_DRAWING = 0.6  # seconds; a message without slow pictures is sent by then
_CHAT_ACTION_LASTS = 4.5  # seconds; Telegram shows one for five
_log = structlog.get_logger(__name__)


class SignsOfLife:
    """Shows them beside the work, which never waits for them."""

    def __init__(self) -> None:
        self._showing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def during(
        self, bot: ExtBot[Any], chat_id: ChatId, tap: TapAnswer, after: float
    ) -> AsyncIterator[None]:
        """Show signs of life when the block takes longer than `after` seconds."""
        over = asyncio.Event()
        task = asyncio.create_task(_show(bot, chat_id, tap, after, over), name="sign of life")
        # A call that has begun is left to end: breaking it off would cost its connection.
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)
        try:
            yield
        finally:
            over.set()


async def _show(
    bot: ExtBot[Any], chat_id: ChatId, tap: TapAnswer, after: float, over: asyncio.Event
) -> None:
    if await _is_over(over, after):
        return
    tap.give()
    try:
        while True:
            await bot.send_chat_action(chat_id, ChatAction.TYPING)
            if await _is_over(over, _CHAT_ACTION_LASTS):
                return
    except TelegramError as error:
        # A courtesy only: the step itself goes on and draws its screen.
        _log.info("sign_of_life_failed", error=type(error).__name__)


async def _is_over(over: asyncio.Event, within: float) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), within)
    return over.is_set()
