"""Delivery of updates to a webhook: in order within a chat, concurrently across chats.

https://core.telegram.org/bots/api#setwebhook
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from .config import Switches
from .updates import Update, UpdateQueue, queue_key

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- a header's name
MAX_RETRY_AFTER: Final = 3600
TIMEOUT: Final = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True)
class Webhook:
    """What setWebhook was called with."""

    url: str
    secret: str | None = None
    max_connections: int = 40
    ip_address: str | None = None


class WebhookSender:
    """Sends pending updates to the webhook while there is one."""

    def __init__(self, queue: UpdateQueue, switches: Switches) -> None:
        self._queue = queue
        self.switches = switches
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._repeats: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(1)
        self._session: aiohttp.ClientSession | None = None
        self.webhook: Webhook | None = None
        self.last_error: tuple[int, str] | None = None
        queue.listen(self.pump)

    async def set(self, webhook: Webhook | None) -> None:
        """Replaces the webhook; deliveries under way are given up and made again."""
        await self._stop()
        self.webhook = webhook
        self.last_error = None
        if webhook is not None:
            self._slots = asyncio.Semaphore(webhook.max_connections)
            self.pump()

    def pump(self) -> None:
        """Starts a worker for every chat with something to deliver."""
        if self.webhook is None:
            return
        for update in self._queue.take_again():
            self._repeat(update)
        for key in {queue_key(update) for update in self._queue.pending()} - set(self._workers):
            self._workers[key] = asyncio.create_task(self._work(key))

    async def close(self) -> None:
        """Ends all deliveries."""
        await self._stop()
        self.webhook = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    def info(self) -> dict[str, Any]:
        """The WebhookInfo object."""
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": self._queue.pending_count,
        }
        if hook:
            info["max_connections"] = hook.max_connections
            if hook.ip_address:
                info["ip_address"] = hook.ip_address
            if self.last_error:
                info["last_error_date"], info["last_error_message"] = self.last_error
        if self._queue.allowed:
            info["allowed_updates"] = self._queue.allowed
        return info

    async def _stop(self) -> None:
        tasks = [*self._workers.values(), *self._repeats]
        self._workers.clear()
        self._repeats.clear()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _work(self, key: int) -> None:
        """Delivers the updates of one chat, each until it is taken."""
        try:
            await self._deliver_all(key)
        finally:
            # After a failure nobody foresaw, the next update may start a new worker.
            if self._workers.get(key) is asyncio.current_task():
                del self._workers[key]

    async def _deliver_all(self, key: int) -> None:
        delay = self.switches.webhook_retry_first
        while (update := self._first(key)) is not None:
            async with self._slots:
                taken = await self._send(update)
            if taken:
                self._queue.confirm(update["update_id"])
                if self.switches.webhook_send_twice:
                    await self._send(update)
                for again in self._queue.take_again():
                    self._repeat(again)
                delay = self.switches.webhook_retry_first
            else:
                await asyncio.sleep(delay)
                delay = min(max(delay, 0.05) * 2, self.switches.webhook_retry_max)

    def _first(self, key: int) -> Update | None:
        return next((u for u in self._queue.pending() if queue_key(u) == key), None)

    def _repeat(self, update: Update) -> None:
        task = asyncio.create_task(self._send_repeat(update))
        self._repeats.add(task)
        task.add_done_callback(self._repeats.discard)

    async def _send_repeat(self, update: Update) -> None:
        async with self._slots:
            await self._send(update)

    async def _send(self, update: Update) -> bool:
        """One delivery; whether the webhook answered with success."""
        hook = self.webhook
        if hook is None:
            return False
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            async with self._session.post(
                hook.url, json=update, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
                await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._fail(f"Connection failed: {type(error).__name__}")
            return False
        if not 200 <= status < 300:
            self._fail(f"Wrong response from the webhook: {status} {answer.reason}")
            wait = answer.headers.get("Retry-After", "")
            await asyncio.sleep(min(int(wait), MAX_RETRY_AFTER) if wait.isdecimal() else 0)
            return False
        self._queue.delivered += 1
        return True

    def _fail(self, message: str) -> None:
        self.last_error = (int(time.time()), message)
