"""Messages in a group, as Telegram hands them over."""

from datetime import UTC, datetime
from typing import Any

from telegram import Bot, Message

US, OURS = 99, "snap_bot"


LINK = "https://detail.1688.com/offer/718092053690.html"


_BOT = Bot("1:a")


def user(number: int = 5, *, is_bot: bool = False) -> dict[str, Any]:
    return {"id": number, "is_bot": is_bot, "first_name": "A"}


def message(text: str | None = None, **more: Any) -> Message:
    raw: dict[str, Any] = {"message_id": 7, "date": int(datetime.now(UTC).timestamp())}
    raw |= {"chat": {"id": -100, "type": "supergroup", "title": "G"}, "from": user()}
    if text is not None:
        at = text.find(f"@{OURS}")
        entities = [{"type": "mention", "offset": at, "length": len(OURS) + 1}] if at >= 0 else []
        raw |= {"text": text, "entities": entities}
    return Message.de_json(raw | more, _BOT)
