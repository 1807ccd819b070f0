"""The process's memory: held to what is in use, and looked through only where it changes."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_M_TRIM_THRESHOLD: Final = -1  # of glibc's malloc.h
_M_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 128 * 1024  # bytes


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


def give_back_large_blocks() -> None:
    """Have large blocks returned to the system when they are freed.

    glibc starts so, but with every large block freed it raises the size from which it does, up to
    32 MB: pictures then are cut from heaps whose free ends stay with the process. Setting the size
    stops that. Other C libraries have no such dial, and nothing is done.
    """
    if sys.platform != "linux":
        return
    if (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_TRIM_THRESHOLD, 8 * _LARGE)
