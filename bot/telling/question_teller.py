"""What is said in questions, told once to whom it is for: the operators, or who asked.

Operators hear in a group of theirs, a topic for each question, where one is named and can be
used; else each in their own chat. Words are claimed, durably, before they are told, as news is.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.chat.keyboards import group_json, keyboard_json
from bot.chat.measuring import fitted, visible_length
from bot.chat.screens import CAPTION_LIMIT, TEXT_LIMIT, QuestionView, Screen
from bot.chat.texts import texts_in
from bot.chat.wording import NO_PREVIEW
from bot.domain.identifiers import ChatId, UserId
from bot.domain.questions import Question, Side, Topic, Words
from bot.domain.quiet import QuietHours
from bot.domain.sessions import Session
from bot.services.support import Support
from bot.storage.ports import Storage, StorageError, StorageUnavailable
from bot.telegram import DirectBot
from bot.telegram.outcomes import Sent, judged
from bot.telegram.pacing import NEVER_AGAIN
from bot.telling.rounds import Rounds, apart
from bot.telling.sending import begun_session

ForPerson = Callable[[QuestionView], Screen]
ForOperators = Callable[[QuestionView, str], Screen]
"""Makes what operators see; the text says why their group could not be used, if so."""
TopicName = Callable[[Question], str]
_AT_ONCE = 20
_AGAIN = timedelta(seconds=20)
_PUT_ASIDE = timedelta(minutes=10)
_TO_PERSON = frozenset({Side.ANSWERED, Side.CLOSED})
_ENDS = frozenset({Side.CLOSED, Side.SOLVED})
_TOPIC_GONE = ("thread not found", "topic_deleted", "topic_id_invalid")
_TAKEN = '[{"type":"emoji","emoji":"👍"}]'
_log = structlog.get_logger(__name__)


class _NotOurs(Exception):
    """Words that wait no longer, which nobody else but a later run would tell."""


class _Claim:
    """Claims words when nothing but the sending is left: what can't be read now is told later."""

    def __init__(self, claim: Callable[[], Awaitable[bool]]) -> None:
        self._claim = claim
        self._taken = False

    async def take(self) -> None:
        """Claim what is not claimed yet. Raises `_NotOurs`, and `StorageUnavailable`."""
        if not self._taken and not await self._claim():
            raise _NotOurs
        self._taken = True


class QuestionTeller:
    """Runs until cancelled."""

    def __init__(
        self,
        bot: DirectBot,
        storage: Storage,
        support: Support,
        *,
        for_person: ForPerson,
        for_operators: ForOperators,
        topic_name: TopicName,
        operators: Iterable[int],
        group: int | None = None,
        quiet: QuietHours | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._questions = storage.questions
        self._for_person = for_person
        self._for_operators = for_operators
        self._topic_name = topic_name
        self._operators = tuple(sorted(operators))
        self._group = None if group is None else ChatId(group)
        self._quiet = quiet
        self._clock = clock
        self._rounds = Rounds("question_words_wait")
        support.on_words(self._rounds.wake)

    async def run(self) -> None:
        """Tell what waits, for ever; what an earlier run was telling may have been told."""
        await self._rounds.run(self._begin, self.tell_waiting)

    async def _begin(self) -> None:
        await self._questions.release_questions(frozenset(map(UserId, self._operators)))
        if unclear := await self._questions.give_up_words():
            _log.warning("question_words_unclear", count=unclear)

    async def tell_waiting(self) -> None:
        """Tell what may be told now. Raises `StorageUnavailable`."""
        for words in await self._questions.words_to_tell(self._clock(), _AT_ONCE):
            later = self._clock() + _PUT_ASIDE
            put_aside = partial(self._questions.put_back_words, words.words_id, later)
            await apart("question_words_put_aside", put_aside, self._tell(words))

    async def _tell(self, words: Words) -> None:
        question = await self._questions.question(words.question_id)
        quiet_until = self._quiet.over_at(self._clock()) if self._quiet else None
        if question is not None and quiet_until is not None and words.side not in _TO_PERSON:
            await self._questions.put_back_words(words.words_id, quiet_until)
            return
        claim = _Claim(partial(self._questions.claim_words, words.words_id))
        try:
            sent: Sent | None = Sent.NEVER  # deleted meanwhile
            if question is not None:
                to_person = words.side in _TO_PERSON
                tell = self._person if to_person else self._desk
                sent = await tell(question, words, claim)
            await claim.take()
        except _NotOurs:
            return
        if sent is Sent.NOT_NOW:
            await self._questions.put_back_words(words.words_id, self._clock() + _AGAIN)
            return
        missed = sent is Sent.NEVER and words.side is Side.ANSWERED
        await self._questions.end_words(words.words_id, missed=missed)
        if question is None:
            return
        _log.info("question_words_told", side=words.side.value, missed=missed)
        if words.side in _TO_PERSON:
            await self._desk(question, words.replace(missed=missed), claim)

    async def _person(self, question: Question, words: Words, claim: _Claim) -> Sent | None:
        """Tell who asked; None when they were told."""
        session = await self._session(question.chat_id, question.user_id, question.language)
        screen = self._for_person(await self._view(session, question, words))
        markup = keyboard_json(session, screen)
        await claim.take()
        return await self._post(question.chat_id, screen, markup, words.photo)

    async def _desk(self, question: Question, words: Words, claim: _Claim) -> Sent | None:
        """Tell the operators, in their group or each by themselves; None when one was told."""
        trouble = ""
        if self._group is not None:
            sent, trouble = await self._in_group(self._group, question, words, claim)
            if sent is not Sent.NEVER:
                return sent
        silent = words.side is not Side.ASKED
        results: list[Sent | None] = []
        for operator in self._operators:
            # Who said it knows it, unless it did not arrive.
            if words.by is not None and words.by.user_id == operator and not words.missed:
                continue
            session = await self._session(ChatId(operator), UserId(operator), "en")
            view = await self._view(session, question, words)
            screen = self._for_operators(view, trouble)
            markup = keyboard_json(session, screen)
            await claim.take()
            results.append(
                await self._post(ChatId(operator), screen, markup, words.photo, silent=silent)
            )
        if not results or None in results:
            return None
        return results[0] if len(set(results)) == 1 else Sent.UNCLEAR

    async def _in_group(
        self, group: ChatId, question: Question, words: Words, claim: _Claim
    ) -> tuple[Sent | None, str]:
        """Tell in the operators' group; return what came of it, and why it can't be used."""
        if words.side is Side.ANSWERED and words.chat_id == group and not words.missed:
            await claim.take()
            await self._react(group, words)
            return None, ""
        session = await self._language_of_the_group()
        screen = self._for_operators(await self._view(session, question, words), "")
        markup = group_json(screen)
        topic = question.topic if question.topic and question.topic.chat_id == group else None
        trouble = ""
        await claim.take()
        for _ in range(2):
            try:
                if topic is None:
                    topic = await self._opened(group, question)
                elif words.side is Side.ASKED:
                    await self._turn("reopenForumTopic", topic, question, only_after_end=True)
            except TelegramError as error:
                # Nothing of the question was sent: it waits, and at worst leaves an empty topic.
                sent = judged(error)
                return (Sent.NOT_NOW if sent is Sent.UNCLEAR else sent), error.message
            try:
                await self._post_or_raise(
                    group, screen, markup, words.photo, thread=topic.thread_id if topic else None
                )
            except TelegramError as error:
                if topic is not None and any(each in error.message.lower() for each in _TOPIC_GONE):
                    topic = None
                    await self._questions.put_in_topic(question.question_id, None)
                    continue
                _log.warning("operators_group_refused", reason=error.message)
                return judged(error), error.message
            if topic is not None and words.side in _ENDS:
                await self._turn("closeForumTopic", topic, question)
            return None, ""
        return Sent.NEVER, trouble

    async def _opened(self, group: ChatId, question: Question) -> Topic | None:
        """Open the question's topic; None where the group has none, or we may not.

        Raises `TelegramError` where the group can't be written to either.
        """
        try:
            made = await self._bot.call(
                "createForumTopic",
                chat_id=group,
                name=self._topic_name(question),
                retries=NEVER_AGAIN,
            )
        except BadRequest as error:
            if "chat not found" in error.message.lower():
                raise
            _log.warning("topic_not_opened", reason=error.message)
            return None
        topic = Topic(chat_id=group, thread_id=int(made["message_thread_id"]))
        await self._questions.put_in_topic(question.question_id, topic)
        return topic

    async def _turn(
        self, method: str, topic: Topic, question: Question, *, only_after_end: bool = False
    ) -> None:
        """Close or reopen a topic; that it is so already, or that we may not, does no harm."""
        if only_after_end:
            said = await self._questions.said_in(question.question_id, 2)
            if not any(each.side in _ENDS for each in said):
                return
        try:
            await self._bot.call(
                method,
                chat_id=topic.chat_id,
                message_thread_id=topic.thread_id,
                retries=NEVER_AGAIN,
            )
        except TelegramError as error:
            _log.info("topic_not_turned", reason=error.message)

    async def _react(self, group: ChatId, words: Words) -> None:
        """Show on the operator's message that it went out."""
        try:
            await self._bot.call(
                "setMessageReaction",
                chat_id=group,
                message_id=words.message_id,
                reaction=_TAKEN,
                retries=NEVER_AGAIN,
            )
        except TelegramError as error:
            _log.info("answer_not_marked", reason=error.message)

    async def _post(
        self,
        chat_id: ChatId,
        screen: Screen,
        markup: str | None,
        photo: str,
        *,
        silent: bool = False,
    ) -> Sent | None:
        try:
            await self._post_or_raise(chat_id, screen, markup, photo, silent=silent)
        except TelegramError as error:
            sent = judged(error)
            _log.warning("question_words_not_sent", error=type(error).__name__, sent=sent.value)
            return sent
        return None

    async def _post_or_raise(
        self,
        chat_id: ChatId,
        screen: Screen,
        markup: str | None,
        photo: str,
        *,
        silent: bool = False,
        thread: int | None = None,
    ) -> None:
        """Send a text, with its photo above where the text fits below, else after it."""
        where: dict[str, Any] = {
            "chat_id": chat_id,
            "message_thread_id": thread,
            "disable_notification": "true" if silent else None,
            "retries": NEVER_AGAIN,
        }
        html = ParseMode.HTML.value
        if photo:
            fits = visible_length(screen.text) <= CAPTION_LIMIT
            below: dict[str, Any] = {
                "caption": screen.text,
                "parse_mode": html,
                "reply_markup": markup,
            }
            try:
                await self._bot.call("sendPhoto", photo=photo, **where, **(below if fits else {}))
            except BadRequest as error:
                if "file" not in error.message.lower():
                    raise
                _log.warning("question_photo_lost", reason=error.message)
            else:
                if fits:
                    return
        await self._bot.call(
            "sendMessage",
            text=fitted(screen.text, TEXT_LIMIT),
            parse_mode=html,
            reply_markup=markup,
            link_preview_options=NO_PREVIEW,
            **where,
        )

    async def _view(self, session: Session, question: Question, words: Words) -> QuestionView:
        order = None
        if question.order_no is not None:
            order = await self._storage.orders.order(question.order_no)
        return QuestionView(
            session=session,
            t=texts_in(session.language),
            order=order,
            question=question,
            said=(words,),
        )

    async def _language_of_the_group(self) -> Session:
        """Return a session in the language of the first operator who has one."""
        for operator in self._operators:
            session = await self._load(ChatId(operator), UserId(operator))
            if session is not None:
                return session
        return Session.begun(ChatId(0), UserId(0), "en")

    async def _session(self, chat_id: ChatId, user_id: UserId, language: str) -> Session:
        session = await self._load(chat_id, user_id)
        if session is not None:
            return session
        return await begun_session(self._storage.conversations, chat_id, user_id, language)

    async def _load(self, chat_id: ChatId, user_id: UserId) -> Session | None:
        try:
            return await self._storage.conversations.load_session(chat_id, user_id)
        except StorageUnavailable:
            raise
        except (StorageError, ValueError):
            # One that can't be read keeps nobody from hearing.
            _log.exception("language_unknown")
            return None
