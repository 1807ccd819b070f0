"""The bot under a sampling profiler: `python -m benchmarks.profiled OUTPUT`, else as `-m bot`.

The kernel interrupts the process after each 1 ms of CPU time; what Python was doing then is
counted. A sample belongs to the innermost layer of `LAYERS` on its stack, so that a library's
time is told apart by who called it.
"""

import atexit
import collections
import json
import signal
import sys
from pathlib import Path
from types import FrameType

_INTERVAL = 0.001
_samples: collections.Counter[tuple[str, ...]] = collections.Counter()


def _sample(_: int, frame: FrameType | None) -> None:
    stack = []
    while frame is not None:
        code = frame.f_code
        stack.append(f"{code.co_filename}:{code.co_name}")
        frame = frame.f_back
    _samples[tuple(stack)] += 1


def _write(path: str) -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    found = [{"stack": list(stack), "count": count} for stack, count in _samples.items()]
    Path(path).write_text(json.dumps(found))


def _start(path: str) -> None:
    atexit.register(_write, path)
    signal.signal(signal.SIGPROF, _sample)
    # Counting begins when asked, so that a warm-up is left out.
    signal.signal(signal.SIGUSR1, lambda *_: _begin())


def _begin() -> None:
    _samples.clear()
    signal.setitimer(signal.ITIMER_PROF, _INTERVAL, _INTERVAL)


if __name__ == "__main__":
    _start(sys.argv.pop(1))
    from bot.__main__ import main

    raise SystemExit(main())
