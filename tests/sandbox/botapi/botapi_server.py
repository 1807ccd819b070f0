"""A sandbox server on a free port, and short ways to use it."""

import io
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aiohttp import web
from PIL import Image
from telegram import Bot
from telegram.request import HTTPXRequest

from sandbox.botapi import SANDBOX, BotApiConfig, Switches, create_app
from sandbox.botapi.state import Sandbox
from sandbox.botapi.world import ANNA, BEN, BOSS, CHANNEL, GROUP, XIAOYU
from tests.loopback import http_client

__all__ = ["ANNA", "BEN", "BOSS", "CHANNEL", "GROUP", "TOKEN", "XIAOYU", "Server", "serving"]

TOKEN = "424242:TEST-secret"
# Trusts nobody: reading the trust roots takes 27 ms, longer than most tests.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
Files = Any  # of httpx: a mapping or pairs


class Server:
    """The running server: `call` speaks Bot API, the other methods speak as a person."""

    def __init__(self, base_url: str, http: httpx.AsyncClient, state: Sandbox) -> None:
        self.base_url = base_url
        self.http = http
        self.state = state

    def bot(self) -> Bot:
        plain = {"verify": _NO_TLS}
        return Bot(
            TOKEN,
            base_url=f"{self.base_url}/bot",
            base_file_url=f"{self.base_url}/file/bot",
            request=HTTPXRequest(httpx_kwargs=plain),
            get_updates_request=HTTPXRequest(httpx_kwargs=plain),
        )

    async def call(self, method: str, files: Files = None, **params: Any) -> dict[str, Any]:
        """The raw envelope of one call; with files as multipart, else as JSON."""
        url = f"/bot{TOKEN}/{method}"
        if files:
            answer = await self.http.post(url, data=params, files=files)
        else:
            answer = await self.http.post(url, json=params)
        return dict(answer.json())

    async def ok(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        answer = await self.call(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refused(self, method: str, **params: Any) -> tuple[int, str]:
        """(error code, description) of a call that must fail."""
        answer = await self.call(method, **params)
        assert not answer["ok"], answer
        return answer["error_code"], answer["description"]

    async def updates(self, **params: Any) -> Any:
        return await self.ok("getUpdates", **params)

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.http.post(f"/sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(f"/sandbox/{path}", params=query)
        assert answer.is_success, answer.text
        return answer.json()

    async def patch(self, **switches: Any) -> None:
        answer = await self.http.patch("/sandbox/botapi/switches", json=switches)
        assert answer.is_success, answer.text

    async def say(self, user: int, text: str, chat: int | None = None, **more: Any) -> Any:
        body = {"from": user, "text": text, **more}
        return (await self.post(f"chats/{chat or user}/send", **body))["messages"][0]

    async def tap(self, user: int, message_id: int, data: str, chat: int | None = None) -> Any:
        body = {"from": user, "message_id": message_id, "data": data}
        return (await self.post(f"chats/{chat or user}/tap", **body))["callback_query_id"]

    async def messages(self, chat: int) -> Any:
        return (await self.get(f"chats/{chat}/messages"))["messages"]


@asynccontextmanager
async def serving(**switches: Any) -> AsyncIterator[Server]:
    app = create_app(BotApiConfig(TOKEN, switches=Switches(**switches)))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with http_client(base_url=base_url) as http:
            yield Server(base_url, http, app[SANDBOX])
    finally:
        await runner.cleanup()


def picture(
    width: int = 64, height: int = 48, kind: str = "JPEG", color: str = "red", **options: Any
) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), color).save(buffer, kind, **options)
    return buffer.getvalue()
