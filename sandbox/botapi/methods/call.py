"""One Bot API call, and what every method that writes to a chat shares."""

from dataclasses import dataclass
from typing import Any

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.keyboards import inline_keyboard, reply_keyboard
from sandbox.botapi.state import Sandbox
from sandbox.botapi.uploads import Upload
from sandbox.botapi.world import Chat, Entry, Json


@dataclass(frozen=True)
class Call:
    """A checked call; `uploads` has the file parts by name."""

    sandbox: Sandbox
    method: str
    params: dict[str, Any]
    uploads: dict[str, Upload]

    def inline_keyboard(self) -> Json | None:
        """The inline keyboard asked for, checked."""
        local = self.sandbox.switches.refuse_local_urls
        return inline_keyboard(self.params.get("reply_markup"), refuse_local=local)

    def chat(self) -> Chat:
        """The chat to write to; counts against the sending limits."""
        chat = self.sandbox.world.writable_chat(self.params["chat_id"])
        is_group = chat.type in ("group", "supergroup")
        self.sandbox.flood.check(self.sandbox.switches, chat.id, is_group=is_group)
        return chat

    def entry(self, chat: Chat, missing: str) -> Entry:
        """The message named by message_id. Raises BadRequestError with the words `missing`."""
        if "message_id" not in self.params:
            raise BadRequestError("message identifier is not specified")
        entry = chat.entry(self.params["message_id"])
        if entry is None:
            raise BadRequestError(missing)
        return entry


def reply_target(call: Call, chat: Chat) -> Json:
    """What the topic and reply_parameters add; replies across chats are not played."""
    wanted = call.params.get("reply_parameters")
    inside = call.sandbox.world.topic_to_write_in(chat, call.params.get("message_thread_id"))
    if wanted is None:
        return inside
    if "message_id" not in wanted:
        raise BadRequestError('can\'t find field "message_id"')
    other = wanted.get("chat_id", chat.id)
    if call.sandbox.world.find_chat(other) is not chat:
        raise BadRequestError("the sandbox does not simulate replies to another chat")
    entry = chat.entry(wanted["message_id"])
    if entry is None:
        if wanted.get("allow_sending_without_reply"):
            return inside
        raise BadRequestError("message to be replied not found")
    thread_id = entry.body.get("message_thread_id")
    if inside and inside["message_thread_id"] != thread_id:
        raise BadRequestError("message to be replied not found")
    if not inside and thread_id in chat.topics:
        # An answer stands in the topic of what it answers.
        inside = call.sandbox.world.topic_to_write_in(chat, thread_id)
    return inside | {"reply_to_message": without_reply(entry.body)}


def without_reply(body: Json) -> Json:
    """A message inside another one carries no further message."""
    return {key: value for key, value in body.items() if key != "reply_to_message"}


def put(call: Call, content: Json) -> Json:
    """Sends one message of the bot with the options that all sending methods share."""
    keyboard = call.inline_keyboard()
    chat = call.chat()
    extra = reply_target(call, chat)
    if call.params.get("protect_content"):
        extra["has_protected_content"] = True
    return put_into(call, chat, content | extra, keyboard)


def put_into(call: Call, chat: Chat, content: Json, keyboard: Json | None = None) -> Json:
    """Adds the message to the chat; the Message object."""
    if keyboard:
        content = {**content, "reply_markup": keyboard}
    world = call.sandbox.world
    entry = world.add_message(
        chat, world.bot, content, reply_keyboard(call.params.get("reply_markup"))
    )
    return entry.body
