"""An operator's commands as typed beside a running bot, and what they are needed for."""

import asyncio
import json
import re
import tempfile
from datetime import UTC, datetime

from buying import TAPE_MEASURE, Market, at_preview
from chat import Person, Shown
from nursery import start
from processes import BotProcess

from bot.storage.keys import load_keyring
from bot.storage.ports import InboxUpdate
from bot.storage.sql.storage import SqlStorage
from bot.storage.sqlite.storage import SqliteStorage


async def command(bot: BotProcess, *words: str, **settings: str) -> tuple[int, str]:
    """Run `python -m bot` with the bot's own settings; return its exit code and output."""
    with tempfile.TemporaryFile() as said:
        process = start(
            "bot", *words, env={**bot.environment, **settings}, stdout=said, stderr=said
        )
        code = await asyncio.to_thread(process.wait, 300)
        said.seek(0)
        return code, said.read().decode()


async def unresolved(buyer: Person, market: Market) -> str:
    """Confirm an order whose creation is unclear and that look-ups do not find."""
    await at_preview(buyer, TAPE_MEASURE, 4)
    await market.fault("cut_before", "create")
    await buyer.do("Confirm order", "didn't answer clearly")
    return _number(await buyer.sees("couldn't find order S"))


def _number(shown: Shown) -> str:
    match = re.search(r"S\d{6}-\w{8}", shown.text)
    assert match
    return match[0]


def opened(bot: BotProcess) -> SqliteStorage:
    return SqliteStorage(bot.folder / "bot.db", load_keyring(None, bot.folder / "bot.key").sealer())


async def park(storage: SqlStorage, update_id: int, user_id: int) -> None:
    """Put an update aside in a running bot's database, as one that raised an error."""
    user = {"id": user_id, "is_bot": False, "first_name": "Tester", "language_code": "en"}
    message = {
        "message_id": 10**6,
        "date": 1_700_000_000,
        "chat": {"id": user_id, "type": "private", "first_name": "Tester"},
        "from": user,
        "text": "/help",
        "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    }
    payload = json.dumps({"update_id": update_id, "message": message}).encode()
    await storage.open()
    try:
        stored = InboxUpdate(
            update_id=update_id, lane=user_id, payload=payload, received_at=datetime.now(UTC)
        )
        await storage.inbox.put_updates([stored])
        await storage.inbox.park_update(update_id, "ValueError at handlers/start.py:1")
    finally:
        await storage.close()
