"""The marketplace's own clock, which tests may push forward."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


class Clock:
    """Wall-clock time plus whatever tests have added; it never runs backwards."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._ahead_ms = 0

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return int(self._now() * 1000) + self._ahead_ms

    def advance(self, seconds: float) -> None:
        """Move the clock forward; raises ValueError for a step backwards."""
        if seconds < 0:
            raise ValueError("the clock does not run backwards")
        self._ahead_ms += int(seconds * 1000)


def compact_time(at_ms: int) -> str:
    """`yyyyMMddHHmmssSSS+0800`, the notation of order times (contract 5.4)."""
    moment = datetime.fromtimestamp(at_ms / 1000, CHINA)
    return f"{moment:%Y%m%d%H%M%S}{at_ms % 1000:03d}+0800"


def optional_time(at_ms: int | None) -> str | None:
    """As `compact_time`; None for what has not happened yet."""
    return None if at_ms is None else compact_time(at_ms)


def plain_time(at_ms: int) -> str:
    """`yyyy-MM-dd HH:mm:ss` in China time, the notation of `gmtPayExpireTime`."""
    return f"{datetime.fromtimestamp(at_ms / 1000, CHINA):%Y-%m-%d %H:%M:%S}"


def parse_compact_time(text: str) -> int:
    """Milliseconds of `yyyyMMddHHmmssSSS±zzzz`; raises ValueError for anything else."""
    if len(text) != len("20250702211113000+0800"):
        raise ValueError(f"not a compact time: {text!r}")
    moment = datetime.strptime(text[:14] + text[17:], "%Y%m%d%H%M%S%z")
    whole_seconds = int((moment - datetime.fromtimestamp(0, UTC)).total_seconds())
    return whole_seconds * 1000 + int(text[14:17])
