"""The world: people, chats, files, what the bot has registered."""

import asyncio
from typing import Any

from aiohttp import web

from sandbox.botapi.errors import TesterError
from sandbox.botapi.people import People
from sandbox.botapi.state import Sandbox

from .reading import json_body, path_number, patience, whole, words


class WorldRoutes:
    """`/sandbox/world`, `/sandbox/users`, `/sandbox/files` and the like."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._people = People(sandbox)

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to an application."""
        return [
            web.get("/sandbox/world", self.world),
            web.get("/sandbox/commands", self.commands),
            web.get("/sandbox/profile", self.profile),
            web.post("/sandbox/users", self.add_user),
            web.post("/sandbox/chats", self.add_chat),
            web.post(r"/sandbox/users/{user_id:\d+}/{what:block|unblock}", self.block),
            web.get("/sandbox/callbacks/{query_id}", self.callback),
            web.get("/sandbox/files/{file_id}", self.file),
        ]

    async def world(self, _request: web.Request) -> web.Response:
        """The bot, all people and all chats, but for those of a crowd."""
        world = self._sandbox.world
        users = [each for number, each in world.users.items() if number not in world.crowd]
        chats = list(world.all_chats())
        return web.json_response({"bot": world.bot, "users": users, "chats": chats})

    async def commands(self, request: web.Request) -> web.Response:
        """The command menu of one person in one chat."""
        world = self._sandbox.world
        chat = world.tester_chat(whole(request.query.get("chat_id"), "chat_id"))
        user = world.member(chat, whole(request.query.get("user_id"), "user_id"))
        return web.json_response(self._sandbox.profile.commands_for(chat, user))

    async def profile(self, request: web.Request) -> web.Response:
        """Name and descriptions in a language."""
        return web.json_response(self._sandbox.profile.view(request.query.get("language", "")))

    async def add_user(self, request: web.Request) -> web.Response:
        """A new person with a private chat, with `topics` if they like; `started` skips /start."""
        body = await json_body(request)
        fields: dict[str, Any] = {"first_name": words(body.get("first_name"), "first_name")}
        fields["language_code"] = words(body.get("language_code", "en"), "language_code")
        for name in ("last_name", "username"):
            if body.get(name):
                fields[name] = words(body[name], name)
        if not fields["first_name"].strip():
            raise TesterError("first_name is empty")
        user = self._sandbox.world.add_user(fields)
        chat = self._sandbox.world.chats[user["id"]]
        chat.started, chat.is_forum = bool(body.get("started")), bool(body.get("topics"))
        return web.json_response(user)

    async def add_chat(self, request: web.Request) -> web.Response:
        """A new group, supergroup or channel with the bot in it."""
        body = await json_body(request)
        kind = body.get("type")
        if kind not in ("group", "supergroup", "channel"):
            raise TesterError("type must be group, supergroup or channel")
        world = self._sandbox.world
        listed = body.get("members")
        members = [whole(m, "members") for m in listed] if isinstance(listed, list) else []
        if not members or any(member not in world.users for member in members):
            raise TesterError("members must name at least one person and only known ones")
        forum = bool(body.get("forum"))
        if forum and kind != "supergroup":
            raise TesterError("only a supergroup has topics")
        title = words(body.get("title"), "title")
        chat = self._people.open_chat(kind, title, members, forum=forum)
        chat.protected = bool(body.get("protected"))
        return web.json_response(world.chat_json(chat))

    async def block(self, request: web.Request) -> web.Response:
        """The person blocks or unblocks the bot."""
        blocked = request.match_info["what"] == "block"
        self._people.set_blocked(path_number(request, "user_id"), blocked=blocked)
        return web.json_response({"blocked": blocked})

    async def callback(self, request: web.Request) -> web.Response:
        """Whether and how the bot answered a tap; waits up to `timeout` seconds for that."""
        query = self._sandbox.callbacks.get(request.match_info["query_id"])
        if query is None:
            raise TesterError("no such callback query", 404)
        events = self._sandbox.world.chats[query.chat_id].events
        loop = asyncio.get_running_loop()
        until = loop.time() + patience(request, 0)
        while query.answer is None and not events.closed and (left := until - loop.time()) > 0:
            await events.wait(events.seq, left)
        answer = query.answer or {"text": "", "show_alert": False, "url": ""}
        return web.json_response({"answered": query.answer is not None, **answer})

    async def file(self, request: web.Request) -> web.Response:
        """A file's bytes by its file_id."""
        stored = self._sandbox.files.get(request.match_info["file_id"])
        if stored is None:
            raise TesterError("no such file", 404)
        return web.Response(
            body=stored.data,
            headers={
                "Content-Type": stored.mime_type,
                # A file never changes; documents must not run as pages of this origin.
                "Cache-Control": "private, max-age=86400, immutable",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "sandbox",
            },
        )
