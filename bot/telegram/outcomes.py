"""What a call's error says of the message: whether it is in the chat, and what kept it away."""

from enum import StrEnum

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.telegram.request import NO_ANSWER, NOT_SENT

_NO_ANSWER = (NO_ANSWER, "Unknown error in HTTP implementation")
_UPSTREAM_SILENT = "Gateway Time"  # 504: what is behind the gateway may have taken the message


class Sent(StrEnum):
    """Whether a message that was to be sent is there."""

    NOT_NOW = "not_now"  # surely not sent; the same call may do later
    NEVER = "never"  # surely not sent, and the same call would be refused again
    UNCLEAR = "unclear"  # it may have been sent


def judged(error: TelegramError) -> Sent:
    """Tell from an error whether what was sent arrived.

    Telegram's own refusals are certain, and so is whatever ended before there was a connection.
    """
    if isinstance(error, Forbidden | BadRequest | ChatMigrated):
        return Sent.NEVER
    if isinstance(error, RetryAfter | InvalidToken | Conflict) or NOT_SENT in error.message:
        return Sent.NOT_NOW
    answered = type(error) is NetworkError and not error.message.startswith(_NO_ANSWER)
    if answered and _UPSTREAM_SILENT not in error.message:
        return Sent.NOT_NOW
    return Sent.UNCLEAR


def is_topic_lost(error: BadRequest) -> bool:
    """Tell whether Telegram refused because the topic is gone, or closed to us."""
    words = error.message.lower()
    return "thread not found" in words or "topic_" in words


def is_unchanged(error: BadRequest) -> bool:
    """Tell whether Telegram refused only because the message already looks so."""
    return "message is not modified" in error.message.lower()


def number_of(sent: object) -> int:
    """Return the number of a message that Telegram answered with. Raises `NetworkError`."""
    number = sent.get("message_id") if isinstance(sent, dict) else None
    if not isinstance(number, int):
        raise NetworkError(f"{NO_ANSWER}Unreadable: a message without a number")
    return number
