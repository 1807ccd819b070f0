"""What is counted, and what stands in the storage, in Prometheus' text format.

Loaded beside the first updates (`bot.app`), since a start needs none of it.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from bot.domain.group_buys.buys import BuyState
from bot.domain.orders import Placing
from bot.process.tallies import Durations, Tally
from bot.storage.group_ports import BuysCensus
from bot.storage.ports import Census

_UNCERTAIN = (Placing.UNCERTAIN, Placing.UNRESOLVED)


@dataclass(frozen=True, slots=True)
class Exposition(Collector):
    """Everything at one moment."""

    census: Census
    buys: BuysCensus
    commits: int
    counted: Sequence[Tally | Durations]

    def text(self) -> bytes:
        """Return it all."""
        return generate_latest(self)

    def collect(self) -> Iterable[Metric]:
        """Yield what stands in the storage, then what was counted."""
        yield from self._of_storage()
        for each in self.counted:
            yield _happened(each) if isinstance(each, Tally) else _took(each)

    def _of_storage(self) -> Iterable[Metric]:
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
        yield CounterMetricFamily("snaporder_commits", "Commits of the database.", self.commits)

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


def _happened(tally: Tally) -> Metric:
    family = CounterMetricFamily(tally.name, tally.said, labels=tally.labels)
    for values, count in tally.counts.items():
        family.add_metric(values, count)
    return family


def _took(durations: Durations) -> Metric:
    family = HistogramMetricFamily(durations.name, durations.said, labels=[durations.label])
    bounds = [*(str(float(each)) for each in durations.bounds), "+Inf"]
    for value, counts in durations.up_to():
        buckets = list(zip(bounds, counts, strict=True))
        family.add_metric([value], buckets, durations.seconds[value])
    return family
