"""A Bot API of a few lines over real HTTP: hands out what a test queued."""

import asyncio
from collections import deque
from typing import Any

from aiohttp import web


class BotApiStub:
    """`batches` are answered to getUpdates in turn: a list of updates, or (status, body)."""

    def __init__(self) -> None:
        self.batches: deque[Any] = deque()
        self.offsets: list[int] = []
        self._runner: web.AppRunner | None = None
        self.base = ""

    async def open(self) -> None:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{port}/bot"

    async def close(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] == "getMe":
            me = {"id": 1, "is_bot": True, "first_name": "Bot", "username": "bot"}
            return web.json_response({"ok": True, "result": me})
        self.offsets.append(int(str((await request.post())["offset"])))
        if not self.batches:
            await asyncio.sleep(0.02)
            return web.json_response({"ok": True, "result": []})
        batch = self.batches.popleft()
        if batch == "reset":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(batch, tuple):
            status, body = batch
            if isinstance(body, str):
                return web.Response(status=status, text=body, content_type="text/html")
            return web.json_response(body, status=status)
        return web.json_response({"ok": True, "result": batch})
