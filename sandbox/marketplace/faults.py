"""Faults that a test arms: what goes wrong, at which endpoint, how often."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from sandbox.marketplace.camel import StrictCamelModel

FaultKind = Literal[
    "http_500",
    "http_502_html",
    "throttle_429",
    "cut_before",
    "cut_mid_answer",
    "reset_after_answer",
    "cut_gzip",
    "slow",
    "answer_lost",
    "not_json",
    "null_data",
    "refuse",
    "missing_ids",
]

INSTEAD_OF_THE_CALL: frozenset[str] = frozenset(
    {"http_500", "http_502_html", "throttle_429", "cut_before", "refuse"}
)
ANY_ENDPOINT = "*"


class Fault(StrictCamelModel):
    """One armed fault, as `POST /sandbox/faults` takes it."""

    model_config = ConfigDict(frozen=True)

    endpoint: str = ANY_ENDPOINT
    kind: FaultKind
    times: Annotated[int, Field(ge=1)] | None = 1
    """How many calls it hits; null: until cleared."""
    after: Annotated[int, Field(ge=0)] = 0
    """How many matching calls pass unharmed first."""
    seconds: Annotated[float, Field(ge=0)] = 1.0
    """For `slow`: the wait before the call is worked on."""
    code: int = 500
    """For `refuse`: the envelope code."""
    message: str = "系统繁忙，请稍后再试"
    """For `refuse`: the envelope message."""
    retry_after: Annotated[int, Field(ge=0)] | None = None
    """For `throttle_429`: a Retry-After header in seconds."""
    processed: bool | None = None
    """Whether the call takes effect all the same; null: by kind."""

    @model_validator(mode="after")
    def _cut_after_an_answer_needs_one(self) -> Self:
        if self.processed is False and self.kind not in INSTEAD_OF_THE_CALL | {"not_json"}:
            raise ValueError(f"{self.kind} works on the call's own answer")
        return self

    @property
    def takes_effect(self) -> bool:
        """Whether the endpoint runs before the fault shows."""
        if self.processed is not None:
            return self.processed
        return self.kind not in INSTEAD_OF_THE_CALL


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.to_skip = fault.after
        self.left = fault.times


class FaultBox:
    """The armed faults, oldest first; one call meets at most one of them."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def arm(self, fault: Fault) -> None:
        """Add a fault behind those already armed."""
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()

    def armed(self) -> list[dict[str, object]]:
        """What is armed and what is left of it."""
        return [
            armed.fault.model_dump() | {"left": armed.left, "toSkip": armed.to_skip}
            for armed in self._armed
        ]

    def take(self, endpoint: str) -> Fault | None:
        """The fault that this call meets, if any; counts it down."""
        for armed in list(self._armed):
            if armed.fault.endpoint not in (endpoint, ANY_ENDPOINT):
                continue
            if armed.to_skip > 0:
                armed.to_skip -= 1
                continue
            if armed.left is not None:
                armed.left -= 1
                if armed.left == 0:
                    self._armed.remove(armed)
            return armed.fault
        return None
