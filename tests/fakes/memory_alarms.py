"""What the operators were told of in memory, as the SQLite storage keeps it."""

from dataclasses import dataclass, field

from bot.storage.operator_ports import ToldAlarm
from tests.fakes.memory_part import MemoryPart


@dataclass
class MemoryAlarms(MemoryPart):
    """Implements `AlarmPort`."""

    _alarms: dict[str, ToldAlarm] = field(default_factory=dict)

    async def alarms_told(self) -> dict[str, ToldAlarm]:
        self._answer()
        return dict(self._alarms)

    async def note_alarm(self, trouble: str, told: ToldAlarm) -> None:
        self._answer()
        self._alarms[trouble] = told

    async def drop_alarm(self, trouble: str) -> None:
        self._answer()
        self._alarms.pop(trouble, None)
