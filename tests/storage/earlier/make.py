"""Write down a database of this release: `python -m tests.storage.earlier.make 0.2.0`.

Makes `<release>.sql`, which any SQLite restores, and `<release>.json`, what was read of it.
Run it before the first change of the schema after a release; what was made is never changed.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.earlier.filling import KEY, NOW, fill, read

HERE = Path(__file__).parent


async def make(release: str, folder: Path = HERE) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        database = Path(scratch) / "bot.sqlite3"
        storage = SqliteStorage(database, Sealer(KEY), lambda: NOW)
        await storage.open()
        await fill(storage)
        await storage.close()
        await storage.open()
        seen = await read(storage)
        await storage.close()
        with sqlite3.connect(database) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            dump = "\n".join((*connection.iterdump(), f"PRAGMA user_version = {version};", ""))
    (folder / f"{release}.sql").write_text(dump, encoding="utf-8")
    lines = ",\n".join(f"{json.dumps(what)}: {_compact(seen[what])}" for what in sorted(seen))
    (folder / f"{release}.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


if __name__ == "__main__":
    asyncio.run(make(sys.argv[1]))
