"""From wire orders to what the marketplace made and keeps."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import FailedLine, OrderPart, OrderStatus
from bot.marketplace.port import Created, FoundLine, FoundOrder, FoundOrders
from bot.marketplace.wire_orders import Creation, FailedOffer, Trade, TradeList

_FIXED_LENGTH = 0  # payTimeoutType: the time-out counts from the creation (contract 5.4)


def created(creation: Creation) -> Created | None:
    """Map what create made; None when it names no order.

    An order id means that an order exists, whatever the flags beside it say (contract 5.2).
    Raises `ValueError` when a part claims success without one.
    """
    if any(each.success and each.order_id is None for each in creation.order_list):
        raise ValueError("a created order without an id")
    parts = {
        each.order_id: OrderPart(
            order_id=each.order_id, total=each.order_amount, freight=each.post_fee
        )
        for each in creation.order_list
        if each.order_id is not None
    }
    if creation.order_id is not None and creation.order_id not in parts:
        parts[creation.order_id] = OrderPart(
            order_id=creation.order_id,
            total=creation.total_success_amount,
            freight=creation.post_fee,
        )
    if not parts:
        return None
    return Created(parts=tuple(parts.values()), failed_lines=failed_lines(creation))


def failed_lines(creation: Creation) -> tuple[FailedLine, ...]:
    """Map the lines that create left out."""
    return tuple(map(_failed_line, creation.failed_offer_list or ()))


def _failed_line(offer: FailedOffer) -> FailedLine:
    return FailedLine(
        offer_id=offer.offer_id,
        spec_id=offer.spec_id,
        code=offer.error_code,
        message=offer.error_message,
    )


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
    raw = head.status or _status_of_items(trade)
    status = OrderStatus.from_wire(raw)
    return FoundOrder(
        order_id=order_id,
        out_order_id=head.out_order_id,
        remark=head.remark,
        feedback=head.buyer_feedback,
        status=status,
        raw_status=raw,
        total=head.total_amount,
        freight=head.shipping_fee,
        lines=tuple(
            FoundLine(
                offer_id=item.product_id,
                spec_id=item.spec_id,
                sku_id=item.sku_id,
                quantity=item.quantity,
            )
            for item in trade.product_items
        ),
        created_at=head.create_time,
        pay_before=_pay_before(trade) if status is OrderStatus.AWAITING_PAYMENT else None,
    )


def found_orders(trades: TradeList, page: int) -> FoundOrders:
    """Map one page of the list. Raises `ValueError` when a trade has no id."""
    orders = tuple(found_order(trade) for trade in trades.result)
    total = len(orders) if trades.total_record is None else trades.total_record
    return FoundOrders(orders=orders, page=page, total=total)


def payment_url(text: str) -> str:
    """Return an absolute web address. Raises `ValueError` for anything else."""
    parts = urlsplit(text.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("the payment link is no web address")
    return parts.geturl()


def _status_of_items(trade: Trade) -> str:
    """Return the state that all lines share: one published sample has no head at all."""
    states = {item.status for item in trade.product_items}
    return states.pop() if len(states) == 1 else ""


def _pay_before(trade: Trade) -> datetime | None:
    head = trade.base_info
    if head.create_time and head.pay_timeout and head.pay_timeout_type in {None, _FIXED_LENGTH}:
        return head.create_time + timedelta(seconds=head.pay_timeout)
    expiries = [item.gmt_pay_expire_time for item in trade.product_items]
    return min((each for each in expiries if each is not None), default=None)
