"""Whether a piece of news that waited is still so: a person may have seen what came after it."""

from datetime import datetime

from bot.domain.news import TO_PAY, News, NewsKind
from bot.domain.order_actions import amount_due
from bot.domain.orders import Order, OrderStatus, rank_of

_TELLS_OF = {
    NewsKind.PRICE_CHANGED: OrderStatus.AWAITING_PAYMENT,
    NewsKind.PAY_REMINDER: OrderStatus.AWAITING_PAYMENT,
    NewsKind.PAID: OrderStatus.AWAITING_SHIPMENT,
    NewsKind.PART_SHIPPED: OrderStatus.AWAITING_SHIPMENT,
    NewsKind.SHIPPED: OrderStatus.AWAITING_RECEIPT,
    NewsKind.TRACKING: OrderStatus.AWAITING_RECEIPT,
    NewsKind.DELIVERY_FAILED: OrderStatus.AWAITING_RECEIPT,
    NewsKind.AT_PICKUP_POINT: OrderStatus.AWAITING_RECEIPT,
    NewsKind.DELIVERED: OrderStatus.AWAITING_RECEIPT,
    NewsKind.RECEIVED: OrderStatus.RECEIVED,
    NewsKind.COMPLETED: OrderStatus.COMPLETED,
    NewsKind.REFUND: OrderStatus.TERMINATED,
    NewsKind.CLOSED: OrderStatus.TERMINATED,
}


def is_timely(news: News, order: Order, now: datetime) -> bool:
    """Tell whether news may be told of an order as it stands, loaded before the news was."""
    furthest = rank_of(_TELLS_OF[news.kind])
    parts = [
        part
        for part in order.parts
        if part.order_id in news.parts and rank_of(part.status) <= furthest
    ]
    if not parts:
        return False
    if news.kind in TO_PAY and news.pay_before is not None and news.pay_before <= now:
        return False
    if news.kind is NewsKind.PAY_REMINDER:
        return not any(part.paying for part in parts)
    if news.kind is NewsKind.PRICE_CHANGED and len(parts) == len(news.parts):
        return amount_due(parts) in {None, news.total}
    return True
