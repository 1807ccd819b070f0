"""How many: buttons and typed numbers, with every rule said before it bites."""

from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, SellerPicture, View, grid, lines, paragraphs, row
from bot.chat.texts import Html, cut
from bot.chat.units import both, counted, counted_anywhere, noun, noun_anywhere
from bot.domain.cart import MOST_LINES, MOST_SELLERS, CartFull, TooManySellers
from bot.domain.drafts import OrderLine
from bot.domain.links import bare_offer
from bot.domain.offers import Offer, Sku
from bot.domain.pricing import (
    TierScope,
    mixed_batch_gap,
    next_tier,
    order_line,
    repriced,
    unit_price,
)
from bot.domain.quantities import (
    LARGEST,
    QuantityAbsurd,
    QuantityBelowMinimum,
    QuantityError,
    QuantityFractional,
    QuantityNotPositive,
    QuantityOffBatch,
    QuantityOtherUnit,
    QuantityOverStock,
    QuantityUnreadable,
    check_quantity,
    presets,
    read_quantity,
    smallest,
    stock_of,
)
from bot.domain.sessions import Picking, Session, Step
from bot.services.bundle import Services
from handlers.finding import search
from handlers.offer import OfferView, choose, offer_of, terms
from handlers.shared.freight_line import FreightShown, freight_line, freight_of
from handlers.shared.in_cart import called
from handlers.shared.mixed_batch import mixed_batch_line
from handlers.shared.money_words import fee_ahead

_COLUMNS = 3
_TITLE = 90
_VARIANT = 120


class QuantityView(OfferView, frozen=True):
    """With what freight is likely to cost, and what counts towards a price tier."""

    freight: FreightShown | None = None
    tier_scope: TierScope = TierScope.OFFER


async def load(session: Session, services: Services) -> QuantityView:
    """Load the offer, and the freight of the quantity in question."""
    offer = await offer_of(session, services)
    goods = _at_quantity(session, offer) if offer is not None else ()
    freight = await freight_of(goods, session, services)
    return await QuantityView.of(
        session,
        services,
        offer=offer,
        freight=freight,
        tier_scope=services.tier_scope,
        is_watched=None if services.watches is None else False,
    )


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


def screen(view: QuantityView) -> Screen:
    """Ask for a quantity of exactly this variant."""
    t, session, offer = view.t, view.session, view.offer
    if offer is None:
        return Screen(
            paragraphs(view.flash, t("offer.gone")), row(Button(t("start.over_button"), "over"))
        )
    sku = offer.sku(session.picking.sku_id)
    picture = (sku.picture_url if sku else None) or offer.picture_url
    variant = _variant_line(view, offer, sku)
    text = paragraphs(
        view.flash,
        lines(
            t("offer.title", title=cut(offer.title.in_language(session.language), _TITLE)),
            variant,
        ),
        lines(
            _price_line(view, offer, sku),
            fee_ahead(view),
            freight_line(view.t, view.freight, offer.unit),
            terms(view, offer, of_variant=bool(variant)),
        ),
        coach(view, offer, sku),
        t("quantity.ask", units=noun(t, offer.unit, 2)),
    )
    # Whoever typed a number that can't be taken types another one; who has not may tap.
    typing = session.announced.asked_quantity is not None
    return Screen(
        text,
        _buttons(view, offer, sku),
        SellerPicture(picture) if picture else None,
        asks=typing or not presets(offer, sku, units_elsewhere(session, offer, sku)),
    )


def _variant_line(view: View, offer: Offer, sku: Sku | None) -> str:
    if sku is None or not sku.attributes:
        return ""
    label = both(sku.label(view.session.language), sku.label("zh"))
    stock = counted(view.t, sku.stock, offer.unit)
    return view.t("quantity.variant", variant=cut(label, _VARIANT), stock=stock)


def _price_line(view: QuantityView, offer: Offer, sku: Sku | None) -> Html:
    price = unit_price(offer, sku, towards_tier(view, offer, sku))
    if price is None:
        return view.t("offer.no_price")
    key = "quantity.price" if _has_quantity(view, offer, sku) else "quantity.price_ahead"
    return view.t(key, price=view.t.money(price), unit=noun(view.t, offer.unit))


def _has_quantity(view: QuantityView, offer: Offer, sku: Sku | None) -> bool:
    """Tell whether prices are those of a quantity that the person named, not of the smallest."""
    session = view.session
    return bool(
        session.announced.asked_quantity
        or line_quantity(session, offer, sku)
        or (view.tier_scope is TierScope.OFFER and units_elsewhere(session, offer, sku))
    )


def _buttons(view: QuantityView, offer: Offer, sku: Sku | None) -> Rows:
    t, session = view.t, view.session
    elsewhere = units_elsewhere(session, offer, sku)
    offered = [Button(t.number(each), "take", str(each)) for each in presets(offer, sku, elsewhere)]
    asked = session.announced.asked_quantity
    ways = _mends(view, offer, sku, asked) if asked is not None else []
    back = Button(t("quantity.back_button"), "back")
    watch = None if view.is_watched is None else Button(t("watch.button"), "watch_chosen")
    return grid(ways, 1) + grid(offered, _COLUMNS) + row(back, watch)


def _mends(view: QuantityView, offer: Offer, sku: Sku | None, asked: int) -> list[Button]:
    """Ways on from a quantity that was not taken."""
    elsewhere = units_elsewhere(view.session, offer, sku)
    try:
        check_quantity(offer, sku, asked, elsewhere)
    except QuantityOverStock as error:
        most = error.stock - error.stock % (offer.batch_size or 1)
        key = "quantity.take_all_button" if most == error.stock else "quantity.take_button"
        return [_way(view, offer, key, "take", most)] if most else []
    except QuantityOffBatch as error:
        near = [each for each in (error.lower, error.upper) if each]
        return [_way(view, offer, "quantity.take_button", "take", each) for each in near]
    except QuantityBelowMinimum:
        ways = []
        least = smallest(offer, elsewhere)
        if least <= stock_of(offer, sku):
            ways = [_way(view, offer, "quantity.take_button", "take", least)]
        if offer.mixed_batch.allowed:
            ways.append(_way(view, offer, "quantity.mixed_button", "keep", asked))
        elif len(offer.skus) > 1:
            ways.append(_way(view, offer, "quantity.more_variants_button", "keep", asked))
        return ways
    return []


def _way(view: View, offer: Offer, key: str, action: str, quantity: int) -> Button:
    label = view.t(key, quantity=counted(view.t, quantity, offer.unit))
    return Button(label, action, str(quantity))


async def take(_: Update, context: Context) -> Reply:
    """A preset's button."""
    return await _ordered(context, context.arg)


async def text(update: Update, context: Context) -> Reply:
    """A typed number."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    return await _ordered(context, typed)


async def text_at_offer(update: Update, context: Context) -> Reply:
    """A number typed below an offer is how many of it, once its variant is chosen."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    if not is_quantity(typed) or await context.offer() is None:
        return await search.words(update, context, stay="offer.nothing_found")
    step = await choose(update, context)
    if step is Step.QUANTITY:
        return await _ordered(context, typed) or Step.QUANTITY
    if step is Step.VARIANT:
        context.flash("variant.before_quantity")
    return step


def is_quantity(typed: str) -> bool:
    """Tell whether a text can be nothing but a quantity, be it one that nobody can order."""
    if bare_offer(typed) is not None:
        return False
    try:
        read_quantity(typed)
    except QuantityUnreadable:
        return False
    except QuantityError:
        return True
    return True


async def keep(_: Update, context: Context) -> Reply:
    """Take a quantity under the minimum: other variants or a mixed batch make it up."""
    return await _ordered(context, context.arg, below_minimum=True)


async def _ordered(context: Context, typed: str, *, below_minimum: bool = False) -> Reply:
    """Read, check and take a quantity; every problem has its own answer."""
    offer = await context.offer()
    if offer is None:
        return None
    sku = offer.sku(context.session.picking.sku_id)
    if offer.skus and sku is None:
        return Step.VARIANT
    try:
        quantity = read_quantity(typed, offer.unit)
        check_quantity(offer, sku, quantity, units_elsewhere(context.session, offer, sku))
    except QuantityBelowMinimum as error:
        if not below_minimum:
            return _say(context, offer, sku, error)
        quantity = error.quantity or 0
    except QuantityError as error:
        return _say(context, offer, sku, error)
    return _put(context, offer, sku, quantity)


def _say(context: Context, offer: Offer, sku: Sku | None, error: QuantityError) -> Reply:
    """Answer a quantity that can't be taken with its own words."""
    unit = offer.unit
    elsewhere = units_elsewhere(context.session, offer, sku)
    match error:
        case QuantityOverStock(stock=0):
            context.flash("quantity.none_left")
        case QuantityOverStock():
            context.flash("quantity.over_stock", stock=counted_anywhere(error.stock, unit))
        case QuantityOffBatch():
            batch = counted_anywhere(error.batch_size, unit)
            context.flash("quantity.off_batch", batch=batch, quantity=error.quantity or 0)
        case QuantityBelowMinimum():
            context.flash(
                "quantity.below_minimum",
                minimum=counted_anywhere(error.minimum, unit),
                quantity=counted_anywhere((error.quantity or 0) + elsewhere, unit),
                missing=counted_anywhere(error.missing, unit),
            )
        case QuantityOtherUnit():
            context.flash("quantity.other_unit", unit=noun_anywhere(unit))
        case QuantityFractional():
            context.flash("quantity.fractional", units=noun_anywhere(unit, 2))
        case QuantityNotPositive():
            least = counted_anywhere(smallest(offer, elsewhere), unit)
            context.flash("quantity.not_positive", minimum=least)
        case QuantityAbsurd():
            most = min(LARGEST, stock_of(offer, sku))
            context.flash("quantity.absurd", largest=counted_anywhere(most, unit))
        case _:
            context.flash("quantity.unreadable")
    asked = error.quantity if error.quantity and error.quantity > 0 else None
    context.change(announced=context.session.announced.replace(asked_quantity=asked))
    return None


def _put(context: Context, offer: Offer, sku: Sku | None, quantity: int) -> Reply:
    """Take the line in hand together with its seller's others; another seller's draft waits."""
    session, seller_id = context.session, offer.seller.seller_id
    aside = session.draft if session.draft.seller_id != seller_id else None
    try:
        cart = session.cart.take((order_line(offer, sku, quantity),), seller_id)
    except CartFull:
        context.flash("cart.full", most=MOST_LINES)
        return Step.CART
    except TooManySellers:
        context.flash("cart.too_many_shops", most=MOST_SELLERS)
        return Step.CART
    draft = repriced(cart.draft, offer, context.services.tier_scope)
    context.session = session.with_cart(cart.replace(draft=draft))
    context.change(picking=Picking(offer_id=offer.offer_id))
    context.focus(asking=None, page=0)
    context.toast = context.t("quantity.taken")
    if aside is not None and aside.lines:
        context.flash("cart.apart", title=called(aside))
    return Step.LINES


async def back(_: Update, context: Context) -> Reply:
    """Back to the last choice of the variant, or to the offer when there was nothing to choose."""
    offer = await context.offer()
    chosen = dict(list(context.session.picking.chosen.items())[:-1])
    picking = context.session.picking.replace(sku_id=None, chosen=chosen)
    context.change(picking=picking)
    context.focus(asking=None, page=0)
    return Step.VARIANT if offer is not None and len(offer.skus) > 1 else Step.OFFER


def coach(view: QuantityView, offer: Offer, sku: Sku | None) -> Html:
    """What the order has already, what is missing to the minimum, what more would save."""
    t, unit = view.t, offer.unit
    now = line_quantity(view.session, offer, sku)
    elsewhere = units_elsewhere(view.session, offer, sku)
    missing = offer.min_order_quantity - elsewhere
    counts_too = elsewhere if view.tier_scope is TierScope.OFFER else 0
    hint = next_tier(offer, towards_tier(view, offer, sku), stock_of(offer, sku) + counts_too)
    return lines(
        t("quantity.now", quantity=counted(t, now, unit)) if now else None,
        t("quantity.elsewhere", quantity=counted(t, elsewhere, unit)) if elsewhere else None,
        t("quantity.to_minimum", missing=counted(t, smallest(offer, elsewhere), unit))
        if elsewhere and missing > 0
        else None,
        _short_of_mixed_batch(view, offer, sku),
        t(
            "quantity.next_tier" if _has_quantity(view, offer, sku) else "quantity.tier_ahead",
            missing=counted(t, hint.missing, unit),
            saving=t.money(hint.saving),
            unit=noun(t, unit),
            price=t.money(hint.tier.price),
            start=counted(t, hint.tier.start_quantity, unit),
        )
        if hint
        else None,
    )


def _short_of_mixed_batch(view: QuantityView, offer: Offer, sku: Sku | None) -> Html | None:
    """What the order would lack as a mixed batch, if the quantity asked for were taken."""
    asked, draft = (
        view.session.announced.asked_quantity,
        view.session.cart.draft_of(offer.seller.seller_id),
    )
    if asked is None:
        return None
    wished = draft.put([order_line(offer, sku, asked)], offer.seller.seller_id)
    gap = mixed_batch_gap(wished)
    return mixed_batch_line(view.t, gap) if gap is not None else None


def towards_tier(view: QuantityView, offer: Offer, sku: Sku | None) -> int:
    """The units that count towards the tier if the asked (or smallest) quantity is taken."""
    session = view.session
    elsewhere = units_elsewhere(session, offer, sku)
    mine = (
        session.announced.asked_quantity
        or line_quantity(session, offer, sku)
        or smallest(offer, elsewhere)
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
