"""Faults, switches, the update queue and the journal."""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from sandbox.botapi.config import Switches
from sandbox.botapi.errors import TesterError
from sandbox.botapi.faults import Fault
from sandbox.botapi.state import Sandbox

from .reading import json_body, whole


class ControlRoutes:
    """`/sandbox/botapi/…` and `/sandbox/updates`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to an application."""
        return [
            web.get("/sandbox/updates", self.updates),
            web.post("/sandbox/updates/raw", self.raw_update),
            web.post("/sandbox/botapi/redeliver", self.redeliver),
            web.get("/sandbox/botapi/calls", self.calls),
            web.get("/sandbox/botapi/faults", self.faults),
            web.post("/sandbox/botapi/faults", self.add_fault),
            web.delete("/sandbox/botapi/faults", self.clear_faults),
            web.get("/sandbox/botapi/switches", self.switches),
            web.patch("/sandbox/botapi/switches", self.change_switches),
            web.post("/sandbox/botapi/reset", self.reset),
        ]

    async def updates(self, _request: web.Request) -> web.Response:
        """How far the bot has come with its updates."""
        queue = self._sandbox.updates
        return web.json_response(
            {
                "pending": queue.pending_count,
                "last_confirmed": queue.last_confirmed,
                "delivered": queue.delivered,
            }
        )

    async def raw_update(self, request: web.Request) -> web.Response:
        """Any update as it is; without an update_id it gets the next one."""
        body = await json_body(request)
        if not set(body) - {"update_id"}:
            raise TesterError("the update has no content")
        if "update_id" in body:
            body["update_id"] = whole(body["update_id"], "update_id")
        return web.json_response({"update_id": self._sandbox.updates.add_raw(body)})

    async def redeliver(self, request: web.Request) -> web.Response:
        """Sends an update of the past once more."""
        body = await json_body(request)
        self._sandbox.updates.redeliver(whole(body.get("update_id"), "update_id"))
        return web.json_response({"ok": True})

    async def calls(self, request: web.Request) -> web.Response:
        """The bot's calls: ?method=, ?after=n, ?limit=."""
        query = request.query
        after, limit = (
            whole(query.get("after"), "after", 0),
            whole(query.get("limit"), "limit", 200),
        )
        return web.json_response(self._sandbox.journal.view(query.get("method"), after, limit))

    async def faults(self, _request: web.Request) -> web.Response:
        """What is armed and how often it struck."""
        return web.json_response({"faults": self._sandbox.faults.listing()})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Arms a fault."""
        try:
            fault = Fault.model_validate(await json_body(request))
            if fault.method != "*":
                fault.method = self._sandbox.schema.method(fault.method)
        except ValidationError as error:
            raise TesterError(first_error(error)) from None
        self._sandbox.faults.add(fault)
        return web.json_response(fault.model_dump())

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Disarms all faults."""
        self._sandbox.faults.clear()
        return web.json_response({"faults": []})

    async def switches(self, _request: web.Request) -> web.Response:
        """All switches."""
        return web.json_response(self._sandbox.switches.model_dump())

    async def change_switches(self, request: web.Request) -> web.Response:
        """Changes the switches that are named; the others stay."""
        wanted: dict[str, Any] = self._sandbox.switches.model_dump() | await json_body(request)
        try:
            self._sandbox.set_switches(Switches.model_validate(wanted))
        except ValidationError as error:
            raise TesterError(first_error(error)) from None
        return web.json_response(self._sandbox.switches.model_dump())

    async def reset(self, _request: web.Request) -> web.Response:
        """A fresh world; the webhook's address is kept."""
        await self._sandbox.reset()
        return web.json_response({"ok": True})


def first_error(error: ValidationError) -> str:
    """What is wrong, in one line."""
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
