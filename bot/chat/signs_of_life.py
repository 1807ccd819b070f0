"""Never silence: a slow step says at once what it waits for, and shows "typing" until it is done.

A press is answered by a toast. What somebody wrote is answered by a message of its own later, so
until then a draft of it stands there, where the server has drafts; it goes when the message comes.
An edit takes none away, as far as is known, so a press, which is often answered by one, gets none.
"""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

import structlog
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.chat.measuring import without_markup
from bot.chat.taps import TapAnswer
from bot.chat.texts import Html, texts_in
from bot.domain.sessions import Session
from bot.process.pausing import happens
from bot.telegram import DirectBot
from bot.telegram.abilities import Ability
from bot.telegram.newer import SendMessageDraft

WHILE_WORKING = 0.05  # seconds; a faster step needs no sign of life
WHILE_DRAWING = 0.6  # seconds; a message without slow pictures is sent by then
_CHAT_ACTION_LASTS = 4.5  # seconds; Telegram shows one for five
_DRAFT_LASTS: Final = 5  # chat actions; Telegram shows a draft for 30 seconds
_LONG: Final = 2  # chat actions, after which more than "searching" is said
_TYPING = ChatAction.TYPING.value
_log = structlog.get_logger(__name__)

Doing = Callable[[], Html | None]
"""What is being waited for, in words; None where there is nothing to say of it."""


def _nothing() -> None:
    return None


class SignsOfLife:
    """Shows them beside the work, which never waits for them."""

    def __init__(self) -> None:
        self._showing: set[asyncio.Task[None]] = set()

    def during(
        self,
        bot: DirectBot,
        session: Session,
        tap: TapAnswer,
        after: float,
        doing: Doing = _nothing,
    ) -> "_During":
        """Show signs of life when the block takes longer than `after` seconds."""
        return _During(self._showing, partial(_show, bot, session, tap, doing), after)


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


async def _show(
    bot: DirectBot, session: Session, tap: TapAnswer, doing: Doing, over: asyncio.Event
) -> None:
    words = doing()
    tap.give(without_markup(words) if words is not None else None)
    shown: str | None = None
    shown_at = 0
    try:
        for turn in itertools.count():
            if over.is_set():
                return
            text = None if tap.is_for_a_press else _said(doing(), session, turn)
            if text is not None and (text != shown or turn - shown_at >= _DRAFT_LASTS):
                shown, shown_at = text, turn
                await _draft(bot, session, text)
            if not over.is_set():
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


def _said(words: Html | None, session: Session, turn: int) -> str | None:
    if words is None or turn < _LONG:
        return words
    return f"{words}\n{texts_in(session.language)('doing.long')}"


async def _draft(bot: DirectBot, session: Session, text: str) -> None:
    if not bot.abilities.has(Ability.DRAFTS):
        return
    draft = SendMessageDraft(
        chat_id=session.chat_id,
        draft_id=session.revision + 1,  # the same for one step: its words change in place
        text=text,
        message_thread_id=session.topic,
        parse_mode=ParseMode.HTML.value,
    )
    try:
        await bot.ask(draft)
    except BadRequest as error:
        _log.info("draft_refused", reason=error.message)
