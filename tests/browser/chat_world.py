"""People, chats and messages for the tests of the chat page, and the moves of its bot."""

import asyncio
import io
import json
import time
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

Json = dict[str, Any]

XIAOYU, ANNA, GROUP, CHANNEL = 101, 102, -1001, -1002
BOT: Json = {"id": 9, "is_bot": True, "first_name": "Snaporder", "username": "snaporder_bot"}
PEOPLE: list[Json] = [
    {"id": XIAOYU, "first_name": "小雨", "language_code": "zh-hans"},
    {"id": ANNA, "first_name": "Anna", "language_code": "en"},
]
PROFILES = {
    "zh": {
        "name": "快拍下单",
        "description": "发一张照片，我帮你在 1688 找货。",
        "short_description": "",
    },
    "en": {"name": "Snaporder", "description": "Send a photo, get goods.", "short_description": ""},
}
COMMANDS = [
    {"command": "orders", "description": "Your orders"},
    {"command": "address", "description": "Your addresses"},
    {"command": "help", "description": "What this bot can do"},
]


def picture(width: int, height: int, colour: str) -> bytes:
    """A JPEG of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@dataclass
class Chat:
    """One chat's messages by id, and its events."""

    id: int
    kind: str
    title: str
    members: list[int]
    username: str | None = None
    messages: dict[int, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


class ChatWorld:
    """The chats, and the bot's moves in them."""

    def __init__(self) -> None:
        self.users = [dict(person) for person in PEOPLE]
        everyone = [XIAOYU, ANNA]
        chats = [
            *(Chat(user["id"], "private", user["first_name"], [user["id"]]) for user in self.users),
            Chat(GROUP, "supergroup", "Group buy", everyone, "groupbuy"),
            Chat(CHANNEL, "channel", "Finds", everyone),
        ]
        self.chats = {chat.id: chat for chat in chats}
        self.files: dict[str, bytes] = {}
        self._ids = 0
        self._seq = 0

    # The bot's side.

    async def say(self, text: str, chat_id: int = ANNA, **more: Any) -> int:
        """The bot writes; the message's id."""
        return await self.post(chat_id, BOT, {"text": text, **more})

    async def show(self, *photos: bytes, chat_id: int = ANNA, **more: Any) -> list[int]:
        """The bot sends photos, several as an album; the messages' ids."""
        album = {"media_group_id": f"album-{self._ids}"} if len(photos) > 1 else {}
        first, *rest = [{"photo": self.photo(each), **album} for each in photos]
        return [await self.post(chat_id, BOT, each) for each in ({**first, **more}, *rest)]

    async def edit(self, message_id: int, chat_id: int = ANNA, **changes: Any) -> None:
        """The bot changes one of its messages."""
        message = self.chats[chat_id].messages[message_id]
        message.update(changes)
        message["sandbox"]["edited"] = True
        await self.event(chat_id, "edit", message=message, message_id=message_id)

    async def delete(self, message_id: int, chat_id: int = ANNA) -> None:
        """The bot takes a message away."""
        del self.chats[chat_id].messages[message_id]
        await self.event(chat_id, "delete", message_id=message_id)

    async def act(self, action: str, chat_id: int = ANNA) -> None:
        """The bot shows a chat action."""
        await self.event(chat_id, "action", action=action)

    async def answer(self, query_id: str, chat_id: int = ANNA, **answer: Any) -> None:
        """The bot answers a button."""
        await self.event(chat_id, "callback_answer", callback_query_id=query_id, **answer)

    async def react(self, message_id: int, emoji: str, chat_id: int = ANNA) -> None:
        """The bot puts an emoji under a message."""
        message = self.chats[chat_id].messages[message_id]
        message["sandbox"]["reactions"] = [{"type": "emoji", "emoji": emoji}]
        await self.event(chat_id, "reaction", message=message, message_id=message_id)

    # Keeping it.

    def store(self, data: bytes) -> str:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = data
        return file_id

    def photo(self, data: bytes) -> list[Json]:
        width, height = Image.open(io.BytesIO(data)).size
        return [{"file_id": self.store(data), "width": width, "height": height}]

    async def post(self, chat_id: int, sender: Json, content: Json) -> int:
        chat = self.chats[chat_id]
        self._ids += 1
        message: Json = {
            "message_id": self._ids,
            "date": content.pop("date", int(time.time())),
            "chat": {"id": chat.id, "type": chat.kind, "title": chat.title},
            **content,
            "sandbox": {
                "mine": None if sender is BOT else sender["id"],
                "edited": False,
                "deleted": False,
            },
        }
        if chat.kind == "channel":
            message["sender_chat"] = message["chat"]
        else:
            message["from"] = sender
        message["sandbox"].update(content.pop("sandbox", {}))
        chat.messages[self._ids] = message
        await self.event(chat_id, "message", message=message, message_id=message["message_id"])
        return int(message["message_id"])

    async def event(self, chat_id: int, kind: str, **payload: Any) -> None:
        chat = self.chats[chat_id]
        self._seq += 1
        # Through JSON, so that later edits do not rewrite history.
        event = json.loads(json.dumps({"seq": self._seq, "type": kind, **payload}))
        async with chat.changed:
            chat.events.append(event)
            chat.changed.notify_all()
