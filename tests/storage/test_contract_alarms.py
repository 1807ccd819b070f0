"""What every storage promises of the troubles that operators were told of."""

from datetime import timedelta

from bot.storage.operator_ports import ToldAlarm
from bot.storage.ports import Storage
from tests.storage.samples import NOW, reopen

TOLD = ToldAlarm(about=frozenset({"S261123-7K3MZQ4T", "S261123-8K3MZQ4T"}), at=NOW)


async def test_what_was_told_is_there_after_a_restart(storage: Storage):
    """The latest of each trouble, with what it named and when."""
    assert await storage.alarms.alarms_told() == {}
    await storage.alarms.note_alarm("a", TOLD)
    await storage.alarms.note_alarm("b", TOLD)
    later = ToldAlarm(about=frozenset({"some"}), at=NOW + timedelta(hours=1))
    await storage.alarms.note_alarm("b", later)
    await reopen(storage)
    assert await storage.alarms.alarms_told() == {"a": TOLD, "b": later}


async def test_what_passed_is_forgotten(storage: Storage):
    """And what was never there may be forgotten, too."""
    await storage.alarms.note_alarm("a", TOLD)
    await storage.alarms.drop_alarm("a")
    await storage.alarms.drop_alarm("a")
    await reopen(storage)
    assert await storage.alarms.alarms_told() == {}
