"""Questions to the operators in memory, as the SQLite storage keeps them."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.identifiers import ChatId, QuestionId, UserId, WordsId
from bot.domain.questions import (
    Asker,
    NewWords,
    Operator,
    Question,
    QuestionState,
    Side,
    Topic,
    Words,
)
from tests.fakes.memory_part import MemoryPart


@dataclass
class _Said:
    words: Words
    not_before: datetime
    state: str = "waiting"


@dataclass
class MemoryQuestions(MemoryPart):
    """Implements `QuestionPort`."""

    _questions: dict[QuestionId, Question] = field(default_factory=dict)
    _said: list[_Said] = field(default_factory=list)
    _question_count: int = 0
    _words_count: int = 0

    async def ask(self, asker: Asker, words: NewWords) -> Question:
        self._answer()
        known = self._with(words.chat_id, words.message_id)
        if known is not None:
            return known
        self._question_count += 1
        now = self._time()
        question = Question(
            question_id=QuestionId(self._question_count),
            opened_at=now,
            touched_at=now,
            **dict(asker),
        )
        self._questions[question.question_id] = question
        self._add(question, Side.ASKED, words, None)
        return question

    async def say(
        self, question_id: QuestionId, words: NewWords, by: Operator | None
    ) -> Question | None:
        self._answer()
        known = self._with(words.chat_id, words.message_id)
        question = self._questions.get(question_id)
        if known is not None or question is None:
            return known
        state = QuestionState.ANSWERED if by else QuestionState.OPEN
        question = question.replace(
            state=state, owner=question.owner or by, touched_at=self._time()
        )
        self._questions[question_id] = question
        self._add(question, Side.ANSWERED if by else Side.ASKED, words, by)
        return question

    async def take(self, question_id: QuestionId, by: Operator) -> Question | None:
        self._answer()
        question = self._questions.get(question_id)
        if question is None or (question.owner and question.owner.user_id == by.user_id):
            return question
        self._questions[question_id] = question = question.replace(owner=by)
        self._add(question, Side.TAKEN, None, by)
        return question

    async def end(self, question_id: QuestionId, by: Operator | None) -> Question | None:
        self._answer()
        question = self._questions.get(question_id)
        if question is None or question.is_closed:
            return question
        question = question.replace(state=QuestionState.CLOSED, touched_at=self._time())
        self._questions[question_id] = question
        self._add(question, Side.CLOSED if by else Side.SOLVED, None, by)
        return question

    async def question(self, question_id: QuestionId) -> Question | None:
        self._answer()
        return self._questions.get(question_id)

    async def question_with(self, chat_id: ChatId, message_id: int) -> Question | None:
        self._answer()
        return self._with(chat_id, message_id)

    async def question_in(self, topic: Topic) -> Question | None:
        self._answer()
        return next((each for each in self._questions.values() if each.topic == topic), None)

    async def questions_in(
        self, state: QuestionState, limit: int, offset: int = 0
    ) -> list[Question]:
        self._answer()
        found = [each for each in self._questions.values() if each.state is state]
        found.sort(key=lambda each: (each.touched_at, each.question_id))
        return found[offset : offset + limit]

    async def questions_of(self, user_id: UserId, limit: int = 10) -> list[Question]:
        self._answer()
        found = [each for each in self._questions.values() if each.user_id == user_id]
        found.sort(key=lambda each: (each.touched_at, each.question_id), reverse=True)
        return found[:limit]

    async def count_questions(self) -> dict[QuestionState, int]:
        self._answer()
        states = [each.state for each in self._questions.values()]
        return {each: states.count(each) for each in QuestionState}

    async def count_asked(self, user_id: UserId, since: datetime) -> int:
        self._answer()
        theirs = {each.question_id for each in self._questions.values() if each.user_id == user_id}
        said = [each.words for each in self._said if each.words.question_id in theirs]
        return sum(each.side is Side.ASKED and each.said_at >= since for each in said)

    async def said_in(self, question_id: QuestionId, limit: int = 20) -> list[Words]:
        self._answer()
        found = [
            each.words.replace(missed=each.state == "missed")
            for each in self._said
            if each.words.question_id == question_id
        ]
        return found[-limit:]

    async def put_in_topic(self, question_id: QuestionId, topic: Topic | None) -> None:
        self._answer()
        if question_id in self._questions:
            self._questions[question_id] = self._questions[question_id].replace(topic=topic)

    async def release_questions(self, operators: frozenset[UserId]) -> int:
        self._answer()
        theirs = [
            each
            for each in self._questions.values()
            if not each.is_closed and each.owner and each.owner.user_id not in operators
        ]
        for each in theirs:
            self._questions[each.question_id] = each.replace(owner=None)
        return len(theirs)

    async def words_to_tell(self, now: datetime, limit: int) -> list[Words]:
        self._answer()
        due = [each for each in self._said if each.state == "waiting" and each.not_before <= now]
        return [each.words for each in due][:limit]

    async def claim_words(self, words_id: WordsId) -> bool:
        self._answer()
        return self._move_words(words_id, "waiting", "claimed")

    async def end_words(self, words_id: WordsId, *, missed: bool = False) -> None:
        self._answer()
        self._move_words(words_id, "claimed", "missed" if missed else "over")

    async def put_back_words(self, words_id: WordsId, until: datetime) -> None:
        self._answer()
        for each in self._said:
            if each.words.words_id == words_id and each.state in {"waiting", "claimed"}:
                each.state, each.not_before = "waiting", until

    async def give_up_words(self) -> int:
        self._answer()
        claimed = [each for each in self._said if each.state == "claimed"]
        for each in claimed:
            each.state = "over"
        return len(claimed)

    def forget_questions(self, user_id: UserId) -> None:
        theirs = {each.question_id for each in self._questions.values() if each.user_id == user_id}
        self._said = [each for each in self._said if each.words.question_id not in theirs]
        for each in theirs:
            del self._questions[each]

    def _with(self, chat_id: ChatId, message_id: int) -> Question | None:
        place = (chat_id, message_id)
        for each in self._said:
            if (each.words.chat_id, each.words.message_id) == place:
                return self._questions.get(each.words.question_id)
        return None

    def _add(
        self, question: Question, side: Side, words: NewWords | None, by: Operator | None
    ) -> None:
        self._words_count += 1
        now = self._time()
        said = Words(
            words_id=WordsId(self._words_count),
            question_id=question.question_id,
            side=side,
            by=by,
            text=words.text if words else "",
            photo=words.photo if words else "",
            chat_id=words.chat_id if words else None,
            message_id=words.message_id if words else None,
            said_at=now,
        )
        self._said.append(_Said(said, now))

    def _move_words(self, words_id: WordsId, before: str, after: str) -> bool:
        for each in self._said:
            if each.words.words_id == words_id and each.state == before:
                each.state = after
                return True
        return False
