"""The bot's door for pushes, open on this machine, and what comes in there."""

from collections import Counter
from datetime import UTC, datetime
from urllib.parse import urlencode

import aiohttp

from bot.marketplace.daji.push_messages import PushRule, signature_of
from bot.web.push_intake import PUSH_PATH, PushIntake
from bot.web.server import WebServer
from tests.bot.intake_line import Line

SECRET = "dj_test_secret"


FORM = "application/x-www-form-urlencoded"


class Pushed:
    """A server with the route, its storage, and a client of it."""

    def __init__(self, line: Line, rule: PushRule = PushRule.OFFICIAL) -> None:
        self.storage = line.toy.storage
        self.arrivals: Counter[str] = Counter()
        self.woken = 0
        intake = PushIntake(
            self.storage,
            SECRET,
            rule,
            wake=self._wake,
            on_arrival=lambda outcome: self.arrivals.update([outcome]),
        )
        self.server = WebServer(
            "127.0.0.1", 0, line.intake, secret=None, check=self.storage.check, pushes=intake
        )
        self.http = aiohttp.ClientSession()

    def _wake(self) -> None:
        self.woken += 1

    async def open(self) -> "Pushed":
        await self.server.open()
        assert self.server._runner is not None
        host, port = self.server._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}{PUSH_PATH}"
        return self

    async def close(self) -> None:
        await self.http.close()
        await self.server.close()

    async def post(self, body: str | bytes, kind: str = FORM) -> int:
        headers = {"Content-Type": kind}
        async with self.http.post(self.url, data=body, headers=headers) as answer:
            self.text = await answer.text()
            return answer.status

    async def push(self, message: str, signature: str | None = None) -> int:
        signed = signature_of(message, SECRET) if signature is None else signature
        return await self.post(urlencode({"message": message, "_dj_signature": signed}))

    async def stored(self) -> list[str]:
        waiting = await self.storage.waiting_pushes(datetime.now(UTC), 999)
        return [each.message for each in waiting]
