"""A small stand-in for the sandbox's tester API, so that the page is tested by itself.

It keeps messages and events as the real one does, and lets a test play the bot.
"""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from PIL import Image

from sandbox.chat.routes import add_routes

Json = dict[str, Any]

XIAOYU, ANNA, GROUP, CHANNEL = 101, 102, -1001, -1002
BOT: Json = {"id": 9, "is_bot": True, "first_name": "Snaporder", "username": "snaporder_bot"}
PEOPLE: list[Json] = [
    {"id": XIAOYU, "first_name": "小雨", "language_code": "zh-hans"},
    {"id": ANNA, "first_name": "Anna", "language_code": "en"},
]
PROFILES = {
    "zh": {"name": "快拍下单", "description": "发一张照片，我帮你在 1688 找货。", "short_description": ""},
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


class FakeSandbox:
    """The state, the bot's moves (`say`, `edit`, ...) and a record of what testers did."""

    def __init__(self) -> None:
        self.users = [dict(person) for person in PEOPLE]
        everyone = [XIAOYU, ANNA]
        chats = [
            *(Chat(user["id"], "private", user["first_name"], [user["id"]]) for user in self.users),
            Chat(GROUP, "supergroup", "Group buy", everyone, "groupbuy"),
            Chat(CHANNEL, "channel", "Finds", everyone),
        ]
        self.chats = {chat.id: chat for chat in chats}
        self.sent: list[Json] = []
        self.tapped: list[Json] = []
        self.files: dict[str, bytes] = {}
        self.refuse: str | None = None
        self.cut = False
        self._ids = 0
        self._seq = 0
        self._streams: set[asyncio.Task[Any]] = set()

    # The bot's side.

    async def say(self, text: str, chat_id: int = ANNA, **more: Any) -> int:
        """The bot writes; the message's id."""
        return await self._post(chat_id, BOT, {"text": text, **more})

    async def show(self, *photos: bytes, chat_id: int = ANNA, **more: Any) -> list[int]:
        """The bot sends photos, several as an album; the messages' ids."""
        album = {"media_group_id": f"album-{self._ids}"} if len(photos) > 1 else {}
        first, *rest = [{"photo": self._photo(each), **album} for each in photos]
        return [await self._post(chat_id, BOT, each) for each in ({**first, **more}, *rest)]

    async def edit(self, message_id: int, chat_id: int = ANNA, **changes: Any) -> None:
        """The bot changes one of its messages."""
        message = self.chats[chat_id].messages[message_id]
        message.update(changes)
        message["sandbox"]["edited"] = True
        await self._event(chat_id, "edit", message=message, message_id=message_id)

    async def delete(self, message_id: int, chat_id: int = ANNA) -> None:
        """The bot takes a message away."""
        del self.chats[chat_id].messages[message_id]
        await self._event(chat_id, "delete", message_id=message_id)

    async def act(self, action: str, chat_id: int = ANNA) -> None:
        """The bot shows a chat action."""
        await self._event(chat_id, "action", action=action)

    async def answer(self, query_id: str, chat_id: int = ANNA, **answer: Any) -> None:
        """The bot answers a button."""
        await self._event(chat_id, "callback_answer", callback_query_id=query_id, **answer)

    async def react(self, message_id: int, emoji: str, chat_id: int = ANNA) -> None:
        """The bot puts an emoji under a message."""
        message = self.chats[chat_id].messages[message_id]
        message["sandbox"]["reactions"] = [{"type": "emoji", "emoji": emoji}]
        await self._event(chat_id, "reaction", message=message, message_id=message_id)

    def hang_up(self) -> None:
        """Breaks every open event stream; with `cut` set, new calls fail too."""
        for stream in self._streams:
            stream.cancel()

    # The tester API.

    def app(self) -> web.Application:
        """The page and the API under it."""
        app = web.Application(middlewares=[self._gate])
        add_routes(app)
        route = app.router
        route.add_get("/sandbox/world", self._world)
        route.add_get("/sandbox/commands", self._commands)
        route.add_get("/sandbox/profile", self._profile)
        route.add_post("/sandbox/users", self._add_user)
        route.add_get("/sandbox/chats/{chat_id}/messages", self._messages)
        route.add_get("/sandbox/chats/{chat_id}/events", self._events)
        route.add_post("/sandbox/chats/{chat_id}/send", self._send)
        route.add_post("/sandbox/chats/{chat_id}/tap", self._tap)
        route.add_get("/sandbox/files/{file_id}", self._file)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.cut and request.path.startswith("/sandbox/"):
            if request.transport is not None:
                request.transport.close()
            raise web.HTTPServiceUnavailable
        return await handler(request)

    async def _world(self, _request: web.Request) -> web.Response:
        chats = [
            {"id": c.id, "type": c.kind, "title": c.title, "username": c.username, "members": c.members}
            for c in self.chats.values()
        ]
        return web.json_response({"bot": BOT, "users": self.users, "chats": chats})

    async def _commands(self, _request: web.Request) -> web.Response:
        return web.json_response(COMMANDS)

    async def _profile(self, request: web.Request) -> web.Response:
        return web.json_response(PROFILES[request.query["language"][:2]])

    async def _add_user(self, request: web.Request) -> web.Response:
        fields = await request.json()
        user = {"id": 100 + len(self.users) + 1, **fields}
        self.users.append(user)
        self.chats[user["id"]] = Chat(user["id"], "private", user["first_name"], [user["id"]])
        return web.json_response(user)

    async def _messages(self, request: web.Request) -> web.Response:
        chat = self._chat(request)
        seq = chat.events[-1]["seq"] if chat.events else 0
        return web.json_response({"seq": seq, "messages": list(chat.messages.values())})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        chat = self._chat(request)
        after = int(request.query["after_seq"])
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b": hello\n\n")
        task = asyncio.current_task()
        assert task is not None
        self._streams.add(task)
        try:
            # A page that goes away ends its stream; that is no error of the sandbox.
            with suppress(ConnectionResetError):
                await self._follow(chat, after, response)
        finally:
            self._streams.discard(task)
        return response

    async def _follow(self, chat: Chat, after: int, response: web.StreamResponse) -> None:
        while True:
            for event in [each for each in chat.events if each["seq"] > after]:
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
                after = event["seq"]
            async with chat.changed:
                if not chat.events or chat.events[-1]["seq"] <= after:
                    await chat.changed.wait()

    async def _send(self, request: web.Request) -> web.Response:
        if self.refuse:
            return web.json_response({"error": self.refuse}, status=400)
        chat = self._chat(request)
        if request.content_type == "application/json":
            body = await request.json()
            self.sent.append({"chat": chat.id, **body})
            content: list[Json] = [{"text": body["text"]}]
        else:
            body, content = await self._upload(request)
            self.sent.append({"chat": chat.id, **body})
        if body.get("reply_to"):
            content[0]["reply_to_message"] = chat.messages[int(body["reply_to"])]
        sender = next(user for user in self.users if user["id"] == int(body["from"]))
        for each in content:
            await self._post(chat.id, sender, each)
        return web.json_response({"ok": True})

    async def _upload(self, request: web.Request) -> tuple[Json, list[Json]]:
        form = await request.post()
        files = [part for part in form.getall("file") if isinstance(part, web.FileField)]
        fields = {name: str(value) for name, value in form.items() if name != "file"}
        album = {"media_group_id": f"sent-{self._ids}"} if len(files) > 1 else {}
        content = []
        for part in files:
            data = part.file.read()
            name = {"file_name": part.filename, "file_size": len(data)}
            if fields["as"] == "photo":
                content.append({"photo": self._photo(data), **album})
            else:
                content.append({"document": {"file_id": self._store(data), **name}, **album})
        if "caption" in fields:
            content[0]["caption"] = fields["caption"]
        return {**fields, "files": [part.filename for part in files]}, content

    async def _tap(self, request: web.Request) -> web.Response:
        body = await request.json()
        query_id = f"query-{len(self.tapped) + 1}"
        self.tapped.append({"chat": self._chat(request).id, "query_id": query_id, **body})
        return web.json_response({"callback_query_id": query_id})

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["file_id"]], content_type="image/jpeg")

    # Keeping it.

    def _chat(self, request: web.Request) -> Chat:
        return self.chats[int(request.match_info["chat_id"])]

    def _store(self, data: bytes) -> str:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = data
        return file_id

    def _photo(self, data: bytes) -> list[Json]:
        width, height = Image.open(io.BytesIO(data)).size
        return [{"file_id": self._store(data), "width": width, "height": height}]

    async def _post(self, chat_id: int, sender: Json, content: Json) -> int:
        chat = self.chats[chat_id]
        self._ids += 1
        message: Json = {
            "message_id": self._ids,
            "date": content.pop("date", int(time.time())),
            "chat": {"id": chat.id, "type": chat.kind, "title": chat.title},
            **content,
            "sandbox": {"mine": None if sender is BOT else sender["id"], "edited": False, "deleted": False},
        }
        if chat.kind == "channel":
            message["sender_chat"] = message["chat"]
        else:
            message["from"] = sender
        message["sandbox"].update(content.pop("sandbox", {}))
        chat.messages[self._ids] = message
        await self._event(chat_id, "message", message=message, message_id=message["message_id"])
        return int(message["message_id"])

    async def _event(self, chat_id: int, kind: str, **payload: Any) -> None:
        chat = self.chats[chat_id]
        self._seq += 1
        # Through JSON, so that later edits do not rewrite history.
        event = json.loads(json.dumps({"seq": self._seq, "type": kind, **payload}))
        async with chat.changed:
            chat.events.append(event)
            chat.changed.notify_all()


@asynccontextmanager
async def serving(fake: FakeSandbox) -> AsyncIterator[str]:
    """Serve on a free loopback port; yields the address."""
    runner = web.AppRunner(fake.app(), shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        fake.hang_up()
        await runner.cleanup()
