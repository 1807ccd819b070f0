"""Membership in a chat, as the Bot API shows it."""

from typing import Final

from .world import Chat, Json

MEMBER_STATUSES: Final = ("creator", "administrator", "member")
ADMIN_RIGHTS: Final = {
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": False,
    "can_restrict_members": False,
    "can_promote_members": False,
    "can_change_info": False,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
}
CHANNEL_RIGHTS: Final = {"can_post_messages": True, "can_edit_messages": True}


def member_json(chat: Chat, user: Json, status: str) -> Json:
    """A ChatMember object."""
    member: Json = {"user": user, "status": status}
    if status == "creator":
        member["is_anonymous"] = False
    elif status == "administrator":
        member |= ADMIN_RIGHTS | (CHANNEL_RIGHTS if chat.type == "channel" else {})
        if chat.type == "supergroup":
            member["can_manage_topics"] = "can_manage_topics" in chat.bot_rights
    elif status == "kicked":
        member["until_date"] = 0
    return member
