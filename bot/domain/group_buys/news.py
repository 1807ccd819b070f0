"""Who is told what."""

from collections.abc import Iterable
from enum import StrEnum

from bot.domain.identifiers import BuyId, UserId
from bot.domain.model import Value


class NewsOf(StrEnum):
    """What a member or the organiser is told."""

    TAKEN = "taken"  # a place came free: the queued claim is in
    FELL_OUT = "fell_out"  # the price came out above the ceiling
    ASK = "ask"
    DUE = "due"
    RECEIVED = "received"
    NOT_RECEIVED = "not_received"
    REMIND = "remind"
    LAPSED = "lapsed"
    TERMS = "terms"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CHANGED_BY_ORGANISER = "changed_by_organiser"
    BOUGHT = "bought"
    SHIPPED = "shipped"
    ARRIVED = "arrived"
    SHORT = "short"
    NOT_ORDERED = "not_ordered"  # in one of several orders that could not be made
    CHEAPER = "cheaper"  # it cost less than was charged: that comes back
    CLOSED = "closed"
    RENEW = "renew"  # the terms got worse: agree, or be out with the lock
    ROW = "row"  # no whole row came about for it
    SOLD_OUT = "sold_out"  # none is left of it at the seller
    SUBSTITUTED = "substituted"
    SWAPPED = "swapped"  # of what was chosen not all came, but what was named for that case
    ABROAD = "abroad"  # the second instalment
    HANDED = "handed"
    RESOLD = "resold"
    ANSWERED = "answered"  # a complaint
    TAKEN_OVER = "taken_over"
    BANNED = "banned"
    ALLOWED = "allowed"  # back in: a ban was lifted
    # the organiser's
    LOCKED = "locked"
    COLLECTING = "collecting"
    PROOF = "proof"
    ALL_PAID = "all_paid"
    PLACED = "placed"
    NOT_PLACED = "not_placed"
    NO_QUOTE = "no_quote"
    TOO_FEW = "too_few"
    CARD_GONE = "card_gone"
    DISPUTED = "disputed"
    SPARE_TAKEN = "spare_taken"
    PARTLY = "partly"  # one of several orders was not made
    UNRESOLVED = "unresolved"  # whether an order exists is for a person to find out


class News(Value):
    """One thing to tell one person, once: `detail` tells it from others of its kind."""

    kind: NewsOf
    user_id: UserId
    detail: str = ""


class StoredNews(Value):
    """A piece of news on its way to a person."""

    news_id: int
    buy_id: BuyId
    news: News


def news_to(kind: NewsOf | None, people: Iterable[UserId], detail: str = "") -> tuple[News, ...]:
    """Return one piece of news to each of some people, once; none where `kind` is None."""
    if kind is None:
        return ()
    return tuple(News(kind=kind, user_id=each, detail=detail) for each in dict.fromkeys(people))
