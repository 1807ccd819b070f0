"""The same bot with its storage stubbed out: what is missing from its CPU is what durability costs.

Values are kept as they are: nothing is serialised, sealed, written or synced.
"""

from collections import deque
from typing import Any, cast

from bot import app
from bot.__main__ import main
from tests.fakes.memory_storage import MemoryStorage


def _stub(*_: object, **__: object) -> Any:
    # A test looks at every commit there was; here they would be 14 kB an update.
    return MemoryStorage(commits=cast("list[Any]", deque(maxlen=0)))


if __name__ == "__main__":
    app.build_storage = _stub  # type: ignore[attr-defined] # measured without storage
    raise SystemExit(main())
