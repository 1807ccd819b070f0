"""When an order at the marketplace is worth reading again. Pure: time comes in as a parameter."""

from datetime import datetime, timedelta

from bot.domain.model import Value
from bot.domain.orders import ENDED, Order, OrderPart, OrderStatus
from bot.domain.parcels import RefundStage

_EAGERNESS = 4  # the next reading waits a quarter of the time since something last happened
_AT_A_LATE_HOUR = timedelta(seconds=10)  # the marketplace needs a moment to close what ran out
_JITTER = 10  # at most a tenth earlier, so that orders placed together are not read together
_AFTER_THE_END = timedelta(days=1)
_UNPAID = frozenset({OrderStatus.AWAITING_PAYMENT, OrderStatus.UNKNOWN})
_REFUND_OVER = frozenset({RefundStage.REFUNDED, RefundStage.ENDED})


class WatchPlan(Value):
    """How often orders are read without being asked to."""

    shortest: timedelta = timedelta(seconds=30)
    unpaid: timedelta = timedelta(minutes=10)  # longest between two readings of an unpaid order
    under_way: timedelta = timedelta(hours=1)  # the same for a paid one, until it was received
    after_sale: timedelta = timedelta(days=15)  # how long refunds are looked for after the end
    reminder: timedelta | None = timedelta(hours=2)  # so long before the deadline; None: never


def worth_reading(order: Order, part: OrderPart, now: datetime, plan: WatchPlan) -> bool:
    """Tell whether anything may still come of a part.

    What ended unpaid, or with its refund, stays as it is; after the end of any other a refund may
    come for a time.
    """
    if part.status not in ENDED:
        return True
    if part.status is not OrderStatus.COMPLETED and (
        part.paid_at is None or part.refund in _REFUND_OVER
    ):
        return False
    return now - last_event(order, part, now) < plan.after_sale


def next_look(
    order: Order,
    now: datetime,
    plan: WatchPlan,
    *,
    expected_since: datetime | None = None,
    spread: float = 0.0,
) -> datetime | None:
    """Return when to read an order again, None when nothing more can come of it.

    Soon after something happened (or since something was expected, such as a payment whose link
    was shown) readings are close together, later further apart, up to what the plan allows; and
    one is due at the reminder and one when the time to pay has run out. `spread`, between 0 and
    1, moves it a little earlier.
    """
    looks = [
        _next_look_at(order, part, now, plan, expected_since, spread)
        for part in order.parts
        if worth_reading(order, part, now, plan)
    ]
    return min(looks, default=None)


def _next_look_at(
    order: Order,
    part: OrderPart,
    now: datetime,
    plan: WatchPlan,
    expected_since: datetime | None,
    spread: float,
) -> datetime:
    since = now - max(filter(None, (last_event(order, part, now), expected_since)))
    longest = _longest(part, plan)
    interval = min(max(since / _EAGERNESS, plan.shortest), longest)
    look = now + interval * (1 - spread / _JITTER)
    if part.status in _UNPAID:
        looks = (look, remind_at(part, plan), _closes_at(part))
        look = min(each for each in looks if each is not None and each > now)
    return look


def _longest(part: OrderPart, plan: WatchPlan) -> timedelta:
    if part.status in _UNPAID:
        return plan.unpaid
    if part.status in ENDED:
        return _AFTER_THE_END
    return plan.under_way


def remind_at(part: OrderPart, plan: WatchPlan) -> datetime | None:
    """Return when to remind of paying, None without a deadline or a wish to be reminded.

    Not in the first half of a short time to pay: it was just placed, and nobody forgot it.
    """
    if part.pay_before is None or plan.reminder is None:
        return None
    remind = part.pay_before - plan.reminder
    if part.placed_at is None:
        return remind
    return max(remind, part.placed_at + (part.pay_before - part.placed_at) / 2)


def _closes_at(part: OrderPart) -> datetime | None:
    return part.pay_before + _AT_A_LATE_HOUR if part.pay_before else None


def last_event(order: Order, part: OrderPart, now: datetime) -> datetime:
    """Return when something last happened to a part, as far as that is known and not ahead."""
    times = (
        order.created_at,
        part.placed_at,
        part.paid_at,
        part.shipped_at,
        part.received_at,
        part.completed_at,
        part.modified_at,
    )
    return max((each for each in times if each is not None and each <= now), default=now)
