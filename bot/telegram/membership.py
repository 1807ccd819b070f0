"""What Telegram tells of the bot's own place in a chat, read by the few fields that matter.

The library's reading wants every right of every kind of member, so that a right that Telegram
adds or drops would make the whole update unreadable.
"""

from collections.abc import Mapping
from typing import Any, Self

from msgspec import Struct

_GROUPS = ("group", "supergroup")
_IN_CHANNELS = ("channel",)


class Membership(Struct, frozen=True):
    """https://core.telegram.org/bots/api#chatmemberupdated of the bot itself."""

    chat_id: int
    is_channel: bool
    title: str
    name: str | None
    by: int
    may_post: bool

    @classmethod
    def read(cls, raw: object) -> Self | None:
        """Read `my_chat_member`; None of a private chat, or of what is none."""
        if not isinstance(raw, Mapping):
            return None
        chat, by, member = raw.get("chat"), raw.get("from"), raw.get("new_chat_member")
        if not all(isinstance(each, Mapping) for each in (chat, by, member)):
            return None
        kind, chat_id, user = chat.get("type"), chat.get("id"), by.get("id")  # type: ignore[union-attr]
        if kind not in (*_GROUPS, *_IN_CHANNELS) or type(chat_id) is not int:
            return None
        if type(user) is not int:
            return None
        name = chat.get("username")  # type: ignore[union-attr]
        return cls(
            chat_id=chat_id,
            is_channel=kind in _IN_CHANNELS,
            title=str(chat.get("title") or name or chat_id),  # type: ignore[union-attr]
            name=name if isinstance(name, str) else None,
            by=user,
            may_post=_may_post(member, in_channel=kind in _IN_CHANNELS),  # type: ignore[arg-type]
        )


def _may_post(member: Mapping[str, Any], *, in_channel: bool) -> bool:
    status = member.get("status")
    if status == "creator":
        return True
    if in_channel:
        return status == "administrator" and bool(member.get("can_post_messages"))
    if status == "restricted":
        return bool(member.get("is_member")) and bool(member.get("can_send_messages"))
    return status in {"administrator", "member"}
