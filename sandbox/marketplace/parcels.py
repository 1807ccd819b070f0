"""Parcels of an order: what is in them, who carries them, how far they are (contract 5.4, 8)."""

from __future__ import annotations

import random
from typing import Literal

from sandbox.marketplace.camel import CamelModel

ParcelKind = Literal["0", "1", "2"]
Trace = Literal["CONSIGN", "ACCEPT", "TRANSPORT", "DELIVERING", "AGENT_SIGN", "SIGN", "FAILED"]

WAY: tuple[Trace, ...] = ("CONSIGN", "ACCEPT", "TRANSPORT", "DELIVERING", "SIGN")
"""The usual way of a parcel; the other two statuses are told on request."""
NO_LOGISTICS: ParcelKind = "2"
"""Nothing is carried by a parcel service: no tracking number, the `noLogistics…` fields instead."""

_RANDOM = random.SystemRandom()


class Parcel(CamelModel):
    """One shipment. `contents` maps line ids to pieces; `sent_ms` is in milliseconds."""

    parcel_id: int
    logistics_code: str
    kind: ParcelKind
    carrier: str
    carrier_code: str
    tracking_number: str
    contents: dict[str, int]
    sent_ms: int
    modified_ms: int
    condition: str = "3"
    """`noLogisticsCondition` of a shipment without logistics: 3 is that the seller delivers."""
    trace: Trace | None = None

    @property
    def next_trace(self) -> Trace:
        """What the carrier says next, if nothing goes wrong."""
        if self.trace not in WAY:
            return WAY[0] if self.trace is None else "SIGN"
        return WAY[min(WAY.index(self.trace) + 1, len(WAY) - 1)]


def made_up_number() -> str:
    """A tracking number of 14 digits, as 中通快递 gives them."""
    return f"78{_RANDOM.randrange(10**12):012d}"


def new_parcel(
    contents: dict[str, int],
    at_ms: int,
    *,
    kind: ParcelKind,
    carrier: str,
    carrier_code: str,
    tracking_number: str,
) -> Parcel:
    """A parcel with ids of its own; without a number given it gets a made-up one."""
    return Parcel(
        parcel_id=_RANDOM.randrange(10**9, 10**10),
        logistics_code=f"LP{_RANDOM.randrange(10**14):014d}",
        kind=kind,
        carrier=carrier,
        carrier_code=carrier_code,
        tracking_number=tracking_number or made_up_number(),
        contents=contents,
        sent_ms=at_ms,
        modified_ms=at_ms,
    )
