"""One offer: picture, both titles, prices, minimum, stock, the seller."""

from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.measuring import fitting
from bot.chat.screens import Button, Rows, Screen, SellerPicture, View, lines, paragraphs, row
from bot.chat.texts import Html, cut
from bot.chat.units import counted, noun
from bot.domain.asking import OfferUnread
from bot.domain.identifiers import OfferId
from bot.domain.links import payload_of, start_link
from bot.domain.offers import Offer, QuoteType
from bot.domain.pricing import price_span
from bot.domain.sessions import Picking, Session, Step
from bot.domain.watches import WatchedGoods
from bot.domain.writes import KeepOffer
from bot.services.bundle import Face, Services
from handlers.finding import search
from handlers.shared.in_cart import cart_button
from handlers.shared.money_words import fee_ahead
from handlers.shared.place_names import origin_shown

_TITLES = (160, 100, 60, 30)  # characters, the first with which the caption fits
_MOST_TIERS = 5
_GUARANTEES = {
    "shipInToday": "offer.ships_today",
    "shipIn24Hours": "offer.ships_24h",
    "shipIn48Hours": "offer.ships_48h",
}
_IDENTITIES = {
    "super_factory": "offer.super_factory",
    "powerful_merchants": "offer.powerful_merchant",
    "tp_member": "offer.tp_member",
}


class OfferView(View, frozen=True):
    """The offer that is looked at, as last read; None when it never was."""

    offer: Offer | None = None
    face: Face | None = None
    may_publish: bool = False  # an operator looks at it
    may_organise: bool = False
    is_watched: bool | None = None  # None where nobody may watch


async def load(session: Session, services: Services) -> OfferView:
    """Load the offer, and by which name it can be shared."""
    offer = await offer_of(session, services)
    groups = services.groups
    is_watched = None
    if services.watches is not None and offer is not None:
        goods = WatchedGoods(offer_id=offer.offer_id)
        watch = await services.store.watches.watch_of(session.user_id, goods)
        is_watched = watch is not None and watch.is_open
    return await OfferView.of(
        session,
        services,
        offer=offer,
        face=services.face(),
        may_publish=services.access.is_operator(session.user_id),
        may_organise=groups is not None and groups.may_organise(session.user_id),
        is_watched=is_watched,
    )


async def offer_of(session: Session, services: Services) -> Offer | None:
    """Return the offer that the session is about, as stored."""
    offer_id = session.picking.offer_id
    return await services.store.offers.offer(offer_id) if offer_id is not None else None


def screen(view: OfferView) -> Screen:
    """Show what decides whether to order here."""
    t, offer = view.t, view.offer
    if offer is None or view.session.focus.asking == OfferUnread():
        again = (
            Button(t("results.again_button"), "again") if view.session.picking.offer_id else None
        )
        return Screen(paragraphs(view.flash, t("offer.not_opened")), row(again) + _leave(view))
    facts = paragraphs(
        lines(_prices(view, offer), fee_ahead(view), terms(view, offer)),
        _seller(view, offer),
        _hindrance(view),
    )
    text = fitting(
        lambda longest: paragraphs(view.flash, titles(view, offer, longest), facts), _TITLES
    )
    picture = SellerPicture(offer.picture_url) if offer.picture_url else None
    return Screen(text, _buttons(view, offer), picture)


def titles(view: View, offer: Offer, longest: int = _TITLES[0]) -> Html:
    """The title in the person's language, with the Chinese original beside a translation."""
    shown = cut(offer.title.in_language(view.session.language), longest)
    original = cut(offer.title.zh, longest)
    if shown == original:
        return view.t("offer.title", title=shown)
    return view.t("offer.title_both", title=shown, original=original)


def _hindrance(view: OfferView) -> Html | None:
    """Why this offer can't be ordered, if it can't."""
    offer = view.offer
    if offer is None or not offer.on_sale:
        return view.t("offer.not_on_sale")
    return None if offer.stock else view.t("offer.sold_out")


def terms(view: View, offer: Offer, *, of_variant: bool = False) -> Html:
    """Minimum, lot, stock and unit, one a line; a variant's screen tells its own stock."""
    t, mixed = view.t, offer.mixed_batch
    return lines(
        t("offer.minimum", quantity=counted(t, offer.min_order_quantity, offer.unit)),
        t("offer.batch", quantity=counted(t, offer.batch_size, offer.unit))
        if offer.batch_size
        else None,
        None if of_variant else t("offer.stock", quantity=counted(t, offer.stock, offer.unit)),
        t("offer.mixed", pieces=mixed.pieces, amount=t.money(mixed.amount))
        if mixed.allowed
        else None,
    )


def _prices(view: View, offer: Offer) -> Html:
    t = view.t
    span = price_span(offer)
    if span is None:
        return t("offer.no_price")
    if offer.quote_type is QuoteType.BY_SKU or len(offer.tiers) <= 1:
        low, high = span
        if low == high:
            return t("offer.one_price", price=t.money(low), unit=noun(t, offer.unit))
        return t("offer.price_span", low=t.money(low), high=t.money(high), unit=noun(t, offer.unit))
    tiers = sorted(offer.tiers, key=lambda tier: tier.start_quantity)[:_MOST_TIERS]
    return lines(
        *(
            t(
                "offer.tier",
                quantity=counted(t, tier.start_quantity, offer.unit),
                price=t.money(tier.price),
            )
            for tier in tiers
        )
    )


def _seller(view: View, offer: Offer) -> Html:
    """What is known of the shop, of the goods' record, and of the shipping, a line each."""
    t, seller = view.t, offer.seller
    shop = [t(_IDENTITIES[each]) for each in seller.identities if each in _IDENTITIES]
    if seller.composite_score:
        shop.append(t("offer.service_score", score=seller.composite_score))
    if seller.repeat_purchase_percent is not None:
        shop.append(t("offer.returning", percent=seller.repeat_purchase_percent))
    record = []
    if offer.trade_score:
        record.append(t("offer.rating", score=offer.trade_score))
    if offer.units_sold:
        sold = int(offer.units_sold) if offer.units_sold.isdecimal() else offer.units_sold
        record.append(t("offer.sold", sold=sold))
    guarantee = _GUARANTEES.get(offer.shipping_time_guarantee or "")
    return lines(
        " · ".join(shop),
        " · ".join(record),
        t("offer.ships_from", place=origin_shown(t, offer.ships_from))
        if offer.ships_from
        else None,
        t(guarantee) if guarantee else None,
    )


def _buttons(view: OfferView, offer: Offer) -> Rows:
    t = view.t
    choose = None
    if offer.on_sale and offer.stock > 0:
        several = len(offer.skus) > 1
        choose = Button(
            t("offer.variants_button" if several else "offer.quantity_button"), "choose"
        )
    page = Button(
        t("offer.page_button"), url=f"https://detail.1688.com/offer/{offer.offer_id}.html"
    )
    # The offer's own seller, so that it may have an id that no button could hold.
    more = Button(t("shop.button"), "shop")
    cart = cart_button(t, view.session)
    together = Button(t("buy.offer_button"), "group_buy") if view.may_organise and choose else None
    return (
        row(choose)
        + row(together)
        + row(more)
        + row(_watch_button(view, can_be_had=choose is not None))
        + row(_to_results(view), page)
        + _share(view, offer)
        + row(cart)
    )


def _watch_button(view: OfferView, *, can_be_had: bool) -> Button | None:
    if view.is_watched is None:
        return None
    if view.is_watched:
        return Button(view.t("watch.watching_button"), "watch")
    return Button(view.t("watch.button" if can_be_had else "watch.back_button"), "watch")


def _share(view: OfferView, offer: Offer) -> Rows:
    """The ways to show it to others: in a chat that is chosen now, or by a link."""
    face, t = view.face, view.t
    if face is None or not face.username:
        return ()
    link = start_link(face.username, payload_of(offer.offer_id))
    share = Button(t("travel.share_button"), share=str(offer.offer_id)) if face.inline else None
    publish = Button(t("publish.button"), "publish") if view.may_publish else None
    return row(share, Button(t("travel.link_button"), copy=link)) + row(publish)


def _leave(view: View) -> Rows:
    return row(_to_results(view)) + row(cart_button(view.t, view.session))


def _to_results(view: View) -> Button | None:
    return Button(view.t("offer.results_button"), "results") if view.session.query else None


async def choose(_: Update, context: Context) -> Reply:
    """Go on to the variants, or straight to the quantity when there is nothing to choose."""
    offer = await context.offer()
    if offer is None:
        return None
    picking = Picking(offer_id=offer.offer_id)
    context.change(picking=picking)
    context.focus(page=0)
    if len(offer.skus) > 1:
        return Step.VARIANT
    fresh = await read_again(context, offer.offer_id)
    if not fresh.on_sale or not fresh.stock or len(fresh.skus) > 1:
        return Step.OFFER
    if fresh.skus:
        context.change(picking=picking.replace(sku_id=fresh.skus[0].sku_id))
    return Step.QUANTITY


async def read_again(context: Context, offer_id: OfferId) -> Offer:
    """Read an offer anew before its stock is relied on. Raises `MarketplaceError`."""
    fresh = await context.services.search.open_offer(offer_id)
    context.write(KeepOffer(fresh))
    return fresh


async def again(_: Update, context: Context) -> Reply:
    """Try once more to open the offer that could not be opened."""
    offer_id = context.session.picking.offer_id
    return await search.open_offer(context, offer_id) if offer_id is not None else Step.START


async def back_to_results(_: Update, context: Context) -> Reply:
    """Return to the results this offer came from, read again where others were looked at since."""
    query = context.session.query
    if query is None:
        return Step.START
    if query.unread:
        return await search.look_for(context, query)
    context.focus(asking=None)
    return Step.RESULTS


async def to_lines(_: Update, context: Context) -> Reply:
    """Go to the order being put together; with none in hand, to those of other sellers."""
    context.focus(asking=None, return_to=None)
    if context.session.draft.lines:
        return Step.LINES
    return Step.CART if context.session.cart.shelf else Step.START
