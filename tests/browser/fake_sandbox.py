"""A small stand-in for the sandbox's tester API, so that the page is tested by itself.

It keeps messages and events as the real one does, and lets a test play the bot.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from chat_world import BOT, COMMANDS, PROFILES, Chat, ChatWorld, Json

from sandbox.chat.market import add_market
from sandbox.chat.routes import add_routes


class FakeSandbox(ChatWorld):
    """The world behind the tester API, and a record of what testers did.

    `refuse` is the reason with which sends are refused; `cut` makes every call fail; `delays`
    are the seconds that the next sends take; sends are answered while `answering`;
    `marketplace` is the address of one for the desk.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Json] = []
        self.tapped: list[Json] = []
        self.refuse: str | None = None
        self.cut = False
        self.delays: list[float] = []
        self.answering = asyncio.Event()
        self.answering.set()
        self.marketplace: str | None = None
        self._moved = asyncio.Condition()
        self._streams: set[asyncio.Task[Any]] = set()

    async def received(self, record: list[Json], number: int = 1) -> list[Json]:
        """`sent` or `tapped`, once it has that many entries. Raises TimeoutError.

        The page shows a move before the move is delivered.
        """
        async with asyncio.timeout(60), self._moved:
            await self._moved.wait_for(lambda: len(record) >= number)
        return record

    async def _note(self, record: list[Json], move: Json) -> None:
        async with self._moved:
            record.append(move)
            self._moved.notify_all()

    def hang_up(self) -> None:
        """Breaks every open event stream; with `cut` set, new calls fail too."""
        for stream in self._streams:
            stream.cancel()

    def app(self) -> web.Application:
        """The page and the API under it."""
        app = web.Application(middlewares=[self._gate])
        add_routes(app)
        if self.marketplace:
            add_market(app, self.marketplace)
        route = app.router
        route.add_get("/sandbox/world", self._world)
        route.add_get("/sandbox/commands", self._commands)
        route.add_get("/sandbox/profile", self._profile)
        route.add_post("/sandbox/users", self._add_user)
        route.add_get("/sandbox/chats/{chat_id}/messages", self._messages)
        route.add_get("/sandbox/chats/{chat_id}/events", self._events)
        route.add_post("/sandbox/chats/{chat_id}/send", self._send)
        route.add_post("/sandbox/chats/{chat_id}/tap", self._tap)
        route.add_post("/sandbox/chats/{chat_id}/edit", self._edit)
        route.add_post("/sandbox/chats/{chat_id}/join", self._join)
        route.add_get("/sandbox/files/{file_id}", self._file)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.cut and request.path.startswith("/sandbox/"):
            if request.transport is not None:
                request.transport.close()
            raise web.HTTPServiceUnavailable
        return await handler(request)

    async def _world(self, _request: web.Request) -> web.Response:
        chats = [
            {
                "id": c.id,
                "type": c.kind,
                "title": c.title,
                "username": c.username,
                "members": c.members,
            }
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
        if self.delays:
            await asyncio.sleep(self.delays.pop(0))
        if self.refuse:
            return web.json_response({"error": self.refuse}, status=400)
        chat = self._chat(request)
        if request.content_type == "application/json":
            body = await request.json()
            key = body.pop("key")
            await self._note(self.sent, {"chat": chat.id, **body})
            content: list[Json] = [{"text": body["text"]}]
        else:
            body, content = await self._upload(request)
            key = body.pop("key")
            await self._note(self.sent, {"chat": chat.id, **body})
        if body.get("reply_to"):
            content[0]["reply_to_message"] = chat.messages[int(body["reply_to"])]
        sender = next(user for user in self.users if user["id"] == int(body["from"]))
        for each in content:
            await self.post(chat.id, sender, {**each, "sandbox": {"key": key}})
        await self.answering.wait()
        return web.json_response({"ok": True})

    async def _upload(self, request: web.Request) -> tuple[Json, list[Json]]:
        form = await request.post()
        files = [part for part in form.getall("file") if isinstance(part, web.FileField)]
        fields = {name: str(value) for name, value in form.items() if name != "file"}
        album = {"media_group_id": f"sent-{self._ids}"} if len(files) > 1 else {}
        content: list[dict[str, Any]] = []
        for part in files:
            data = part.file.read()
            name = {"file_name": part.filename, "file_size": len(data)}
            if fields["as"] == "photo":
                content.append({"photo": self.photo(data), **album})
            else:
                content.append({"document": {"file_id": self.store(data), **name}, **album})
        if "caption" in fields:
            content[0]["caption"] = fields["caption"]
        return {**fields, "files": [part.filename for part in files]}, content

    async def _tap(self, request: web.Request) -> web.Response:
        body = await request.json()
        query_id = f"query-{len(self.tapped) + 1}"
        tap = {"chat": self._chat(request).id, "query_id": query_id, **body}
        await self._note(self.tapped, tap)
        return web.json_response({"callback_query_id": query_id})

    async def _edit(self, request: web.Request) -> web.Response:
        body = await request.json()
        await self.edit(body["message_id"], self._chat(request).id, text=body["text"])
        return web.json_response({"ok": True})

    async def _join(self, request: web.Request) -> web.Response:
        self._chat(request).members.append((await request.json())["user_id"])
        return web.json_response({"ok": True})

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(
            body=self.files[request.match_info["file_id"]], content_type="image/jpeg"
        )

    def _chat(self, request: web.Request) -> Chat:
        return self.chats[int(request.match_info["chat_id"])]


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
