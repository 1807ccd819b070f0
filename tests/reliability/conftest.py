"""A world and a bot of one's own for each module here: they are killed, starved and lied to."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_TESTS = Path(__file__).resolve().parent.parent
for _folder in (_TESTS / "journeys", _TESTS / "fakes", _TESTS / "bot", Path(__file__).parent):
    sys.path.insert(0, os.fspath(_folder))

from crashing import Own, own_world  # noqa: E402 - found through the path above

LOOKUP_DELAYS = "0.3,0.5,0.8,1,1.5,2"


@pytest.fixture
def victim() -> Iterator[Own]:
    """A sandbox and a bot with a database of its own; the bot is not started yet."""
    with own_world(LOOKUP_DELAYS=LOOKUP_DELAYS) as own:
        yield own
