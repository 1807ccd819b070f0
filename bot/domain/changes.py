"""What there is to tell a person of an order that was read again.

One change is one piece of news, with everything that it brought: an order that was unpaid when
last seen and is completed now is told once, with the payment and the shipment in between.
"""

from datetime import datetime, timedelta

from bot.domain.news import News, NewsKind, Passed, key_of, together
from bot.domain.orders import ENDED, Order, OrderPart, OrderStatus, rank_of
from bot.domain.parcels import Parcel, TraceStatus
from bot.domain.readings import same_parcel
from bot.domain.watching import WatchPlan, remind_at

_TOLD_TRACES = {
    TraceStatus.FAILED: NewsKind.DELIVERY_FAILED,
    TraceStatus.AT_PICKUP_POINT: NewsKind.AT_PICKUP_POINT,
    TraceStatus.DELIVERED: NewsKind.DELIVERED,
}
_ON_THE_WAY = (OrderStatus.AWAITING_SHIPMENT, OrderStatus.AWAITING_RECEIPT)
_CLOSED = ENDED - {OrderStatus.COMPLETED}
_UNPAID = rank_of(OrderStatus.AWAITING_PAYMENT)


def news_between(before: Order, after: Order) -> tuple[News, ...]:
    """Return what a newer reading of an order has to tell, the same of several parts together."""
    known = {part.order_id: part for part in before.parts}
    found: list[News] = []
    for part in after.parts:
        if part.order_id in known:
            found.extend(news_of_part(known[part.order_id], part))
    return together(found)


def news_of_part(before: OrderPart, after: OrderPart) -> tuple[News, ...]:
    """Return what a newer reading of one part has to tell."""
    found = [
        _moved(before, after),
        _price(before, after),
        _parcels(before, after),
        *_traces(before, after),
        _refund(before, after),
    ]
    return tuple(each for each in found if each is not None)


def _moved(before: OrderPart, after: OrderPart) -> News | None:
    """The part is in a newer state. Coming to await payment is what placing it already told."""
    if rank_of(after.status) <= max(rank_of(before.status), _UNPAID):
        return None
    fresh, passed = _fresh(before, after), _passed(before, after)
    if after.status in _CLOSED:
        closed = _news(NewsKind.CLOSED, part=after, at=after.modified_at)
        return closed.replace(
            passed=passed,
            refund=after.refund,
            refunded=after.refunded,
            closed_by=after.closed_by,
            close_reason=after.close_reason,
            unpaid=not _was_paid(before, after),
        )
    if after.status is OrderStatus.AWAITING_SHIPMENT and fresh:
        part_shipped = _news(NewsKind.PART_SHIPPED, _named(fresh), part=after)
        return part_shipped.replace(passed=passed, parcels=fresh)
    kind, at = {
        OrderStatus.AWAITING_SHIPMENT: (NewsKind.PAID, after.paid_at),
        OrderStatus.AWAITING_RECEIPT: (NewsKind.SHIPPED, after.shipped_at),
        OrderStatus.RECEIVED: (NewsKind.RECEIVED, after.received_at),
        OrderStatus.COMPLETED: (NewsKind.COMPLETED, after.completed_at),
    }[after.status]
    parcels = fresh + _renumbered(before, after)
    if kind is NewsKind.SHIPPED:
        parcels = parcels or after.parcels
    return _news(kind, part=after, at=at).replace(passed=passed, parcels=parcels)


def _was_paid(before: OrderPart, after: OrderPart) -> bool:
    return after.paid_at is not None or rank_of(before.status) > _UNPAID


def _passed(before: OrderPart, after: OrderPart) -> tuple[Passed, ...]:
    """Return the states that were gone through unseen, oldest first."""
    closed = after.status in _CLOSED
    fresh = bool(_fresh(before, after))
    ways = (
        (OrderStatus.AWAITING_SHIPMENT, NewsKind.PAID, after.paid_at),
        (OrderStatus.AWAITING_RECEIPT, NewsKind.SHIPPED, after.shipped_at),
        (OrderStatus.RECEIVED, NewsKind.RECEIVED, after.received_at),
    )
    gone_through = []
    for status, kind, at in ways:
        new = rank_of(before.status) < rank_of(status)
        # How far a closed order came, only its times tell; so too whether it was received.
        certain = at is not None or not (closed or kind is NewsKind.RECEIVED)
        paid_by_shipping = status is after.status is OrderStatus.AWAITING_SHIPMENT and fresh
        if new and certain and (rank_of(status) < rank_of(after.status) or paid_by_shipping):
            gone_through.append(Passed(kind=kind, at=at))
    return tuple(gone_through)


def _price(before: OrderPart, after: OrderPart) -> News | None:
    """The seller changed what is to be paid, in sum or in its freight."""
    awaiting = OrderStatus.AWAITING_PAYMENT
    if not (before.status is after.status is awaiting) or None in {before.total, after.total}:
        return None
    freight_known = None not in {before.freight, after.freight}
    if before.total == after.total and not (freight_known and before.freight != after.freight):
        return None
    return _news(
        NewsKind.PRICE_CHANGED,
        f"{after.total} {after.freight} {after.modified_at}",
        part=after,
        at=after.modified_at,
        total_before=before.total,
        freight_before=before.freight if freight_known else None,
        pay_before=after.pay_before,
    )


def _parcels(before: OrderPart, after: OrderPart) -> News | None:
    """Parcels or tracking numbers are new in a state that is not."""
    if before.status is not after.status or after.status not in _ON_THE_WAY:
        return None
    fresh, renumbered = _fresh(before, after), _renumbered(before, after)
    if after.status is OrderStatus.AWAITING_SHIPMENT and fresh:
        return _news(NewsKind.PART_SHIPPED, _named(fresh), part=after, parcels=fresh + renumbered)
    if fresh or renumbered:
        parcels = fresh + renumbered
        return _news(NewsKind.TRACKING, _named(parcels), part=after, parcels=parcels)
    return None


def _traces(before: OrderPart, after: OrderPart) -> list[News]:
    """Carriers' words that a person wants to hear, while the parcel is still awaited."""
    if after.status not in _ON_THE_WAY:
        return []
    told = []
    for parcel in after.parcels:
        known = next((each for each in before.parcels if same_parcel(each, parcel)), None)
        kind = _TOLD_TRACES.get(parcel.trace) if parcel.trace else None
        if kind is not None and (known is None or known.trace is not parcel.trace):
            # Only an attempt can fail a second time.
            when = parcel.traced_at if kind is NewsKind.DELIVERY_FAILED else ""
            detail = f"{_named((parcel,))} {when}"
            told.append(_news(kind, detail, part=after, at=parcel.traced_at, parcels=(parcel,)))
    return told


def _refund(before: OrderPart, after: OrderPart) -> News | None:
    """A refund came a step further; one that closed the order is told with its closing."""
    if after.refund is None or after.refund is before.refund:
        return None
    if after.status is not before.status and after.status in _CLOSED:
        return None
    return _news(
        NewsKind.REFUND,
        f"{after.refund} {after.refunded} {after.modified_at}",
        part=after,
        at=after.modified_at,
        refund=after.refund,
        refunded=after.refunded,
    )


def _news(kind: NewsKind, detail: str = "", *, part: OrderPart, **fields: object) -> News:
    return News.model_validate(
        {
            "kind": kind,
            "key": key_of(kind, detail, (part.order_id,)),
            "parts": (part.order_id,),
            "total": part.total,
            "freight": part.freight,
            **fields,
        }
    )


def _fresh(before: OrderPart, after: OrderPart) -> tuple[Parcel, ...]:
    return tuple(
        each
        for each in after.parcels
        if not any(same_parcel(each, known) for known in before.parcels)
    )


def _renumbered(before: OrderPart, after: OrderPart) -> tuple[Parcel, ...]:
    numbers = {each.tracking_no for each in before.parcels}
    return tuple(
        each
        for each in after.parcels
        if each.tracking_no
        and each.tracking_no not in numbers
        and each not in _fresh(before, after)
    )


def _named(parcels: tuple[Parcel, ...]) -> str:
    return " ".join(sorted(f"{each.parcel_id}:{each.tracking_no}" for each in parcels))


_SAME_DEADLINE = timedelta(minutes=10)
_JUST_READ = timedelta(minutes=1)


def reminder(order: Order, now: datetime, plan: WatchPlan) -> News | None:
    """Return the reminder to pay that is due for an order just read, one for each deadline.

    Not while a payment is being worked on, nor when the time to pay is over, nor of a part that
    could not be read just now: it may be paid.
    """
    due = [
        (part.pay_before, part)
        for part in order.parts
        if part.status is OrderStatus.AWAITING_PAYMENT
        and not part.paying
        and part.pay_before is not None
        and part.pay_before > now
        and part.read_at is not None
        and now - part.read_at < _JUST_READ
        and (at := remind_at(part, plan)) is not None
        and at <= now + _SAME_DEADLINE
    ]
    if not any((remind_at(part, plan) or now) <= now for _, part in due):
        return None
    kind, deadline = NewsKind.PAY_REMINDER, max((each for each, _ in due), default=now)
    news = together(_news(kind, part=part, pay_before=part.pay_before) for _, part in due)
    return next((each.replace(key=f"{kind}.{deadline:%Y%m%d%H%M}") for each in news), None)
