"""The conversation is a row: python-telegram-bot's declaration, our stored state.

Lock, then load; commit, then draw. See docs/decisions/0001-the-conversation-is-a-row.md.
"""

import html
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import structlog
from msgspec.structs import replace
from telegram import CallbackQuery, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import (
    Application,
    BaseHandler,
    CommandHandler,
    ConversationHandler,
    MessageHandler,
)

from bot.chat.context import Context, Overlay, Quiet, Reply
from bot.chat.drawing import Drawer
from bot.chat.measuring import fitted, visible_length, without_markup
from bot.chat.reading import Place, place_of, topic_of
from bot.chat.routing import Buttons, asks_for_an_answer
from bot.chat.screens import CAPTION_LIMIT, TEXT_LIMIT, Screen, StepScreen, with_way_back
from bot.chat.signs_of_life import WHILE_DRAWING, WHILE_WORKING, SignsOfLife
from bot.chat.taps import OverlayTaps, TapAnswer, fits, is_double_tap, press_of
from bot.chat.texts import language_of
from bot.chat.walks import AlreadyLookedFor, Walk, Walks
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Ordered, Session, Step, Wish
from bot.domain.writes import ClaimOrder
from bot.marketplace.errors import MarketplaceError
from bot.services.bundle import Services
from bot.services.spending import on_behalf_of
from bot.storage.ports import AlreadyClaimed, StepCommit, VersionConflict

received_at: ContextVar[datetime | None] = ContextVar("received_at", default=None)
"""When the update under way was stored; tells a double tap from an old button."""

_MOVED_ELSEWHERE = (VersionConflict, AlreadyClaimed)
_OF_MESSAGES = (CommandHandler, MessageHandler)
"""What takes no press, and asks a lot before it says so."""
_log = structlog.get_logger(__name__)

Handler = BaseHandler[Update, Context, Any]
_Declared = tuple[tuple[Handler, ...], Mapping[object, tuple[Handler, ...]]]
Failure = Callable[[Context, MarketplaceError], Reply]
AnyApplication = Application[Any, Context, Any, Any, Any, Any]


class ScreenNotDrawn(Exception):
    """A screen could not be shown. When `committed`, draw again and do not step again."""

    def __init__(self, reason: str, *, committed: bool) -> None:
        super().__init__(reason)
        self.committed = committed


class StoredConversationHandler(ConversationHandler[Context]):
    """`ConversationHandler`'s declaration over sessions that live in the database.

    Refuses what it does not honour with `ValueError`: nested conversations,
    `conversation_timeout`, `per_message`, `persistent` and handlers with `block=False`.
    States are tried first, then entry points (a new photo starts over from anywhere), then
    fallbacks. A standing button, good at any revision, has power only as an entry point.
    A step that works for longer than `signs_after` seconds shows signs of life.
    """

    def __init__(
        self,
        entry_points: Sequence[Handler],
        states: Mapping[Step, Sequence[Handler]],
        fallbacks: Sequence[Handler],
        *,
        screens: Mapping[Step, StepScreen[Any]],
        on_marketplace_error: Failure,
        stale: Callable[[Context], None],
        services: Services,
        drawer: Drawer,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        signs_after: float = WHILE_WORKING,
        **options: object,
    ) -> None:
        declared = [*entry_points, *(each for some in states.values() for each in some), *fallbacks]
        _refuse(declared, options)
        super().__init__(
            list(entry_points), {k: list(v) for k, v in states.items()}, list(fallbacks)
        )
        self._for_presses = self._declared_for(lambda each: not isinstance(each, _OF_MESSAGES))
        self._for_messages = self._declared_for(lambda each: not isinstance(each, Buttons))
        self._screens = screens
        self._failed = on_marketplace_error
        self._stale = stale
        self._services = services
        self._drawer = drawer
        self._clock = clock
        self._walks = Walks()
        self._overlays = OverlayTaps()
        self._signs, self._signs_after = SignsOfLife(), signs_after

    def _declared_for(self, suits: Callable[[Handler], bool]) -> "_Declared":
        """Return the handlers that suit: those that are tried at every step, and of each step."""
        anywhere = [*self.entry_points, *self.fallbacks]
        of_step = {step: tuple(filter(suits, some)) for step, some in self.states.items()}
        return tuple(filter(suits, anywhere)), of_step

    def check_update(self, update: object) -> Any:
        """Take what a person wrote or pressed in a private chat."""
        return True if asks_for_an_answer(update) else None

    async def handle_update(
        self,
        update: Update,
        application: AnyApplication,
        check_result: object,  # noqa: ARG002 - the state is loaded under the lock instead
        context: Context,
    ) -> None:
        """Walk one step when it is its turn. Raises `ScreenNotDrawn`.

        Others of the chat may go ahead while it waits for the marketplace, and take its place.
        """
        chat, user = update.effective_chat, update.effective_user
        if chat is None or user is None:
            return
        key = (ChatId(chat.id), UserId(user.id))
        tap = TapAnswer(context.bot, update.callback_query)
        try:
            async with self._walks.turn(key, update) as walk:
                if not walk.may_begin:
                    tap.give()
                    return
                context.walk = walk
                try:
                    await self._walk(update, application, context, key, tap)
                except _MOVED_ELSEWHERE:
                    # Another process moved this conversation: its state is the truth, once more.
                    _log.info("session_reloaded")
                    await self._walk(update, application, context, key, tap)
            if walk.is_given_up:
                _log.info("step_given_up", committed=walk.committed)
                tap.give()
        except AlreadyLookedFor:
            _log.info("step_joined")
            tap.give()
        finally:
            await tap.given()

    async def resume(
        self,
        chat_id: ChatId,
        user_id: UserId,
        apply: Callable[[Session], Session | None],
        record: Ordered | None = None,
    ) -> None:
        """Move a conversation for something other than an update, and draw its screen.

        `apply` returns None for nothing to show. `record` names an order and the message that
        said "placing" of it, wherever the person is by now: it says what became of the order.
        Raises `ScreenNotDrawn` after the commit.
        """
        async with self._walks.turn((chat_id, user_id)):
            try:
                moves = await self._move(chat_id, user_id, apply)
            except VersionConflict:
                moves = await self._move(chat_id, user_id, apply)
            if moves is not None:
                await self._rewrite_record(*moves, record or moves[0].ordered)
                await self._draw(moves[1], None)

    async def redraw(self, chat_id: ChatId, user_id: UserId) -> None:
        """Draw the current screen again. Raises `ScreenNotDrawn`."""
        async with self._walks.turn((chat_id, user_id)):
            session = await self._services.store.conversations.load_session(chat_id, user_id)
            if session is not None:
                await self._draw(session, None)

    async def _move(
        self, chat_id: ChatId, user_id: UserId, apply: Callable[[Session], Session | None]
    ) -> tuple[Session, Session] | None:
        """Commit what `apply` makes of the session; return it before and after."""
        session = await self._services.store.conversations.load_session(chat_id, user_id)
        applied = apply(_without_flash(session)) if session else None
        if session is None or applied is None:
            return None
        moved = applied.replace(revision=session.revision + 1)
        commit = StepCommit(session=moved, expected_revision=session.revision)
        await self._services.store.conversations.commit_step(commit)
        return session, moved

    async def _rewrite_record(self, before: Session, after: Session, record: Ordered) -> None:
        """Have the message that said "placing" say what became of the order.

        Done before the outcome counts as told, so that a kill in between has it done once more.
        """
        drawn_anyway = after.step is Step.PLACING and after.ordered.order_no == record.order_no
        if drawn_anyway or record.order_no is None or record.message_id is None:
            return
        as_waiting = _without_flash(before).replace(step=Step.PLACING, ordered=record)
        screen = await self._screens[Step.PLACING].drawn(as_waiting, self._services)
        await self._drawer.rewrite(
            as_waiting, record.message_id, screen, below_picture=record.below_picture
        )

    async def _walk(
        self,
        update: Update,
        application: AnyApplication,
        context: Context,
        key: tuple[ChatId, UserId],
        tap: TapAnswer,
    ) -> None:
        store = self._services.store
        stored = await store.conversations.load_session(*key)
        user = update.effective_user
        language = language_of(user.language_code if user else None)
        session = stored or Session.begun(*key, language)
        if (topic := topic_of(update)) != session.topic:
            session = session.replace(topic=topic)
        query = update.callback_query
        if self._services.shop is not None:  # its prices stand in whatever is shown now
            await self._services.shop.terms()
        context.begin(session, self._services, self._clock(), press_of(query))
        if query is not None and (
            is_double_tap(session, query, received_at.get() or context.now)
            or self._overlays.repeats(session, query)
        ):
            tap.give()
            return
        signs = self._signs.during(
            context.bot, session, tap, self._signs_after, doing=lambda: context.doing
        )
        with signs, on_behalf_of(key[1]):
            outcome = await self._callback(update, application, context, session)
        if isinstance(outcome, Quiet):
            await self._say_in_passing(session, context, tap)
            return
        if isinstance(outcome, Overlay) or context.redraw_only:
            if stored is None:  # its buttons name this session: the next update has to find it
                await store.conversations.commit_step(
                    StepCommit(session=session, expected_revision=None)
                )
            overlay = outcome if isinstance(outcome, Overlay) else None
            await self._show_beside(session, context, overlay, query, tap)
            return
        moved = context.session.replace(
            step=outcome or context.session.step, revision=session.revision + 1
        )
        if query is not None and query.data:
            moved = moved.tapped(query.data, self._clock())
        moved = await self._commit(moved, session.revision if stored else None, update, context)
        unsaid = await tap.say(context.toast, alert=context.alert)
        with self._signs.during(context.bot, moved, tap, WHILE_DRAWING), on_behalf_of(key[1]):
            await self._draw(moved, place_of(query), context.toast if unsaid else None)

    async def _show_beside(
        self,
        session: Session,
        context: Context,
        overlay: Overlay | None,
        query: CallbackQuery | None,
        tap: TapAnswer,
    ) -> None:
        """Show what stands beside a step that stays where it is, or draw it once more."""
        if overlay is not None:
            unsaid = await tap.say(context.toast, alert=context.alert)
            place = place_of(query) if overlay.in_place else None
            screen = _saying(context.toast, overlay.screen) if unsaid else overlay.screen
            await self._show(session, screen, place, committed=False)
        else:  # nothing moved: what hangs under the last screen stays good as well
            tap.give(context.toast, alert=context.alert)
            await self._draw(context.session, None)
        if query is not None:
            self._overlays.remember(session, query)

    async def _say_in_passing(self, session: Session, context: Context, tap: TapAnswer) -> None:
        """Say it with the tap's answer, in the chat where that comes too late."""
        if await tap.say(context.toast, alert=context.alert) and context.toast is not None:
            said = _saying(context.toast, Screen(""))
            await self._show(session, said, None, committed=False)

    async def _callback(
        self,
        update: Update,
        application: AnyApplication,
        context: Context,
        session: Session,
    ) -> Reply:
        """Run the callback that the session's step declares for this update."""
        press = context.press
        if update.callback_query is not None and not fits(press, session):
            return self._answer_stale(context)
        standing = press is not None and press.revision is None
        anywhere, of_step = self._for_messages
        if update.callback_query is not None:
            anywhere, of_step = self._for_presses
        for handler in chain(() if standing else of_step.get(session.step, ()), anywhere):
            check = handler.check_update(update)
            if check is None or check is False:
                continue
            try:
                return await handler.handle_update(update, application, check, context)  # type: ignore[no-any-return]  # callbacks return an Reply
            except MarketplaceError as error:
                _log.warning("step_failed", step=session.step, error=type(error).__name__)
                return self._failed(context, error)
        if press is not None:
            _log.warning("button_refused", reason="not of this step", step=session.step)
        return self._answer_stale(context)

    def _answer_stale(self, context: Context) -> Reply:
        context.redraw_only = True
        self._stale(context)
        return None

    async def _commit(
        self, moved: Session, expected: int | None, update: Update, context: Context
    ) -> Session:
        """Commit a step in the place of those that it went ahead of; return what was committed."""
        writes, walk = tuple(context.writes), context.walk
        passed = walk.passed if walk is not None else ()
        wish = _given_up(walk, passed)
        if wish is not None and not context.starts_over:
            moved = moved.replace(announced=moved.announced.replace(given_up=wish))
        finished = tuple(each.update_id for each in passed if each.update_id is not None)
        await self._services.store.conversations.commit_step(
            StepCommit(moved, expected, update_id=update.update_id, writes=writes, passed=finished)
        )
        if walk is not None:
            walk.committed = True
        for each in passed:
            each.give_up()
        for write in writes:
            if isinstance(write, ClaimOrder):
                self._services.ordering.start(write.order.order_no)
        return moved

    async def _draw(
        self, session: Session, tapped: Place | None, unsaid: str | None = None
    ) -> None:
        """Draw the session's screen, below a toast that was too late for its tap's answer.

        Whatever goes wrong, the step before it is committed.
        """
        try:
            screen = await self._screens[session.step].drawn(session, self._services)
            screen = _saying(unsaid, with_way_back(screen, session))
            await self._show(session, screen, tapped, committed=True)
        except ScreenNotDrawn:
            raise
        except Exception as error:
            # The storage, a picture or a bug: the step must not be walked a second time for it.
            _log.exception("screen_failed", step=session.step)
            raise ScreenNotDrawn(type(error).__name__, committed=True) from error

    async def _show(
        self, session: Session, screen: Screen, tapped: Place | None, *, committed: bool
    ) -> None:
        try:
            await self._drawer.draw(session, screen, tapped)
        except Forbidden:
            _log.info("person_unreachable")
        except BadRequest as error:
            # The same request would be refused again.
            _log.error("screen_refused", step=session.step, reason=error.message)
        except TelegramError as error:
            raise ScreenNotDrawn(type(error).__name__, committed=committed) from error


def _given_up(walk: Walk | None, passed: Sequence[Walk]) -> Wish | None:
    """Return the last thing that was looked for and is not any more."""
    if walk is None:
        return None
    wishes = [*walk.replaced, *(each.wish for each in passed if not each.committed)]
    return next((each for each in reversed(wishes) if each is not None), None)


def _saying(toast: str | None, screen: Screen) -> Screen:
    """Return the screen below what came too late for the tap's answer, unless it says so itself.

    A picture that leaves no room for both is left out: what was done matters more.
    """
    if toast is None or f"\n{toast}\n" in f"\n{without_markup(screen.text)}\n":
        return screen
    text = fitted(f"{html.escape(toast, quote=False)}\n\n{screen.text}".strip(), TEXT_LIMIT)
    picture = screen.picture if visible_length(text) <= CAPTION_LIMIT else None
    return replace(screen, text=text, picture=picture, rich=None)


def _without_flash(session: Session) -> Session:
    return session.replace(announced=session.announced.replace(flash=None, given_up=None))


def _refuse(handlers: Sequence[Handler], options: Mapping[str, object]) -> None:
    if options:
        raise ValueError(f"a stored conversation does not honour {sorted(options)}")
    for handler in handlers:
        if isinstance(handler, ConversationHandler):
            raise ValueError("a stored conversation does not nest conversations")  # noqa: TRY004 - a wrong value, not a wrong type
        if handler.block is False:
            raise ValueError("a stored conversation needs handlers that block")
