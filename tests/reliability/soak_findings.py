"""What an audit found."""

from collections import Counter
from dataclasses import dataclass, field

KINDS = ("duplicated", "lost", "stuck", "wrong")


@dataclass
class Audit:
    """The findings. Each entry of `duplicated`, `lost`, `stuck` and `wrong` is a failure.

    What was forgotten is in no database any more, but in one that a restore replaced.
    """

    people: int = 0
    presses: int = 0
    confirmed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    at_marketplace: int = 0
    doubles_cancelled: int = 0
    orders_forgotten: int = 0
    forgotten_at_marketplace: int = 0
    updates_forgotten: int = 0
    duplicated: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    updates: Counter[str] = field(default_factory=Counter)
    tracebacks: Counter[str] = field(default_factory=Counter)

    @property
    def failures(self) -> list[str]:
        return [f"{kind}: {each}" for kind in KINDS for each in getattr(self, kind)]
