"""Telegram's sending limits (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits)."""

import math
import time
from collections import deque

from .config import Switches
from .errors import FloodError


class FloodLimits:
    """Counts the bot's messages: per chat, per group and overall."""

    def __init__(self) -> None:
        self._buckets: dict[int | str, tuple[float, float]] = {}
        self._groups: dict[int, deque[float]] = {}

    def check(self, switches: Switches, chat_id: int, *, is_group: bool) -> None:
        """Counts one message. Raises FloodError with the seconds to wait."""
        if not switches.flood_limits:
            return
        now = time.monotonic()
        per_chat = self._missing(
            chat_id, now, switches.flood_chat_per_second, switches.flood_chat_burst
        )
        rate = switches.flood_global_per_second
        overall = self._missing("all", now, rate, max(1, int(rate)))
        waits = [per_chat, overall]
        recent = self._groups.setdefault(chat_id, deque())
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if is_group and len(recent) >= switches.flood_group_per_minute:
            waits.append(recent[0] + 60 - now)
        if (wait := max(waits)) > 0:
            raise FloodError(max(1, math.ceil(wait)))
        for key in (chat_id, "all"):
            tokens, at = self._buckets[key]
            self._buckets[key] = (tokens - 1, at)
        recent.append(now)

    def _missing(self, key: int | str, now: float, rate: float, burst: int) -> float:
        """Refills a token bucket; the seconds until it holds a token."""
        tokens, at = self._buckets.get(key, (float(burst), now))
        tokens = min(float(burst), tokens + (now - at) * rate)
        self._buckets[key] = (tokens, now)
        return 0.0 if tokens >= 1 else (1 - tokens) / rate
