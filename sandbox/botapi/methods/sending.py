"""sendMessage, sendLocation, sendChatAction, copying and forwarding."""

from typing import Final

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.text import caption, message_text
from sandbox.botapi.world import Json

from .call import Call, put

ACTIONS: Final = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
# What a copy takes over from the original.
CONTENT: Final = (
    "text",
    "entities",
    "link_preview_options",
    "photo",
    "document",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "location",
    "rich_message",
)


async def send_message(call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendmessage."""
    content = message_text(call.params)
    if "link_preview_options" in call.params:
        content["link_preview_options"] = call.params["link_preview_options"]
    return put(call, content)


async def send_location(call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendlocation."""
    latitude, longitude = call.params["latitude"], call.params["longitude"]
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise BadRequestError("wrong location specified")
    location = {"latitude": latitude, "longitude": longitude}
    if "horizontal_accuracy" in call.params:
        location["horizontal_accuracy"] = call.params["horizontal_accuracy"]
    return put(call, {"location": location})


async def send_chat_action(call: Call) -> bool:
    """https://core.telegram.org/bots/api#sendchataction."""
    if call.params["action"] not in ACTIONS:
        raise BadRequestError("wrong parameter action in request")
    chat = call.sandbox.world.writable_chat(call.params["chat_id"])
    call.sandbox.world.topic_to_write_in(chat, call.params.get("message_thread_id"))
    chat.events.append("action", action=call.params["action"])
    return True


async def copy_message(call: Call) -> Json:
    """https://core.telegram.org/bots/api#copymessage: answers a MessageId."""
    source = call.sandbox.world.find_chat(call.params["from_chat_id"])
    original = call.entry(source, "message to copy not found").body
    content = copied(original)
    if not content:
        raise BadRequestError("message can't be copied")
    if "caption" in call.params and "text" not in content:
        kept = {k: v for k, v in content.items() if k not in ("caption", "caption_entities")}
        content = kept | caption(call.params)
    return {"message_id": put(call, content)["message_id"]}


async def forward_message(call: Call) -> Json:
    """https://core.telegram.org/bots/api#forwardmessage."""
    source = call.sandbox.world.find_chat(call.params["from_chat_id"])
    original = call.entry(source, "message to forward not found").body
    content = copied(original)
    if not content or original.get("has_protected_content"):
        raise BadRequestError("message can't be forwarded")
    if "sender_chat" in original:
        message_id = original["message_id"]
        chat = original["sender_chat"]
        origin: Json = {"type": "channel", "chat": chat, "message_id": message_id}
    else:
        origin = {"type": "user", "sender_user": original["from"]}
    return put(call, content | {"forward_origin": origin | {"date": original["date"]}})


def copied(body: Json) -> Json:
    """The content of a message without its circumstances."""
    return {key: body[key] for key in CONTENT if key in body}
