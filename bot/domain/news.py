"""A piece of news of an order, and several of them made into what is worth telling now.

A piece of news has a key that is the same whenever and however often it is found.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.parcels import ClosedBy, Parcel, RefundStage


class NewsKind(StrEnum):
    """What happened, in the order in which an order's life has it."""

    PRICE_CHANGED = "price_changed"
    PAY_REMINDER = "pay_reminder"
    PAID = "paid"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    TRACKING = "tracking"  # numbers that came later than the goods went, or were corrected
    DELIVERY_FAILED = "delivery_failed"
    AT_PICKUP_POINT = "at_pickup_point"
    DELIVERED = "delivered"
    RECEIVED = "received"
    COMPLETED = "completed"
    REFUND = "refund"
    CLOSED = "closed"


ON_CARD = frozenset(NewsKind) - {NewsKind.PAY_REMINDER}
"""What an order's card says, which answers whatever a person does to the order."""

TO_PAY = frozenset({NewsKind.PRICE_CHANGED, NewsKind.PAY_REMINDER})
"""What is of no use once the order is paid."""

ON_PAYMENT = frozenset({NewsKind.PRICE_CHANGED, NewsKind.PAY_REMINDER, NewsKind.PAID})
"""What the payment's screen says."""


class Passed(Value):
    """What happened on the way to the news and is told with it."""

    kind: NewsKind
    at: AwareDatetime | None = None


class News(Value):
    """A piece of news of some parts of one order. Amounts in fen, over these parts together.

    `key` is unique within the order. `at` is when it happened, where the marketplace says so.
    Everything else is there for the kinds that it belongs to.
    """

    kind: NewsKind
    key: str
    parts: tuple[MarketplaceOrderId, ...]
    at: AwareDatetime | None = None
    passed: tuple[Passed, ...] = ()
    total: Fen | None = None
    total_before: Fen | None = None
    freight: Fen | None = None
    freight_before: Fen | None = None
    parcels: tuple[Parcel, ...] = ()
    refund: RefundStage | None = None
    refunded: Fen | None = None
    closed_by: ClosedBy | None = None
    close_reason: str = ""
    unpaid: bool = False  # closed before anything was paid
    pay_before: AwareDatetime | None = None


def key_of(kind: NewsKind, detail: str, parts: tuple[MarketplaceOrderId, ...]) -> str:
    """Return a key that the same news has again, short whatever it is made of."""
    made_of = "\n".join((detail, *sorted(map(str, parts))))
    return f"{kind}.{hashlib.sha256(made_of.encode()).hexdigest()[:24]}"


def together(found: Iterable[News]) -> tuple[News, ...]:
    """Make one of the same news of several parts: paid at once, they are told at once."""
    alike: dict[tuple[object, ...], News] = {}
    for each in found:
        sort = (each.kind, each.refund, each.closed_by, each.close_reason, each.unpaid)
        alike[sort] = _joined(alike[sort], each) if sort in alike else each
    return tuple(alike.values())


def _joined(one: News, other: News) -> News:
    parts = (*one.parts, *other.parts)
    return one.replace(
        key=key_of(one.kind, "\n".join(sorted((one.key, other.key))), parts),
        parts=parts,
        at=_latest(one.at, other.at),
        passed=_with_passed(one.passed, other.passed),
        total=_sum(one.total, other.total),
        total_before=_sum(one.total_before, other.total_before),
        freight=_sum(one.freight, other.freight),
        freight_before=_sum(one.freight_before, other.freight_before),
        parcels=one.parcels + other.parcels,
        refunded=_sum(one.refunded, other.refunded),
        pay_before=min(filter(None, (one.pay_before, other.pay_before)), default=None),
    )


def grouped(waiting: Sequence[News]) -> tuple[tuple[News, tuple[int, ...]], ...]:
    """Return what is left to tell of news that waited (oldest first): the newest truth.

    What a later piece covers is told with it, or not at all where it is no longer so. With each
    piece left stand the places of those that it covers.
    """
    left: list[tuple[News, tuple[int, ...]]] = []
    rest: list[tuple[News, tuple[int, ...]]] = [(each, (at,)) for at, each in enumerate(waiting)]
    while rest:
        early, places = rest.pop(0)
        over = next((at for at, (late, _) in enumerate(rest) if _covers(late, early)), None)
        if over is None:
            left.append((early, places))
        else:
            late, more = rest[over]
            rest[over] = (_told_with(late, early), (*places, *more))
    return tuple(left)


_MILESTONES = (
    NewsKind.PAID,
    NewsKind.PART_SHIPPED,
    NewsKind.SHIPPED,
    NewsKind.RECEIVED,
    NewsKind.COMPLETED,
    NewsKind.CLOSED,
)
_ON_THE_ROAD = {
    NewsKind.TRACKING,
    NewsKind.DELIVERY_FAILED,
    NewsKind.AT_PICKUP_POINT,
    NewsKind.DELIVERED,
}
_ARRIVED = {NewsKind.RECEIVED, NewsKind.COMPLETED, NewsKind.CLOSED}


def _covers(late: News, early: News) -> bool:
    """Tell whether nothing but a word is left to say of `early` after `late`."""
    if not set(early.parts) <= set(late.parts):
        return False
    if early.kind in _MILESTONES:
        return late.kind in _MILESTONES and late.kind is not early.kind
    if early.kind in TO_PAY:
        return late.kind is early.kind or late.kind in _MILESTONES
    if early.kind in _ON_THE_ROAD:
        same = {each.parcel_id for each in early.parcels} <= {
            each.parcel_id for each in late.parcels
        }
        return late.kind in _ARRIVED or (same and late.kind in _ON_THE_ROAD)
    return late.kind in {NewsKind.REFUND, NewsKind.CLOSED}


def _told_with(late: News, early: News) -> News:
    if early.kind is NewsKind.PRICE_CHANGED is late.kind:
        return late.replace(total_before=early.total_before, freight_before=early.freight_before)
    if early.kind not in _MILESTONES:
        return late
    shipped_before = early.kind is NewsKind.PART_SHIPPED and late.kind is NewsKind.SHIPPED
    known = {each.parcel_id for each in late.parcels}
    return late.replace(
        passed=_with_passed(
            (*early.passed, *(() if shipped_before else (Passed(kind=early.kind, at=early.at),))),
            late.passed,
        ),
        parcels=(*(each for each in early.parcels if each.parcel_id not in known), *late.parcels),
    )


def _with_passed(early: Sequence[Passed], late: Sequence[Passed]) -> tuple[Passed, ...]:
    """Join two lists of what was gone through, each kind once, in an order's order."""
    kinds: dict[NewsKind, Passed] = {}
    for each in (*early, *late):
        before = kinds.get(each.kind)
        at = _latest(before.at, each.at) if before else each.at
        kinds[each.kind] = Passed(kind=each.kind, at=at)
    return tuple(kinds[kind] for kind in NewsKind if kind in kinds)


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _sum(one: Fen | None, other: Fen | None) -> Fen | None:
    return None if one is None or other is None else Fen(one + other)
