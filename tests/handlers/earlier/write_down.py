"""Write down where people stand in this release.

`python -m tests.handlers.earlier.write_down 0.2.0`

Makes `<release>.sql`, a database with somebody at every step, and `<release>.json`, what each of
them sees. Run it at a release; what was made is never changed.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from pathlib import Path

from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.handlers.earlier.people import fill, seen
from tests.storage.samples import KEY, NOW

HERE = Path(__file__).parent


async def make(release: str, folder: Path = HERE) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        database = Path(scratch) / "bot.sqlite3"
        storage = SqliteStorage(database, Sealer(KEY), lambda: NOW)
        await storage.open()
        try:
            names = await fill(storage)
            saw = {str(user): {"name": names[user], **await seen(storage, user)} for user in names}
        finally:
            await storage.close()
        with sqlite3.connect(database) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            dump = "\n".join((*connection.iterdump(), f"PRAGMA user_version = {version};", ""))
    (folder / f"{release}.sql").write_text(dump, encoding="utf-8")
    lines = ",\n".join(
        f'"{user}": {json.dumps(each, ensure_ascii=False)}' for user, each in saw.items()
    )
    (folder / f"{release}.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(make(sys.argv[1]))
