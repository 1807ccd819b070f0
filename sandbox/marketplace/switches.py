"""What the contract leaves open, as switches (contract section 9), with the default of each."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from sandbox.marketplace.signing import NestedSigning

Seconds = Annotated[float, Field(ge=0)]

Language = Literal["en", "ru", "vi", "ja", "ko", "fr", "pt", "es", "th", "id", "ar", "zh"]
LANGUAGES: frozenset[str] = frozenset(get_args(Language))


class Switches(BaseModel):
    """Every switch of the marketplace; the defaults are the costly or the likely reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nested_signing: NestedSigning = "json"
    """How nested values enter the signed text, or what a `requestTime` in the body stands for."""
    request_time_tolerance_seconds: Seconds = 300
    """How far a `requestTime` may be from the gateway's clock."""
    clear_credentials: Literal["refused", "accepted"] = "refused"
    """Whether `appSecret` may stand in for a signature."""
    activated_languages: frozenset[Language] = frozenset({"en"})
    """Languages whose `*Trans` fields are translated; others come back untranslated."""
    image_address_parameter: Literal["imageUrl", "imageAddress"] = "imageUrl"
    """Which parameter of image search takes an address."""
    image_limit_counts: Literal["base64", "file"] = "base64"
    """Whether the 3 MB limit is measured on the Base64 text or on the decoded file."""
    no_hits: Literal["null_list", "null_data", "empty_list"] = "null_list"
    """A search without hits: `data.data` null, `data` null, or an empty list."""
    category_root: Literal["roots", "one_node"] = "roots"
    """Category 0 answers with all roots, or with one node whose children they are."""
    search_navigation: Literal["groups", "categories"] = "groups"
    """What a client saw, or the category sample that the documentation shows in its place."""
    refusals: Literal["success_false", "code_1009"] = "success_false"
    """Business refusals: code 200 with `success:false`, or code 1009 with the same data."""
    batch_multiple: Literal["enforced", "ignored"] = "enforced"
    """Whether preview and create refuse a quantity off the lot size."""
    tiers_count: Literal["per_offer", "per_sku"] = "per_offer"
    """Whether price tiers add up the SKUs of an offer."""
    promotions: Literal["on", "off"] = "on"
    """Whether the buyer account's PLUS prices apply."""
    repeated_third_order_id: Literal["second_order", "same_order", "error"] = "second_order"
    """What create does with a `thirdOrderId` it has seen."""
    create_answer: Literal["sent", "lost"] = "sent"
    """Lost: the order is made, then the connection breaks without an answer."""
    create_success_flag: Literal["true", "false_with_order"] = "true"
    """`success:false` beside a usable `orderId`, as an official sample shows."""
    split_orders: Literal["over_50", "always"] = "over_50"
    """Whether create splits only above 50 SKUs, or every order of two lines or more."""
    stock_shortage: Literal["refuse_all", "order_the_rest"] = "refuse_all"
    """Whether a line without stock refuses the whole call or only itself."""
    out_order_id_filter: Literal["honoured", "ignored", "late"] = "honoured"
    """What the order list does with `outOrderId`."""
    out_order_id_late_seconds: Seconds = 5
    """With `late`: how long a new order stays hidden from that filter."""
    modify_time_filter: Literal["ignored", "honoured"] = "ignored"
    """What the order list does with the official `modifyStartTime` and `modifyEndTime`."""
    confirm_receipt_answer: Literal["result", "flat", "null"] = "result"
    """A confirmed receipt: `data.result.success`, `data.success`, or no data at all."""
    protocol_agreement: Literal["signed", "unsigned"] = "signed"
    """Whether the buyer account has agreed to password-free payment."""
    protocol_balance_fen: Annotated[int, Field(ge=0)] | None = None
    """What the agreement's account can still pay, in fen; null: without bounds."""
    protocol_pay: Literal["clear", "late", "pending", "failed"] = "clear"
    """Late: `paySuccess` false although the money was taken; pending: as late, but the order is
    "paying" for a while first; failed: `paySuccess` false and nothing taken."""
    protocol_pay_pending_seconds: Seconds = 5
    """With `pending`: how long the order is "paying"."""
    protocol_pay_nesting: Literal["official", "result", "flat"] = "official"
    """`data` is the official answer, holds it as `result`, or is the official `result` alone."""
    protocol_pay_amount: Literal["ignored", "honoured"] = "ignored"
    """Whether an official `payAmount` other than the order's total is refused."""
    order_id_list: Literal["json", "comma"] = "json"
    """Notation of `orderIdList` in the payment link call; the other one is refused."""
    cancel_after_seconds: Seconds = 10
    """Younger orders answer CLOSE_ORDER_TOO_FAST."""
    pay_timeout_seconds: Annotated[int, Field(ge=1)] = 43200
    """How long a new order waits for payment before it closes by itself."""
    unpaid_trade_terms: Literal["empty", "listed"] = "empty"
    """Whether `tradeTerms` has an entry (payStatus 1 or 8) before anything was paid."""
    throttling: Literal["none", "http_429"] = "none"
    """Whether calls beyond `throttle_per_second` get HTTP 429."""
    throttle_per_second: Annotated[int, Field(ge=1)] = 5
    """Calls allowed in any one second while throttling is on."""
    push_url: str = ""
    """Where pushes go; empty: where the marketplace was started to send them, or nowhere."""
    push_secret: str = ""
    """What pushes are signed with; empty: the app secret."""
    push_signature: Literal["official", "bare"] = "official"
    """How pushes are signed."""
    push_delivery: Literal["on", "off", "held"] = "on"
    """Sent at once, never, or when they are flushed."""
    push_times: Annotated[int, Field(ge=1, le=5)] = 1
    """How often each push is delivered."""
    push_order: Literal["born", "reversed", "random"] = "born"
    """In what order pushes leave that were born shortly after one another."""
    push_delay_seconds: Annotated[float, Field(ge=0, le=3600)] = 0
    """How late pushes leave."""
    push_answer_seconds: Annotated[float, Field(gt=0, le=60)] = 1
    """How long the receiver may take to answer 200."""
    push_retries: Annotated[int, Field(ge=0, le=20)] = 5
    """How often a push is sent again that was not answered with 200."""
    push_retry_seconds: Annotated[float, Field(ge=0.05, le=3600)] = 2
    """The pause before each of those."""
