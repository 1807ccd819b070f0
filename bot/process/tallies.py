"""What is counted as it happens: plain numbers, which `bot.process.exposition` tells Prometheus.

Counting begins with the process, and the library's own counters would have to be loaded before it
(decision 13); its text, buckets and all, is still the library's.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

Labels = tuple[str, ...]


class Tally(Struct, frozen=True):
    """How often something happened, by the values of its labels."""

    name: str
    said: str
    labels: Labels
    counts: dict[Labels, int] = field(default_factory=dict)

    def add(self, *values: str) -> None:
        """Count once more."""
        self.counts[values] = self.counts.get(values, 0) + 1


class Durations(Struct, frozen=True):
    """How long something took, by the value of its label: how many took at most so many seconds."""

    name: str
    said: str
    label: str
    bounds: Sequence[float]
    seconds: dict[str, float] = field(default_factory=dict)
    _counts: dict[str, list[int]] = field(default_factory=dict)

    def add(self, value: str, seconds: float) -> None:
        """Count once more."""
        counts = self._counts.get(value)
        if counts is None:
            counts = self._counts[value] = [0] * (len(self.bounds) + 1)
            self.seconds[value] = 0.0
        counts[bisect_left(self.bounds, seconds)] += 1
        self.seconds[value] += seconds

    def up_to(self) -> Iterator[tuple[str, list[int]]]:
        """Yield each value with how many took up to each bound; the last is how many in all."""
        for value, counts in self._counts.items():
            reached, found = 0, []
            for count in counts:
                reached += count
                found.append(reached)
            yield value, found
