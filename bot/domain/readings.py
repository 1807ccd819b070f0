"""What a fresh reading of a marketplace order changes of what we knew: never backwards."""

from bot.domain.orders import OrderPart, OrderStatus, rank_of
from bot.domain.parcels import Parcel

# What a reading may leave out, which takes nothing away.
_LASTING = (
    "total",
    "freight",
    "raw_status",
    "lines",
    "refunded",
    "closed_by",
    "close_reason",
    "placed_at",
    "pay_before",
    "paid_at",
    "shipped_at",
    "received_at",
    "completed_at",
    "modified_at",
    "read_at",
)
_LEFT_OUT: tuple[object, ...] = (None, "", ())


def merged(before: OrderPart, read: OrderPart) -> OrderPart:
    """Return the part as it stands after a reading of the same order.

    A reading that is older than what we know changes nothing. Of a newer one a state that ranks
    lower, or that we do not know, leaves ours (contract 7: never move backwards), what it leaves
    out stays as it was, and traces, which come by pushes (contract 8), stay with their parcels.
    Raises `ValueError` for a reading of another order.
    """
    if read.order_id != before.order_id:
        raise ValueError("a reading of another order")
    if is_stale(before, read):
        return before
    kept = {name: getattr(before, name) for name in _LASTING if getattr(read, name) in _LEFT_OUT}
    return read.replace(
        **kept,
        status=before.seen(read.status).status,
        parcels=tuple(_traced(before.parcels, each) for each in read.parcels) or before.parcels,
    )


def is_stale(before: OrderPart, read: OrderPart) -> bool:
    """Tell whether a reading shows an earlier moment than the one known already.

    The marketplace's own times decide where both are there and differ, else the states.
    """
    if before.modified_at and read.modified_at and before.modified_at != read.modified_at:
        return read.modified_at < before.modified_at
    return rank_of(OrderStatus.UNKNOWN) < rank_of(read.status) < rank_of(before.status)


def same_parcel(one: Parcel, other: Parcel) -> bool:
    """Tell whether two are one parcel: by the marketplace's id, or by the tracking number.

    Of parcels that nothing names, those with the same goods inside are one, which is news once.
    """
    if one.parcel_id and one.parcel_id == other.parcel_id:
        return True
    if not any((one.parcel_id, one.tracking_no, other.parcel_id, other.tracking_no)):
        return one.lines == other.lines
    return bool(one.tracking_no) and one.tracking_no == other.tracking_no


def _traced(before: tuple[Parcel, ...], read: Parcel) -> Parcel:
    known = next((each for each in before if same_parcel(each, read)), None)
    # Another number is another carriage: what was traced before is not about it.
    if known is None or known.trace is None or known.tracking_no != read.tracking_no:
        return read
    traced = read.replace(trace=known.trace, traced_at=known.traced_at)
    return traced if read.trace is None else traced.traced(read.trace, None)
