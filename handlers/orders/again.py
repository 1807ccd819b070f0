"""Ordering an old order's goods again: what is gone or dearer is shown before anything else."""

import hashlib

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.measuring import fitting
from bot.chat.screens import TEXT_LIMIT, Button, Rows, Screen, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.cart import CartError
from bot.domain.identifiers import OfferId
from bot.domain.order_actions import may_be_ordered_again
from bot.domain.orders import Order
from bot.domain.pricing import repriced
from bot.domain.reordering import Hitch, Rechecked, Reordering
from bot.domain.sessions import Focus, Picking, Step
from bot.domain.writes import KeepOffer
from bot.marketplace.errors import MarketplaceError
from bot.services.following.reordering import look_through
from handlers.finding import search
from handlers.orders import card
from handlers.shared.failures import failure_key
from handlers.shared.own_order import gone, own_order, pieces

_WIDTHS = (40, 24, 12, 6)
_MOST_PICKS = 4
_LABEL = 24
_OUT = {
    Hitch.OFFER_GONE: "reorder.offer_gone",
    Hitch.VARIANT_GONE: "reorder.variant_gone",
    Hitch.SOLD_OUT: "reorder.sold_out",
    Hitch.OTHER_SELLER: "reorder.other_seller",
}
_PICKABLE = {Hitch.VARIANT_GONE, Hitch.SOLD_OUT}


async def reorder(_: Update, context: Context) -> Reply:
    """Read the old order's offers anew; straight to the lines when nothing has changed."""
    order = await own_order(context, context.arg)
    if order is None:
        return gone(context)
    found = await _looked_through(context, order)
    if not isinstance(found, Reordering):
        return found
    if found.is_same:
        return await _to_lines(context, order, found)
    return _report(context, order, found)


async def _looked_through(context: Context, order: Order) -> Reordering | Reply:
    """Return what can be had now, or what to answer when that can't be said."""
    t = context.t
    if not may_be_ordered_again(order):
        return Overlay(await card.screen(context, order, t("reorder.unsure")), in_place=True)
    if context.session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    try:
        return await look_through(context.services.search, order.lines, context.services.tier_scope)
    except MarketplaceError as error:
        trouble = t(failure_key(error))
        return Overlay(await card.screen(context, order, trouble), in_place=True)


def _report(context: Context, order: Order, found: Reordering, *above: str) -> Overlay:
    """Say line by line what is different, and which ways lead on."""
    t = context.t

    def make(width: int) -> Html:
        told = [
            words
            for number, each in enumerate(found.lines, 1)
            if (words := _told(context, number, each, width))
        ]
        return paragraphs(
            *above,
            t("reorder.title", number=order.order_no),
            lines(*told),
            _how_many(t, found),
        )

    text = fitting(make, _WIDTHS, TEXT_LIMIT)
    return Overlay(Screen(text, _ways(context, order, found), replaces=True), in_place=False)


def _how_many(t: Texts, found: Reordering) -> Html | None:
    """How much of it can still be had, where that is not all."""
    if not found.taken:
        return t("reorder.nothing_left")
    if len(found.taken) == len(found.lines):
        return None
    return t("reorder.can_be_had", count=len(found.taken), all=len(found.lines))


def _told(context: Context, number: int, each: Rechecked, width: int) -> Html | None:
    """What is different about one line, nothing when it is as before."""
    t, language = context.t, context.session.language
    if not each.hitches:
        return None
    names = (each.line.title.in_language(language), each.line.variant.in_language(language))
    named = " · ".join(cut(name, width) for name in names if name)
    what = t("reorder.and").join(_hitch(context, each, hitch) for hitch in each.hitches)
    return t("reorder.line", number=str(number), goods=named, what=Html(what))


def _hitch(context: Context, each: Rechecked, hitch: Hitch) -> Html:
    t = context.t
    if hitch in _OUT:
        return t(_OUT[hitch])
    taken = each.taken
    assert taken is not None  # noqa: S101 - all other hitches are of lines that are taken
    if hitch in {Hitch.SHORT, Hitch.OFF_BATCH}:
        key = "reorder.short" if hitch is Hitch.SHORT else "reorder.off_batch"
        had = counted(t, each.line.quantity, taken.unit)
        return t(key, now=counted(t, taken.quantity, taken.unit), before=had)
    if hitch is Hitch.BELOW_MINIMUM:
        assert each.offer is not None  # noqa: S101 - as above
        least = counted(t, each.offer.min_order_quantity, taken.unit)
        missing = counted(t, each.short_of, taken.unit)
        return t("reorder.below_minimum", minimum=least, missing=missing)
    key = "reorder.dearer" if hitch is Hitch.DEARER else "reorder.cheaper"
    return t(key, before=t.money(each.before or 0), now=t.money(each.now or 0))


def _ways(context: Context, order: Order, found: Reordering) -> Rows:
    t, number = context.t, order.order_no
    go: Rows = ()
    if found.taken:
        whole = len(found.taken) == len(found.lines)
        label = t("reorder.all_button" if whole else "reorder.rest_button", count=len(found.taken))
        go = row(Button(label, "reorder_yes", f"{number}.{_digest(found)}", standing=True))
    return (
        go
        + _picks(context, order, found)
        + row(Button(t("reorder.no_button"), "card", number, standing=True))
    )


def _picks(context: Context, order: Order, found: Reordering) -> Rows:
    """To another variant of what can't be had, once for each offer."""
    t = context.t
    rows: Rows = ()
    offered: set[OfferId] = set()
    for index, each in enumerate(found.lines):
        pickable = each.offer is not None and bool(_PICKABLE & set(each.hitches))
        if not pickable or each.line.offer_id in offered or len(offered) == _MOST_PICKS:
            continue
        offered.add(each.line.offer_id)
        title = cut(each.line.title.in_language(context.session.language), _LABEL)
        arg = f"{order.order_no}.{_digest(found)}.{index}"
        label = t("reorder.pick_button", goods=title)
        rows += row(Button(label, "reorder_pick", arg, standing=True))
    return rows


def _digest(found: Reordering) -> str:
    """Eight characters for exactly these lines at these prices, with these differences."""
    what = [
        (each.hitches, each.taken and (each.taken.quantity, each.taken.unit_price))
        for each in found.lines
    ]
    return hashlib.blake2s(repr(what).encode(), digest_size=4).hexdigest()


async def reorder_yes(_: Update, context: Context) -> Reply:
    """Take what the report named, if it is still so; on to the lines."""
    order_no, agreed = pieces(context, 2)
    return await _agreed(context, order_no, agreed)


async def reorder_pick(_: Update, context: Context) -> Reply:
    """As `reorder_yes`, then on to the offer whose variant can't be had."""
    order_no, agreed, index = pieces(context, 3)
    return await _agreed(context, order_no, agreed, natural(index))


async def _agreed(context: Context, order_no: str, agreed: str, picked: int | None = None) -> Reply:
    order = await own_order(context, order_no)
    if order is None:
        return gone(context)
    found = await _looked_through(context, order)
    if not isinstance(found, Reordering):
        return found
    if _digest(found) != agreed:
        return _report(context, order, found, context.t("reorder.changed"))
    if found.taken:
        step = await _to_lines(context, order, found)
        if picked is None or step is not Step.LINES:
            return step
    if picked is None or picked >= len(found.lines):
        return None
    return await search.open_offer(context, found.lines[picked].line.offer_id)


async def _to_lines(context: Context, order: Order, found: Reordering) -> Reply:
    """Put what can be had onto its seller's draft, for the same address."""
    session, seller_id = context.session, found.seller_id
    assert seller_id is not None  # noqa: S101 - somebody sells what is taken
    before = session.cart.draft_of(seller_id)
    try:
        cart = session.cart.take(found.taken, seller_id)
    except CartError:
        return Overlay(await card.screen(context, order, context.t("reorder.cart_full")))
    draft = cart.draft.replace(address=order.address)
    offers = {each.offer.offer_id: each.offer for each in found.lines if each.offer}
    for offer in offers.values():
        draft = repriced(draft, offer, context.services.tier_scope)
        context.write(KeepOffer(offer))
    context.session = session.with_cart(cart.replace(draft=draft))
    context.change(focus=Focus(), picking=Picking(offer_id=session.picking.offer_id))
    key = "reorder.added" if before.lines else "reorder.ready"
    context.flash(key, order=order.order_no, name=order.address.full_name)
    return Step.LINES
