"""What a Bot API server of an earlier version refuses: what came after it.

Versions: https://core.telegram.org/bots/api-changelog. Telegram's own servers are never old, but
one may run one's own (https://github.com/tdlib/telegram-bot-api), and clients of the wire have to
bear both. As everywhere here an unknown field is refused, where such a server may only ignore it.
"""

from collections.abc import Iterator
from typing import Any, Final

from .errors import BadRequestError, UnknownMethodError

NEWEST: Final = "10.5"
METHODS: Final = {
    "sendMessageDraft": "9.5",
    "answerGuestQuery": "10.0",
    "sendRichMessage": "10.1",
    "setMySettings": "10.5",
}
EPHEMERAL: Final = "ephemeral_message_parameters"
BY_PRESS_ALONE_SINCE: Final = "10.4"
FIELDS: Final = {
    "style": "9.4",
    "icon_custom_emoji_id": "9.4",
    "rich_message": "10.1",
    "blocks": "10.2",
    "is_compact": "10.3",
    EPHEMERAL: "10.3",  # 10.2 had two parameters in its place
    "disabled": "10.3",
}
INSIDE: Final = {("reply_markup", "force_reply"): "10.3"}
MOMENT: Final = "<tg-time"
MOMENTS_SINCE: Final = "9.5"
MEDIA_IN_TEXTS_SINCE: Final = "7.11"
TEXTS: Final = ("text", "caption", "message_text")


def number(version: str) -> tuple[int, ...]:
    """A version to compare by."""
    return tuple(int(part) for part in version.split("."))


def check_method(method: str, version: str) -> None:
    """Raises UnknownMethodError for one that a server of that version does not have."""
    if number(version) < number(METHODS.get(method, "1.0")):
        raise UnknownMethodError


def check_version(params: dict[str, Any], version: str) -> None:
    """Raises what a server of that version answers to something newer."""
    if version == NEWEST:
        return
    known = number(version)
    if EPHEMERAL in params and "chat_id" not in params and known < number(BY_PRESS_ALONE_SINCE):
        raise BadRequestError("chat_id is empty")
    for parent, name, where, value in fields(params):
        since = FIELDS.get(name) or INSIDE.get((parent, name), "1.0")
        is_buttons = parent != "reply_markup" or "inline_keyboard" in params["reply_markup"]
        if known < number(since) and is_buttons:
            raise BadRequestError(f"unknown parameter {where}")
        if name in TEXTS and isinstance(value, str) and known < number(MOMENTS_SINCE):
            refuse_moments(value)


def refuse_moments(text: str) -> None:
    """Raises BadRequestError for a text with a moment in it."""
    before, found, _ = text.partition(MOMENT)
    if found:
        at = len(before.encode(errors="surrogatepass"))
        raise BadRequestError(
            f'can\'t parse entities: Unsupported start tag "tg-time" at byte offset {at}'
        )


def fields(value: Any, parent: str = "", where: str = "") -> Iterator[tuple[str, str, str, Any]]:
    """Every field at any depth: its object's name, its own, its path and its value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            path = f"{where}.{name}" if where else name
            yield parent, name, path, inner
            yield from fields(inner, name, path)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from fields(inner, parent, f"{where}[{at}]")
