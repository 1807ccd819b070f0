"""One call from arrival to answer: log, throttle, fault, access, endpoint, envelope."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.marketplace.access import check_access
from sandbox.marketplace.calls import CallRecord
from sandbox.marketplace.endpoints import Endpoint
from sandbox.marketplace.envelope import (
    SUCCESS_CODE,
    SUCCESS_MESSAGE,
    GatewayRefusal,
    envelope,
    json_response,
)
from sandbox.marketplace.fault_answers import cut, faulty_answer
from sandbox.marketplace.faults import Fault
from sandbox.marketplace.request import ApiCall, read_call
from sandbox.marketplace.world import World

ONE_SECOND = 1.0
REASONS = ("errorMsg", "errorMessage", "message", "erroMsg")


@dataclass
class Exchange:
    """One call on its way through the gateway."""

    endpoint: Endpoint
    request: web.Request
    record: CallRecord
    fault: Fault | None


class Gateway:
    """Turns endpoints into request handlers of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._recent: deque[float] = deque()
        self._running: set[asyncio.Future[web.StreamResponse]] = set()

    def handler(self, endpoint: Endpoint) -> Handler:
        """The aiohttp handler of an endpoint."""

        async def handle(request: web.Request) -> web.StreamResponse:
            # A caller who hangs up does not undo what the marketplace has begun.
            work = asyncio.ensure_future(self._handle(endpoint, request))
            self._running.add(work)
            work.add_done_callback(self._running.discard)
            return await asyncio.shield(work)

        return handle

    async def _handle(self, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
        world = self._world
        started = time.monotonic()
        record = world.calls.begin(
            CallRecord(
                endpoint=endpoint.name,
                method=request.method,
                path=request.path,
                at_ms=world.clock.now_ms(),
            )
        )
        if self._is_throttled():
            record.outcome = "http_429"
            return web.Response(status=429, text="Too Many Requests")
        fault = world.faults.take(endpoint.name)
        record.fault = fault.kind if fault else None
        try:
            return await self._answer(Exchange(endpoint, request, record, fault))
        except Exception:
            record.outcome = "error"
            raise
        finally:
            record.millis = round((time.monotonic() - started) * 1000)

    async def _answer(self, exchange: Exchange) -> web.StreamResponse:
        fault = exchange.fault
        try:
            call = await read_call(exchange.request, self._base_url(exchange.request))
        except GatewayRefusal as refusal:
            return self._refuse(exchange, refusal)
        third = call.first.get("thirdOrderId")
        exchange.record.third_order_id = third if isinstance(third, str) else None
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        body: dict[str, Any] | None = None
        if fault is None or fault.takes_effect:
            body = await self._work(exchange, call)
            if fault is None and self._loses(exchange.endpoint, body):
                return cut(exchange.request, exchange.record)
        if fault is not None and fault.kind != "slow":
            return await faulty_answer(
                fault, exchange.request, exchange.record, body, self._world.clock.now_ms()
            )
        return json_response(body)

    async def _work(self, exchange: Exchange, call: ApiCall) -> dict[str, Any]:
        """The envelope of the endpoint's answer or refusal."""
        world = self._world
        world.trading.settle_due()
        record = exchange.record
        try:
            check_access(call, world.config, world.switches, world.clock.now_ms())
            data = await exchange.endpoint.answer(world, call)
        except GatewayRefusal as refusal:
            record.outcome, record.code, record.message = "refused", refusal.code, refusal.message
            return envelope(refusal.code, refusal.message, refusal.data, world.clock.now_ms())
        record.outcome, record.code = "ok", SUCCESS_CODE
        if isinstance(data, dict) and data.get("success") is False:
            record.outcome = "refused"
            record.message = next((str(data[name]) for name in REASONS if data.get(name)), None)
        return envelope(SUCCESS_CODE, SUCCESS_MESSAGE, data, world.clock.now_ms())

    def _refuse(self, exchange: Exchange, refusal: GatewayRefusal) -> web.Response:
        record = exchange.record
        record.outcome, record.code, record.message = "refused", refusal.code, refusal.message
        now = self._world.clock.now_ms()
        return json_response(envelope(refusal.code, refusal.message, refusal.data, now))

    def _loses(self, endpoint: Endpoint, body: dict[str, Any]) -> bool:
        """Whether the switch says that this answer, with an order in it, gets lost."""
        data = body["data"]
        return (
            endpoint.name == "create"
            and self._world.switches.create_answer == "lost"
            and isinstance(data, dict)
            and bool(data.get("orderId") or data.get("orderList"))
        )

    def _is_throttled(self) -> bool:
        if self._world.switches.throttling == "none":
            return False
        now = time.monotonic()
        while self._recent and now - self._recent[0] >= ONE_SECOND:
            self._recent.popleft()
        if len(self._recent) >= self._world.switches.throttle_per_second:
            return True
        self._recent.append(now)
        return False

    def _base_url(self, request: web.Request) -> str:
        return base_url(self._world, request)


def base_url(world: World, request: web.Request) -> str:
    """The configured public address, else the one that the caller used."""
    configured = world.config.public_base_url
    return configured.rstrip("/") if configured else f"{request.scheme}://{request.host}"
