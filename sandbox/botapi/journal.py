"""Every Bot API call with its outcome, for assertions."""

import itertools
import json
import time
from collections import Counter, deque
from typing import Any, Final

from .uploads import Upload

KEPT: Final = 5000


class Journal:
    """Counts all calls and keeps the recent ones."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._counts: Counter[str] = Counter()

    def open(self, method: str, raw: dict[str, Any]) -> dict[str, Any]:
        """Notes a call; the caller adds `status`, `description` and `fault` to what is returned."""
        self._counts[method] += 1
        call = {
            "n": next(self._numbers),
            "at": time.time(),
            "method": method,
            "params": {name: readable(value) for name, value in raw.items()},
            "status": None,
        }
        self._calls.append(call)
        return call

    def view(self, method: str | None, after: int, limit: int) -> dict[str, Any]:
        """Counts per method, and the newest `limit` calls with n > `after`, oldest first."""
        chosen = [
            call
            for call in self._calls
            if call["n"] > after and method in (None, "", call["method"])
        ]
        return {"counts": dict(self._counts), "calls": chosen[-limit:] if limit else []}


def readable(value: Any) -> Any:
    """Uploads by their size, serialised objects opened."""
    if isinstance(value, Upload):
        return value.summary()
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
