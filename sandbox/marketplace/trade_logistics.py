"""Address and parcels of an order as order detail writes them (contract 5.4)."""

from __future__ import annotations

from sandbox.marketplace.clock import compact_time
from sandbox.marketplace.divisions import division
from sandbox.marketplace.orders import Order
from sandbox.marketplace.parcels import NO_LOGISTICS, Parcel

Answer = dict[str, object]


def native_logistics(order: Order) -> Answer:
    """`nativeLogistics`: where the goods go, and in which parcels."""
    address = order.address
    province, city, area = place_of(order)
    return {
        "address": address.address,
        "area": area,
        "areaCode": address.district_code,
        "city": city,
        "contactPerson": address.full_name,
        "fax": None,
        "mobile": address.mobile,
        "province": province,
        "telephone": address.phone,
        "zip": address.post_code,
        "logisticsItems": [_parcel(parcel) for parcel in order.parcels] or None,
        "townCode": None,
        "town": address.town_text,
        "caid": None,
        "realLogisticsCompanyNo": None,
    }


def _parcel(parcel: Parcel) -> Answer:
    carried = parcel.kind != NO_LOGISTICS
    return {
        "id": parcel.parcel_id,
        "logisticsCode": parcel.logistics_code,
        "type": parcel.kind,
        "status": "alreadysend",
        "logisticsCompanyName": f"{parcel.carrier}({parcel.carrier_code})" if carried else None,
        "logisticsCompanyNo": parcel.carrier_code if carried else None,
        "logisticsBillNo": parcel.tracking_number if carried else None,
        "subItemIds": ",".join(parcel.contents),
        "deliveredTime": compact_time(parcel.sent_ms),
        "gmtCreate": compact_time(parcel.sent_ms),
        "gmtModified": compact_time(parcel.modified_ms),
        "isTimePromise": False,
    } | ({} if carried else _no_logistics(parcel))


def _no_logistics(parcel: Parcel) -> Answer:
    return {
        "noLogisticsName": parcel.carrier,
        "noLogisticsTel": None,
        "noLogisticsBillNo": parcel.tracking_number,
        "noLogisticsCondition": parcel.condition,
    }


def place_of(order: Order) -> tuple[str, str, str]:
    """Province, city and area of the district code: it overrides the texts (contract 5.1)."""
    place = division(order.address.district_code)
    if place is None:
        address = order.address
        return address.province_text, address.city_text, address.area_text
    return place.province, place.city, place.area
