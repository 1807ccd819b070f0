"""Questions to the operators in SQLite, sealed but for numbers, states and moments."""

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
from bot.storage.codec import to_micros
from bot.storage.places import place_of_question, place_of_words
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_WORDS = "SELECT words_id, state, body FROM question_words"
_EMPTY = b""


class Questions:
    """Implements `QuestionPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, asker: Asker, words: NewWords) -> Question:
        """Open a question with a person's words; the one they opened if they are there already."""

        def ask(connection: Connection) -> Question:
            known = self._with(connection, words.chat_id, words.message_id)
            if known is not None:
                return known
            now = self._database.now()
            (question_id,) = connection.execute(
                "INSERT INTO questions (user_id, order_no, state, touched_at, body)"
                " VALUES (?, ?, 'open', ?, ?) RETURNING question_id",
                (asker.user_id, asker.order_no, to_micros(now), _EMPTY),
            ).fetchone()
            question = Question(
                question_id=question_id, opened_at=now, touched_at=now, **dict(asker)
            )
            self._keep(connection, question)
            self._add(connection, question.question_id, Side.ASKED, words, None)
            return question

        return await self._database.write(ask)

    async def say(
        self, question_id: QuestionId, words: NewWords, by: Operator | None
    ) -> Question | None:
        """Add a person's words, or with `by` an operator's; None when the question is gone."""

        def say(connection: Connection) -> Question | None:
            question = self._with(connection, words.chat_id, words.message_id)
            if question is not None:
                return question
            question = self._load(connection, question_id)
            if question is None:
                return None
            state = QuestionState.ANSWERED if by else QuestionState.OPEN
            question = question.replace(
                state=state, owner=question.owner or by, touched_at=self._database.now()
            )
            self._keep(connection, question)
            side = Side.ANSWERED if by else Side.ASKED
            self._add(connection, question_id, side, words, by)
            return question

        return await self._database.write(say)

    async def take(self, question_id: QuestionId, by: Operator) -> Question | None:
        """Make an operator the owner, and tell the others; None when it is gone."""

        def take(connection: Connection) -> Question | None:
            question = self._load(connection, question_id)
            if question is None or (question.owner and question.owner.user_id == by.user_id):
                return question
            question = question.replace(owner=by)
            self._keep(connection, question)
            self._add(connection, question_id, Side.TAKEN, None, by)
            return question

        return await self._database.write(take)

    async def end(self, question_id: QuestionId, by: Operator | None) -> Question | None:
        """Close a question, by an operator or by its person; None when it is gone."""

        def end(connection: Connection) -> Question | None:
            question = self._load(connection, question_id)
            if question is None or question.is_closed:
                return question
            question = question.replace(state=QuestionState.CLOSED, touched_at=self._database.now())
            self._keep(connection, question)
            self._add(connection, question_id, Side.CLOSED if by else Side.SOLVED, None, by)
            return question

        return await self._database.write(end)

    async def question(self, question_id: QuestionId) -> Question | None:
        """Return one question."""
        return await self._database.read(lambda connection: self._load(connection, question_id))

    async def question_with(self, chat_id: ChatId, message_id: int) -> Question | None:
        """Return the question that a message is in."""
        return await self._database.read(
            lambda connection: self._with(connection, chat_id, message_id)
        )

    async def question_in(self, topic: Topic) -> Question | None:
        """Return the question of a topic in the operators' group."""
        rows = await self._questions("topic_chat = ? AND topic = ?", topic.chat_id, topic.thread_id)
        return rows[0] if rows else None

    async def questions_in(
        self, state: QuestionState, limit: int, offset: int = 0
    ) -> list[Question]:
        """Return questions in a state, the longest waiting first."""
        return await self._questions(
            "state = ? ORDER BY touched_at, question_id LIMIT ? OFFSET ?",
            state.value,
            limit,
            offset,
        )

    async def questions_of(self, user_id: UserId, limit: int = 10) -> list[Question]:
        """Return a person's questions, the last touched first."""
        return await self._questions(
            "user_id = ? ORDER BY touched_at DESC, question_id DESC LIMIT ?", user_id, limit
        )

    async def count_questions(self) -> dict[QuestionState, int]:
        """Return how many questions are in each state; none is left out."""
        rows = await self._database.rows("SELECT state, COUNT(*) FROM questions GROUP BY state")
        return dict.fromkeys(QuestionState, 0) | {QuestionState(each): n for each, n in rows}

    async def count_asked(self, user_id: UserId, since: datetime) -> int:
        """Return how many words of a person came since then."""
        row = await self._database.row(
            "SELECT COUNT(*) FROM question_words JOIN questions USING (question_id)"
            " WHERE user_id = ? AND side = 'asked' AND said_at >= ?",
            user_id,
            to_micros(since),
        )
        return int(row[0]) if row else 0

    async def said_in(self, question_id: QuestionId, limit: int = 20) -> list[Words]:
        """Return the last that was said, oldest first."""
        rows = await self._database.rows(
            f"{_WORDS} WHERE question_id = ? ORDER BY words_id DESC LIMIT ?", question_id, limit
        )
        return [self._words(*row) for row in reversed(rows)]

    async def put_in_topic(self, question_id: QuestionId, topic: Topic | None) -> None:
        """Remember where in the operators' group a question is."""

        def put(connection: Connection) -> None:
            question = self._load(connection, question_id)
            if question is not None:
                self._keep(connection, question.replace(topic=topic))

        await self._database.write(put)

    async def release_questions(self, operators: frozenset[UserId]) -> int:
        """Take questions that are not closed from who is not among `operators`; count them."""

        def release(connection: Connection) -> int:
            rows = connection.execute(
                "SELECT question_id FROM questions WHERE state IN ('open', 'answered')"
            ).fetchall()
            found = [self._load(connection, QuestionId(each)) for (each,) in rows]
            released = 0
            for each in found:
                if each and each.owner and each.owner.user_id not in operators:
                    self._keep(connection, each.replace(owner=None))
                    released += 1
            return released

        return await self._database.write(release)

    async def words_to_tell(self, now: datetime, limit: int) -> list[Words]:
        """Return what may be told now, oldest first."""
        rows = await self._database.rows(
            f"{_WORDS} WHERE state = 'waiting' AND not_before <= ? ORDER BY words_id LIMIT ?",
            to_micros(now),
            limit,
        )
        return [self._words(*row) for row in rows]

    async def claim_words(self, words_id: WordsId) -> bool:
        """Mark words as being told, durably; False when they no longer wait."""
        return await self._move(words_id, "waiting", "claimed")

    async def end_words(self, words_id: WordsId, *, missed: bool = False) -> None:
        """Record that words were told, or that they can't be."""
        await self._move(words_id, "claimed", "missed" if missed else "over")

    async def put_back_words(self, words_id: WordsId, until: datetime) -> None:
        """Have words that were certainly not told wait again."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE question_words SET state = 'waiting', not_before = ?"
                " WHERE words_id = ? AND state IN ('waiting', 'claimed')",
                (to_micros(until), words_id),
            )
        )

    async def give_up_words(self) -> int:
        """End what an earlier run was telling: it may have been told. Return how many."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE question_words SET state = 'over' WHERE state = 'claimed'"
                ).rowcount
            )
        )

    @staticmethod
    def forget(connection: Connection, user_id: UserId) -> None:
        """Delete a person's questions with all that was said in them."""
        connection.execute(
            "DELETE FROM question_words WHERE question_id IN"
            " (SELECT question_id FROM questions WHERE user_id = ?)",
            (user_id,),
        )
        connection.execute("DELETE FROM questions WHERE user_id = ?", (user_id,))

    async def _questions(self, condition: str, *parameters: object) -> list[Question]:
        rows = await self._database.rows(
            f"SELECT question_id, body FROM questions WHERE {condition}",  # noqa: S608 - ours, above
            *parameters,
        )
        return [self._question(*row) for row in rows]

    def _load(self, connection: Connection, question_id: QuestionId) -> Question | None:
        row = connection.execute(
            "SELECT question_id, body FROM questions WHERE question_id = ?", (question_id,)
        ).fetchone()
        return None if row is None else self._question(*row)

    def _with(self, connection: Connection, chat_id: ChatId, message_id: int) -> Question | None:
        row = connection.execute(
            "SELECT question_id FROM question_words WHERE chat_id = ? AND message_id = ?",
            (chat_id, message_id),
        ).fetchone()
        return None if row is None else self._load(connection, row[0])

    def _keep(self, connection: Connection, question: Question) -> None:
        connection.execute(
            "UPDATE questions SET state = ?, topic_chat = ?, topic = ?, touched_at = ?, body = ?"
            " WHERE question_id = ?",
            (
                question.state.value,
                question.topic.chat_id if question.topic else None,
                question.topic.thread_id if question.topic else None,
                to_micros(question.touched_at),
                self._database.seal(question, place_of_question(question.question_id)),
                question.question_id,
            ),
        )

    def _add(
        self,
        connection: Connection,
        question_id: QuestionId,
        side: Side,
        words: NewWords | None,
        by: Operator | None,
    ) -> None:
        now = self._database.now()
        (words_id,) = connection.execute(
            "INSERT INTO question_words"
            " (question_id, side, chat_id, message_id, said_at, not_before, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING words_id",
            (
                question_id,
                side.value,
                words.chat_id if words else None,
                words.message_id if words else None,
                to_micros(now),
                to_micros(now),
                _EMPTY,
            ),
        ).fetchone()
        said = Words(
            words_id=words_id,
            question_id=question_id,
            side=side,
            by=by,
            text=words.text if words else "",
            photo=words.photo if words else "",
            chat_id=words.chat_id if words else None,
            message_id=words.message_id if words else None,
            said_at=now,
        )
        connection.execute(
            "UPDATE question_words SET body = ? WHERE words_id = ?",
            (self._database.seal(said, place_of_words(words_id)), words_id),
        )

    def _question(self, question_id: int, body: bytes) -> Question:
        return self._database.unseal(Question, body, place_of_question(question_id))

    def _words(self, words_id: int, state: str, body: bytes) -> Words:
        words = self._database.unseal(Words, body, place_of_words(words_id))
        return words.replace(missed=state == "missed")

    async def _move(self, words_id: WordsId, before: str, after: str) -> bool:
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE question_words SET state = ? WHERE words_id = ? AND state = ?",
                    (after, words_id, before),
                ).rowcount
                == 1
            )
        )
