"""The two shapes in which a business refusal may arrive (contract 5.1, section 9)."""

from __future__ import annotations

from sandbox.marketplace.envelope import BUSINESS_ERROR, GatewayRefusal
from sandbox.marketplace.world import World


def refused(world: World, data: dict[str, object], message: str) -> dict[str, object]:
    """The data of a refusal under code 200; raises it as code 1009 when switched so."""
    if world.switches.refusals == "code_1009":
        raise GatewayRefusal(BUSINESS_ERROR, message, data)
    return data
