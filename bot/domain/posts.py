"""Offers that operators published in channels and groups, and where they may."""

from enum import StrEnum

from pydantic import AwareDatetime

from bot.domain.identifiers import ChatId, OfferId, UserId
from bot.domain.model import Value

LONGEST_TEXT = 500  # UTF-16 units of an operator's own words: the card has to fit below a picture


class PostPlace(Value):
    """A channel or group that the bot may post in, and who last let it.

    `name` is a public one, without the @.
    """

    chat_id: ChatId
    title: str
    is_channel: bool
    name: str | None = None
    let_by: UserId


class PostState(StrEnum):
    """How far a post has come."""

    WAITING = "waiting"  # to be sent, once
    SENDING = "sending"
    POSTED = "posted"  # kept true
    ENDING = "ending"  # to be taken down
    UNCLEAR = "unclear"  # it may be there; nobody can say where
    REFUSED = "refused"
    GONE = "gone"  # taken down, or deleted by somebody


OPEN = (PostState.WAITING, PostState.SENDING, PostState.POSTED, PostState.ENDING)


class Shown(Value):
    """What a post shows: where it stands, with or without a picture, and a print of its card."""

    message_id: int
    pictured: bool
    mark: str


class NewPost(Value):
    """What an operator wants to be posted; `text` are their own words, plain, or nothing.

    `title` is the place's, as it was called then.
    """

    offer_id: OfferId
    chat_id: ChatId
    made_by: UserId
    language: str
    text: str = ""
    title: str = ""


class Post(NewPost):
    """An offer in a channel or group."""

    post_id: int
    made_at: AwareDatetime
    state: PostState = PostState.WAITING
    look_at: AwareDatetime
    shown: Shown | None = None
