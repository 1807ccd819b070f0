"""What each endpoint's answer means: from an envelope to our values, or to one of our errors."""

from collections.abc import Sequence

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import MarketplaceOrderId, OfferId
from bot.domain.offers import Offer, SearchPage
from bot.domain.quotes import Quote
from bot.marketplace.daji import mapping_orders, mapping_products, mapping_quote, mapping_trades
from bot.marketplace.daji.envelope import Answer
from bot.marketplace.daji.quick_skus import quick_skus
from bot.marketplace.daji.reading import reading
from bot.marketplace.daji.refusals import reason_for
from bot.marketplace.daji.verdicts import flag_of, levels_of
from bot.marketplace.daji.wire_orders import (
    Creation,
    PaymentPage,
    Preview,
    PreviewEntry,
    PreviewState,
)
from bot.marketplace.daji.wire_products import Product, SearchData, UploadedImage
from bot.marketplace.daji.wire_trades import Trade, TradeList
from bot.marketplace.errors import RefusalReason, Refused
from bot.marketplace.values import (
    Created,
    FoundOrder,
    FoundOrders,
    ImageId,
    PaymentAnswer,
    PaymentLink,
)

_SKUS = "productSkuInfos"


def image_id(answer: Answer) -> ImageId:
    """Read the upload's answer (contract 4.1)."""
    answer.demand_success()
    with reading(answer):
        return ImageId(UploadedImage.model_validate(answer.data).image_id)


def search_page(answer: Answer, page: int) -> SearchPage:
    """Read a search's answer; `data` is null when nothing was found (contract 1)."""
    answer.demand_success()
    if answer.data is None:
        return SearchPage(page=page)
    with reading(answer):
        return mapping_products.search_page(SearchData.model_validate(answer.data), page)


def offer(answer: Answer, asked: OfferId) -> Offer:
    """Read a product detail (contract 4.4)."""
    answer.demand_success()
    if answer.data is None:
        raise answer.refused("no such offer", RefusalReason.NOT_FOUND)
    with reading(answer):
        found = _offer(answer.data)
        if found.offer_id != asked:
            raise ValueError("the detail of another offer")
        return found


def _offer(data: object) -> Offer:
    skus = quick_skus(data[_SKUS]) if isinstance(data, dict) and data.get(_SKUS) else None
    if not skus or not isinstance(data, dict):
        return mapping_products.offer(Product.model_validate(data))
    return mapping_products.offer(Product.model_validate({**data, _SKUS: None}), skus)


def quote(answer: Answer, lines: Sequence[OrderLine]) -> Quote:
    """Read a preview (contract 5.1); an entry that cannot be ordered refuses the whole."""
    answer.demand_success(single_offer=_single_offer(lines))
    with reading(answer):
        preview = Preview.model_validate(answer.data)
        states = [PreviewState.model_validate(each) for each in preview.entries]
    if preview.post_fee_by_desc_offer_list:
        raise answer.refused("carriage is to be agreed", RefusalReason.FREIGHT_NOT_FIXED)
    for state in states:
        _demand_orderable(answer, state)
    with reading(answer):
        if not states:
            raise ValueError("a preview without an entry")
        entries = [PreviewEntry.model_validate(each) for each in preview.entries]
        return mapping_quote.quote(entries, lines)


def _demand_orderable(answer: Answer, state: PreviewState) -> None:
    if state.status and state.trade_mode_name_list != ():
        return
    complaints = (state, *state.cargo_list)
    first = next((each for each in complaints if each.result_code or each.message), state)
    reason = reason_for(first.result_code, first.message)
    if reason is RefusalReason.UNKNOWN:
        reason = RefusalReason.NOT_TRADABLE
    raise answer.refused(first.message or "cannot be ordered", reason, first.result_code)


def created(answer: Answer, lines: Sequence[OrderLine]) -> Created:
    """Read what create made (contract 5.2). An order id counts before every flag and code."""
    with reading(answer):
        data = answer.data
        creation = Creation.model_validate(data) if isinstance(data, dict) else Creation()
        made = mapping_orders.created(creation)
    if made is not None:
        return made
    answer.demand_success(
        single_offer=_single_offer(lines), failed_lines=mapping_orders.failed_lines(creation)
    )
    raise answer.unreadable("success without an order id")


def found_orders(answer: Answer, page: int) -> FoundOrders:
    """Read the order list (contract 5.5); null stands for an empty one, an absent one does not."""
    answer.demand_success()
    data = answer.data
    with reading(answer):
        if isinstance(data, list):
            data = {"result": data}
        if isinstance(data, dict) and "result" not in data:
            raise ValueError("an order list without its list")
        trades = TradeList() if data is None else TradeList.model_validate(data)
        return mapping_trades.found_orders(trades, page)


def found_order(answer: Answer, asked: MarketplaceOrderId) -> FoundOrder:
    """Read an order detail (contract 5.4)."""
    answer.demand_success()
    with reading(answer):
        return mapping_trades.found_order(Trade.model_validate(answer.data), asked)


def done(answer: Answer) -> None:
    """Read the answer of cancel or of a receipt's confirmation (contract 5.3, 5.6).

    Only an explicit success counts as one.
    """
    answer.demand_success()
    if not answer.confirmed:
        raise answer.unreadable("no word on whether it was done")


def payment(answer: Answer) -> PaymentAnswer:
    """Read the answer of password-free payment, nested as it may be (contract 6.2).

    A refusal that says "paid" in the same breath proves neither.
    """
    levels = levels_of(answer.data)
    paid = flag_of(levels, "paySuccess")
    try:
        answer.demand_success()
    except Refused:
        if paid:
            raise answer.unreadable("refused and paid at once") from None
        raise
    if paid is None and not answer.confirmed:
        raise answer.unreadable("no word on whether it was paid")
    channels = (level.get("payChannel") for level in levels)
    channel = next((each for each in channels if isinstance(each, str)), "")
    return PaymentAnswer(paid=paid is True, channel=channel)


def payment_link(answer: Answer, order_ids: Sequence[MarketplaceOrderId]) -> PaymentLink:
    """Read the payment page's address (contract 6.1); one for a part of the orders is refused."""
    answer.demand_success()
    with reading(answer):
        page = PaymentPage.model_validate(answer.data)
    if page.pay_failure_order_list:
        raise answer.refused("not all orders can be paid", RefusalReason.NOT_PAYABLE)
    with reading(answer):
        url = mapping_orders.payment_url(page.pay_url)
    return PaymentLink(url=url, order_ids=tuple(order_ids))


def _single_offer(lines: Sequence[OrderLine]) -> bool:
    return len({line.offer_id for line in lines}) == 1
