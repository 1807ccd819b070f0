"""Wire models of preview, create and payment links (contract 5.1, 5.2, 6.1).

Units differ inside one answer: fields of type `FenAmount` come in fen, `YuanAmount` in yuan.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bot.domain.money import ZERO
from bot.marketplace.daji.wire import (
    FenAmount,
    Lenient,
    OfferNumber,
    OrderIdText,
    SpecText,
    Wire,
    YuanAmount,
    YuanDecimal,
)


class Cargo(Wire):
    """A previewed line: `amount` after promotions, `finalUnitPrice` before them, both yuan."""

    offer_id: OfferNumber
    spec_id: str = ""
    amount: YuanAmount
    final_unit_price: YuanDecimal | None = None


class PreviewEntry(Wire):
    """One order that create would make. Fen, but for the lines."""

    sum_payment: FenAmount
    sum_payment_no_carriage: FenAmount
    sum_carriage: FenAmount = ZERO
    additional_fee: FenAmount = ZERO
    discount_fee: FenAmount = ZERO
    cargo_list: tuple[Cargo, ...] = ()
    shop_promotion_list: tuple[Any, ...] = ()


class Complaint(Wire):
    """What an entry or a line of it objects."""

    result_code: str = ""
    message: str = ""


class PreviewState(Complaint):
    """Whether an entry can be ordered at all; read before its amounts, which may be missing."""

    status: bool = True
    trade_mode_name_list: tuple[str, ...] | None = None
    cargo_list: tuple[Complaint, ...] = ()


class Preview(Wire):
    """`entries` stay raw: see `PreviewState`."""

    entries: tuple[dict[str, Any], ...] = Field(default=(), alias="orderPreviewResuslt")
    post_fee_by_desc_offer_list: tuple[Any, ...] = ()


class FailedOffer(Wire):
    """A line that create left out."""

    offer_id: Lenient[OfferNumber] = None
    spec_id: Lenient[SpecText] = None
    error_code: str = ""
    error_message: str = ""


CreatedId = Annotated[OrderIdText | None, BeforeValidator(lambda value: value or None)]
"""Empty or null when this place names no order (contract 5.2)."""


class CreatedOrder(Wire):
    """One order of a split create; fen."""

    order_id: CreatedId = None
    success: bool | None = None
    order_amount: Lenient[FenAmount] = Field(default=None, alias="orderAmmount")
    post_fee: Lenient[FenAmount] = None


class Creation(Wire):
    """Answer of create; fen. The top-level numbers are empty when several orders were made.

    Everything but the ids is lenient: an order that exists must never be lost over a detail. An
    id that cannot be read makes the whole unreadable, for it may stand for an order.
    """

    order_id: CreatedId = None
    total_success_amount: Lenient[FenAmount] = None
    post_fee: Lenient[FenAmount] = None
    order_list: tuple[CreatedOrder, ...] = ()
    failed_offer_list: Lenient[tuple[FailedOffer, ...]] = None


class PaymentPage(Wire):
    """Where to pay; `payFailureOrderList` is filled when the page covers a part only."""

    pay_url: str = ""
    pay_failure_order_list: tuple[Any, ...] = ()
