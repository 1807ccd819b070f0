"""From an order's logistics to its parcels (contract 5.4, `nativeLogistics`)."""

from collections import Counter

from bot.domain.parcels import Handover, Parcel, TraceStatus
from bot.marketplace.daji.wire_trades import LogisticsItem, NativeLogistics

_NO_LOGISTICS = "2"  # type
_HANDOVERS = {
    "1": Handover.OTHER_CARRIER,
    "2": Handover.PRICE_DIFFERENCE,
    "3": Handover.BY_SELLER,
    "4": Handover.PICK_UP,
    "5": Handover.OTHER,
}


def parcels(logistics: NativeLogistics | None) -> tuple[Parcel, ...]:
    """Map the parcels; one that cannot be read is left out, one that is named twice stands once."""
    items = (logistics.logistics_items if logistics else None) or ()
    mapped = [_parcel(item, place) for place, item in enumerate(items, 1) if item is not None]
    seen: Counter[str] = Counter()
    told: list[Parcel] = []
    for parcel in dict.fromkeys(mapped):
        seen[parcel.parcel_id] += 1
        count = seen[parcel.parcel_id]
        told.append(
            parcel if count == 1 else parcel.replace(parcel_id=f"{parcel.parcel_id}#{count}")
        )
    return tuple(told)


def _parcel(item: LogisticsItem, place: int) -> Parcel:
    tracking_no = item.logistics_bill_no or item.no_logistics_bill_no
    return Parcel(
        parcel_id=item.logistics_code or item.id or tracking_no or str(place),
        carrier=item.logistics_company_name or item.no_logistics_name,
        tracking_no=tracking_no,
        lines=item.sub_item_ids,
        shipped_at=item.delivered_time or item.gmt_create,
        trace=_trace(item.status),
        handover=_handover(item),
        contact=item.no_logistics_tel,
    )


def _trace(text: str) -> TraceStatus | None:
    """Read a state that a carrier's news has too; `alreadysend` says nothing more."""
    try:
        return TraceStatus(text.upper())
    except ValueError:
        return None


def _handover(item: LogisticsItem) -> Handover | None:
    if item.type != _NO_LOGISTICS:
        return None
    return _HANDOVERS.get(item.no_logistics_condition, Handover.OTHER)
