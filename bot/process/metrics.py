"""What the bot tells Prometheus of itself. No label holds anything personal."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from telegram import Update

from bot.domain.health import EndpointCalls, MarketplaceHealth
from bot.process.tallies import Durations, Tally
from bot.storage.group_ports import GroupBuyPort
from bot.storage.ports import UpkeepPort

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_GOOD = frozenset({"ok", "refused"})  # a business refusal is an answer
_DOWN_AFTER = 60.0  # seconds in which no call of the marketplace was good
_LATELY = 300.0  # seconds after which a failure says nothing of now
_NEITHER = frozenset({"cancelled"})


class OnUpdate(Protocol):
    """Hears of every handled update."""

    def __call__(self, update: object, seconds: float, *, failed: bool) -> None:
        """Take note; must not block."""


class CountedStorage(Protocol):
    """What is asked of a storage that is measured."""

    @property
    def commits(self) -> int:
        """Return how many commits this run has made."""

    @property
    def upkeep(self) -> UpkeepPort:
        """Return what counts what stands in it."""

    @property
    def group_buys(self) -> GroupBuyPort:
        """Return what counts group buys."""


class Metrics:
    """Counts as things happen; what stands in the storage is counted when it is asked for."""

    def __init__(
        self,
        storage: CountedStorage,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._now = now
        self._updates = Tally("snaporder_updates", "Updates handled.", ("kind", "outcome"))
        self._dropped = Tally(
            "snaporder_updates_dropped", "Updates of kinds that nothing takes.", ("kind",)
        )
        self._steps = Durations(
            "snaporder_step_seconds", "From taking an update to its answer.", "kind", _SECONDS
        )
        self._calls = Tally(
            "snaporder_marketplace_calls",
            "Calls of the marketplace, each attempt.",
            ("endpoint", "outcome"),
        )
        self._call_seconds = Durations(
            "snaporder_marketplace_call_seconds",
            "How long the marketplace took.",
            "endpoint",
            _SECONDS,
        )
        self._telegram = Tally(
            "snaporder_telegram_calls",
            "Calls of the Bot API, each attempt.",
            ("method", "outcome"),
        )
        self._arrivals = Tally("snaporder_push_arrivals", "Pushes as they came in.", ("outcome",))
        self._pushes = Tally("snaporder_pushes", "Pushes handled.", ("kind", "outcome"))
        self._notices = Tally(
            "snaporder_notices",
            "News of orders, by what became of telling it.",
            ("outcome",),
        )
        self._watches_ended = Tally(
            "snaporder_watches_ended",
            "Watches of offers, by what became of telling what came true.",
            ("outcome",),
        )
        self.marketplace = "unknown"
        """How the last call of the marketplace ended: `ok`, else the kind of failure."""
        self._failing_since: float | None = None
        self._failed_at = 0.0

    def on_update(self, update: object, seconds: float, *, failed: bool) -> None:
        """Count a handled update."""
        kind = kind_of(update)
        self._updates.add(kind, "failed" if failed else "ok")
        self._steps.add(kind, seconds)

    def on_dropped(self, kind: str) -> None:
        """Count an update that was dropped."""
        self._dropped.add(kind)

    def on_call(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Count a call of the marketplace; an `OnCall`."""
        self._calls.add(endpoint, outcome)
        self._call_seconds.add(endpoint, seconds)
        if outcome not in _NEITHER:
            self._judge("ok" if outcome in _GOOD else outcome)

    def _judge(self, outcome: str) -> None:
        self.marketplace = outcome
        if outcome == "ok":
            self._failing_since = None
            return
        self._failed_at = self._clock()
        if self._failing_since is None:
            self._failing_since = self._failed_at

    @property
    def credentials_refused(self) -> bool | None:
        """Tell whether the last call had our keys refused; None when it does not tell."""
        return {"ok": False, "credentials_refused": True}.get(self.marketplace)

    @property
    def marketplace_is_down(self) -> bool:
        """Tell whether every call has failed for a minute, the last one lately."""
        if self._failing_since is None:
            return False
        lasted = self._failed_at - self._failing_since
        return lasted >= _DOWN_AFTER and self._clock() - self._failed_at <= _LATELY

    def health(self) -> MarketplaceHealth:
        """Return what the counts say of the marketplace."""
        calls: dict[str, list[int]] = {}
        for (endpoint, outcome), count in self._calls.counts.items():
            counted = calls.setdefault(endpoint, [0, 0, 0])
            counted[0] += count
            counted[1] += 0 if outcome in _GOOD | _NEITHER else count
        for endpoint, seconds in self._call_seconds.seconds.items():
            calls.setdefault(endpoint, [0, 0, 0])[2] = int(seconds * 1000)
        endpoints = tuple(
            EndpointCalls(endpoint=name, calls=count, failed=failed, milliseconds=taken)
            for name, (count, failed, taken) in sorted(calls.items())
        )
        return MarketplaceHealth(
            last=self.marketplace, down=self.marketplace_is_down, endpoints=endpoints
        )

    def on_telegram(self, method: str, outcome: str) -> None:
        """Count a call of the Bot API."""
        self._telegram.add(method, outcome)

    def on_push_arrival(self, outcome: str) -> None:
        """Count a push that came in: `new`, `repeated`, `refused` or `not_stored`."""
        self._arrivals.add(outcome)

    def on_push(self, kind: str, outcome: str) -> None:
        """Count a handled push: `used` or `unused`."""
        self._pushes.add(kind, outcome)

    def on_notice(self, outcome: str) -> None:
        """Count a piece of news that was told, or was not."""
        self._notices.add(outcome)

    def on_watch(self, outcome: str) -> None:
        """Count a watch that was told, or was not."""
        self._watches_ended.add(outcome)

    async def exposition(self) -> bytes:
        """Return everything in Prometheus' text format. Raises `StorageUnavailable`."""
        from bot.process.exposition import Exposition  # noqa: PLC0415 - no start needs it

        census = await self._storage.upkeep.census()
        buys = await self._storage.group_buys.buys_census(self._now())
        return Exposition(census, buys, self._storage.commits, self._counted).text()

    @property
    def _counted(self) -> tuple[Tally | Durations, ...]:
        return (
            self._updates,
            self._dropped,
            self._steps,
            self._calls,
            self._call_seconds,
            self._telegram,
            self._arrivals,
            self._pushes,
            self._notices,
            self._watches_ended,
        )


def kind_of(update: object) -> str:
    """Return one of a few words for what an update is."""
    if not isinstance(update, Update):
        return "other"
    if update.callback_query is not None:
        return "button"
    message = update.message
    if message is None:
        return "edit" if update.edited_message is not None else "other"
    if message.photo or message.document:
        return "picture"
    if message.text is None:
        return "other_message"
    return "command" if message.text.startswith("/") else "text"
