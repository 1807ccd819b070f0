"""Faults that a test asks for: which call of which method fails, how, and how often."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .errors import ApiError, BadRequestError, ConflictError, FloodError
from .updates import OTHER_POLLER

Kind = Literal[
    "http_500",
    "http_502_html",
    "flood_429",
    "cut_before",
    "cut_after",
    "slow",
    "bad_request",
    "conflict_409",
]
BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n"
    "</body>\r\n</html>\r\n"
)


class Fault(BaseModel):
    """One fault: skips `after` matching calls, then strikes `times` calls (0: for ever)."""

    model_config = ConfigDict(extra="forbid")

    method: str = "*"
    kind: Kind
    times: int = Field(default=1, ge=0)
    after: int = Field(default=0, ge=0)
    chat_id: int | None = None
    retry_after: int = Field(default=1, ge=1)
    seconds: float = Field(default=1, ge=0)
    description: str = "the sandbox was told to refuse this"


@dataclass
class ArmedFault:
    """A fault and how often it was met."""

    fault: Fault
    seen: int = 0
    struck: int = 0

    def strikes(self, method: str, params: dict[str, Any]) -> bool:
        """Whether this call is hit; counts it."""
        fault = self.fault
        if fault.method not in ("*", method):
            return False
        if fault.chat_id is not None and str(params.get("chat_id")) != str(fault.chat_id):
            return False
        self.seen += 1
        if self.seen <= fault.after or (fault.times and self.struck >= fault.times):
            return False
        self.struck += 1
        return True


class Faults:
    """All faults that are armed."""

    def __init__(self) -> None:
        self._armed: list[ArmedFault] = []

    def add(self, fault: Fault) -> None:
        """Arms a fault."""
        self._armed.append(ArmedFault(fault))

    def clear(self) -> None:
        """Disarms all."""
        self._armed.clear()

    def listing(self) -> list[dict[str, Any]]:
        """What is armed and how often it struck."""
        return [
            {**armed.fault.model_dump(), "seen": armed.seen, "struck": armed.struck}
            for armed in self._armed
        ]

    def pick(self, method: str, params: dict[str, Any]) -> Fault | None:
        """The first fault that hits this call."""
        return next((a.fault for a in self._armed if a.strikes(method, params)), None)


async def refuse_by(fault: Fault) -> None:
    """Plays the faults that come before a call is carried out: waiting and refusing."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    elif fault.kind == "http_500":
        raise ApiError(500, "Internal Server Error")
    elif fault.kind == "flood_429":
        raise FloodError(fault.retry_after)
    elif fault.kind == "bad_request":
        raise BadRequestError(fault.description)
    elif fault.kind == "conflict_409":
        raise ConflictError(OTHER_POLLER)
