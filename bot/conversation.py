"""The conversation is a row: python-telegram-bot's declaration, our stored state.

Lock, then load; commit, then draw. See docs/decisions/0001-the-conversation-is-a-row.md.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import Application, BaseHandler, ConversationHandler

from bot.buttons import BadButton, Press
from bot.context import Context, Outcome, Overlay, Quiet
from bot.domain.identifiers import ChatId, UserId, new_session_id
from bot.domain.sessions import Session, Step
from bot.drawing import Drawer
from bot.locks import KeyedLocks
from bot.marketplace.errors import MarketplaceError
from bot.screens import Screen, ScreenOf
from bot.services.bundle import Services
from bot.storage.ports import StepCommit, VersionConflict
from bot.texts import language_of
from bot.views import assemble

received_at: ContextVar[datetime | None] = ContextVar("received_at", default=None)
"""When the update under way was stored; tells a double tap from an old button."""

_DOUBLE_TAP = timedelta(seconds=3)
_SIGN_OF_LIFE_AFTER = 0.05  # seconds; faster answers need no "typing"
_CHAT_ACTION_LASTS = 4.5  # seconds; Telegram shows one for five
_log = structlog.get_logger(__name__)

Handler = BaseHandler[Update, Context, Any]
Failure = Callable[[Context, MarketplaceError], Outcome]


class ScreenNotDrawn(Exception):
    """The step is committed, but its screen could not be shown: draw again, do not step again."""


class StoredConversationHandler(ConversationHandler[Context]):
    """`ConversationHandler`'s declaration over sessions that live in the database.

    Refuses what it does not honour with `ValueError`: nested conversations,
    `conversation_timeout`, `per_message`, `persistent` and handlers with `block=False`.
    States are tried first, then entry points (a new photo starts over from anywhere), then
    fallbacks.
    """

    def __init__(
        self,
        entry_points: Sequence[Handler],
        states: Mapping[Step, Sequence[Handler]],
        fallbacks: Sequence[Handler],
        *,
        screens: Mapping[Step, ScreenOf],
        on_marketplace_error: Failure,
        stale: Callable[[Context], None],
        services: Services,
        drawer: Drawer,
        **options: object,
    ) -> None:
        declared = [*entry_points, *(each for some in states.values() for each in some), *fallbacks]
        _refuse(declared, options)
        super().__init__(
            list(entry_points), {k: list(v) for k, v in states.items()}, list(fallbacks)
        )
        self._screens = screens
        self._failed = on_marketplace_error
        self._stale = stale
        self._services = services
        self._drawer = drawer
        self._locks = KeyedLocks()

    def check_update(self, update: object) -> Any:
        """Take every update that a person sent in a private chat."""
        if not isinstance(update, Update) or not update.effective_user:
            return None
        chat = update.effective_chat
        return True if chat is not None and chat.type == ChatType.PRIVATE else None

    async def handle_update(
        self,
        update: Update,
        application: Application[Any, Context, Any, Any, Any, Any],
        check_result: object,  # noqa: ARG002 - the state is loaded under the lock instead
        context: Context,
    ) -> None:
        """Walk one step under the person's lock. Raises `ScreenNotDrawn` after the commit."""
        chat, user = update.effective_chat, update.effective_user
        if chat is None or user is None:
            return
        key = (ChatId(chat.id), UserId(user.id))
        async with self._locks.holding(key):
            try:
                await self._walk(update, application, context, key)
            except VersionConflict:
                # Another process moved this conversation: its state is the truth, once more.
                await self._walk(update, application, context, key)

    async def resume(
        self,
        chat_id: ChatId,
        user_id: UserId,
        apply: Callable[[Session], Session | None],
    ) -> None:
        """Move a conversation for something other than an update, and draw its screen.

        `apply` returns None when there is nothing to show. Raises `ScreenNotDrawn` after the
        commit.
        """
        async with self._locks.holding((chat_id, user_id)):
            session = await self._services.store.load_session(chat_id, user_id)
            if session is None:
                return
            applied = apply(session.replace(notice=None))
            if applied is None:
                return
            moved = applied.replace(revision=session.revision + 1)
            commit = StepCommit(session=moved, expected_revision=session.revision)
            await self._services.store.commit_step(commit)
            await self._draw(moved, None)

    async def redraw(self, chat_id: ChatId, user_id: UserId) -> None:
        """Draw the current screen again. Raises `ScreenNotDrawn`."""
        async with self._locks.holding((chat_id, user_id)):
            session = await self._services.store.load_session(chat_id, user_id)
            if session is not None:
                await self._draw(session, None)

    async def _walk(
        self,
        update: Update,
        application: Application[Any, Context, Any, Any, Any, Any],
        context: Context,
        key: tuple[ChatId, UserId],
    ) -> None:
        stored = await self._services.store.load_session(*key)
        session = stored or _new_session(update, key)
        query = update.callback_query
        press = _press_of(query)
        context.begin(session, self._services, _now(), press)
        if query is not None and _is_double_tap(session, query):
            await self._answer(query, context)
            return
        tapped = _message_of(query)
        async with self._signs_of_life(update, context):
            outcome = await self._callback(update, application, context, session)
        if isinstance(outcome, Quiet):
            await self._answer(query, context)
            return
        if isinstance(outcome, Overlay):
            await self._answer(query, context)
            await self._show(session, outcome.screen, None)
            return
        moved = context.session.replace(
            step=outcome or context.session.step, revision=session.revision + 1
        )
        if query is not None and query.data:
            moved = moved.tapped(query.data, _now())
        if context.redraw_only:
            tapped = None
        await self._commit(moved, session.revision if stored else None, update, context)
        await self._answer(query, context)
        await self._draw(moved, tapped)

    async def _callback(
        self,
        update: Update,
        application: Application[Any, Context, Any, Any, Any, Any],
        context: Context,
        session: Session,
    ) -> Outcome:
        """Run the callback that the session's step declares for this update."""
        if update.callback_query is not None and not _fits(context.press, session):
            return self._answer_stale(context)
        handlers = [*self.states.get(session.step, ()), *self.entry_points, *self.fallbacks]
        for handler in handlers:
            check = handler.check_update(update)
            if check is None or check is False:
                continue
            try:
                return await handler.handle_update(update, application, check, context)  # type: ignore[no-any-return]  # callbacks return an Outcome
            except MarketplaceError as error:
                _log.warning("step_failed", step=session.step, error=type(error).__name__)
                return self._failed(context, error)
        return self._answer_stale(context)

    def _answer_stale(self, context: Context) -> Outcome:
        context.redraw_only = True
        self._stale(context)
        return None

    async def _commit(
        self, moved: Session, expected: int | None, update: Update, context: Context
    ) -> None:
        writes = context.writes
        await self._services.store.commit_step(
            StepCommit(
                session=moved,
                expected_revision=expected,
                update_id=update.update_id,
                results=writes.results,
                offer=writes.offer,
                save_address=writes.save_address,
                delete_address=writes.delete_address,
                claim=writes.claim,
            )
        )
        if writes.claim is not None:
            self._services.ordering.start(writes.claim.order_no)

    async def _draw(self, session: Session, tapped: Message | None) -> None:
        view = await assemble(session, self._services)
        await self._show(session, self._screens[session.step](view), tapped)

    async def _show(self, session: Session, screen: Screen, tapped: Message | None) -> None:
        try:
            await self._drawer.draw(session, screen, tapped)
        except Forbidden:
            _log.info("person_unreachable")
        except TelegramError as error:
            raise ScreenNotDrawn(type(error).__name__) from error

    @asynccontextmanager
    async def _signs_of_life(self, update: Update, context: Context) -> AsyncIterator[None]:
        """Answer the tap and show "typing" when a callback takes longer than a blink."""
        task = asyncio.create_task(self._show_life(update, context))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _show_life(self, update: Update, context: Context) -> None:
        await asyncio.sleep(_SIGN_OF_LIFE_AFTER)
        try:
            await self._answer(update.callback_query, context)
            while update.effective_chat is not None:
                await context.bot.send_chat_action(update.effective_chat.id, ChatAction.TYPING)
                await asyncio.sleep(_CHAT_ACTION_LASTS)
        except TelegramError as error:
            # A courtesy only: the step itself goes on and draws its screen.
            _log.info("sign_of_life_failed", error=type(error).__name__)

    async def _answer(self, query: CallbackQuery | None, context: Context) -> None:
        """Answer a tap once, so that its button stops spinning."""
        if query is None or context.answered:
            return
        context.answered = True
        try:
            await query.answer(context.toast, show_alert=context.alert)
        except BadRequest as error:
            # "Query is too old": the person's app stopped waiting; the screen tells all.
            _log.info("tap_not_answered", reason=error.message)
        except TelegramError as error:
            _log.info("tap_not_answered", reason=type(error).__name__)


def _refuse(handlers: Sequence[Handler], options: Mapping[str, object]) -> None:
    if options:
        raise ValueError(f"a stored conversation does not honour {sorted(options)}")
    for handler in handlers:
        if isinstance(handler, ConversationHandler):
            raise ValueError("a stored conversation does not nest conversations")  # noqa: TRY004 - a wrong value, not a wrong type
        if handler.block is False:
            raise ValueError("a stored conversation needs handlers that block")


def _new_session(update: Update, key: tuple[ChatId, UserId]) -> Session:
    user = update.effective_user
    language = language_of(user.language_code if user else None)
    return Session(session_id=new_session_id(), chat_id=key[0], user_id=key[1], language=language)


def _press_of(query: CallbackQuery | None) -> Press | None:
    if query is None or query.data is None:
        return None
    try:
        return Press.decode(query.data)
    except BadButton:
        _log.warning("button_refused", reason="not ours")
        return None


def _fits(press: Press | None, session: Session) -> bool:
    """Tell whether a press belongs to this session and the screen that is current."""
    if press is None or press.session_id != session.session_id:
        return False
    return press.revision is None or press.revision == session.revision


def _is_double_tap(session: Session, query: CallbackQuery) -> bool:
    """Tell whether this very press was acted on before or just about when it arrived."""
    arrived = received_at.get() or _now()
    return any(tap.data == query.data and arrived - tap.at < _DOUBLE_TAP for tap in session.taps)


def _message_of(query: CallbackQuery | None) -> Message | None:
    return query.message if query is not None and isinstance(query.message, Message) else None


def _now() -> datetime:
    return datetime.now(UTC)
