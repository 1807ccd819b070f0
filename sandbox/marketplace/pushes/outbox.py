"""Which messages are sent when, how often and in what order; what came of each.

Nothing here is waited for by whoever makes the news: messages are queued, and a task sends them.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sandbox.marketplace.clock import Clock
from sandbox.marketplace.pushes.messages import Message, Mint, Signing, form_body
from sandbox.marketplace.pushes.sender import Attempt, Sender
from sandbox.marketplace.pushes.topics import News
from sandbox.marketplace.switches import Switches

KEPT = 5000
MOST_RETRYING = 500
WINDOW_SECONDS = 0.3
"""How long messages gather before they are sent in another order than they were born in."""

State = Literal["waiting", "held", "delivered", "retrying", "failed", "off", "nowhere"]
"""Off: not sent because of the switch, or forgotten before it was; nowhere: no address."""


@dataclass
class Push:
    """A message and what came of it."""

    message: Message
    signature: str
    state: State = "waiting"
    attempts: list[Attempt] = field(default_factory=list)


class Outbox:
    """All pushes of one marketplace. `run` has to be running for anything to leave."""

    def __init__(
        self, clock: Clock, switches: Callable[[], Switches], signing: Signing, url: str
    ) -> None:
        """`signing.secret` and `url` hold while the switches of those names are empty."""
        self._clock = clock
        self._switches = switches
        self._signing = signing
        self._url = url
        self._random = random.SystemRandom()
        self._waiting: asyncio.Queue[Push] = asyncio.Queue()
        self._held: list[Push] = []
        self._retrying: set[asyncio.Task[None]] = set()
        self._switched = asyncio.Event()
        self.mint = Mint()
        self.sender = Sender()
        self.pushes: deque[Push] = deque(maxlen=KEPT)

    @property
    def url(self) -> str:
        """Where pushes go; empty is nowhere."""
        return self._switches().push_url or self._url

    @property
    def signing(self) -> Signing:
        """How pushes are signed now."""
        switches = self._switches()
        return Signing(switches.push_secret or self._signing.secret, switches.push_signature)

    def tell(self, news: Sequence[News]) -> None:
        """Take news; what becomes of it is up to the switches."""
        delivery = self._switches().push_delivery
        for each in news:
            message = self.mint.message(each, self._clock.now_ms())
            push = Push(message, self.signing.of(message.text))
            self.pushes.append(push)
            if delivery == "off":
                push.state = "off"
            elif delivery == "held":
                push.state = "held"
                self._held.append(push)
            else:
                self._waiting.put_nowait(push)

    def switched(self) -> None:
        """Other switches hold from now on."""
        self._switched.set()

    async def send_now(self, push: Push) -> Push:
        """Deliver one push once, whatever the switches say."""
        self.pushes.append(push)
        push.state = "failed"
        await self._attempt(push)
        return push

    async def flush(self) -> list[Push]:
        """Send what is held back and return it after the first attempt at each."""
        held, self._held = self._held, []
        await self._send(held)
        return held

    def forget(self) -> None:
        """Drop everything that was sent, is held or still to be sent."""
        for push in self.pushes:
            # Some may be under way; nothing that is off is sent.
            push.state = "off"
        self.pushes.clear()
        self._held.clear()
        while not self._waiting.empty():
            self._waiting.get_nowait()
        for task in self._retrying:
            task.cancel()

    async def run(self) -> None:
        """Send what waits, for ever."""
        while True:
            batch = [await self._waiting.get()]
            await self._wait()
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._send(batch)

    async def _wait(self) -> None:
        """Wait as long as the switches say, also when they are changed meanwhile."""
        started = time.monotonic()
        while (left := self._wait_seconds - (time.monotonic() - started)) > 0:
            self._switched.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._switched.wait(), left)

    @property
    def _wait_seconds(self) -> float:
        switches = self._switches()
        gather = 0 if switches.push_order == "born" else WINDOW_SECONDS
        return max(gather, switches.push_delay_seconds)

    async def close(self) -> None:
        """End all retries and close the connections."""
        tasks = list(self._retrying)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.sender.close()

    async def _send(self, pushes: Sequence[Push]) -> None:
        switches = self._switches()
        copies = [push for push in pushes for _ in range(switches.push_times)]
        if switches.push_order == "reversed":
            copies.reverse()
        elif switches.push_order == "random":
            self._random.shuffle(copies)
        for push in copies:
            if push.state != "off" and not await self._attempt(push):
                self._retry_later(push)

    async def _attempt(self, push: Push) -> bool:
        if not self.url:
            push.state = "nowhere"
            return True
        body = form_body(push.message.text, push.signature)
        patience = self._switches().push_answer_seconds
        attempt = await self.sender.post(
            self.url, body, patience=patience, at_ms=self._clock.now_ms()
        )
        push.attempts.append(attempt)
        if attempt.taken:
            push.state = "delivered"
        return attempt.taken

    def _retry_later(self, push: Push) -> None:
        if len(self._retrying) >= MOST_RETRYING:
            push.state = push.state if push.state == "delivered" else "failed"
            return
        task = asyncio.create_task(self._retry(push))
        self._retrying.add(task)
        task.add_done_callback(self._retrying.discard)

    async def _retry(self, push: Push) -> None:
        if push.state != "delivered":
            push.state = "retrying"
        for _ in range(self._switches().push_retries):
            await asyncio.sleep(self._switches().push_retry_seconds)
            if await self._attempt(push):
                return
        if push.state == "retrying":
            push.state = "failed"
