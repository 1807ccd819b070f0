"""Wire models of the order detail and the order list (contract 5.4, 5.5). Amounts in yuan.

Ids, totals and the goods of a line are strict: recovery and payment rest on them. Everything else
is lenient, for an order must never be lost over a detail.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from bot.domain.identifiers import LineId
from bot.marketplace.daji.wire import (
    IdText,
    Lenient,
    Moment,
    OfferNumber,
    OrderIdText,
    SkuNumber,
    SpecText,
    Text,
    Whole,
    Wire,
    YuanAmount,
)

_A_YEAR = 366 * 24 * 3600
_EXACT_NUMBERS = 2**53
_LOST_DIGITS = 100


def _unrounded(value: Any) -> Any:
    """Refuse a bare number that a JavaScript tool may have rounded (contract 1.1).

    Such a tool prints at most 17 digits and fills the rest with zeros.
    """
    if isinstance(value, int) and value > _EXACT_NUMBERS and value % _LOST_DIGITS == 0:
        raise ValueError("an id that may have lost its last digits")
    return value


def _ids(value: Any) -> tuple[str, ...]:
    """Read `1,2`; what is no id is left out."""
    texts = (each.strip() for each in value.split(",")) if isinstance(value, str) else ()
    return tuple(dict.fromkeys(each for each in texts if each.isascii() and each.isdigit()))


# The last of several runs first.
LineNumber = Annotated[LineId, IdText, BeforeValidator(_unrounded)]
LineNumbers = Annotated[tuple[LineId, ...], BeforeValidator(_ids)]


class BaseInfo(Wire):
    """The head of a trade. `payTimeout` in seconds; where `idOfStr` is given, `id` may be wrong."""

    id_of_str: OrderIdText | None = None
    id: OrderIdText | None = None
    status: Text = ""
    total_amount: YuanAmount | None = None
    shipping_fee: YuanAmount | None = None
    create_time: Lenient[Moment] = None
    modify_time: Lenient[Moment] = None
    pay_time: Lenient[Moment] = None
    all_delivered_time: Lenient[Moment] = None
    receiving_time: Lenient[Moment] = None
    confirmed_time: Lenient[Moment] = None
    complete_time: Lenient[Moment] = None
    pay_timeout: Lenient[Annotated[Whole, Field(le=_A_YEAR)]] = None
    pay_timeout_type: Lenient[Whole] = None
    out_order_id: Text = ""
    remark: Text = ""
    buyer_feedback: Text = ""
    refund: Lenient[YuanAmount] = None
    refund_status: Text = ""
    refund_status_for_as: Text = ""
    close_reason: Text = ""
    close_operate_type: Text = ""
    close_remark: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _the_text_is_the_id(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("idOfStr"):
            return {name: each for name, each in value.items() if name != "id"}
        return value


class Item(Wire):
    """A line of a trade. Officially its quantity is a decimal; `itemAmount` is what is paid."""

    product_id: OfferNumber = Field(alias="productID")
    sku_id: Lenient[SkuNumber] = Field(default=None, alias="skuID")
    spec_id: Lenient[SpecText] = None
    quantity: Lenient[Whole] = None
    item_amount: Lenient[YuanAmount] = None
    refund: Lenient[YuanAmount] = None
    status: Text = ""
    refund_status: Text = ""
    close_reason: Text = ""
    sub_item_id_string: Lenient[LineNumber] = Field(default=None, alias="subItemIDString")
    sub_item_id: Lenient[LineNumber] = Field(default=None, alias="subItemID")
    gmt_pay_expire_time: Lenient[Moment] = None


class LogisticsItem(Wire):
    """A parcel. With `type` 2 nothing is carried by a carrier that the marketplace follows."""

    id: Text = ""
    logistics_code: Text = ""
    type: Text = ""
    status: Text = ""
    logistics_company_name: Text = ""
    logistics_bill_no: Text = ""
    no_logistics_name: Text = ""
    no_logistics_tel: Text = ""
    no_logistics_bill_no: Text = ""
    no_logistics_condition: Text = ""
    sub_item_ids: LineNumbers = ()
    delivered_time: Lenient[Moment] = None
    gmt_create: Lenient[Moment] = None


class NativeLogistics(Wire):
    """Where a trade goes, and its parcels: null until something was shipped."""

    logistics_items: Lenient[tuple[Lenient[LogisticsItem], ...]] = None


class TradeTerm(Wire):
    """One payment of a trade."""

    pay_status: Text = ""
    pay_time: Lenient[Moment] = None


class Trade(Wire):
    """One order with its lines."""

    base_info: BaseInfo = BaseInfo.model_construct()
    product_items: tuple[Item, ...] = ()
    native_logistics: Lenient[NativeLogistics] = None
    trade_terms: Lenient[tuple[Lenient[TradeTerm], ...]] = None


class TradeList(Wire):
    """One page of trades."""

    result: tuple[Trade, ...] = ()
    total_record: Lenient[Whole] = None
