"""Drafts and the bot's own settings."""

from typing import Any, Final

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.text import formatted

from .call import Call

MAX_DRAFT: Final = 4096
PLACEHOLDER: Final = 64


async def send_message_draft(call: Call) -> bool:
    """https://core.telegram.org/bots/api#sendmessagedraft: a preview, never a message."""
    if call.params["draft_id"] == 0:
        raise BadRequestError("DRAFT_ID_INVALID")
    chat = call.sandbox.world.writable_chat(call.params["chat_id"])
    if not chat.is_private:
        raise BadRequestError("message drafts can be sent only to private chats")
    call.sandbox.world.topic_to_write_in(chat, call.params.get("message_thread_id"))
    text, entities = formatted(
        call.params.get("text", ""), call.params.get("parse_mode"), call.params.get("entities")
    )
    if len(text) > MAX_DRAFT:
        raise BadRequestError("message is too long")
    shown: dict[str, Any] = {"draft_id": call.params["draft_id"], "text": text}
    chat.events.append("draft", **shown, **({"entities": entities} if entities else {}))
    return True


async def set_my_settings(call: Call) -> bool:
    """https://core.telegram.org/bots/api#setmysettings: what is not named stays."""
    if len(call.params.get("inline_query_placeholder", "")) > PLACEHOLDER:
        raise BadRequestError("INLINE_PLACEHOLDER_INVALID")
    call.sandbox.settings |= call.params
    return True
