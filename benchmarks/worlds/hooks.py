"""Telegram's webhooks and the proxy before several bots: whichever bot takes an update has it."""

import asyncio
import contextlib
import itertools
from collections.abc import Sequence

SECRET = "benchmark-secret"  # noqa: S105 - of the fake Bot API
_PATIENCE = 10.0  # seconds a bot is waited for
_PAUSE = 0.1  # seconds until all are asked again
_HEAD = (
    "POST /telegram/webhook HTTP/1.1\r\nHost: bot.example.com\r\nConnection: close\r\n"
    f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"
    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)


class Hooks:
    """Posts updates to bots on loopback ports in turns; where one fails, the next is asked."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._turn = itertools.count()
        self._posts: set[asyncio.Task[None]] = set()

    def post(self, raw: bytes) -> None:
        """Post an update until a bot says that it has it."""
        task = asyncio.get_running_loop().create_task(self._post(raw))
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)

    async def _post(self, raw: bytes) -> None:
        first = next(self._turn)
        for number in itertools.count(first):
            if number > first and (number - first) % len(self._ports) == 0:
                await asyncio.sleep(_PAUSE)
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    if await _posted(self._ports[number % len(self._ports)], raw):
                        return


async def _posted(port: int, raw: bytes) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write((_HEAD % len(raw)).encode() + raw)
        answer = await reader.readline()
    finally:
        writer.close()
    return b" 200 " in answer
