"""An operator's message to everybody who asked for news."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.domain.identifiers import ChatId, UserId
from bot.domain.model import Value

LONGEST_NEWS = 3000  # UTF-16 units, so that the way to end it fits below


class BroadcastState(StrEnum):
    """How far a message has come."""

    DRAFT = "draft"
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"


class Reached(StrEnum):
    """What became of a message for one person; whatever it was, it is not sent again."""

    TOLD = "told"
    UNCLEAR = "unclear"  # it may have been sent
    UNREACHABLE = "unreachable"  # they blocked the bot, or are gone


class BroadcastText(Value):
    """What is sent, as it was written."""

    text: str


class Broadcast(Value):
    """A message; `people` counts them by `Reached`, `waiting` and `claimed`."""

    broadcast_id: int
    made_by: UserId
    made_at: AwareDatetime
    state: BroadcastState
    text: str
    people: Mapping[str, int] = Field(default_factory=dict)


class Recipient(Value):
    """A person who is still to get a message."""

    broadcast_id: int
    user_id: UserId
    chat_id: ChatId
