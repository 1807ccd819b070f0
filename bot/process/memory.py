"""The process's memory: held to what is in use, and looked through only where it changes."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_M_TRIM_THRESHOLD: Final = -1  # of glibc's malloc.h
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
_LARGE: Final = 128 * 1024  # bytes; glibc's own beginning. Less would slow zlib down.
_LOOSE_END: Final = 256 * 1024  # bytes at a heap's end that may wait for the next burst
_NOT_FOR_A_BOT: Final = ("click", "greenlet", "pygments", "rich")
_NEW_BEFORE_A_LOOK: Final = 50_000  # objects; Python's own 700 is for small programs


@contextmanager
def collector_resting() -> Iterator[None]:
    """Import without the garbage collector, and let it pass over what was imported from then on.

    Modules, classes and catalogs live as long as the process. The collector would walk through
    all of them again and again while they load, and with every full collection afterwards.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def without_what_happens_to_be_installed() -> Iterator[None]:
    """Import without what libraries load for use by hand, wherever somebody installed it.

    httpx loads its command line and structlog its coloured tracebacks where rich and click are, as
    beside tools for development: 4 MB and a tenth of a start that nothing here uses.
    """
    hidden = [name for name in _NOT_FOR_A_BOT if name not in sys.modules]
    # None has an import of the name fail as if it were not there.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def look_for_garbage_by_the_thousands() -> None:
    """Have the collector look at new objects less often than Python's own limit makes it.

    Sixty people at once have 10,000 to 30,000 in hand, so that it would look some 160 times a
    second, find nearly everything in use and take a twelfth of the CPU. What it finds later now is
    a few megabytes at most: an update leaves nothing in cycles, and whatever is in none goes at
    once, as ever.
    """
    gc.set_threshold(_NEW_BEFORE_A_LOOK, *gc.get_threshold()[1:])


def give_back_large_blocks() -> None:
    """Have large blocks returned to the system when they are freed, and all threads use one heap.

    glibc starts so, but with every large block freed it raises the size from which it does, up to
    32 MB: pictures then are cut from heaps whose free ends stay with the process. Setting the size
    stops that. A heap for each thread would keep what only that thread can use again; before the
    first of them begins, there is one for all. Other C libraries have no such dials, and nothing is
    done. Decision 0013.
    """
    if sys.platform != "linux":
        return
    if (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_TRIM_THRESHOLD, _LOOSE_END)
        mallopt(_M_ARENA_MAX, 1)
