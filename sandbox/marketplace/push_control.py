"""`/sandbox/pushes…`: what was pushed, pushing by hand, what is held back, very many at once."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from aiohttp import web
from pydantic import Field, JsonValue

from sandbox.marketplace.camel import StrictCamelModel
from sandbox.marketplace.envelope import json_response
from sandbox.marketplace.order_control import newest
from sandbox.marketplace.pushes.blast import Blast, blast
from sandbox.marketplace.pushes.messages import Message
from sandbox.marketplace.pushes.outbox import Push
from sandbox.marketplace.pushes.topics import News
from sandbox.marketplace.world import World

MOST_AT_ONCE = 20_000


class PushByHand(StrictCamelModel):
    """`POST /sandbox/pushes`: signed rightly unless a signature is given."""

    type: str = ""
    data: dict[str, JsonValue] = Field(default_factory=dict)
    msg_id: int | None = None
    gmt_born: int | None = None
    signature: str | None = None
    message: str | None = None
    """The text itself, which need not be JSON, in place of all of the above but the signature."""


class BlastByHand(StrictCamelModel):
    """`POST /sandbox/pushes/blast`."""

    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)]
    per_second: Annotated[float, Field(gt=0, le=5000)] = 500
    answer_seconds: Annotated[float, Field(gt=0, le=60)] | None = None
    """How long an answer may take; null: as long as of any push."""


class PushControl:
    """The handlers of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._outbox = world.outbox

    def routes(self) -> list[web.RouteDef]:
        """Where they are found."""
        return [
            web.get("/sandbox/pushes", self.show),
            web.post("/sandbox/pushes", self.send),
            web.delete("/sandbox/pushes", self.forget),
            web.post("/sandbox/pushes/flush", self.flush),
            web.post("/sandbox/pushes/blast", self.blast),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """`{url, counts, recent}`, oldest first.

        `?type=`, `?state=` and `?orderId=` narrow, `?newest=` keeps only so many.
        """
        asked = request.query
        shown = [
            push
            for push in self._outbox.pushes
            if asked.get("type", push.message.type) == push.message.type
            and asked.get("state", push.state) == push.state
            and asked.get("orderId", "") in push.message.text
        ]
        counts = Counter(push.state for push in self._outbox.pushes)
        return json_response(
            {
                "url": self._outbox.url,
                "counts": counts,
                "recent": [_facts(x) for x in newest(shown, request)],
            }
        )

    async def send(self, request: web.Request) -> web.Response:
        """Send any push at once, a forged one too; answers with what came of it."""
        wanted = PushByHand.model_validate_json(await request.read())
        outbox = self._outbox
        born = wanted.gmt_born or self._world.clock.now_ms()
        if wanted.message is not None:
            message = Message(wanted.msg_id or 0, wanted.type, wanted.message, born)
        else:
            news = News(wanted.type, dict(wanted.data))
            message = outbox.mint.message(news, born, wanted.msg_id)
        signature = wanted.signature
        signature = outbox.signing.of(message.text) if signature is None else signature
        return json_response(_facts(await outbox.send_now(Push(message, signature))))

    async def forget(self, request: web.Request) -> web.Response:
        """Nothing sent, nothing held back."""
        self._outbox.forget()
        return await self.show(request)

    async def flush(self, _: web.Request) -> web.Response:
        """Send what is held back, in the order and as often as the switches say."""
        pushes = await self._outbox.flush()
        delivered = sum(push.state == "delivered" for push in pushes)
        return json_response({"sent": len(pushes), "delivered": delivered})

    async def blast(self, request: web.Request) -> web.Response:
        """Distinct pushes about the orders there are, at a steady rate; answers when all went."""
        wanted = BlastByHand.model_validate_json(await request.read())
        orders = list(self._world.book.all())
        if not orders:
            raise ValueError("there is no order to push about")
        if not self._outbox.url:
            raise ValueError("push_url says nowhere")
        patience = wanted.answer_seconds or self._world.switches.push_answer_seconds
        report = await blast(
            self._outbox,
            orders,
            Blast(wanted.count, wanted.per_second, patience),
            self._world.clock.now_ms(),
        )
        return json_response(report.as_json())


def _facts(push: Push) -> dict[str, object]:
    return {
        "msgId": push.message.msg_id,
        "type": push.message.type,
        "bornMs": push.message.born_ms,
        "state": push.state,
        "message": push.message.text,
        "signature": push.signature,
        "attempts": [
            {"atMs": x.at_ms, "status": x.status, "error": x.error, "millis": x.millis}
            for x in push.attempts
        ],
    }
