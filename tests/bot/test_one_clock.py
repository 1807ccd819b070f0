"""Every part of a running bot has one idea of the time, whatever its host's clock says."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app import Bot
from bot.process.clock import WorldClock
from bot.settings import Settings

SHOP_AND_BUYS: dict[str, Any] = {
    "bot_token": "42:AAAA",
    "marketplace_app_key": "k",
    "marketplace_app_secret": "s3cret",
    "payment": "shop",
    "group_buys": "everyone",
    "admin_ids": "1",
    "support_chat": "-1001",
}


def parts_of(whole: object) -> Iterator[tuple[str, Any]]:
    """Walk all objects of ours that a whole holds, and yield what they hold."""
    seen: set[int] = set()
    left: list[tuple[str, Any]] = [(type(whole).__name__, whole)]
    while left:
        name, each = left.pop()
        yield name, each
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, dict):
            left += [(f"{name}[{key}]", held) for key, held in each.items()]
        elif isinstance(each, list | tuple | set | frozenset):
            left += [(name, held) for held in each]
        elif (owner := getattr(each, "__self__", None)) is not None:
            left.append((f"{name}.__self__", owner))
        elif type(each).__module__.startswith("bot."):
            slots = [slot for kind in type(each).__mro__ for slot in getattr(kind, "__slots__", ())]
            held = {slot: getattr(each, slot, None) for slot in slots} | getattr(
                each, "__dict__", {}
            )
            left += [(f"{type(each).__name__}.{attribute}", v) for attribute, v in held.items()]


async def test_no_part_goes_by_a_clock_of_its_own(tmp_path: Path) -> None:
    """What is stored by one clock and waited for by another comes late by their difference."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/bot.sqlite3", **SHOP_AND_BUYS)
    bot = Bot(settings)
    clocks = {
        name: getattr(each, "__self__", None)
        for name, each in parts_of(bot)
        if name.endswith(("clock", "_now")) and callable(each) and isinstance(each(), datetime)
    }
    assert {"SqliteDatabase._clock", "Notifier._clock", "GroupTeller._clock"} <= set(clocks)
    assert {name for name, clock in clocks.items() if not isinstance(clock, WorldClock)} == set()
