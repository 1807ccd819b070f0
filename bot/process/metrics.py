"""What the bot tells Prometheus of itself. No label holds anything personal."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from telegram import Update

from bot.domain.group_buys.buys import BuyState
from bot.domain.health import EndpointCalls, MarketplaceHealth
from bot.domain.orders import Placing
from bot.storage.group_ports import BuysCensus, GroupBuyPort
from bot.storage.ports import Census, UpkeepPort

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_GOOD = frozenset({"ok", "refused"})  # a business refusal is an answer
_DOWN_AFTER = 60.0  # seconds in which no call of the marketplace was good
_LATELY = 300.0  # seconds after which a failure says nothing of now
_NEITHER = frozenset({"cancelled"})
_UNCERTAIN = (Placing.UNCERTAIN, Placing.UNRESOLVED)


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
        self._registry = CollectorRegistry()
        self._standing = _Standing(lambda: storage.commits)
        self._registry.register(self._standing)
        self._updates = Counter(
            "snaporder_updates", "Updates handled.", ["kind", "outcome"], registry=self._registry
        )
        self._dropped = Counter(
            "snaporder_updates_dropped",
            "Updates of kinds that nothing takes.",
            ["kind"],
            registry=self._registry,
        )
        self._steps = Histogram(
            "snaporder_step_seconds",
            "From taking an update to its answer.",
            ["kind"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._calls = Counter(
            "snaporder_marketplace_calls",
            "Calls of the marketplace, each attempt.",
            ["endpoint", "outcome"],
            registry=self._registry,
        )
        self._call_seconds = Histogram(
            "snaporder_marketplace_call_seconds",
            "How long the marketplace took.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._telegram = Counter(
            "snaporder_telegram_calls",
            "Calls of the Bot API, each attempt.",
            ["method", "outcome"],
            registry=self._registry,
        )
        self._arrivals = Counter(
            "snaporder_push_arrivals",
            "Pushes as they came in.",
            ["outcome"],
            registry=self._registry,
        )
        self._pushes = Counter(
            "snaporder_pushes",
            "Pushes handled.",
            ["kind", "outcome"],
            registry=self._registry,
        )
        self._notices = Counter(
            "snaporder_notices",
            "News of orders, by what became of telling it.",
            ["outcome"],
            registry=self._registry,
        )
        self._watches_ended = Counter(
            "snaporder_watches_ended",
            "Watches of offers, by what became of telling what came true.",
            ["outcome"],
            registry=self._registry,
        )
        # Looked up anew, a child costs more than counting; there are as many as sets of labels.
        self._update_of, self._step_of = cache(self._updates.labels), cache(self._steps.labels)
        self._call_of, self._call_seconds_of = (
            cache(self._calls.labels),
            cache(self._call_seconds.labels),
        )
        self._telegram_of = cache(self._telegram.labels)
        self.marketplace = "unknown"
        """How the last call of the marketplace ended: `ok`, else the kind of failure."""
        self._failing_since: float | None = None
        self._failed_at = 0.0

    def on_update(self, update: object, seconds: float, *, failed: bool) -> None:
        """Count a handled update."""
        kind = kind_of(update)
        self._update_of(kind, "failed" if failed else "ok").inc()
        self._step_of(kind).observe(seconds)

    def on_dropped(self, kind: str) -> None:
        """Count an update that was dropped."""
        self._dropped.labels(kind).inc()

    def on_call(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Count a call of the marketplace; an `OnCall`."""
        self._call_of(endpoint, outcome).inc()
        self._call_seconds_of(endpoint).observe(seconds)
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
        for sample in (each for metric in self._calls.collect() for each in metric.samples):
            if sample.name.endswith("_total"):
                counted = calls.setdefault(sample.labels["endpoint"], [0, 0, 0])
                counted[0] += int(sample.value)
                good = sample.labels["outcome"] in _GOOD | _NEITHER
                counted[1] += 0 if good else int(sample.value)
        for sample in (each for metric in self._call_seconds.collect() for each in metric.samples):
            if sample.name.endswith("_sum"):
                taken = calls.setdefault(sample.labels["endpoint"], [0, 0, 0])
                taken[2] = int(sample.value * 1000)
        endpoints = tuple(
            EndpointCalls(endpoint=name, calls=count, failed=failed, milliseconds=taken)
            for name, (count, failed, taken) in sorted(calls.items())
        )
        return MarketplaceHealth(
            last=self.marketplace, down=self.marketplace_is_down, endpoints=endpoints
        )

    def on_telegram(self, method: str, outcome: str) -> None:
        """Count a call of the Bot API."""
        self._telegram_of(method, outcome).inc()

    def on_push_arrival(self, outcome: str) -> None:
        """Count a push that came in: `new`, `repeated`, `refused` or `not_stored`."""
        self._arrivals.labels(outcome).inc()

    def on_push(self, kind: str, outcome: str) -> None:
        """Count a handled push: `used` or `unused`."""
        self._pushes.labels(kind, outcome).inc()

    def on_notice(self, outcome: str) -> None:
        """Count a piece of news that was told, or was not."""
        self._notices.labels(outcome).inc()

    def on_watch(self, outcome: str) -> None:
        """Count a watch that was told, or was not."""
        self._watches_ended.labels(outcome).inc()

    async def exposition(self) -> bytes:
        """Return everything in Prometheus' text format. Raises `StorageUnavailable`."""
        self._standing.census = await self._storage.upkeep.census()
        self._standing.buys = await self._storage.group_buys.buys_census(self._now())
        return generate_latest(self._registry)


class _Standing(Collector):
    """What is counted in the storage, as of the last census."""

    def __init__(self, commits: Callable[[], int]) -> None:
        self.census = Census()
        self.buys = BuysCensus()
        self._commits = commits

    def collect(self) -> Iterable[Metric]:
        census = self.census
        oldest = census.oldest_waiting
        age = max(0.0, time.time() - oldest.timestamp()) if oldest else 0.0
        gauge = GaugeMetricFamily
        yield gauge("snaporder_inbox_backlog", "Stored updates to be handled.", census.waiting)
        yield gauge("snaporder_inbox_oldest_seconds", "Age of the oldest of them.", age)
        yield gauge("snaporder_inbox_parked", "Updates put aside after failing.", census.parked)
        yield gauge("snaporder_pushes_waiting", "Stored pushes.", census.pushes_waiting)
        yield gauge("snaporder_notices_waiting", "News to be told.", census.notices_waiting)
        yield gauge("snaporder_notices_late", "News told too late by now.", census.notices_late)
        watches = census.watches
        yield gauge("snaporder_watches", "Watches of offers, not yet true.", watches.watching)
        yield gauge("snaporder_watches_to_tell", "True and to be told.", watches.to_tell)
        yield gauge("snaporder_watched_offers", "Offers that somebody watches.", watches.offers)
        late = watches.offers_late
        yield gauge("snaporder_watched_offers_late", "Those due for an hour to be read.", late)
        uncertain = sum(census.orders.get(each, 0) for each in _UNCERTAIN)
        yield gauge("snaporder_orders_uncertain", "Orders uncertain or unresolved.", uncertain)
        orders = gauge("snaporder_orders", "Orders by how far placing them came.", labels=["state"])
        for placing in Placing:
            orders.add_metric([placing.value], census.orders.get(placing, 0))
        yield orders
        yield from self._of_group_buys()
        yield CounterMetricFamily("snaporder_commits", "Commits of the database.", self._commits())

    def _of_group_buys(self) -> Iterable[Metric]:
        buys, gauge = self.buys, GaugeMetricFamily
        states = gauge("snaporder_group_buys", "Group buys by state.", labels=["state"])
        for state in BuyState:
            states.add_metric([state.value], buys.states.get(state, 0))
        yield states
        for name, said, count in (
            ("overdue", "Group buys in which what was due has not been done.", buys.overdue),
            ("uncertain", "Consolidated orders without a clear answer.", buys.uncertain),
            ("unbalanced", "Group buys that wait for balances to be settled.", buys.unbalanced),
            ("open_long", "Those of them that have waited for two weeks.", buys.open_long),
            ("cards_failing", "Cards that can't be drawn.", buys.cards_failing),
            ("news_late", "News of group buys told too late by now.", buys.news_late),
            ("unreachable", "Running buys without their organiser.", len(buys.unreachable)),
        ):
            yield gauge(f"snaporder_group_buys_{name}", said, count)


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
