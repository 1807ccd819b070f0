"""The body that preview and create share: an address and the lines (contract 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from sandbox.marketplace.camel import CamelModel
from sandbox.marketplace.divisions import Division, division
from sandbox.marketplace.envelope import GatewayRefusal, OrderRefusal
from sandbox.marketplace.request import ApiCall

MAX_QUANTITY = 10**9
NEEDED = ("fullName", "mobile", "address", "districtCode")
DIGITS_ONLY = ("mobile", "phone", "postCode", "districtCode")


class _WrongShape(Exception):
    """The body is not what the schema asks for; the text says where."""


class Address(CamelModel):
    """`addressParam`: all fields are strings and have to be present."""

    full_name: str
    mobile: str
    phone: str
    post_code: str
    province_text: str
    city_text: str
    area_text: str
    town_text: str
    address: str
    district_code: str


@dataclass(frozen=True)
class RequestedLine:
    """One element of `cargoParamList`."""

    offer_id: int
    spec_id: str | None
    quantity: int


@dataclass(frozen=True)
class OrderRequest:
    """What is to be ordered, and where it goes."""

    address: Address
    division: Division
    lines: tuple[RequestedLine, ...]


def read_order_request(call: ApiCall, bad_request: int) -> OrderRequest:
    """Check the body's shape.

    Raises GatewayRefusal with the code `bad_request` for a wrong shape, OrderRefusal for a
    district that does not exist.
    """
    try:
        address = _address(call.first.get("addressParam"))
        lines = _lines(call.first.get("cargoParamList"))
    except _WrongShape as error:
        raise GatewayRefusal(bad_request, str(error)) from None
    place = division(address.district_code)
    if place is None:
        raise OrderRefusal("AddressId invalid", "收货地址无效：districtCode不存在")
    return OrderRequest(address=address, division=place, lines=lines)


def _address(value: object) -> Address:
    if not isinstance(value, dict):
        raise _WrongShape("addressParam参数不能为空")
    for field in Address.model_fields.values():
        name = str(field.alias)
        if not isinstance(value.get(name), str) or (name in NEEDED and not value[name].strip()):
            raise _WrongShape(f"addressParam.{name}参数不能为空")
        text = value[name]
        if name in DIGITS_ONLY and text and not (text.isascii() and text.isdigit()):
            raise _WrongShape(f"addressParam.{name}只能包含数字")
    return Address.model_validate(value)


def _lines(value: object) -> tuple[RequestedLine, ...]:
    if not isinstance(value, list) or not value:
        raise _WrongShape("cargoParamList参数不能为空")
    return tuple(_line(item) for item in value)


def _line(item: object) -> RequestedLine:
    if not isinstance(item, dict):
        raise _WrongShape("cargoParamList参数格式错误")
    offer_id, quantity, spec_id = item.get("offerId"), item.get("quantity"), item.get("specId")
    if not _is_integer(offer_id):
        raise _WrongShape("cargoParamList.offerId参数类型错误，应为整数")
    if not _is_integer(quantity) or not 1 <= quantity <= MAX_QUANTITY:
        raise _WrongShape("cargoParamList.quantity参数错误，应为正整数")
    if spec_id is not None and not isinstance(spec_id, str):
        raise _WrongShape("cargoParamList.specId参数类型错误，应为字符串")
    return RequestedLine(offer_id=offer_id, spec_id=spec_id or None, quantity=quantity)


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
