"""What was called, when and with what outcome: the memory behind `GET /sandbox/calls`."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from sandbox.marketplace.camel import CamelModel

KEPT = 1000


class CallRecord(CamelModel):
    """One call of the API as a test may want to assert it."""

    endpoint: str
    method: str
    path: str
    at_ms: int
    outcome: str = "pending"
    """`ok`, `refused`, `cut`, `http_<status>`, or `error`."""
    code: int | None = None
    """Envelope code that was sent, if one was."""
    message: str | None = None
    """Why it was refused."""
    third_order_id: str | None = None
    fault: str | None = None
    millis: int | None = None


class CallLog:
    """Counts per endpoint, and the most recent calls."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._recent: deque[CallRecord] = deque(maxlen=KEPT)

    def begin(self, record: CallRecord) -> CallRecord:
        """Note a call as soon as it arrives, so that one that never ends is seen too."""
        self._counts[record.endpoint] += 1
        self._recent.append(record)
        return record

    def clear(self) -> None:
        """Forget every call."""
        self._counts.clear()
        self._recent.clear()

    def report(self, endpoint: str | None = None) -> dict[str, Any]:
        """`{counts, recent}`, oldest first; with an endpoint, `recent` holds only its calls."""
        recent = [r for r in self._recent if endpoint is None or r.endpoint == endpoint]
        return {
            "counts": dict(self._counts),
            "recent": [record.model_dump() for record in recent],
        }
