"""Which cases `make test` leaves to `make test-all`: what only takes long, never what is unique.

A test marked slow has a quicker one beside it that would notice most of what it notices.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

SLOW = pytest.mark.slow

QUICK = pytest.mark.quick
"""What `make test` keeps of a folder whose tests are slow otherwise, see `slow_but_the_quick`."""


def slow_but(quick: Iterable[Any], values: Iterable[Any]) -> list[Any]:
    """Return the values as parameters of a test; all but the quick ones are slow.

    A tuple is one case of several parameters, known by its first.
    """
    kept = list(quick)
    found = [
        (each[0] in kept, each) if isinstance(each, tuple) else (each in kept, (each,))
        for each in values
    ]
    assert any(is_quick for is_quick, _ in found), f"none of {kept} is a case"
    return [pytest.param(*case, marks=() if is_quick else SLOW) for is_quick, case in found]


def slow_but_the_quick(folder: Path, items: Iterable[pytest.Item]) -> None:
    """Mark every test of a folder slow that does not bear QUICK."""
    for item in items:
        if item.path.is_relative_to(folder) and not item.get_closest_marker("quick"):
            item.add_marker(SLOW)
