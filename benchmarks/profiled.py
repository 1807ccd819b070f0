"""The bot under a sampling profiler: `python -m benchmarks.profiled OUTPUT`, else as `-m bot`.

SIGUSR1 begins, so that a warm-up is left out; SIGUSR2 ends and writes OUTPUT. Between them the
event loop's thread is interrupted by a clock of its own CPU time, and the stack that Python is in
then is counted; of the other threads the kernel's account of their CPU time is kept. What C code
does before it calls Python is counted with what it calls.

The clock is not that of ITIMER_PROF, which runs on the whole process: with that one the SQLite
thread's work would be counted as whatever the event loop does meanwhile.
"""

import collections
import ctypes
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

_INTERVAL = 0.001
"""Seconds asked for; the kernel looks at CPU clocks once a tick, which may be 4 ms or 10 ms."""

_TICKS = os.sysconf("SC_CLK_TCK")
_samples: collections.Counter[tuple[str, ...]] = collections.Counter()
_libc = ctypes.CDLL(None, use_errno=True)


class Clock:
    """A timer on the calling thread's CPU time, which raises SIGALRM. Raises `OSError`."""

    def __init__(self) -> None:
        self._timer = ctypes.c_void_p()
        # Without an event of its own a timer raises SIGALRM.
        _check(
            _libc.timer_create(time.CLOCK_THREAD_CPUTIME_ID, None, ctypes.byref(self._timer)),
        )

    def set(self, interval: float) -> None:
        """Ring each `interval` seconds of CPU time; zero ends it."""
        nanoseconds = int(interval * 1e9)
        # struct itimerspec: interval and first, each in seconds and nanoseconds.
        times = (ctypes.c_long * 4)(0, nanoseconds, 0, nanoseconds)
        _check(_libc.timer_settime(self._timer, 0, times, None))


def _check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Profiler:
    """Between `begin` and `end`, both called in the thread that is looked at."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._before: dict[str, float] = {}
        self._threads: dict[int, float] = {}

    def begin(self) -> None:
        """Forget what was, and look."""
        signal.signal(signal.SIGALRM, _sample)
        _samples.clear()
        self._before, self._threads = _clocks(), _cpu_of_threads()
        self._clock.set(_INTERVAL)

    def end(self) -> dict[str, Any]:
        """Look no more. Return seconds by the clocks and of each other thread, and the stacks."""
        self._clock.set(0)
        clocks, threads = _clocks(), _cpu_of_threads()
        names = {each.native_id: each.name for each in threading.enumerate()}
        us = threading.get_native_id()
        return {
            **{name: clocks[name] - self._before[name] for name in clocks},
            "threads": [
                {"name": names.get(number, ""), "cpu_s": seconds - self._threads.get(number, 0.0)}
                for number, seconds in threads.items()
                if number != us
            ],
            "samples": [{"stack": stack, "count": count} for stack, count in _samples.items()],
        }


def _sample(_: int, frame: FrameType | None) -> None:
    stack = []
    while frame is not None:
        stack.append(f"{frame.f_globals.get('__name__', '')}:{frame.f_code.co_name}")
        frame = frame.f_back
    _samples[tuple(stack)] += 1


def _clocks() -> dict[str, float]:
    return {"wall_s": time.monotonic(), "cpu_s": time.process_time(), "loop_s": time.thread_time()}


def _cpu_of_threads() -> dict[int, float]:
    found = {}
    for task in Path("/proc/self/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        found[int(task.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
    return found


def _write(found: dict[str, Any], path: Path) -> None:
    # Whoever waits for the file finds it whole.
    part = path.with_suffix(".part")
    part.write_text(json.dumps(found))
    part.replace(path)


def _listen(path: Path) -> None:
    profiler = Profiler()
    signal.signal(signal.SIGUSR1, lambda *_: profiler.begin())
    signal.signal(signal.SIGUSR2, lambda *_: _write(profiler.end(), path))


if __name__ == "__main__":
    _listen(Path(sys.argv.pop(1)))
    from bot.__main__ import main

    raise SystemExit(main())
