"""From wire trades to the orders that the marketplace keeps (contract 5.4, 5.5)."""

from datetime import datetime, timedelta

from bot.domain.identifiers import LineId, MarketplaceOrderId
from bot.domain.money import Fen
from bot.domain.orders import OrderStatus
from bot.domain.parcels import ClosedBy, RefundStage
from bot.marketplace.daji.mapping_parcels import parcels
from bot.marketplace.daji.wire_trades import Item, Trade, TradeList, TradeTerm
from bot.marketplace.values import FoundLine, FoundOrder, FoundOrders

_FIXED_LENGTH = 0  # payTimeoutType: the time-out counts from the creation (contract 5.4)
_PAYING = "9"  # payStatus
_NOT_PAID = {"1", "7", "8", _PAYING}
_SAYS_NOTHING = {"", "other"}
_LONGEST_REASON = 200

# Without underscores and case, since head and lines spell the same stages differently.
_REFUND_STAGES = {
    "waitselleragree": RefundStage.AWAITING_SELLER,
    "waitbuyermodify": RefundStage.AWAITING_CHANGE,
    "waitbuyersend": RefundStage.AWAITING_RETURN,
    "waitsellerreceive": RefundStage.AWAITING_SELLER_RECEIPT,
    "refundsuccess": RefundStage.REFUNDED,
    "refundclose": RefundStage.ENDED,
    "refundclosed": RefundStage.ENDED,
}
_OVER = (RefundStage.REFUNDED, RefundStage.ENDED)


def found_orders(trades: TradeList, page: int) -> FoundOrders:
    """Map one page of the list. Raises `ValueError` when a trade has no id."""
    orders = tuple(found_order(trade) for trade in trades.result)
    total = len(orders) if trades.total_record is None else trades.total_record
    return FoundOrders(orders=orders, page=page, total=total)


def found_order(trade: Trade, asked: MarketplaceOrderId | None = None) -> FoundOrder:
    """Map one trade. `asked` is the id it was asked by, which an answer may leave out.

    Raises `ValueError` when the trade has no id, or another than `asked`.
    """
    head = trade.base_info
    order_id = head.id_of_str or head.id or asked
    if order_id is None:
        raise ValueError("a trade without an id")
    if asked is not None and order_id != asked:
        raise ValueError("the trade of another order")
    raw = head.status or _shared([item.status for item in trade.product_items])
    status = OrderStatus.from_wire(raw)
    lines = tuple(_line(item, trade, order_id) for item in trade.product_items)
    terms = [each for each in trade.trade_terms or () if each is not None]
    return FoundOrder(
        order_id=order_id,
        out_order_id=head.out_order_id,
        remark=head.remark,
        feedback=head.buyer_feedback,
        status=status,
        raw_status=raw,
        total=head.total_amount,
        freight=head.shipping_fee,
        lines=lines,
        created_at=head.create_time,
        pay_before=_pay_before(trade) if status is OrderStatus.AWAITING_PAYMENT else None,
        parcels=parcels(trade.native_logistics),
        refund=_refund(trade, lines),
        refunded=_refunded(trade),
        closed_by=_closed_by(head.close_operate_type),
        close_reason=_close_reason(trade),
        paying=any(term.pay_status == _PAYING for term in terms),
        paid_at=head.pay_time or _paid_at(terms),
        shipped_at=head.all_delivered_time,
        received_at=head.receiving_time or head.confirmed_time,
        completed_at=head.complete_time,
        modified_at=head.modify_time,
    )


def _line(item: Item, trade: Trade, order_id: MarketplaceOrderId) -> FoundLine:
    line_id = item.sub_item_id_string or item.sub_item_id
    if line_id is None and len(trade.product_items) == 1:
        line_id = LineId(str(order_id))  # they are equal in an order of one line (contract 5.4)
    return FoundLine(
        offer_id=item.product_id,
        spec_id=item.spec_id,
        sku_id=item.sku_id,
        quantity=item.quantity,
        line_id=line_id,
        amount=item.item_amount,
        status=OrderStatus.from_wire(item.status) if item.status else None,
        refund=_stage(item.refund_status),
    )


def _shared(values: list[str]) -> str:
    """Return what all lines say alike: one published sample has no head at all."""
    said = set(values)
    return said.pop() if len(said) == 1 else ""


def _pay_before(trade: Trade) -> datetime | None:
    head = trade.base_info
    if head.create_time and head.pay_timeout and head.pay_timeout_type in {None, _FIXED_LENGTH}:
        return head.create_time + timedelta(seconds=head.pay_timeout)
    expiries = [item.gmt_pay_expire_time for item in trade.product_items]
    return min((each for each in expiries if each is not None), default=None)


def _paid_at(terms: list[TradeTerm]) -> datetime | None:
    paid = [each.pay_time for each in terms if each.pay_status not in _NOT_PAID]
    return max((each for each in paid if each is not None), default=None)


def _stage(text: str) -> RefundStage | None:
    known = text.replace("_", "").lower()
    return _REFUND_STAGES.get(known, RefundStage.UNKNOWN) if known else None


def _refund(trade: Trade, lines: tuple[FoundLine, ...]) -> RefundStage | None:
    """Return the head's stage, after-sales first, for that comes later; else that of the lines.

    A line whose refund is still going on says more than one whose refund is over.
    """
    head = trade.base_info
    stages = [_stage(head.refund_status_for_as), _stage(head.refund_status)]
    of_lines = [line.refund for line in lines]
    stages += [each for each in of_lines if each not in _OVER]
    stages += [each for over in _OVER for each in of_lines if each is over]
    return next((each for each in stages if each is not None), None)


def _refunded(trade: Trade) -> Fen | None:
    if trade.base_info.refund is not None:
        return trade.base_info.refund
    amounts = [item.refund for item in trade.product_items]
    known = [each for each in amounts if each is not None]
    return Fen(sum(known)) if known and len(known) == len(amounts) else None


def _closed_by(text: str) -> ClosedBy | None:
    if not text:
        return None
    try:
        return ClosedBy(text.upper().replace("CREDIT", "CREADIT"))
    except ValueError:
        return ClosedBy.UNKNOWN


def _close_reason(trade: Trade) -> str:
    """Return the marketplace's word, such as `buyerCancel`; a free remark where it says nothing."""
    head = trade.base_info
    reason = head.close_reason or _shared([item.close_reason for item in trade.product_items])
    words = (head.close_remark or reason) if reason in _SAYS_NOTHING else reason
    return words[:_LONGEST_REASON]
