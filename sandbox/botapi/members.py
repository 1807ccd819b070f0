"""Membership in a chat, as the Bot API shows it."""

from typing import Final

from .world import Chat, Json

MEMBER_STATUSES: Final = ("creator", "administrator", "member")
STATUSES: Final = ("administrator", "member", "restricted", "left", "kicked")
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
CHANNEL_RIGHTS: Final = ("can_post_messages", "can_edit_messages")
RESTRICTABLE: Final = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def member_json(chat: Chat, user: Json, status: str) -> Json:
    """A ChatMember object."""
    member: Json = {"user": user, "status": status}
    if status == "creator":
        member["is_anonymous"] = False
    elif status == "administrator":
        member |= ADMIN_RIGHTS
        if chat.type == "channel":
            member |= {right: right in chat.bot_rights for right in CHANNEL_RIGHTS}
        if chat.type == "supergroup":
            member["can_manage_topics"] = "can_manage_topics" in chat.bot_rights
    elif status == "restricted":
        member |= {"is_member": True, "until_date": 0}
        member |= {right: right in chat.bot_rights for right in RESTRICTABLE}
    elif status == "kicked":
        member["until_date"] = 0
    return member
