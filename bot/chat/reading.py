"""A stored update as python-telegram-bot's object."""

import json
import warnings
from typing import Any

import orjson
import structlog
from msgspec import Struct
from telegram import Bot, CallbackQuery, Chat, Message, Update

from bot.telegram import bare
from bot.telegram.membership import Membership

_CORE = ("message_id", "date", "chat", "from")
_PRESSED = "pressed_message"
_MEMBERSHIP = "membership"
_TOPIC = "topic"
TAKEN = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "guest_message",
    "my_chat_member",
)
"""The kinds of updates that something here takes, in Telegram's words."""
# Others are counted together: anybody could make up a word (the webhook's secret kept apart).
_KNOWN = frozenset(Update.ALL_TYPES) | {"subscription", "stopped_message_generation"}
_OF_ANOTHER_KIND = (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError)
"""What comes of values that are not what the Bot API says; the library judges those."""
# A press has no message of its own here, and `effective_message` is right to say so.
warnings.filterwarnings("ignore", message=".*of type `InaccessibleMessage`")
_log = structlog.get_logger(__name__)


class NothingForUs(Exception):
    """An update of a kind that nothing takes. `kind` is Telegram's word for it, or `unknown`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def read_update(payload: bytes, bot: Bot) -> Update:
    """Read an update; of a message that the library can't read, who wrote it and where.

    Such a message is of a kind newer or older than the library knows, and is answered like any
    other that is not understood. Raises `NothingForUs`, else whatever the library stumbles over.
    """
    raw = _parsed(payload)
    kinds = [each for each in raw if each != "update_id"]
    if not any(each in TAKEN for each in kinds):
        raise NothingForUs(next((each for each in kinds if each in _KNOWN), "unknown"))
    if "my_chat_member" in raw:
        return Update(raw["update_id"], api_kwargs={_MEMBERSHIP: raw["my_chat_member"]})
    plain = _press(raw, bot) if "callback_query" in raw else _text(raw, bot)
    if plain is not None:
        return plain
    for kind in ("message", "edited_message", "guest_message"):
        _show_live_photo(raw.get(kind))
    try:
        return Update.de_json(raw, bot)
    except Exception:
        message = raw.get("message")
        if not isinstance(message, dict) or not set(_CORE) <= set(message):
            raise
        _log.warning("message_read_in_part")
        core = {name: message[name] for name in _CORE}
        return Update.de_json({"update_id": raw["update_id"], "message": core}, bot)


def topic_of(update: Update) -> int | None:
    """Return the topic that a message or a press came from, None where there are none."""
    query = update.callback_query
    if query is not None:
        topic = query.api_kwargs.get(_TOPIC)
        return topic if isinstance(topic, int) else None
    message = update.effective_message
    if message is None or not message.is_topic_message:
        return None
    return message.message_thread_id


def membership_of(update: Update) -> Membership | None:
    """Return what an update tells of the bot's own place in a group or channel."""
    return Membership.read(update.api_kwargs.get(_MEMBERSHIP))


def _show_live_photo(message: object) -> None:
    """Have a live photo be a photo: its still is one, and a field of its own (Bot API 10.0)."""
    if not isinstance(message, dict):
        return
    live = message.get("live_photo")
    if isinstance(live, dict) and live.get("photo") and not message.get("photo"):
        message["photo"] = live["photo"]
    _show_live_photo(message.get("reply_to_message"))


def _topic_in(message: dict[str, Any]) -> int | None:
    return message.get("message_thread_id") if message.get("is_topic_message") else None


def _parsed(payload: bytes) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = orjson.loads(payload)
    except orjson.JSONDecodeError:
        # The standard library wrote it, and writes NaN, which is no JSON.
        parsed = json.loads(payload)
    return parsed


class Place(Struct, frozen=True):
    """A message of ours, as far as drawing into it needs to know it."""

    message_id: int
    has_text: bool
    """It has words that an edit puts others in the place of; a rich message is one."""
    photo: str | None
    """The `file_unique_id` of its photo, None without one."""
    has_buttons: bool
    takes_picture: bool = False
    """Its words waited for a picture, and can take this or another one."""


def place_of(query: CallbackQuery | None) -> Place | None:
    """Return the message whose button was pressed, None when it is out of Telegram's reach."""
    message = query.message if query is not None else None
    if query is None or message is None:
        return None
    told = query.api_kwargs.get(_PRESSED)
    if told is not None:
        return Place(**told)
    if not isinstance(message, Message):
        return None
    return Place(
        message_id=message.message_id,
        has_text=message.text is not None or "rich_message" in message.api_kwargs,
        photo=message.photo[-1].file_unique_id if message.photo else None,
        has_buttons=message.reply_markup is not None,
    )


def _press(raw: dict[str, Any], bot: Bot) -> Update | None:
    """Read a press under a message of ours; None for what the library has to judge.

    Of the message only its number and chat become objects, and what `Place` tells is handed
    through beside them: its texts and buttons are the bot's own, and an object for each of them
    is most of what the library's reading costs (docs/performance.md).
    """
    try:
        query = raw["callback_query"]
        message = query["message"]
        message_id, photo = int(message["message_id"]), message.get("photo")
        told = {
            "message_id": message_id,
            "has_text": not {"text", "rich_message"}.isdisjoint(message),
            "photo": str(photo[-1]["file_unique_id"]) if photo else None,
            "has_buttons": message.get("reply_markup") is not None,
        }
        beside = {_PRESSED: told, _TOPIC: _topic_in(message)}
        return bare.press(raw, _chat_of(message["chat"], bot), message_id, bot, beside)
    except _OF_ANOTHER_KIND:
        return None


def _chat_of(raw: dict[str, Any], bot: Bot) -> Chat:
    try:
        return bare.private_chat(raw, bot)
    except bare.NotPlain:
        return Chat.de_json(raw, bot)


def _text(raw: dict[str, Any], bot: Bot) -> Update | None:
    """Read a text of a private chat; None for what the library has to read."""
    try:
        return bare.read_text(raw, bot)
    except (*_OF_ANOTHER_KIND, bare.NotPlain):
        return None
