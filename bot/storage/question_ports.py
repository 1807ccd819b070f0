"""What questions to the operators ask of the storage."""

from datetime import datetime
from typing import Protocol

from bot.domain.identifiers import ChatId, QuestionId, UserId, WordsId
from bot.domain.questions import Asker, NewWords, Operator, Question, QuestionState, Topic, Words


class QuestionPort(Protocol):
    """Questions with all that was said in them; what is to be told, each once."""

    async def ask(self, asker: Asker, words: NewWords) -> Question:
        """Open a question with a person's words; the one they opened if they are there already."""

    async def say(
        self, question_id: QuestionId, words: NewWords, by: Operator | None
    ) -> Question | None:
        """Add a person's words, or with `by` an operator's; None when the question is gone.

        A closed one is open again. An operator's first words make it theirs. A message that is
        there already changes nothing.
        """

    async def take(self, question_id: QuestionId, by: Operator) -> Question | None:
        """Make an operator the owner, and tell the others; None when it is gone."""

    async def end(self, question_id: QuestionId, by: Operator | None) -> Question | None:
        """Close a question, by an operator or by its person; None when it is gone."""

    async def question(self, question_id: QuestionId) -> Question | None:
        """Return one question."""

    async def question_with(self, chat_id: ChatId, message_id: int) -> Question | None:
        """Return the question that a message is in."""

    async def question_in(self, topic: Topic) -> Question | None:
        """Return the question of a topic in the operators' group."""

    async def questions_in(
        self, state: QuestionState, limit: int, offset: int = 0
    ) -> list[Question]:
        """Return questions in a state, the longest waiting first."""

    async def questions_of(self, user_id: UserId, limit: int = 10) -> list[Question]:
        """Return a person's questions, the last touched first."""

    async def count_questions(self) -> dict[QuestionState, int]:
        """Return how many questions are in each state; none is left out."""

    async def count_asked(self, user_id: UserId, since: datetime) -> int:
        """Return how many words of a person came since then."""

    async def said_in(self, question_id: QuestionId, limit: int = 20) -> list[Words]:
        """Return the last that was said, oldest first."""

    async def put_in_topic(self, question_id: QuestionId, topic: Topic | None) -> None:
        """Remember where in the operators' group a question is."""

    async def release_questions(self, operators: frozenset[UserId]) -> int:
        """Take questions that are not closed from who is not among `operators`; count them."""

    async def words_to_tell(self, now: datetime, limit: int) -> list[Words]:
        """Return what may be told now, oldest first."""

    async def claim_words(self, words_id: WordsId) -> bool:
        """Mark words as being told, durably; False when they no longer wait."""

    async def end_words(self, words_id: WordsId, *, missed: bool = False) -> None:
        """Record that words were told, or that they can't be."""

    async def put_back_words(self, words_id: WordsId, until: datetime) -> None:
        """Have words that were certainly not told wait again."""

    async def give_up_words(self) -> int:
        """End what an earlier run was telling: it may have been told. Return how many."""
