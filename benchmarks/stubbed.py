"""The same bot with its storage stubbed out: what is missing from its CPU is what durability costs.

Values are kept as they are: nothing is serialised, sealed, written or synced.
"""

from typing import Any

from bot import app
from bot.__main__ import main
from tests.fakes.memory_storage import MemoryStorage


def _stub(*_: object, **__: object) -> Any:
    return MemoryStorage()


if __name__ == "__main__":
    app.build_storage = _stub  # type: ignore[attr-defined] # measured without storage
    raise SystemExit(main())
