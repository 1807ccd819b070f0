"""Before the conversation: who may not order, or sends too fast, gets one sentence and no work.

Runs in a handler group of its own, ahead of the conversation's. Nothing is stored here but a
redeemed invitation. See docs/decisions/0010-who-may-order.md.
"""

import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from math import ceil
from typing import Any, NoReturn

import structlog
from telegram import Chat, Message, Update, User
from telegram.constants import ChatType, ParseMode
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, BaseHandler

from bot.chat.buttons import BadButton, Press
from bot.chat.context import Context
from bot.chat.flood import FloodGuard, Verdict
from bot.chat.texts import Html, language_of, texts_in
from bot.domain.identifiers import ChatId, UserId
from bot.domain.invites import PREFIX, Admission
from bot.domain.recent import Recent
from bot.services.access import Access, AccessMode
from bot.storage.ports import ConversationPort

AnyHandler = BaseHandler[Update, Context, Any]
BEFORE_ALL = -1
"""The handler group that comes before the conversation's."""

_QUIET = 60.0  # seconds between two sentences to somebody who may not order
_REMEMBERED = 10_000  # people
_INVITATION = re.compile(rf"/start(?:@\w+)?\s+{PREFIX}([A-Za-z0-9_-]{{1,62}})\s*\Z")
_RIGHTS_COMMAND = re.compile(r"/(?:privacy|mydata|deletemydata)(?:@\w+)?\b")
_RIGHTS_BUTTONS = frozenset({"forget", "here"})
_SENTENCES = {
    Admission.UNKNOWN: "access.invite_unknown",
    Admission.EXPIRED: "access.invite_expired",
    Admission.USED_UP: "access.invite_used_up",
    Admission.REVOKED: "access.invite_revoked",
}
_BY_MODE = {AccessMode.INVITE: "access.invite_only", AccessMode.ALLOWLIST: "access.listed_only"}
_log = structlog.get_logger(__name__)


class Gate(BaseHandler[Update, Context, None]):
    """Stands before `handlers` and lets through, or ends, what they would take."""

    def __init__(
        self,
        handlers: Sequence[AnyHandler],
        access: Access,
        flood: FloodGuard,
        store: ConversationPort,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(self._stand)
        self._handlers = handlers
        self._access = access
        self._flood = flood
        self._store = store
        self._clock = clock
        self._told: Recent[UserId, float] = Recent(_REMEMBERED)

    def check_update(self, update: object) -> bool:
        """Take what a handler behind the gate would take; nothing else asks for an answer."""
        if not isinstance(update, Update) or update.effective_user is None:
            return False
        checks = (each.check_update(update) for each in self._handlers)
        return any(check is not None and check is not False for check in checks)

    async def _stand(self, update: Update, context: Context) -> None:
        """Return to let an update through. Raises `ApplicationHandlerStop` otherwise."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None:
            return
        verdict = self._flood.judge(
            user.id, update.update_id, album=_album_of(update), sent=_sent(update)
        )
        if update.guest_message is not None:
            # Its chat is none of ours: who may not ask gets no word there.
            if verdict is not Verdict.PASS:
                raise ApplicationHandlerStop
            return
        if verdict is not Verdict.PASS:
            await self._slow_down(update, context, user, chat, tell=verdict is Verdict.TELL)
        if chat.type == ChatType.PRIVATE and not await self._access.lets_in(UserId(user.id)):
            await self._keep_out(update, context, user, chat)

    async def _slow_down(
        self, update: Update, context: Context, user: User, chat: Chat, *, tell: bool
    ) -> NoReturn:
        """End an update of somebody who sends too fast. Says so once."""
        if tell:
            _log.warning("flood_held", seconds=self._flood.seconds)
            t = texts_in(await self._language(user, chat))
            text = t("access.too_fast", seconds=ceil(self._flood.seconds))
            if not await self._say(update, context, chat, text):
                self._flood.not_told(user.id)
        else:
            await _stop_spinning(update)
        raise ApplicationHandlerStop

    async def _keep_out(self, update: Update, context: Context, user: User, chat: Chat) -> None:
        """Let in who shows an invitation or asks for their own data; end everything else."""
        person = UserId(user.id)
        sentence = _BY_MODE.get(self._access.mode, "access.listed_only")
        shown = _INVITATION.match(_text_of(update))
        if shown and self._access.mode is AccessMode.INVITE:
            admission = await self._access.redeem(person, shown[1])
            if admission.lets_in:
                return
            sentence = _SENTENCES[admission]
        elif await self._asks_for_rights(update, user, chat):
            return
        elif not self._may_tell(person):
            await _stop_spinning(update)
            raise ApplicationHandlerStop
        _log.info("kept_out", mode=self._access.mode)
        t = texts_in(await self._language(user, chat))
        if await self._say(update, context, chat, t(sentence, person=str(user.id))):
            self._told.put(person, self._clock())
        raise ApplicationHandlerStop

    async def _asks_for_rights(self, update: Update, user: User, chat: Chat) -> bool:
        """Tell whether somebody asks for their own data, of which there is some."""
        query = update.callback_query
        asks = bool(_RIGHTS_COMMAND.match(_text_of(update)))
        if query is not None:
            asks = _action_of(query.data) in _RIGHTS_BUTTONS
        if not asks:
            return False
        return await self._store.load_session(ChatId(chat.id), UserId(user.id)) is not None

    def _may_tell(self, person: UserId) -> bool:
        told = self._told.get(person)
        return told is None or self._clock() - told >= _QUIET

    async def _language(self, user: User, chat: Chat) -> str:
        session = None
        if chat.type == ChatType.PRIVATE:
            session = await self._store.load_session(ChatId(chat.id), UserId(user.id))
        return session.language if session else language_of(user.language_code)

    async def _say(self, update: Update, context: Context, chat: Chat, text: Html) -> bool:
        """Say one sentence; return whether it got through. The update is done with either way."""
        await _stop_spinning(update)
        try:
            await context.bot.send_message(chat.id, text, parse_mode=ParseMode.HTML)
        except TelegramError as error:
            _log.info("sentence_not_said", error=type(error).__name__)
            return False
        return True


async def _stop_spinning(update: Update) -> None:
    if update.callback_query is None:
        return
    try:
        await update.callback_query.answer()
    except TelegramError as error:
        _log.info("tap_not_answered", reason=type(error).__name__)


def _text_of(update: Update) -> str:
    # An edited message opens nothing: it was judged when it was new.
    return (update.message.text if update.message else None) or ""


def _album_of(update: Update) -> str | None:
    return update.message.media_group_id if update.message else None


def _sent(update: Update) -> float | None:
    """Return when a message was written, in Unix seconds; of a press Telegram does not tell."""
    message = update.message or update.edited_message
    if not isinstance(message, Message):
        return None
    moment: datetime = message.edit_date or message.date
    return moment.timestamp()


def _action_of(data: str | None) -> str:
    try:
        return Press.decode(data or "").action
    except BadButton:
        return ""
