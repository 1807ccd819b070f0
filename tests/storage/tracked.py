"""Orders that are read again, with news and pushes of theirs."""

from datetime import datetime, timedelta

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.news import News, NewsKind
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.writes import ClaimOrder
from bot.storage.ports import Storage
from bot.storage.tracking_ports import NewNotice, Notice, StoredPush
from tests.storage.samples import NOW, first, following, order

LATER = NOW + timedelta(hours=1)


def part(number: int, status: OrderStatus = OrderStatus.AWAITING_PAYMENT) -> OrderPart:
    return OrderPart(order_id=MarketplaceOrderId(f"{2257 * 10**15 + number}"), status=status)


async def place(storage: Storage, number: int = 1, *parts: OrderPart) -> Order:
    """An order that create just made."""
    claimed = order(number)
    await storage.conversations.commit_step(
        first(writes=(ClaimOrder(claimed),))
        if number == 1
        else following(expected=number - 1, writes=(ClaimOrder(claimed),))
    )
    creating = claimed.moved(Placing.CREATING)
    await storage.orders.save_order(creating, Placing.CLAIMED)
    placed = creating.moved(Placing.PLACED, parts=parts or (part(number),))
    await storage.orders.save_order(placed, Placing.CREATING)
    return placed


def news(number: int = 1, kind: NewsKind = NewsKind.PAID) -> News:
    return News(kind=kind, key=f"{kind}.{number}", parts=(part(1).order_id,))


def notice(number: int = 1, at: datetime = NOW, **fields: object) -> NewNotice:
    return NewNotice(news=news(number), not_before=at, **fields)


async def tell(storage: Storage, placed: Order, *notices: NewNotice) -> None:
    """Store news as a reading does."""
    tracked = await storage.tracking.tracked(placed.order_no)
    assert tracked is not None
    await storage.tracking.save_tracked(tracked, placed, LATER, notices)


async def waiting(storage: Storage, placed: Order, at: datetime = NOW) -> list[Notice]:
    return await storage.notices.waiting_notices(placed.order_no, at)


def pushed(number: int, message: str = "") -> StoredPush:
    return StoredPush(
        msg_id=str(number), topic="ORDER", message=message or f"push {number}", received_at=NOW
    )


async def messages(storage: Storage, at: datetime = NOW, limit: int = 99) -> list[str]:
    return [each.message for each in await storage.pushes.waiting_pushes(at, limit)]


async def owners(
    storage: Storage, *parts: MarketplaceOrderId
) -> dict[MarketplaceOrderId, MerchantOrderNo]:
    """Whose they are; nothing is left open."""
    found = await storage.pushes.orders_of_parts(parts)
    assert found.are_all
    return found.ours
