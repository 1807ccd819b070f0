"""What time it is, by more clocks than the host's own.

Consents, windows of the order list and days of spending depend on the time, and a host's clock
may be off or be stepped. Every answer from outside carries a `Date`: measured against a clock
that never jumps, Telegram's and the marketplace's outvote a host that disagrees with both.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from bot.http.reading import BadDate, read_date

TELEGRAM: Final = "telegram"
MARKETPLACE: Final = "marketplace"

CLOCK_OFF: Final = timedelta(seconds=30)
"""A host's clock that is off by this much is a trouble."""

_BELIEVED_FOR: Final = 900.0  # seconds; a clock that is not heard of for longer is not asked
_STEADIEST: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_KEPT: Final = 30  # samples of one clock


def since_boot() -> float:
    """Return seconds that only ever grow, those included in which the machine was asleep."""
    return time.clock_gettime(_STEADIEST)


def host_time() -> datetime:
    """Return the time by the host's clock alone."""
    return datetime.now(UTC)


class WorldClock:
    """The median of all clocks that are known; the host's alone while no other was heard.

    `host` is seconds since 1970, `steady` seconds that only ever grow. Threads may share it: the
    storage stamps what it writes by it.
    """

    def __init__(
        self,
        host: Callable[[], float] = time.time,
        steady: Callable[[], float] = since_boot,
    ) -> None:
        self._host = host
        self._steady = steady
        self._lock = threading.RLock()
        self._heard: dict[str, deque[tuple[float, float]]] = {}
        self._best: dict[str, tuple[float, float]] = {}  # its offset, and until when it holds
        self._texts: dict[str, str] = {}
        self._told: tuple[float, float] | None = None  # on the steady clock, and the time then

    def hears(self, source: str) -> Callable[[str], None]:
        """Return what takes the `Date` headers of one source."""

        def hear(date: str) -> None:
            if self._texts.get(source) != date:  # it names whole seconds: the first is the best
                self._texts[source] = date
                self._hear(source, date)

        return hear

    def _hear(self, source: str, date: str) -> None:
        try:
            theirs = read_date(date).timestamp()
        except BadDate:
            return
        with self._lock:
            now = self._steady()
            samples = self._heard.setdefault(source, deque(maxlen=_KEPT))
            samples.append((now, theirs - now))
            self._best.pop(source, None)

    def now(self) -> datetime:
        """Return the time.

        Where only the host tells it, it goes on at least as a clock does that never jumps, from
        what was told before or `set_floor` was: a host that is set back makes no consent younger.
        """
        with self._lock:
            steady, clocks = self._steady(), [self._host()]
            outside = self._outside(steady)
            # Against one other clock the host's word counts nothing: theirs is kept by a company.
            known = [*clocks, *outside] if len(outside) != 1 else outside
            now = known[0] if len(known) == 1 else median(known)
            if not outside:
                now = max(now, self._told_before(steady, now))
            self._told = (steady, now)
        return datetime.fromtimestamp(now, UTC)

    def _told_before(self, steady: float, otherwise: float) -> float:
        """Return what it is by what was told last, however the host's clock was set since."""
        return otherwise if self._told is None else self._told[1] + steady - self._told[0]

    def there(self, source: str = MARKETPLACE) -> datetime | None:
        """Return what one of the other clocks shows now, None while that is not known."""
        with self._lock:
            seconds = self._of(source, self._steady())
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

    def set_floor(self, moment: datetime) -> None:
        """Remember that it is at least this late: an earlier time of the host's is a mistake."""
        with self._lock:
            steady, then = self._steady(), moment.timestamp()
            self._told = (steady, max(then, self._told_before(steady, then)))

    @property
    def off(self) -> timedelta | None:
        """How far the host's clock is ahead of the others (behind: negative); None if unknown."""
        with self._lock:
            outside = self._outside(self._steady())
        return timedelta(seconds=self._host() - median(outside)) if outside else None

    def _outside(self, steady: float) -> list[float]:
        """Return what the other clocks show now, as far as they are known."""
        return [each for source in self._heard if (each := self._of(source, steady)) is not None]

    def _of(self, source: str, steady: float) -> float | None:
        """Return what a clock shows now: by the answer that was the least delayed."""
        best = self._best.get(source)
        if best is None or steady > best[1]:
            heard = self._heard.get(source, ())
            fresh = [each for each in heard if steady - each[0] <= _BELIEVED_FOR]
            if not fresh:
                return None
            # The oldest is the first to be believed no more, whichever is the best.
            best = max(off for _, off in fresh), min(at for at, _ in fresh) + _BELIEVED_FOR
            self._best[source] = best
        return steady + best[0]
