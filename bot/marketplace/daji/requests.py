"""From our values to the parameters that the endpoints want (contract 4 and 5)."""

import string
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.finding import Filter
from bot.domain.identifiers import (
    ALIBABA_1688,
    CategoryId,
    LineId,
    MarketplaceOrderId,
    MerchantOrderNo,
    NamedByMarketplace,
    SkuId,
)
from bot.domain.money import Fen, to_yuan
from bot.domain.price_bounds import PriceBounds
from bot.marketplace.daji.config import ListNotation
from bot.marketplace.daji.signing import Parameter
from bot.marketplace.daji.wire import CHINA
from bot.marketplace.values import LONGEST_MESSAGE, MOST_PER_LINK

_MUNICIPALITIES = {"11", "12", "31", "50"}  # 北京, 天津, 上海, 重庆
_RIGHT_UNDER_PROVINCE = "90"


def address_param(address: Address, codes: Mapping[str, str] | None = None) -> Parameter:
    """Return `addressParam` with all ten texts, for the schema marks each as required.

    A missing district or town goes as an empty text: the district code decides where the parcel
    goes, and a made-up name would be printed on it. Phones go as digits alone. `codes` has the
    marketplace's code for some of ours.
    """
    digits = "".join(sign for sign in address.mobile if sign in string.digits)
    return {
        "fullName": address.full_name,
        "mobile": digits,
        "phone": digits,
        "postCode": address.post_code,
        "provinceText": address.province,
        "cityText": address.city,
        "areaText": address.district,
        "townText": address.town,
        "address": address.street,
        "districtCode": _sent(address.district_code, codes),
    }


def cargo_param(lines: Sequence[OrderLine]) -> Parameter:
    """Return `cargoParamList`; an offer without variants has no `specId` (contract 4.4).

    Raises `ValueError` when there is no line.
    """
    if not lines:
        raise ValueError("an order without lines")
    return [_cargo(line) for line in lines]


def _cargo(line: OrderLine) -> dict[str, Parameter]:
    spec: dict[str, Parameter] = {} if line.spec_id is None else {"specId": line.spec_id}
    return {"offerId": number(line.offer_id), **spec, "quantity": line.quantity}


def narrowing(
    filters: Collection[Filter], prices: PriceBounds | None, category_id: CategoryId | None
) -> dict[str, Parameter]:
    """Return what narrows a search (contract 3, 4.3); what was not asked for is null.

    Filters always go in one order, so that the same search has the same signature.
    """
    return {
        "filter": ",".join(each.value for each in Filter if each in filters) or None,
        "priceStart": _yuan(prices.low) if prices else None,
        "priceEnd": _yuan(prices.high) if prices else None,
        "categoryId": category_id or None,
    }


def _yuan(amount: Fen | None) -> str | None:
    return None if amount is None else f"{to_yuan(amount)}"


def _sent(code: str, codes: Mapping[str, str] | None) -> str:
    return (codes or {}).get(code, code)


def freight_body(
    lines: Sequence[OrderLine], address: Address, codes: Mapping[str, str] | None = None
) -> dict[str, Parameter]:
    """Return what the freight of one offer is estimated by (contract 4.8).

    `toCountryCode` is the district's code, despite its name. Raises `ValueError` for lines of
    several offers, or none.
    """
    offers = {line.offer_id for line in lines}
    if len(offers) != 1:
        raise ValueError(f"freight of {len(offers)} offers in one call")
    pieces: dict[SkuId, int] = {}
    for line in lines:
        if line.sku_id is not None:
            pieces[line.sku_id] = pieces.get(line.sku_id, 0) + line.quantity
    district = _sent(address.district_code, codes)
    province, city = _divisions_above(district)
    return {
        "offerId": number(offers.pop()),
        "toProvinceCode": province,
        "toCityCode": city,
        "toCountryCode": district,
        "totalNum": sum(line.quantity for line in lines),
        "logisticsSkuNumModels": [
            {"skuId": str(sku_id), "number": number} for sku_id, number in pieces.items()
        ],
    }


def _divisions_above(district: str) -> tuple[str, str]:
    """Return the codes of province and city, of the same divisions as the names that are sent.

    The placeholders of the statistics (500200 "county", 429000 "county-level right under the
    province") are no cities: a municipality's counties belong to it, and a county-level city
    stands for itself (docs/decisions/0004). Which codes the marketplace keeps is not documented.
    """
    province = f"{district[:2]}0000"
    if district[:2] in _MUNICIPALITIES:
        return province, f"{district[:2]}0100"
    if district[2:4] == _RIGHT_UNDER_PROVINCE:
        return province, district
    return province, f"{district[:4]}00"


def message_to_seller(note: str, order_no: MerchantOrderNo) -> str:
    """Return the note followed by our number, which look-ups match on (contract 5.2).

    At most `LONGEST_MESSAGE` characters as Java counts them; the note is cut, never the number.
    """
    room = LONGEST_MESSAGE - _java_length(order_no) - 1
    kept = note.strip()
    while _java_length(kept) > room:
        kept = kept[:-1].rstrip()
    return f"{kept} {order_no}" if kept else order_no


def moment(time: datetime | None) -> str | None:
    """Return `yyyyMMddHHmmssSSS+0800`. Raises `ValueError` for a naive time."""
    if time is None:
        return None
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    local = time.astimezone(CHINA)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}{local:%z}"


def order_id_list(order_ids: Sequence[MarketplaceOrderId], notation: ListNotation) -> str:
    """Return the ids in one text (contract 6.1). Raises `ValueError` for none or too many."""
    if not 1 <= len(order_ids) <= MOST_PER_LINK:
        raise ValueError(f"a payment link covers 1 to {MOST_PER_LINK} orders")
    joined = ",".join(str(number(each)) for each in order_ids)
    return f"[{joined}]" if notation is ListNotation.JSON else joined


def line_numbers(line_ids: Sequence[LineId]) -> Parameter:
    """Return bare numbers, each line once (contract 5.6). Raises `ValueError` for none."""
    if not line_ids:
        raise ValueError("a receipt without lines")
    return [number(each) for each in dict.fromkeys(line_ids)]


def own(name: NamedByMarketplace) -> str:
    """Return the id of something of 1688. Raises `ValueError` for another marketplace's."""
    if name.marketplace != ALIBABA_1688:
        raise ValueError(f"{type(name).__name__} of {name.marketplace} is unknown at 1688")
    return name.id


def number(some_id: NamedByMarketplace | str) -> int:
    """Return an id as a number of the same digits. Raises `ValueError` for anything else."""
    some_id = some_id if isinstance(some_id, str) else own(some_id)
    if not some_id.isascii() or not some_id.isdigit() or some_id.startswith("0"):
        raise ValueError("an id of an offer, an order or a line has digits only")
    return int(some_id)


def _java_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
