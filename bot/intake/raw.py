"""Reading a raw Telegram update just far enough to store it: its id and its lane."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from bot.chat.reading import TAKEN
from bot.storage.ports import InboxUpdate

ALLOWED_UPDATES = TAKEN
"""What the bot asks Telegram for; anything else that comes is stored, counted and dropped."""

_BESIDE = frozenset({"inline_query", "guest_message"})
"""Kinds that wait for nothing: no chat of the bot's own is behind them, though its number may be
the same."""

_LARGEST_ID = 2**63 - 1  # what the database holds; Telegram's own ids have at most 52 bits


class BadUpdate(ValueError):
    """A body that is no Telegram update."""


def inbox_update(raw: object, now: datetime) -> InboxUpdate:
    """Return what is to be stored. Raises `BadUpdate`."""
    update_id, content = identified(raw)
    return InboxUpdate(
        update_id=update_id, lane=lane_of(content), payload=_written(content), received_at=now
    )


def identified(raw: object) -> tuple[int, Mapping[str, Any]]:
    """Return an update's id with the update itself. Raises `BadUpdate`."""
    if not isinstance(raw, dict):
        raise BadUpdate("not an object")
    update_id = raw.get("update_id")
    if not isinstance(update_id, int) or not _is_id(update_id) or update_id < 0:
        raise BadUpdate("no update_id")
    return update_id, raw


def _written(raw: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(raw)
    except TypeError:
        # A number without measure, or half of a character pair, which becomes a question mark.
        text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
        return text.encode(errors="replace")


def lane_of(raw: Mapping[str, Any]) -> int:
    """Return what keeps an update in order: its chat's id, else its user's, else itself.

    What somebody types inline waits for nothing in their private chat, which has the same number.
    """
    for kind, content in raw.items():
        if kind in _BESIDE:
            continue
        if kind != "update_id" and isinstance(content, dict):
            for owner in _owners(content):
                if isinstance(owner, dict) and _is_id(owner.get("id")):
                    return int(owner["id"])
    return int(raw["update_id"])


def _owners(content: Mapping[str, Any]) -> Iterator[object]:
    yield content.get("chat")
    message = content.get("message")
    if isinstance(message, dict):
        yield message.get("chat")
    yield content.get("from")
    yield content.get("user")


def _is_id(value: object) -> bool:
    return type(value) is int and abs(value) <= _LARGEST_ID
