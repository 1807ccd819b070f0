"""What a person asks the operators, about an order or in general, and what is answered.

A question has a state and, once somebody took it, an owner. Its words go one way or the other and
are told once; what is only said among the operators (taken, closed) stands between them.
"""

import re
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.domain.identifiers import ChatId, MerchantOrderNo, QuestionId, UserId, WordsId
from bot.domain.model import Value

LONGEST_QUESTION = 1024
"""Characters that a person asks with at a time: as many as Telegram takes below a photo."""

LONGEST_ANSWER = 3000
"""Characters of an answer; with its heading it fits into one message."""

MOST_OPEN_QUESTIONS = 3
"""So many questions of one person may be open at a time; a word more goes into one of them."""

MOST_WORDS_AN_HOUR = 20
"""So many messages of one person reach the operators in an hour."""

_NAMED = re.compile(r"#Q(\d{1,12})\b", re.ASCII)


class QuestionState(StrEnum):
    """Whose turn it is."""

    OPEN = "open"  # the operators'
    ANSWERED = "answered"  # the person's, if they have more to ask
    CLOSED = "closed"


WAITING = (QuestionState.OPEN, QuestionState.ANSWERED)
"""What is not closed."""


class Side(StrEnum):
    """What kind of words these are, and so who is told."""

    ASKED = "asked"  # by the person; told to the operators
    ANSWERED = "answered"  # by an operator; told to the person, and to the other operators
    TAKEN = "taken"  # by an operator; told to the other operators
    CLOSED = "closed"  # by an operator: told to the person
    SOLVED = "solved"  # by the person: told to the operators


class Asker(Value):
    """Whose question it is, and how operators see them; `order_no` is what it is about."""

    user_id: UserId
    chat_id: ChatId
    name: str = ""
    username: str = ""
    language: str = "en"
    order_no: MerchantOrderNo | None = None


class Operator(Value):
    """Who answers, and how the other operators know them."""

    user_id: UserId
    name: str = ""


class Topic(Value):
    """A topic of a group, by the number of its thread."""

    chat_id: ChatId
    thread_id: int


class Question(Asker):
    """A question on record. `topic` is where it is in the operators' group, if it is there."""

    question_id: QuestionId
    state: QuestionState = QuestionState.OPEN
    owner: Operator | None = None
    topic: Topic | None = None
    opened_at: AwareDatetime
    touched_at: AwareDatetime

    @property
    def is_closed(self) -> bool:
        """Tell whether it ended; a word more opens it again."""
        return self.state is QuestionState.CLOSED


class NewWords(Value):
    """A message that belongs into a question; its place names it, so that it is taken once.

    `photo` is Telegram's file id, empty without one.
    """

    chat_id: ChatId
    message_id: int
    text: str = Field(default="", max_length=LONGEST_ANSWER)
    photo: str = ""
    sent_at: AwareDatetime


class Words(Value):
    """What was said in a question. `by` is the operator, None for the person.

    `missed` when it surely did not reach the person: they blocked the bot, or left Telegram.
    """

    words_id: WordsId
    question_id: QuestionId
    side: Side
    by: Operator | None = None
    text: str = ""
    photo: str = ""
    chat_id: ChatId | None = None
    message_id: int | None = None
    said_at: AwareDatetime
    missed: bool = False


def question_named(text: str) -> QuestionId | None:
    """Return the question that the first line of a message of ours names, such as `#Q17`."""
    found = _NAMED.search(text.partition("\n")[0])
    return QuestionId(int(found[1])) if found else None
