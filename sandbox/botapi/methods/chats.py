"""Chats, members, files, reactions, pins and answers to callback queries."""

import re
import time
from typing import Any, Final

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.files import MAX_DOWNLOAD
from sandbox.botapi.markup import utf16_length
from sandbox.botapi.members import MEMBER_STATUSES, member_json
from sandbox.botapi.world import Json

from .call import Call, without_reply

OLD_QUERY: Final = "query is too old and response timeout expired or query ID is invalid"
MAX_ANSWER: Final = 200
# https://core.telegram.org/bots/api#reactiontypeemoji
REACTIONS: Final = frozenset(
    [
        *("❤", "👍", "👎", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🤮"),
        *("💩", "🙏", "👌", "🕊", "🤡", "🥱", "🥴", "😍", "🐳", "❤‍🔥", "🌚", "🌭", "💯", "🤣", "⚡"),
        *(
            "🍌",
            "🏆",
            "💔",
            "🤨",
            "😐",
            "🍓",
            "🍾",
            "💋",
            "🖕",
            "😈",
            "😴",
            "😭",
            "🤓",
            "👻",
            "👨‍💻",
        ),
        *("👀", "🎃", "🙈", "😇", "😨", "🤝", "✍", "🤗", "🫡", "🎅", "🎄", "☃", "💅", "🤪", "🗿"),
        *("🆒", "💘", "🙉", "🦄", "😘", "💊", "🙊", "😎", "👾", "🤷‍♂", "🤷", "🤷‍♀", "😡"),
    ]
)


async def get_chat(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchat: a ChatFullInfo."""
    world = call.sandbox.world
    chat = world.find_chat(call.params["chat_id"])
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"), False
    )
    info = world.chat_json(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": gifts | {"gifts_from_channels": False},
    }
    if chat.pinned is not None and (entry := chat.entry(chat.pinned)):
        info["pinned_message"] = without_reply(entry.body)
    return info


async def get_chat_member(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchatmember."""
    world = call.sandbox.world
    chat = world.find_chat(call.params["chat_id"])
    user_id = call.params["user_id"]
    user = world.bot if user_id == world.bot["id"] else world.users.get(user_id)
    if user is None:
        raise BadRequestError("PARTICIPANT_ID_INVALID")
    if chat.is_private and user_id == world.bot["id"]:
        return member_json(chat, user, "kicked" if chat.blocked else "member")
    return member_json(chat, user, chat.members.get(user_id, "left"))


async def get_chat_member_count(call: Call) -> int:
    """https://core.telegram.org/bots/api#getchatmembercount."""
    chat = call.sandbox.world.find_chat(call.params["chat_id"])
    if chat.is_private:
        return 2
    return sum(status in MEMBER_STATUSES for status in chat.members.values())


async def get_file(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getfile."""
    stored = call.sandbox.files.get(call.params["file_id"])
    if stored is None:
        raise BadRequestError("wrong file_id or the file is temporarily unavailable")
    if len(stored.data) > MAX_DOWNLOAD:
        raise BadRequestError("file is too big")
    return {**stored.summary(), "file_path": stored.path}


async def answer_callback_query(call: Call) -> bool:
    """https://core.telegram.org/bots/api#answercallbackquery; a second answer is refused."""
    text = call.params.get("text", "")
    if utf16_length(text) > MAX_ANSWER:
        raise BadRequestError("MESSAGE_TOO_LONG")
    url = call.params.get("url", "")
    if url and not re.match(r"(https?://)?t\.me/|tg://", url):
        raise BadRequestError("URL_INVALID")
    query_id = call.params["callback_query_id"]
    query = call.sandbox.callbacks.get(query_id)
    life = call.sandbox.switches.callback_query_life
    if query is None or query.answer is not None or time.monotonic() - query.born > life:
        raise BadRequestError(OLD_QUERY)
    answer: dict[str, Any] = {
        "text": text,
        "show_alert": call.params.get("show_alert", False),
        "url": url,
    }
    query.answer = answer
    call.sandbox.world.chats[query.chat_id].events.append(
        "callback_answer", callback_query_id=query_id, user_id=query.user_id, **answer
    )
    return True


async def set_message_reaction(call: Call) -> bool:
    """https://core.telegram.org/bots/api#setmessagereaction: bots may set one emoji."""
    chat = call.sandbox.world.writable_chat(call.params["chat_id"])
    entry = call.entry(chat, "message to react not found")
    reactions = call.params.get("reaction", [])
    if len(reactions) > 1:
        raise BadRequestError("REACTIONS_TOO_MANY")
    if any(item["type"] != "emoji" or item["emoji"] not in REACTIONS for item in reactions):
        raise BadRequestError("REACTION_INVALID")
    entry.reactions = reactions
    call.sandbox.world.announce(chat, entry, "reaction")
    return True


async def pin_chat_message(call: Call) -> bool:
    """https://core.telegram.org/bots/api#pinchatmessage."""
    world = call.sandbox.world
    chat = world.writable_chat(call.params["chat_id"])
    entry = call.entry(chat, "message to pin not found")
    if not chat.is_private and chat.members.get(world.bot["id"]) != "administrator":
        raise BadRequestError("not enough rights to manage pinned messages in the chat")
    if chat.pinned != entry.body["message_id"]:
        chat.pinned = entry.body["message_id"]
        world.add_message(chat, world.bot, {"pinned_message": without_reply(entry.body)})
    return True
