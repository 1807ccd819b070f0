"""Never silence: a slow step answers its tap at once and shows "typing" until it is done."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.chat.taps import TapAnswer
from bot.domain.sessions import Session
from bot.process.pausing import happens
from bot.telegram import DirectBot

WHILE_WORKING = 0.05  # seconds; a faster step needs no sign of life
WHILE_DRAWING = 0.6  # seconds; a message without slow pictures is sent by then
_CHAT_ACTION_LASTS = 4.5  # seconds; Telegram shows one for five
_TYPING = ChatAction.TYPING.value
_log = structlog.get_logger(__name__)


class SignsOfLife:
    """Shows them beside the work, which never waits for them."""

    def __init__(self) -> None:
        self._showing: set[asyncio.Task[None]] = set()

    def during(self, bot: DirectBot, session: Session, tap: TapAnswer, after: float) -> "_During":
        """Show signs of life when the block takes longer than `after` seconds."""
        return _During(self._showing, partial(_show, bot, session, tap), after)


class _During:
    """A block of work, and the timer that shows signs of life beside it."""

    __slots__ = ("_after", "_over", "_show", "_showing", "_timer")

    def __init__(
        self,
        showing: set[asyncio.Task[None]],
        show: Callable[[asyncio.Event], Coroutine[Any, Any, None]],
        after: float,
    ) -> None:
        self._showing = showing
        self._show = show
        self._after = after
        self._over = asyncio.Event()

    def __enter__(self) -> None:
        # No task before it is needed: most steps are over by then.
        self._timer = asyncio.get_running_loop().call_later(self._after, self._begin)

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._over.set()

    def _begin(self) -> None:
        task = asyncio.create_task(self._show(self._over), name="sign of life")
        # A call that has begun is left to end: breaking it off would cost its connection.
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)


async def _show(bot: DirectBot, session: Session, tap: TapAnswer, over: asyncio.Event) -> None:
    tap.give()
    try:
        while not over.is_set():
            await bot.call(
                "sendChatAction",
                chat_id=session.chat_id,
                message_thread_id=session.topic,
                action=_TYPING,
            )
            await happens(over, _CHAT_ACTION_LASTS)
    except TelegramError as error:
        # A courtesy only: the step itself goes on and draws its screen.
        _log.info("sign_of_life_failed", error=type(error).__name__)
