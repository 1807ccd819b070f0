"""One Bot API call, and what every method that writes to a chat shares."""

import time
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
        if "chat_id" not in self.params:
            raise BadRequestError("chat_id is empty")
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
    if "ephemeral_message_parameters" in call.params:
        return put_for_one(call, content, keyboard)
    chat = call.chat()
    extra = reply_target(call, chat)
    if call.params.get("protect_content"):
        extra["has_protected_content"] = True
    return put_into(call, chat, content | extra, keyboard)


def put_for_one(call: Call, content: Json, keyboard: Json | None) -> Json:
    """An ephemeral message: one member of a group sees it, nothing of it is kept.

    https://core.telegram.org/bots/api#ephemeral-messages-and-commands. The words of its refusals
    are not published.
    """
    receiver, chat, inside = ephemeral_receiver(call)
    is_group = chat.type in ("group", "supergroup")
    call.sandbox.flood.check(call.sandbox.switches, chat.id, is_group=is_group)
    world = call.sandbox.world
    body: Json = {
        "message_id": 0,
        "ephemeral_message_id": next(chat.ephemeral_ids),
        "receiver_user": world.users[receiver],
        "from": world.bot,
        "chat": world.chat_json(chat),
        "date": int(time.time()),
        **inside,
        **content,
    }
    if keyboard:
        if any("callback_data" in button for row in keyboard["inline_keyboard"] for button in row):
            raise BadRequestError("the sandbox does not simulate presses on ephemeral messages")
        body["reply_markup"] = keyboard
    chat.events.append("ephemeral", user_id=receiver, message=body)
    return body


def ephemeral_receiver(call: Call) -> tuple[int, Chat, Json]:
    """Whom it is for, where, and in which topic.

    Bots that are no administrators have 15 s after a press, and so has whoever names it alone.
    """
    wanted = call.params["ephemeral_message_parameters"]
    if wanted.get("replace_callback_query_message"):
        raise BadRequestError("the sandbox does not simulate replace_callback_query_message")
    world, query_id = call.sandbox.world, wanted.get("callback_query_id")
    query = call.sandbox.callbacks.get(query_id) if query_id else None
    life = call.sandbox.switches.ephemeral_life
    fresh = query is not None and time.monotonic() - query.born <= life
    if "chat_id" in call.params:
        chat = world.writable_chat(call.params["chat_id"])
    elif query is not None:
        chat = world.writable_chat(query.chat_id)
    else:
        raise BadRequestError("QUERY_ID_INVALID" if query_id else "chat_id is empty")
    if chat.type not in ("group", "supergroup"):
        raise BadRequestError("ephemeral messages can be sent only to groups and supergroups")
    is_admin = chat.members.get(world.bot["id"]) == "administrator"
    receiver = wanted.get("receiver_user_id", query.user_id if query else None)
    by_right = is_admin and "receiver_user_id" in wanted and "chat_id" in call.params
    if not by_right and not (fresh and query is not None and query.user_id == receiver):
        raise BadRequestError("QUERY_ID_INVALID")
    if receiver not in world.users or receiver not in chat.members:
        raise BadRequestError("USER_NOT_PARTICIPANT")
    topic = call.params.get("message_thread_id", query.topic if query else None)
    return receiver, chat, world.topic_to_write_in(chat, topic)


def put_into(call: Call, chat: Chat, content: Json, keyboard: Json | None = None) -> Json:
    """Adds the message to the chat; the Message object."""
    if keyboard:
        content = {**content, "reply_markup": keyboard}
    world = call.sandbox.world
    entry = world.add_message(
        chat, world.bot, content, reply_keyboard(call.params.get("reply_markup"))
    )
    return entry.body
