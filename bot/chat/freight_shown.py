"""What a screen says of freight before there is a quote."""

from bot.chat.screens import FreightShown
from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.offers import Offer
from bot.domain.quantities import smallest, stock_of
from bot.domain.sessions import Session, Step
from bot.services.bundle import Services


async def freight_of(
    session: Session, offer: Offer | None, services: Services
) -> FreightShown | None:
    """Return the estimate that belongs to the session's screen, None without one."""
    lines: tuple[OrderLine, ...] = ()
    if session.step is Step.LINES:
        lines = session.draft.lines
    elif session.step is Step.QUANTITY and offer is not None:
        lines = _at_quantity(session, offer)
    address = await _address_of(session, services) if lines else None
    if address is None:
        return None
    amount = await services.freight.estimate(lines, address)
    if amount is None:
        return None
    units = sum(line.quantity for line in lines)
    return FreightShown(amount, address.city, units)


async def _address_of(session: Session, services: Services) -> Address | None:
    """Where it will most likely go: as picked before, else the default of the address book."""
    if session.delivery.address is not None:
        return session.delivery.address
    saved = await services.store.addresses.addresses_of(session.user_id)
    return saved[0].address if saved else None


def _at_quantity(session: Session, offer: Offer) -> tuple[OrderLine, ...]:
    """The offer's goods if the quantity in question were taken: asked for, had, or smallest."""
    sku = offer.sku(session.picking.sku_id)
    if offer.skus and sku is None:
        return ()
    spec_id = sku.spec_id if sku else None
    draft = session.cart.draft_of(offer.seller.seller_id)
    of_offer = [line for line in draft.lines if line.offer_id == offer.offer_id]
    others = tuple(line for line in of_offer if line.spec_id != spec_id)
    had = next((line.quantity for line in of_offer if line.spec_id == spec_id), None)
    elsewhere = sum(line.quantity for line in others)
    quantity = min(
        session.announced.asked_quantity or had or smallest(offer, elsewhere), stock_of(offer, sku)
    )
    if quantity <= 0:
        return ()
    line = OrderLine(
        offer_id=offer.offer_id,
        sku_id=sku.sku_id if sku else None,
        spec_id=spec_id,
        title=offer.title,
        quantity=quantity,
    )
    return (*others, line)
