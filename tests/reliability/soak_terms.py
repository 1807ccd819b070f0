"""What organisers of the soak open: kinds of group buys and how many there are of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

FURTHER = {
    568749575341: 664028725540,
    730698112924: 568749575341,
    763563718333: 727512328609,
    692428411078: 572973141645,
}
"""Offers, and another of the same seller."""

_IN_SETS = (568749575341, 763563718333)  # few variants, so that a set comes together
_ZONE = ZoneInfo("Asia/Shanghai")  # the bot's, unless it is told otherwise
_Term = tuple[str, str]


@dataclass(frozen=True)
class Style:
    """One kind of buy: its offer, what is set beside the defaults, whether its deadline closes it.

    `named` is how it is counted.
    """

    offer: int = 568749575341
    terms: tuple[_Term, ...] = ()
    by_deadline: bool = False
    named: tuple[str, ...] = ()


def chosen(rng: Random) -> Style:
    """Return the next buy: of one kind, and some of what goes with any kind."""
    kind = rng.choices(("steps", "fixed", "offers", "sets"), (35, 25, 20, 20))[0]
    offer = rng.choice(_IN_SETS if kind == "sets" else tuple(FURTHER))
    terms: list[_Term] = []
    match kind:
        case "fixed":
            terms = [("mode", "fixed")]
        case "offers":
            terms = [("offers", f"https://detail.1688.com/offer/{FURTHER[offer]}.html")]
        case "sets":
            terms = [("row", "ones"), ("row_fill", "6")]
    named = [kind]
    more: tuple[tuple[str, float, _Term], ...] = (
        ("fee", 0.6, ("fee", "5")),
        ("at most 12 each", 0.5, ("most_each", "12")),
        ("second leg", 0.35, ("abroad_each", "2.5")),
        ("freight by value", 0.15, ("freight_key", "value")),
        ("freight by head", 0.15, ("freight_key", "head")),
    )
    for name, share, term in more:
        if rng.random() < share:
            terms.append(term)
            named.append(name)
    by_deadline = rng.random() < 0.35
    named += ["closes by its deadline"] if by_deadline else []
    return Style(offer, tuple(terms), by_deadline, tuple(named))


def deadline(rng: Random) -> tuple[str, float]:
    """Return a deadline as an organiser writes it, and in how many seconds it is."""
    now = datetime.now(_ZONE)
    at = (now + timedelta(seconds=rng.uniform(60, 100))).replace(second=0, microsecond=0)
    if at - now < timedelta(seconds=40):
        at += timedelta(minutes=1)
    return at.strftime("%Y-%m-%d %H:%M"), (at - now).total_seconds()
