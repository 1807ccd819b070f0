"""How thorough a benchmark is."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """`rounds` of the comparison, `seconds` measured of each; `folder` holds what runs leave.

    `growth` are the sizes of the database, `photos` how many of a kind are sent, `sessions` how
    many people are in the middle of an order at once.
    """

    rounds: int
    seconds: float
    growth: tuple[int, ...]
    backlog: int
    photos: int
    sessions: int
    folder: Path


def thorough(folder: Path) -> Options:
    """As the published figures are made; a little less than a quarter of an hour."""
    return Options(4, 4.0, (1_000, 1_000_000), 10_000, 8, 10_000, folder)


def quick(folder: Path) -> Options:
    """A look in some five minutes."""
    return Options(1, 3.0, (1_000, 20_000), 1_000, 3, 500, folder)
