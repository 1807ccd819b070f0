"""Runs of the bot in memory: when one began, was alive, and over which copy."""

from dataclasses import dataclass
from datetime import datetime

from bot.storage.ports import (
    Gap,
    RunBegun,
)
from tests.fakes.memory_part import MemoryPart


@dataclass
class MemoryRuns(MemoryPart):
    """Implements `RunPort`."""

    restored: bool = False
    """Whether this is a copy of an earlier moment, which the next run has to know."""
    _begun: bool = False
    _alive_at: datetime | None = None
    _restored_at: datetime | None = None
    _restored_from: datetime | None = None
    _gap: Gap | None = None

    def doubt(self) -> None:
        """Take what is stored as of an earlier moment."""
        raise NotImplementedError

    async def begin_run(self, now: datetime) -> RunBegun:
        self._answer()
        restored, last_alive = self.restored, self._alive_at
        if restored:
            self.doubt()
            self._restored_at, self._restored_from = now, last_alive
        self.restored = False
        self._begun = True
        known = last_alive is not None and not restored
        gap = Gap(since=last_alive, until=now) if known else None
        self._gap = gap if gap is not None and gap.is_told else self._gap
        await self.alive(now)
        return RunBegun(
            restored=restored,
            restored_at=self._restored_at,
            restored_from=self._restored_from,
            last_alive=last_alive,
            gap=self._gap,
        )

    async def run_under_way(self) -> RunBegun:
        self._answer()
        return RunBegun(
            restored_at=self._restored_at,
            restored_from=self._restored_from,
            last_alive=self._alive_at,
            gap=self._gap,
        )

    async def last_gap(self) -> Gap | None:
        self._answer()
        return self._gap

    async def alive(self, now: datetime) -> None:
        self._answer()
        self._alive_at = now if self._begun else None
