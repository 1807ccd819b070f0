"""Who sends faster than anybody reads is told so once, and then waits."""

import time
from array import array
from collections.abc import Callable
from enum import Enum, auto

from msgspec import Struct, field

from bot.domain.recent import Recent

_REMEMBERED = 4_000  # people; somebody too fast is back long before so many others came
_SEEN = 8  # latest updates of one person


class Verdict(Enum):
    """What becomes of an update."""

    PASS = auto()
    TELL = auto()  # not handled, and its sender is to be told
    DROP = auto()  # not handled; its sender was told


class _Pace(Struct):
    """One person's latest updates. Moments are in seconds.

    Arrays: an empty deque takes 0.6 kB, and most people have two moments in hand at most.
    """

    passed: "array[float]" = field(default_factory=lambda: array("d"))
    held_until: float = 0.0
    album: str | None = None
    album_passed: bool = True
    seen: "array[int]" = field(default_factory=lambda: array("q"))


class FloodGuard:
    """At most `updates` of one person within `seconds`; the next ones wait as long again.

    An album counts once. The same update asked about again (a retry) is not counted again.
    `updates=0` lets everything through. Among replicas `on_passed` and `on_held` pass on what is
    counted here, and `heard_passed` and `heard_held` take what others counted.
    """

    on_passed: Callable[[int], None] | None = None
    """Hears of whom another update passed."""
    on_held: Callable[[int, float], None] | None = None
    """Hears of who is held, and until when (Unix time)."""

    def __init__(
        self, updates: int, seconds: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._updates = updates
        self.seconds = seconds
        self._clock = clock
        self._paces: Recent[int, _Pace] = Recent(_REMEMBERED)

    def judge(
        self, user_id: int, update_id: int, *, album: str | None = None, sent: float | None = None
    ) -> Verdict:
        """Count an update. `sent` is when Telegram says it was sent (Unix time), else it is now.

        After an outage a backlog is judged by when it was written, not by when it arrived.
        """
        if not self._updates:
            return Verdict.PASS
        pace = self._pace_of(user_id)
        if update_id in pace.seen:
            return Verdict.PASS
        if album is not None and album == pace.album:
            return self._verdict(pace, update_id, passes=pace.album_passed, tell=False)
        moment = self._clock() if sent is None else sent
        # The lower bound: a clock that jumped back holds nobody for long.
        held_before = pace.held_until - self.seconds <= moment < pace.held_until
        passes = not held_before and self._has_room(pace, moment)
        if passes:
            pace.passed.append(moment)
            if self.on_passed is not None:
                self.on_passed(user_id)
        elif not held_before:
            pace.held_until = moment + self.seconds
            del pace.passed[:]
            if self.on_held is not None:
                self.on_held(user_id, pace.held_until)
        pace.album, pace.album_passed = album, passes
        return self._verdict(pace, update_id, passes=passes, tell=not held_before)

    def not_told(self, user_id: int) -> None:
        """Tell that person at their next update after all: the notice did not get through."""
        pace = self._paces.get(user_id)
        if pace is not None:
            pace.held_until = 0.0
            # Still full, so that the next one meets the guard again.
            pace.passed.extend([self._clock()] * self._updates)

    def heard_passed(self, user_id: int, updates: int) -> None:
        """Count updates that passed at another replica lately."""
        if self._updates:
            moments = [self._clock()] * min(updates, self._updates)
            self._pace_of(user_id).passed.extend(moments)

    def heard_held(self, user_id: int, until: float) -> None:
        """Hold somebody whom another replica holds, and has told."""
        if self._updates:
            pace = self._pace_of(user_id)
            pace.held_until = max(pace.held_until, until)
            del pace.passed[:]

    def _pace_of(self, user_id: int) -> _Pace:
        pace = self._paces.get(user_id)
        if pace is None:
            pace = _Pace()
            self._paces.put(user_id, pace)
        return pace

    def _has_room(self, pace: _Pace, moment: float) -> bool:
        while pace.passed and abs(moment - pace.passed[0]) >= self.seconds:
            del pace.passed[0]
        return len(pace.passed) < self._updates

    def _verdict(self, pace: _Pace, update_id: int, *, passes: bool, tell: bool) -> Verdict:
        if passes:
            pace.seen.append(update_id)
            del pace.seen[:-_SEEN]
            return Verdict.PASS
        return Verdict.TELL if tell else Verdict.DROP
