"""From wire orders to what create made, and to the page where it is paid."""

from bot.domain.orders import FailedLine, OrderPart
from bot.http.errors import BadAddress
from bot.http.reading import read_address
from bot.marketplace.daji.wire_orders import Creation, FailedOffer
from bot.marketplace.values import Created


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


def payment_url(text: str) -> str:
    """Return an absolute web address. Raises `ValueError` for anything else."""
    try:
        read_address(text.strip())
    except BadAddress:
        raise ValueError("the payment link is no web address") from None
    return text.strip()
