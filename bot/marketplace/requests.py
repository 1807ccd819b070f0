"""From our values to the parameters that the endpoints want (contract 4 and 5)."""

import string
from collections.abc import Sequence
from datetime import datetime

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.marketplace.config import ListNotation
from bot.marketplace.port import LONGEST_MESSAGE, MOST_PER_LINK
from bot.marketplace.signing import Parameter
from bot.marketplace.wire import CHINA


def address_param(address: Address) -> Parameter:
    """Return `addressParam` with all ten texts, for the schema marks each as required.

    A missing district or town goes as an empty text: the district code decides where the parcel
    goes, and a made-up name would be printed on it. Phones go as digits alone.
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
        "districtCode": address.district_code,
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
    return {"offerId": line.offer_id, **spec, "quantity": line.quantity}


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
    if not all(each.isascii() and each.isdigit() for each in order_ids):
        raise ValueError("an order id has digits only")
    joined = ",".join(order_ids)
    return f"[{joined}]" if notation is ListNotation.JSON else joined


def _java_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
