"""What a quantity does: to the minimum, to the price, beside what the order has already."""

from bot.chat.screens import View, lines
from bot.chat.texts import Html
from bot.chat.units import counted, noun
from bot.domain.offers import Offer, Sku
from bot.domain.pricing import TierScope, next_tier
from bot.domain.quantities import smallest
from bot.domain.sessions import Session


def coach(view: View, offer: Offer, sku: Sku | None) -> Html:
    """What the order has already, what is missing to the minimum, what more would save."""
    t, unit = view.t, offer.unit
    now = line_quantity(view.session, offer, sku)
    elsewhere = units_elsewhere(view.session, offer, sku)
    missing = offer.min_order_quantity - elsewhere
    hint = next_tier(offer, towards_tier(view, offer, sku))
    return lines(
        t("quantity.now", quantity=counted(t, now, unit)) if now else None,
        t("quantity.elsewhere", quantity=counted(t, elsewhere, unit)) if elsewhere else None,
        t("quantity.to_minimum", missing=counted(t, smallest(offer, elsewhere), unit))
        if elsewhere and missing > 0
        else None,
        t(
            "quantity.next_tier",
            missing=counted(t, hint.missing, unit),
            saving=t.money(hint.saving),
            unit=noun(t, unit),
            price=t.money(hint.tier.price),
            start=counted(t, hint.tier.start_quantity, unit),
        )
        if hint
        else None,
    )


def towards_tier(view: View, offer: Offer, sku: Sku | None) -> int:
    """The units that count towards the tier if the asked (or smallest) quantity is taken."""
    session = view.session
    elsewhere = units_elsewhere(session, offer, sku)
    mine = (
        session.asked_quantity or line_quantity(session, offer, sku) or smallest(offer, elsewhere)
    )
    return mine + (elsewhere if view.tier_scope is TierScope.OFFER else 0)


def units_elsewhere(session: Session, offer: Offer, sku: Sku | None) -> int:
    """Units of the same offer on the other lines of its seller's draft."""
    if sku is None:
        return 0
    draft = session.cart.draft_of(offer.seller.seller_id)
    return draft.units_of(offer.offer_id, except_spec=sku.spec_id)


def line_quantity(session: Session, offer: Offer, sku: Sku | None) -> int | None:
    """The quantity that the seller's draft has of this variant already."""
    spec_id = sku.spec_id if sku else None
    for line in session.cart.draft_of(offer.seller.seller_id).lines:
        if (line.offer_id, line.spec_id) == (offer.offer_id, spec_id):
            return line.quantity
    return None
