"""Every method that the sandbox plays, by name."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from . import about, chats, editing, inline, media, newer, receiving, rich, sending, topics
from .call import Call

Handler = Callable[[Call], Awaitable[Any]]

HANDLERS: Final[dict[str, Handler]] = {
    "getMe": about.get_me,
    "logOut": about.leave,
    "close": about.leave,
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendMessageDraft": newer.send_message_draft,
    "sendRichMessage": rich.send_rich_message,
    "sendLocation": sending.send_location,
    "sendChatAction": sending.send_chat_action,
    "copyMessage": sending.copy_message,
    "forwardMessage": sending.forward_message,
    "sendPhoto": media.send_photo,
    "sendDocument": media.send_document,
    "sendMediaGroup": media.send_media_group,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "answerCallbackQuery": chats.answer_callback_query,
    "answerGuestQuery": inline.answer_guest_query,
    "answerInlineQuery": inline.answer_inline_query,
    "getFile": chats.get_file,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "getChatMemberCount": chats.get_chat_member_count,
    "setMessageReaction": chats.set_message_reaction,
    "pinChatMessage": chats.pin_chat_message,
    "createForumTopic": topics.create_forum_topic,
    "editForumTopic": topics.edit_forum_topic,
    "closeForumTopic": topics.close_forum_topic,
    "reopenForumTopic": topics.reopen_forum_topic,
    "deleteForumTopic": topics.delete_forum_topic,
    "setMyCommands": about.set_my_commands,
    "getMyCommands": about.get_my_commands,
    "deleteMyCommands": about.delete_my_commands,
    "setMyName": about.text_setter("name"),
    "getMyName": about.text_getter("name"),
    "setMyDescription": about.text_setter("description"),
    "getMyDescription": about.text_getter("description"),
    "setMyShortDescription": about.text_setter("short_description"),
    "getMyShortDescription": about.text_getter("short_description"),
    "setMySettings": newer.set_my_settings,
    "setChatMenuButton": about.set_chat_menu_button,
    "getChatMenuButton": about.get_chat_menu_button,
}
