"""Orders at the marketplace that nobody wants: doubles, and what shows up under a number late.

They are unpaid, since nothing ever pays an order that was not adopted, and an unpaid order
costs nothing and closes by itself (contract 5.2): closing it early keeps the list clean.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import Order, OrderStatus
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.marketplace.port import FoundOrder, Marketplace
from bot.services.placing.listing import look_everywhere

_CANCEL_AGAIN = (4.0, 4.0, 4.0)  # seconds; an order can be cancelled 10 s after its creation
_CLOSED = frozenset({OrderStatus.CANCELLED, OrderStatus.TERMINATED})
_log = structlog.get_logger(__name__)

Pause = Callable[[float], Awaitable[None]]


async def close_extras(
    marketplace: Marketplace, order: Order, *, pause: Pause = asyncio.sleep
) -> None:
    """Close the orders of this number beside the adopted ones. Raises `MarketplaceError`."""
    listing = await look_everywhere(marketplace, order)
    adopted = {part.order_id for part in order.parts}
    extra = [each for each in listing.orders if each.order_id not in adopted]
    for each in extra:
        if each.status not in _CLOSED | {OrderStatus.AWAITING_PAYMENT}:
            _log.error("extra_order_under_way", order_id=each.order_id)
    await cancel_doubles(marketplace, extra, pause=pause)


async def cancel_doubles(
    marketplace: Marketplace, doubles: Sequence[FoundOrder], *, pause: Pause = asyncio.sleep
) -> None:
    """Close doubles that nobody paid. What can't be closed closes unpaid by itself."""
    for each in doubles:
        if each.status is OrderStatus.AWAITING_PAYMENT:
            await _cancel(marketplace, each.order_id, pause)


async def _cancel(marketplace: Marketplace, order_id: MarketplaceOrderId, pause: Pause) -> None:
    for wait in (*_CANCEL_AGAIN, None):
        try:
            await marketplace.cancel(order_id)
        except Refused as error:
            # Too young to be cancelled: nothing was done, so it may be asked again.
            if error.reason is not RefusalReason.TOO_SOON or wait is None:
                _log.warning("double_not_cancelled", order_id=order_id, error=str(error))
                return
        except MarketplaceError as error:
            _log.warning("double_not_cancelled", order_id=order_id, error=str(error))
            return
        else:
            _log.info("double_cancelled", order_id=order_id)
            return
        await pause(wait)
