"""A stored update as python-telegram-bot's object."""

import json
from typing import Any

import orjson
import structlog
from telegram import Bot, Update

_CORE = ("message_id", "date", "chat", "from")
_OF_A_PRESSED_MESSAGE = ("message_id", "date", "chat", "from", "text")
_log = structlog.get_logger(__name__)


def read_update(payload: bytes, bot: Bot) -> Update:
    """Read an update; of a message that the library can't read, who wrote it and where.

    Such a message is of a kind newer or older than the library knows, and is answered like any
    other that is not understood. Raises whatever the library stumbles over.
    """
    raw = _parsed(payload)
    try:
        return Update.de_json(_sparing(raw), bot)
    except Exception:
        message = raw.get("message")
        if not isinstance(message, dict) or not set(_CORE) <= set(message):
            raise
        _log.warning("message_read_in_part")
        core = {name: message[name] for name in _CORE}
        return Update.de_json({"update_id": raw["update_id"], "message": core}, bot)


def _parsed(payload: bytes) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = orjson.loads(payload)
    except orjson.JSONDecodeError:
        # The standard library wrote it, and writes NaN, which is no JSON.
        parsed = json.loads(payload)
    return parsed


def _sparing(raw: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a press what nobody asks: an object for each button of its message.

    What is asked of the pressed message: where it is, whether it has a text, a photo (and which),
    and buttons at all.
    """
    query = raw.get("callback_query")
    message = query.get("message") if isinstance(query, dict) else None
    if not isinstance(query, dict) or not isinstance(message, dict):
        return raw
    kept = {name: message[name] for name in _OF_A_PRESSED_MESSAGE if name in message}
    photo = message.get("photo")
    if isinstance(photo, list):
        kept["photo"] = photo[-1:]  # the largest
    if "reply_markup" in message:
        kept["reply_markup"] = {"inline_keyboard": []}
    return {**raw, "callback_query": {**query, "message": kept}}
