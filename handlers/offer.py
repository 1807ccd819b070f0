"""One offer: picture, both titles, prices, minimum, stock, the seller."""

from telegram import Update

from bot.context import Context, Outcome
from bot.domain.offers import Offer, QuoteType
from bot.domain.pricing import price_span
from bot.domain.sessions import Step
from bot.screens import Button, Rows, Screen, SellerPicture, View, lines, paragraphs, row
from bot.texts import Html, cut
from bot.units import counted, noun

_TITLE = 160
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


def screen(view: View) -> Screen:
    """Show what decides whether to order here."""
    t, offer = view.t, view.offer
    if offer is None:
        return Screen(paragraphs(view.notice, t("offer.gone")), _leave(view))
    text = paragraphs(
        view.notice,
        titles(view, offer),
        lines(_prices(view, offer), terms(view, offer)),
        _seller(view, offer),
        None if offer.on_sale else t("offer.not_on_sale"),
    )
    picture = SellerPicture(offer.picture_url) if offer.picture_url else None
    return Screen(text, _buttons(view, offer), picture)


def titles(view: View, offer: Offer) -> Html:
    """The title in the person's language, with the Chinese original beside a translation."""
    shown = cut(offer.title.in_language(view.session.language), _TITLE)
    if shown == cut(offer.title.zh, _TITLE):
        return view.t("offer.title", title=shown)
    return view.t("offer.title_both", title=shown, original=cut(offer.title.zh, _TITLE))


def terms(view: View, offer: Offer) -> Html:
    """Minimum, lot, stock and unit, one a line."""
    t, mixed = view.t, offer.mixed_batch
    return lines(
        t("offer.minimum", quantity=counted(t, offer.min_order_quantity, offer.unit)),
        t("offer.batch", quantity=counted(t, offer.batch_size, offer.unit))
        if offer.batch_size
        else None,
        t("offer.stock", quantity=counted(t, offer.stock, offer.unit)),
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
    t, seller = view.t, offer.seller
    facts = [t(_IDENTITIES[each]) for each in seller.identities if each in _IDENTITIES]
    if seller.composite_score:
        facts.append(t("offer.service_score", score=seller.composite_score))
    if seller.repeat_purchase_percent is not None:
        facts.append(t("offer.returning", percent=seller.repeat_purchase_percent))
    if offer.trade_score:
        facts.append(t("offer.rating", score=offer.trade_score))
    if offer.units_sold:
        facts.append(t("offer.sold", sold=offer.units_sold))
    shipping = []
    if offer.ships_from:
        shipping.append(t("offer.ships_from", place=offer.ships_from))
    guarantee = _GUARANTEES.get(offer.shipping_time_guarantee or "")
    if guarantee:
        shipping.append(t(guarantee))
    return lines(" · ".join(facts), " · ".join(shipping))


def _buttons(view: View, offer: Offer) -> Rows:
    t = view.t
    choose = None
    if offer.on_sale and offer.stock > 0:
        several = len(offer.skus) > 1
        choose = Button(
            t("offer.variants_button" if several else "offer.quantity_button"), "choose"
        )
    page = f"https://detail.1688.com/offer/{offer.offer_id}.html"
    return row(choose) + _leave(view) + row(Button(t("offer.page_button"), url=page))


def _leave(view: View) -> Rows:
    t, session = view.t, view.session
    back = Button(t("offer.results_button"), "results") if session.query else None
    draft = None
    if session.draft.lines:
        draft = Button(t("start.draft_button", count=len(session.draft.lines)), "lines")
    return row(back, draft)


async def choose(_: Update, context: Context) -> Outcome:
    """Go on to the variants, or straight to the quantity when there is nothing to choose."""
    offer = await context.offer()
    if offer is None:
        return None
    context.change(chosen={}, page=0, sku_id=None)
    if len(offer.skus) > 1:
        return Step.VARIANT
    if offer.skus:
        context.change(sku_id=offer.skus[0].sku_id)
    return Step.QUANTITY


async def back_to_results(_: Update, context: Context) -> Outcome:
    """Return to the results this offer came from."""
    if context.session.query is None:
        return Step.START
    context.change(asking=None)
    return Step.RESULTS


async def to_lines(_: Update, context: Context) -> Outcome:
    """Go to the order being put together."""
    if not context.session.draft.lines:
        return Step.START
    context.change(asking=None, return_to=None)
    return Step.LINES
