"""Very many distinct pushes at a steady rate, to see what a receiver can take."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.marketplace.orders import Order
from sandbox.marketplace.pushes.messages import Message, form_body
from sandbox.marketplace.pushes.outbox import Outbox
from sandbox.marketplace.pushes.sender import Attempt
from sandbox.marketplace.pushes.topics import OF_STATUS, of_order

WORKERS = 64


@dataclass(frozen=True)
class Blast:
    """How many messages, how many of them a second, and how long an answer may take."""

    count: int
    per_second: float
    patience: float


@dataclass(frozen=True)
class BlastReport:
    """What came of it. Times in milliseconds; message numbers are in a row."""

    attempts: Sequence[Attempt]
    first_msg_id: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        """As the steering route tells it."""
        millis = sorted(each.millis for each in self.attempts)
        taken = sum(each.taken for each in self.attempts)
        return {
            "count": len(self.attempts),
            "answered200": taken,
            "otherStatus": sum(not x.taken and x.status is not None for x in self.attempts),
            "errors": sum(x.error is not None for x in self.attempts),
            "seconds": round(self.seconds, 3),
            "perSecond": round(len(self.attempts) / self.seconds, 1),
            "medianMillis": millis[len(millis) // 2],
            "p99Millis": millis[len(millis) * 99 // 100],
            "slowestMillis": millis[-1],
            "firstMsgId": self.first_msg_id,
            "lastMsgId": self.first_msg_id + len(self.attempts) - 1,
        }


async def blast(outbox: Outbox, orders: Sequence[Order], wanted: Blast, at_ms: int) -> BlastReport:
    """Send each message once. Written and signed beforehand, so that only sending takes time."""
    messages = [_message(outbox, orders[n % len(orders)], at_ms) for n in range(wanted.count)]
    bodies = await asyncio.to_thread(_signed, outbox, messages)
    attempts: list[Attempt] = []
    numbered = iter(enumerate(bodies))
    started = time.monotonic()

    async def work(left: Iterator[tuple[int, bytes]]) -> None:
        for number, body in left:
            early = started + number / wanted.per_second - time.monotonic()
            if early > 0:
                await asyncio.sleep(early)
            attempts.append(
                await outbox.sender.post(outbox.url, body, patience=wanted.patience, at_ms=at_ms)
            )

    await asyncio.gather(*(work(numbered) for _ in range(WORKERS)))
    return BlastReport(attempts, messages[0].msg_id, time.monotonic() - started)


def _message(outbox: Outbox, order: Order, at_ms: int) -> Message:
    return outbox.mint.message(of_order(OF_STATUS[order.status], order, at_ms), at_ms)


def _signed(outbox: Outbox, messages: Sequence[Message]) -> list[bytes]:
    signing = outbox.signing
    return [form_body(message.text, signing.of(message.text)) for message in messages]
