"""Chats as a person sees and uses them."""

import asyncio
import io
import json
from typing import Any, Final

import pillow_heif
from aiohttp import web
from PIL import Image

from sandbox.botapi.crowd import Crowd
from sandbox.botapi.errors import ApiError, TesterError
from sandbox.botapi.files import encode, open_picture
from sandbox.botapi.people import People, worded
from sandbox.botapi.standing import Standing
from sandbox.botapi.state import Sandbox

from .reading import json_body, path_number, patience, whole, words

HEARTBEAT: Final = 15
MAX_ALBUM: Final = 10
APP_SIDE: Final = 1280


class ChatRoutes:
    """`/sandbox/chats/…`."""

    def __init__(self, sandbox: Sandbox, crowd: Crowd) -> None:
        self._sandbox = sandbox
        self._crowd = crowd
        self._people = People(sandbox)
        self._standing = Standing(sandbox)

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to an application."""
        base = r"/sandbox/chats/{chat_id:-?\d+}"
        return [
            web.get(f"{base}/messages", self.messages),
            web.get(f"{base}/events", self.events),
            web.get(f"{base}/wait", self.wait),
            web.post(f"{base}/send", self.send),
            web.post(f"{base}/tap", self.tap),
            web.post(f"{base}/edit", self.edit),
            web.post(f"{base}/join", self.join),
            web.post(f"{base}/crowd", self.crowd),
            web.post(f"{base}/promote", self.promote),
            web.post(f"{base}/standing", self.stand),
            web.post(f"{base}/upgrade", self.upgrade),
            web.post(f"{base}/delete", self.delete),
            web.post(f"{base}/topics", self.open_topic),
            web.post(f"{base}/topics/{{topic:\\d+}}/{{what:close|reopen|delete}}", self.turn_topic),
            web.post(f"{base}/choose", self.choose),
            web.post("/sandbox/inline", self.ask_inline),
            web.get("/sandbox/inline/{query_id}", self.inline_answer),
        ]

    async def messages(self, request: web.Request) -> web.Response:
        """All messages as they now are, or those changed after `after_seq`."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        after = whole(request.query.get("after_seq"), "after_seq", 0)
        changed = [entry.public() for entry in chat.entries.values() if entry.seq > after]
        return web.json_response({"seq": chat.events.seq, "messages": changed})

    async def wait(self, request: web.Request) -> web.Response:
        """Events after `after_seq`; waits up to `timeout` seconds for the first."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        after = whole(request.query.get("after_seq"), "after_seq", 0)
        events = await chat.events.wait(after, patience(request, 10))
        return web.json_response({"seq": max(chat.events.seq, after), "events": events})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events after `after_seq` (or the Last-Event-ID of a reconnection)."""
        log = self._sandbox.world.tester_chat(path_number(request, "chat_id")).events
        after = whole(request.query.get("after_seq"), "after_seq", 0)
        after = max(after, whole(request.headers.get("Last-Event-ID"), "Last-Event-ID", 0))
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        try:
            # Says at once that the stream stands, also when nothing has happened yet.
            await response.write(b": open\n\n")
            while not log.closed:
                events = await log.wait(after, HEARTBEAT)
                for event in events:
                    after = event["seq"]
                    data = json.dumps(event, ensure_ascii=False)
                    await response.write(f"id: {after}\ndata: {data}\n\n".encode())
                if not events:
                    await response.write(b": alive\n\n")
        except ConnectionResetError:
            # The page was closed; nobody is left to tell.
            return response
        return response

    async def send(self, request: web.Request) -> web.Response:
        """A person's text, picture, document or album."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        if request.content_type == "multipart/form-data":
            form = await request.post()
            sender = whole(form.get("from"), "from")
            reply, topic, key = form.get("reply_to"), form.get("topic"), form.get("key")
            contents = await self._attachments(form)
        else:
            body = await json_body(request)
            sender = whole(body.get("from"), "from")
            reply, topic, key = body.get("reply_to"), body.get("topic"), body.get("key")
            contents = [worded(words(body.get("text"), "text"), is_caption=False)]
        reply_to = None if reply in (None, "") else whole(reply, "reply_to")
        thread = None if topic in (None, "") else whole(topic, "topic")
        known_by = None if key is None else words(key, "key")
        entries = self._people.say(chat, sender, contents, reply_to, thread, known_by)
        return web.json_response({"messages": [entry.public() for entry in entries]})

    async def _attachments(self, form: Any) -> list[dict[str, Any]]:
        """The contents of an upload; the caption goes with the first file."""
        parts = [part for part in form.getall("file", []) if isinstance(part, web.FileField)]
        if not 1 <= len(parts) <= MAX_ALBUM:
            raise TesterError(f"send 1 to {MAX_ALBUM} parts named file")
        kind = form.get("as", "photo")
        if kind not in ("photo", "document"):
            raise TesterError("as must be photo or document")
        contents = []
        for part in parts:
            data = part.file.read()
            try:
                contents.append(await self._store(kind, data, part))
            except ApiError as error:
                raise TesterError(f"{part.filename}: {error.description}") from None
        contents[0] |= worded(words(form.get("caption", ""), "caption"), is_caption=True)
        return contents

    async def _store(self, kind: str, data: bytes, part: web.FileField) -> dict[str, Any]:
        files = self._sandbox.files
        if kind == "photo":
            return dict(await files.add_photo(await asyncio.to_thread(as_sent_by_app, data)))
        return dict(await files.add_document(data, part.filename, part.content_type))

    async def tap(self, request: web.Request) -> web.Response:
        """A tap on an inline button, with any data."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        body = await json_body(request)
        sender, message_id = (
            whole(body.get("from"), "from"),
            whole(body.get("message_id"), "message_id"),
        )
        query_id = self._people.tap(chat, sender, message_id, words(body.get("data"), "data"))
        return web.json_response({"callback_query_id": query_id})

    async def edit(self, request: web.Request) -> web.Response:
        """A person changes a message."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        body = await json_body(request)
        sender, message_id = (
            whole(body.get("from"), "from"),
            whole(body.get("message_id"), "message_id"),
        )
        entry = self._people.edit(chat, sender, message_id, words(body.get("text"), "text"))
        return web.json_response({"message": entry.public()})

    async def join(self, request: web.Request) -> web.Response:
        """A person enters a group or channel."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        self._people.join(chat, whole((await json_body(request)).get("user_id"), "user_id"))
        return web.json_response({"ok": True})

    async def crowd(self, request: web.Request) -> web.Response:
        """Many people follow a message's button into their private chats and play on there."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        body = await json_body(request)
        message_id = whole(body.get("message_id"), "message_id")
        count = whole(body.get("people", 20), "people")
        within = whole(body.get("within", 12), "within")
        ids = self._crowd.let_join(chat, message_id, count, max(within, 0))
        return web.json_response({"user_ids": ids})

    async def promote(self, request: web.Request) -> web.Response:
        """The bot becomes an administrator with these rights."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        listed = (await json_body(request)).get("rights")
        if not isinstance(listed, list):
            raise TesterError("rights must be a list")
        self._people.promote(chat, [words(each, "rights") for each in listed])
        return web.json_response({"ok": True})

    async def stand(self, request: web.Request) -> web.Response:
        """The bot is let in, given rights or put out."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        body = await json_body(request)
        rights = body.get("rights", [])
        if not isinstance(rights, list):
            raise TesterError("rights must be a list")
        by = whole(body["by"], "by") if "by" in body else None
        names = [words(each, "rights") for each in rights]
        self._standing.put(chat, words(body.get("status"), "status"), names, by)
        return web.json_response({"ok": True})

    async def upgrade(self, request: web.Request) -> web.Response:
        """The group becomes a supergroup."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        return web.json_response({"chat_id": self._standing.upgrade(chat).id})

    async def delete(self, request: web.Request) -> web.Response:
        """A person takes a message away."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        body = await json_body(request)
        message_id = whole(body.get("message_id"), "message_id")
        self._standing.delete(chat, whole(body.get("from"), "from"), message_id)
        return web.json_response({"ok": True})

    async def open_topic(self, request: web.Request) -> web.Response:
        """A person opens a topic."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        body = await json_body(request)
        name = words(body.get("name"), "name")
        thread_id = self._people.open_topic(chat, whole(body.get("from"), "from"), name)
        return web.json_response({"message_thread_id": thread_id})

    async def turn_topic(self, request: web.Request) -> web.Response:
        """A person closes, reopens or deletes a topic."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        what = request.match_info["what"]
        self._people.turn_topic(chat, path_number(request, "topic"), what)
        return web.json_response({"ok": True})

    async def ask_inline(self, request: web.Request) -> web.Response:
        """A person types behind the bot's name, in a chat of that type."""
        body = await json_body(request)
        query_id = self._people.ask_inline(
            whole(body.get("from"), "from"),
            words(body.get("query", ""), "query"),
            words(body.get("offset", ""), "offset"),
            words(body.get("chat_type", "group"), "chat_type"),
        )
        return web.json_response({"inline_query_id": query_id})

    async def inline_answer(self, request: web.Request) -> web.Response:
        """What the bot answered so far."""
        asked = self._sandbox.inline_queries.get(request.match_info["query_id"])
        if asked is None:
            raise TesterError("no such inline query", 404)
        return web.json_response({"answer": asked.answer})

    async def choose(self, request: web.Request) -> web.Response:
        """A person sends one of the results into the chat."""
        chat = self._sandbox.world.tester_chat(path_number(request, "chat_id"))
        body = await json_body(request)
        entry = self._people.choose(
            chat,
            whole(body.get("from"), "from"),
            words(body.get("inline_query_id"), "inline_query_id"),
            words(body.get("result_id"), "result_id"),
        )
        return web.json_response({"message": entry.public()})


def as_sent_by_app(data: bytes) -> bytes:
    """What a phone's app makes of a picture before sending: upright JPEG, at most 1280 wide."""
    if pillow_heif.is_supported(data):
        buffer = io.BytesIO()
        picture: Image.Image = pillow_heif.open_heif(data).to_pillow()
        picture.convert("RGB").save(buffer, "JPEG", quality=95)
        data = buffer.getvalue()
    return encode(open_picture(data, max_sides=None), APP_SIDE).data
