"""Editing and deleting messages."""

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.text import caption, message_text
from sandbox.botapi.versions import MEDIA_IN_TEXTS_SINCE, number
from sandbox.botapi.world import Chat, Entry, Json

from .call import Call
from .media import flags, input_media
from .rich import rich_content

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TEXT = ("text", "entities", "link_preview_options", "rich_message")
CAPTION = ("caption", "caption_entities", "show_caption_above_media")
MEDIA = ("photo", "document", "has_media_spoiler", *TEXT, *CAPTION)
MAX_DELETED = 100


async def edit_message_text(call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagetext: text and rich messages, either way."""
    if "rich_message" in call.params and "text" not in call.params:
        content = await rich_content(call, call.params["rich_message"])
    else:
        content = message_text(call.params)
    if "link_preview_options" in call.params:
        content["link_preview_options"] = call.params["link_preview_options"]
    chat, entry = editable(call)
    if "text" not in entry.body and "rich_message" not in entry.body:
        raise BadRequestError("there is no text in the message to edit")
    return replace(call, chat, entry, TEXT, content)


async def edit_message_caption(call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagecaption."""
    content = caption(call.params) | flags(call.params)
    chat, entry = editable(call)
    if "photo" not in entry.body and "document" not in entry.body:
        raise BadRequestError("there is no caption in the message to edit")
    return replace(call, chat, entry, CAPTION, content)


async def edit_message_media(call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagemedia; a text may become media since 7.11."""
    content = await input_media(call, call.params["media"])
    chat, entry = editable(call)
    may_be = {"photo", "document"}
    if number(call.sandbox.switches.bot_api) >= number(MEDIA_IN_TEXTS_SINCE):
        may_be.add("text")
    if not may_be & set(entry.body):
        raise BadRequestError("there is no media in the message to edit")
    if "media_group_id" in entry.body and not set(content) & set(entry.body) & {
        "photo",
        "document",
    }:
        raise BadRequestError("can't use media of the specified type in the album")
    return replace(call, chat, entry, MEDIA, content)


async def edit_message_reply_markup(call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagereplymarkup."""
    chat, entry = editable(call)
    return replace(call, chat, entry, (), {})


async def delete_message(call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletemessage."""
    chat = call.sandbox.world.writable_chat(call.params["chat_id"])
    entry = call.entry(chat, "message to delete not found")
    if not may_delete(call, chat, entry):
        raise BadRequestError("message can't be deleted")
    call.sandbox.world.delete_message(chat, entry)
    return True


async def delete_messages(call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletemessages: what is not there is skipped."""
    ids = call.params["message_ids"]
    if not 1 <= len(ids) <= MAX_DELETED:
        raise BadRequestError(
            "too many message identifiers specified"
            if ids
            else "message identifiers are not specified"
        )
    chat = call.sandbox.world.writable_chat(call.params["chat_id"])
    entries = [entry for number in ids if (entry := chat.entry(number)) is not None]
    if not all(may_delete(call, chat, entry) for entry in entries):
        raise BadRequestError("message can't be deleted")
    for entry in entries:
        if not entry.deleted:
            call.sandbox.world.delete_message(chat, entry)
    return True


def may_delete(call: Call, chat: Chat, entry: Entry) -> bool:
    """Own messages always, others' in private chats and where the bot is an administrator."""
    is_admin = chat.members.get(call.sandbox.world.bot["id"]) == "administrator"
    return entry.mine is None or chat.is_private or is_admin


def editable(call: Call) -> tuple[Chat, Entry]:
    """The bot's own message that is to be edited."""
    if "chat_id" not in call.params:
        raise BadRequestError("chat_id is empty")
    chat = call.chat()
    entry = call.entry(chat, "message to edit not found")
    if entry.mine is not None or "pinned_message" in entry.body:
        raise BadRequestError("message can't be edited")
    return chat, entry


def replace(call: Call, chat: Chat, entry: Entry, old: tuple[str, ...], content: Json) -> Json:
    """Exchanges the fields `old` and the keyboard. Raises BadRequestError if nothing changes."""
    keyboard = call.inline_keyboard()
    dropped = {*old, "reply_markup", "edit_date"}
    body = {key: value for key, value in entry.body.items() if key not in dropped} | content
    if keyboard:
        # Whether it opens the reply field can't be changed by an edit.
        asked = entry.body.get("reply_markup", {}).get("force_reply")
        keyboard.pop("force_reply", None)
        body["reply_markup"] = keyboard | ({"force_reply": True} if asked else {})
    before = {key: value for key, value in entry.body.items() if key != "edit_date"}
    if body == before:
        raise BadRequestError(NOT_MODIFIED)
    call.sandbox.world.edit_message(chat, entry, body)
    return entry.body
