"""Questions to the operators: who may ask how much, who answers, and what becomes of it.

SupportError
├── NobodyThere    no operators are named in the settings
├── TooManyOpen    the person has as many open questions as they may
├── TooFast        the person wrote as much within the hour as reaches the operators
└── QuestionGone   the question was deleted, or never was that person's
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import structlog

from bot.domain.identifiers import QuestionId, UserId
from bot.domain.questions import (
    MOST_OPEN_QUESTIONS,
    MOST_WORDS_AN_HOUR,
    WAITING,
    Asker,
    NewWords,
    Operator,
    Question,
    QuestionState,
)
from bot.storage.question_ports import QuestionPort

_HOUR = timedelta(hours=1)
_log = structlog.get_logger(__name__)


class SupportError(Exception):
    """A question that can't be taken now, or is not there."""


class NobodyThere(SupportError):
    """No operators are named in the settings."""


class TooManyOpen(SupportError):
    """The person has as many open questions as they may."""


class TooFast(SupportError):
    """The person wrote as much within the hour as reaches the operators."""


class QuestionGone(SupportError):
    """The question was deleted, or never was that person's."""


class Support:
    """The use cases of questions. What is said is told by `bot.telling.question_teller`."""

    def __init__(
        self,
        store: QuestionPort,
        *,
        operators: Iterable[int] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._operators = frozenset(operators)
        self._clock = clock
        self._on_words: Callable[[], None] = lambda: None

    def on_words(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever there is something to tell."""
        self._on_words = listener

    @property
    def is_there(self) -> bool:
        """Tell whether anybody could answer."""
        return bool(self._operators)

    def is_operator(self, user_id: int) -> bool:
        """Tell whether that person answers questions."""
        return user_id in self._operators

    async def ask(self, asker: Asker, words: NewWords) -> Question:
        """Open a question. Raises `NobodyThere`, `TooManyOpen`, `TooFast`."""
        if not self._operators:
            raise NobodyThere
        known = await self._store.question_with(words.chat_id, words.message_id)
        if known is not None:
            return known
        mine = await self._store.questions_of(asker.user_id, limit=2 * MOST_OPEN_QUESTIONS)
        if sum(each.state in WAITING for each in mine) >= MOST_OPEN_QUESTIONS:
            raise TooManyOpen
        await self._not_too_fast(asker.user_id)
        question = await self._store.ask(asker, words)
        _log.info("question_asked", question=question.question_id)
        self._on_words()
        return question

    async def add(self, question_id: QuestionId, user_id: UserId, words: NewWords) -> Question:
        """Add a person's words to their own question. Raises `QuestionGone`, `TooFast`."""
        await self.own(question_id, user_id)
        known = await self._store.question_with(words.chat_id, words.message_id)
        if known is not None:
            return known
        await self._not_too_fast(user_id)
        return self._told(await self._store.say(question_id, words, None))

    async def answer(self, question_id: QuestionId, by: Operator, words: NewWords) -> Question:
        """Answer a question. Raises `QuestionGone`, `PermissionError`."""
        self._only(by)
        question = self._told(await self._store.say(question_id, words, by))
        _log.info("question_answered", question=question_id)
        return question

    async def take(self, question_id: QuestionId, by: Operator) -> Question:
        """Make a question an operator's. Raises `QuestionGone`, `PermissionError`."""
        self._only(by)
        return self._told(await self._store.take(question_id, by))

    async def close(self, question_id: QuestionId, by: Operator) -> Question:
        """Close a question; its person is told. Raises `QuestionGone`, `PermissionError`."""
        self._only(by)
        return self._told(await self._store.end(question_id, by))

    async def solved(self, question_id: QuestionId, user_id: UserId) -> Question:
        """Close a question as its person; the operators are told. Raises `QuestionGone`."""
        await self.own(question_id, user_id)
        return self._told(await self._store.end(question_id, None))

    async def own(self, question_id: QuestionId, user_id: UserId) -> Question:
        """Return a question if it is that person's. Raises `QuestionGone`."""
        question = await self._store.question(question_id)
        if question is None or question.user_id != user_id:
            raise QuestionGone
        return question

    async def seen(self, question_id: QuestionId, by: UserId) -> Question:
        """Return a question to an operator. Raises `QuestionGone`, `PermissionError`."""
        self._only(Operator(user_id=by))
        question = await self._store.question(question_id)
        if question is None:
            raise QuestionGone
        return question

    async def waiting(self) -> int:
        """Return how many questions wait for an operator."""
        return (await self._store.count_questions())[QuestionState.OPEN]

    async def _not_too_fast(self, user_id: UserId) -> None:
        if await self._store.count_asked(user_id, self._clock() - _HOUR) >= MOST_WORDS_AN_HOUR:
            raise TooFast

    def _told(self, question: Question | None) -> Question:
        if question is None:
            raise QuestionGone
        self._on_words()
        return question

    def _only(self, by: Operator) -> None:
        if by.user_id not in self._operators:
            raise PermissionError("only an operator may do this")
