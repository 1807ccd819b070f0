"""What somebody asks the bot for in a group: read from the message alone."""

from msgspec import Struct
from telegram import Message, MessageEntity
from telegram.constants import ChatType

from bot.chat.routing import said
from bot.domain.identifiers import OfferId
from bot.domain.links import GroupLinks, bare_offer, nameless_link, offer_in_link

_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
FIND = "find"


class Asked(Struct, frozen=True):
    """One of: an offer, an address that may name one, a picture's message, words; or nothing."""

    offer_id: OfferId | None = None
    address: str | None = None
    photo: Message | None = None
    words: str = ""


def asked_in(message: Message, bot_id: int, username: str, links: GroupLinks) -> Asked | None:
    """Return what is asked of us; None for what others say to one another.

    We are spoken to by `/find`, by a mention, and by a reply to a message of ours. Messages of
    other bots and what was posted through one ask for nothing, or two bots might talk for ever.
    """
    if not _is_said_by_a_person(message):
        return None
    found, rest = _found(message, username)
    if (message.text or "").startswith("/") and not found:
        return None
    if not found:
        rest = _without_mention(message, username)
    answers_us = _answers(message, bot_id)
    spoken_to = found or answers_us or bool(_mentions(message, username))
    may_link = links is GroupLinks.ALWAYS or (spoken_to and links is GroupLinks.MENTION)
    asked = _linked(message, rest) if may_link else None
    if asked is not None or not spoken_to:
        return asked
    replied = message.reply_to_message
    if not rest and not _is_picture(message) and replied is not None and not answers_us:
        return _linked(replied, said(replied)) or _plainly(replied, _words_of(replied))
    return _plainly(message, rest)


def asked_as_guest(message: Message, username: str, links: GroupLinks) -> Asked:
    """Return what is asked of us where we are no member: there every message is spoken to us."""
    rest = _without_mention(message, username)
    asked = _linked(message, rest) if links is not GroupLinks.OFF else None
    if asked is not None:
        return asked
    replied = message.reply_to_message
    if not rest and not _is_picture(message) and replied is not None:
        linked = _linked(replied, said(replied)) if links is not GroupLinks.OFF else None
        return linked or _plainly(replied, _words_of(replied))
    return _plainly(message, rest)


def _is_said_by_a_person(message: Message) -> bool:
    by_bot = message.from_user is not None and message.from_user.is_bot
    # An anonymous administrator and a channel write under the name of a bot of Telegram's.
    in_person = not by_bot or message.sender_chat is not None
    return message.chat.type in _GROUPS and message.via_bot is None and in_person


def _answers(message: Message, bot_id: int) -> bool:
    replied = message.reply_to_message
    return bool(replied and replied.from_user and replied.from_user.id == bot_id)


def _plainly(message: Message, words: str) -> Asked:
    """Read a message that holds no link: a picture, an offer's number, else words."""
    if _is_picture(message):
        return Asked(photo=message)
    number = bare_offer(words)
    return Asked(offer_id=number) if number is not None else Asked(words=words)


def _words_of(message: Message) -> str:
    return (message.text or message.caption or "").strip()


def _linked(message: Message, rest: str) -> Asked | None:
    words = said(message)
    offer_id = offer_in_link(words)
    if offer_id is not None:
        return Asked(offer_id=offer_id)
    address = nameless_link(rest)
    return Asked(address=address) if address is not None else None


def _is_picture(message: Message) -> bool:
    document = message.document
    return bool(message.photo) or (
        document is not None and (document.mime_type or "").startswith("image/")
    )


def _found(message: Message, username: str) -> tuple[bool, str]:
    """Tell whether it is `/find` to us, and what stands behind it."""
    text = message.text or message.caption or ""
    command, _, rest = text.partition(" ") if " " in text else text.partition("\n")
    name, _, addressee = command.lower().partition("@")
    ours = name == f"/{FIND}" and addressee in {"", username.lower()}
    return ours, rest.strip() if ours else ""


def _mentions(message: Message, username: str) -> list[str]:
    names = message.parse_entities([MessageEntity.MENTION]) | message.parse_caption_entities(
        [MessageEntity.MENTION]
    )
    return [each for each in names.values() if each.lower() == f"@{username.lower()}"]


def _without_mention(message: Message, username: str) -> str:
    text = message.text or message.caption or ""
    for each in _mentions(message, username):
        text = text.replace(each, " ")
    return " ".join(text.split())
