"""`/sandbox/…`: how tests and demonstrations steer the marketplace. Loopback only."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError

from sandbox.marketplace.camel import StrictCamelModel
from sandbox.marketplace.endpoints import ENDPOINT_NAMES
from sandbox.marketplace.envelope import json_response
from sandbox.marketplace.facts import offer_facts
from sandbox.marketplace.faults import ANY_ENDPOINT, Fault
from sandbox.marketplace.offer_patch import OfferPatch
from sandbox.marketplace.switches import Switches
from sandbox.marketplace.world import World

PREFIX = "/sandbox/"


class Advance(StrictCamelModel):
    """`POST /sandbox/clock`: push the marketplace's clock forward."""

    advance: float


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse `/sandbox/…` to anyone who is not on this machine; explain bad requests."""
    if not request.path.startswith(PREFIX):
        return await handler(request)
    if request.remote is None or not ip_address(request.remote).is_loopback:
        raise web.HTTPForbidden(text="loopback only")
    try:
        return await handler(request)
    except ValidationError as error:
        return _problem(400, str(error))
    except KeyError as error:
        return _problem(404, str(error.args[0]))
    except ValueError as error:
        return _problem(409, str(error))


class Control:
    """The handlers of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Where they are found."""
        return [
            web.get("/sandbox/switches", self.show_switches),
            web.put("/sandbox/switches", self.replace_switches),
            web.patch("/sandbox/switches", self.change_switches),
            web.get("/sandbox/faults", self.show_faults),
            web.post("/sandbox/faults", self.arm_fault),
            web.delete("/sandbox/faults", self.clear_faults),
            web.get("/sandbox/offers", self.show_offers),
            web.post("/sandbox/offers/{offer_id:\\d+}", self.patch_offer),
            web.get("/sandbox/calls", self.show_calls),
            web.delete("/sandbox/calls", self.clear_calls),
            web.post("/sandbox/clock", self.advance_clock),
            web.post("/sandbox/reset", self.reset),
        ]

    async def show_switches(self, _: web.Request) -> web.Response:
        """All switches."""
        return json_response(self._world.switches.model_dump(mode="json"))

    async def replace_switches(self, request: web.Request) -> web.Response:
        """Those given; all others back to their defaults."""
        self._world.switch(Switches.model_validate_json(await request.read()))
        return await self.show_switches(request)

    async def change_switches(self, request: web.Request) -> web.Response:
        """Those given; all others stay."""
        given = Switches.model_validate_json(await request.read()).model_dump(exclude_unset=True)
        self._world.switch(self._world.switches.model_copy(update=given))
        return await self.show_switches(request)

    async def show_faults(self, _: web.Request) -> web.Response:
        """What is armed."""
        return json_response(self._world.faults.armed())

    async def arm_fault(self, request: web.Request) -> web.Response:
        """One more fault."""
        fault = Fault.model_validate_json(await request.read())
        if fault.endpoint not in ENDPOINT_NAMES | {ANY_ENDPOINT}:
            return _problem(400, f"endpoint is one of {', '.join(sorted(ENDPOINT_NAMES))} or *")
        self._world.faults.arm(fault)
        return await self.show_faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """None armed."""
        self._world.faults.clear()
        return await self.show_faults(request)

    async def show_offers(self, request: web.Request) -> web.Response:
        """Ids, subjects, stock: what a test needs to choose goods.

        `?opened=` shows only so many of those that were opened last, the latest last.
        """
        shelf, opened = self._world.shelf, request.query.get("opened")
        if opened is not None and not (opened.isascii() and opened.isdigit()):
            raise ValueError("opened is a number")
        if opened is None:
            return json_response([offer_facts(offer) for offer in shelf.all()])
        lately = shelf.looked_at()
        first = max(0, len(lately) - int(opened))
        return json_response([offer_facts(offer) for offer in lately[first:]])

    async def patch_offer(self, request: web.Request) -> web.Response:
        """Change an offer; answers with it as it stands now."""
        patch = OfferPatch.model_validate_json(await request.read())
        offer = self._world.patch_offer(int(request.match_info["offer_id"]), patch)
        return json_response(offer_facts(offer))

    async def show_calls(self, request: web.Request) -> web.Response:
        """Counts per endpoint and recent calls; `?endpoint=` narrows the latter."""
        return json_response(self._world.calls.report(request.query.get("endpoint")))

    async def clear_calls(self, request: web.Request) -> web.Response:
        """No calls yet."""
        self._world.calls.clear()
        return await self.show_calls(request)

    async def advance_clock(self, request: web.Request) -> web.Response:
        """Later by that many seconds."""
        self._world.clock.advance(Advance.model_validate_json(await request.read()).advance)
        self._world.trading.settle_due()
        return json_response({"nowMs": self._world.clock.now_ms()})

    async def reset(self, _: web.Request) -> web.Response:
        """A new world."""
        self._world.reset()
        return json_response({"reset": True})


def _problem(status: int, text: str) -> web.Response:
    return json_response({"error": text}, status)
