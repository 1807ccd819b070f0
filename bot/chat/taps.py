"""Pressed buttons: answered once and at once, acted on once."""

import asyncio
import time
from datetime import datetime, timedelta

import structlog
from telegram import CallbackQuery
from telegram.error import BadRequest, TelegramError

from bot.chat.buttons import BadButton, Press
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import REVISIONS_LOST, Session
from bot.telegram import DirectBot

DOUBLE_TAP = timedelta(seconds=3)
_HEARD = 1.0  # seconds for which a screen waits to know whether its toast was taken
_log = structlog.get_logger(__name__)


class TapAnswer:
    """The answer to one press, so that its button stops spinning. None stands for no press.

    Whoever comes first answers: the step when it is committed, or before that the sign of life.
    """

    def __init__(self, bot: DirectBot, query: CallbackQuery | None) -> None:
        self._bot = bot
        self._query = query
        self._sending: asyncio.Task[None] | None = None
        self._is_refused = False

    @property
    def is_for_a_press(self) -> bool:
        """Whether there is a press to answer."""
        return self._query is not None

    def give(self, toast: str | None = None, *, alert: bool = False) -> bool:
        """Send the answer in the background; tell whether another one was sent before."""
        if self._query is None:
            return False
        if self._sending is not None:
            return True
        self._sending = asyncio.create_task(self._send(self._query, toast, alert), name="tap")
        return False

    async def say(self, toast: str | None, *, alert: bool = False) -> bool:
        """Answer with words, if there are any; tell whether they are to be said in the chat.

        That is where nothing was pressed, where the sign of life answered before, and where the
        press is so old that Telegram shows no answer to it any more.
        """
        if toast is None:
            self.give()
            return False
        if self._query is None or self.give(toast, alert=alert):
            return True
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=_HEARD)
        return self._is_refused

    async def given(self) -> None:
        """Wait until the answer is sent, if there is one."""
        if self._sending is not None:
            await asyncio.shield(self._sending)

    async def _send(self, query: CallbackQuery, toast: str | None, alert: bool) -> None:  # noqa: FBT001 - as given above
        try:
            await self._bot.call(
                "answerCallbackQuery",
                callback_query_id=query.id,
                text=toast,
                show_alert=True if alert else None,
            )
        except BadRequest as error:
            # "Query is too old": the person's app stopped waiting; the screen tells all.
            self._is_refused = True
            _log.info("tap_not_answered", reason=error.message)
        except TelegramError as error:
            _log.info("tap_not_answered", reason=type(error).__name__)


class OverlayTaps:
    """Remembers what was lately shown beside the journey, which commits nothing to remember it by.

    Of each message the last press alone: what was drawn into it since by another is no repeat.
    Lost at a restart, and then a double tap shows the same thing twice at worst.
    """

    def __init__(self) -> None:
        self._last: dict[tuple[ChatId, UserId, int], tuple[str, float]] = {}

    def remember(self, session: Session, query: CallbackQuery) -> None:
        """Note that this press was acted on now."""
        now = time.monotonic()
        lately = now - DOUBLE_TAP.total_seconds()
        self._last = {key: press for key, press in self._last.items() if press[1] > lately}
        self._last[_place(session, query)] = (query.data or "", now)

    def repeats(self, session: Session, query: CallbackQuery) -> bool:
        """Tell whether this press was acted on a moment ago, and no other since."""
        data, at = self._last.get(_place(session, query), (None, 0.0))
        return data == (query.data or "") and time.monotonic() - at < DOUBLE_TAP.total_seconds()


def press_of(query: CallbackQuery | None) -> Press | None:
    """Read a press; None for an update that is none, or whose data was never ours."""
    if query is None:
        return None
    try:
        return Press.decode(query.data or "")
    except BadButton:
        _log.warning("button_refused", reason="not ours")
        return None


def fits(press: Press | None, session: Session) -> bool:
    """Tell whether a press belongs to this session and the screen that is current.

    A standing button is good at any revision, but for those that only a database knew which a
    restore replaced: what it decides may have been decided and done since.
    """
    if press is None:
        return False
    if press.session_id != session.session_id:
        _log.warning("button_refused", reason="another session")
        return False
    if press.revision is not None and press.revision > session.revision:
        _log.warning("button_refused", reason="never drawn")
        return False
    if press.revision is None:
        before_a_restore = (
            press.drawn is not None and session.revision - press.drawn >= REVISIONS_LOST.start
        )
        if before_a_restore:
            _log.warning("button_refused", reason="of before a restore")
        return not before_a_restore
    return press.revision == session.revision


def is_double_tap(session: Session, query: CallbackQuery, received: datetime) -> bool:
    """Tell whether this very press was acted on before or just about when it was received."""
    return any(tap.data == query.data and received - tap.at < DOUBLE_TAP for tap in session.taps)


def _place(session: Session, query: CallbackQuery) -> tuple[ChatId, UserId, int]:
    message_id = query.message.message_id if query.message is not None else 0
    return session.chat_id, session.user_id, message_id
