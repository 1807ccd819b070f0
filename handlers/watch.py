"""What to be told of an offer or a variant, once: set by one tap, changed by another or a price."""

from collections.abc import Mapping

from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, SellerPicture, View, grid, lines, paragraphs, row
from bot.chat.texts import Html, cut
from bot.chat.units import noun
from bot.domain.asking import WatchAsked
from bot.domain.money import Fen, to_yuan
from bot.domain.offers import Offer
from bot.domain.price_bounds import (
    HIGHEST,
)
from bot.domain.sessions import Session, Step
from bot.domain.watches import (
    NewWatch,
    OfferWatch,
    WatchedGoods,
    WatchFor,
    can_be_had,
    is_true,
    price_of,
    wishes,
)
from bot.services.bundle import Services
from bot.services.watches.setting import TooManyWatches
from bot.telegram.newer import Style
from handlers.finding.filters import bounds_typed
from handlers.offer import offer_of
from handlers.variant import Item, items_of, standing
from handlers.watching.words import quantity_of, title_of, wish_of

_TITLE = 120
_PAGE = 10
_LABEL = 32
_TYPED_AGAIN = ("watch.unreadable", "watch.already", "filters.prices_too_fine")
_OFF = (10, 20)  # percent below today's price, offered as prices of the person's own
_LABELS = {
    WatchFor.DROP: "watch.drop_button",
    WatchFor.TIER: "watch.tier_button",
    WatchFor.BACK: "watch.back_button",
}


class WatchView(View, frozen=True):
    """The offer as last read, and what the person watches of it."""

    offer: Offer | None = None
    watch: OfferWatch | None = None


async def load(session: Session, services: Services) -> WatchView:
    """Load the offer, and the watch of the goods in question."""
    goods = goods_of(session)
    watch = None
    if goods is not None:
        watch = await services.store.watches.watch_of(session.user_id, goods)
    open_watch = watch if watch is not None and watch.is_open else None
    offer = await offer_of(session, services)
    return await WatchView.of(session, services, offer=offer, watch=open_watch)


def asked(session: Session) -> WatchAsked:
    """Return what the screen is about."""
    about = session.focus.asking
    return about if isinstance(about, WatchAsked) else WatchAsked()


def goods_of(session: Session) -> WatchedGoods | None:
    """Return the goods in question, None before they were chosen."""
    offer_id, about = session.picking.offer_id, asked(session)
    if offer_id is None or about.picking:
        return None
    return WatchedGoods(offer_id=offer_id, values=about.values, sku_id=about.sku_id)


def screen(view: WatchView) -> Screen:
    """Say what will be told, and what could be instead."""
    t, offer, goods = view.t, view.offer, goods_of(view.session)
    back = row(Button(t("watch.leave_button"), "back"))
    if offer is None:
        return Screen(paragraphs(view.flash, t("offer.gone")), back)
    if goods is None:
        return _picking(view, offer)
    new = view.watch or new_watch(view.session, offer, goods, WatchFor.BACK, None)
    text = paragraphs(
        view.flash,
        title_of(t, new, _TITLE),
        _now(view, offer, goods),
        _set(view, offer),
        _ask_price(view, price_of(offer, goods, _least(offer))),
    )
    skus = goods.skus(offer) if goods.key else ()
    url = next((each.picture_url for each in skus if each.picture_url), None) or offer.picture_url
    picture = SellerPicture(url) if url else None
    flash = view.session.announced.flash
    typed_wrong = flash is not None and flash.key in _TYPED_AGAIN
    return Screen(text, _buttons(view, offer, goods) + back, picture, asks=typed_wrong)


def _now(view: View, offer: Offer, goods: WatchedGoods) -> Html:
    t = view.t
    price = price_of(offer, goods, _least(offer))
    if not goods.is_in(offer):
        return t("watch.withdrawn")
    shown = None
    if price is not None:
        shown = t("watch.now", price=t.money(price), unit=noun(t, offer.unit))
    return lines(shown, None if can_be_had(offer, goods) else t("watch.sold_out_now"))


def _set(view: WatchView, offer: Offer) -> Html:
    t, watch = view.t, view.watch
    if watch is None:
        return t("watch.not_set")
    return lines(t("watch.set", wish=wish_of(t, watch)), quantity_of(t, watch, offer.unit))


def _ask_price(view: View, price: Fen | None) -> Html | None:
    if price is None:
        return None
    return view.t("watch.ask_price", example=str(to_yuan(_lower(price, _OFF[-1]))))


def _buttons(view: WatchView, offer: Offer, goods: WatchedGoods) -> Rows:
    t, watch = view.t, view.watch
    rows: Rows = ()
    price = price_of(offer, goods, _least(offer))
    for what, bound in wishes(offer, goods, _least(offer)).items():
        if what is WatchFor.BELOW:
            continue
        label = t(_LABELS[what], price=t.yuan(bound or 0))
        ticked = watch is not None and (watch.what, watch.bound) == (what, bound)
        rows += row(Button(t("watch.ticked", label=label) if ticked else label, "wish", what.value))
    rows += grid([_own_price(view, price, each) for each in _OFF], 2) if price else ()
    stop = Button(t("watches.stop_button"), "unwatch", style=Style.DANGER) if watch else None
    return rows + row(stop)


def _own_price(view: WatchView, price: Fen, percent: int) -> Button:
    t, bound = view.t, _lower(price, percent)
    label = t("watch.percent_button", price=t.yuan(bound), percent=percent)
    ticked = view.watch is not None and (view.watch.what, view.watch.bound) == (
        WatchFor.BELOW,
        bound,
    )
    return Button(t("watch.ticked", label=label) if ticked else label, "own_price", str(bound))


def _lower(price: Fen, percent: int) -> Fen:
    return Fen(max(1, price * (100 - percent) // 100))


def _picking(view: WatchView, offer: Offer) -> Screen:
    """Ask which of what is sold out."""
    t = view.t
    items = sold_out(offer, standing(offer, view.session.picking.chosen))
    pages = max(1, -(-len(items) // _PAGE))
    page = min(max(view.session.focus.page, 0), pages - 1)
    buttons = [
        Button(t("watch.variant_button", variant=name_of(view, each)), "watch_value", each.key)
        for each in items[page * _PAGE : (page + 1) * _PAGE]
    ]
    before = Button(t("variant.previous_button"), "turn", str(page - 1)) if page else None
    after = Button(t("variant.next_button"), "turn", str(page + 1)) if page < pages - 1 else None
    back = Button(t("watch.leave_button"), "back")
    rows = grid(buttons, 1) + row(before, after) + row(back)
    return Screen(paragraphs(view.flash, t("watch.pick")), rows)


def sold_out(offer: Offer, chosen: Mapping[str, str]) -> list[Item]:
    """Return what is made and sold out, of what is asked for next."""
    return [each for each in items_of(offer, chosen) if each.exists and not each.stock]


def name_of(view: View, item: Item) -> str:
    """Name an item as short as a button wants it."""
    return cut(item.wording.in_language(view.session.language), _LABEL)


def _least(offer: Offer) -> int:
    return max(1, offer.min_order_quantity)


def new_watch(
    session: Session, offer: Offer, goods: WatchedGoods, what: WatchFor, bound: Fen | None
) -> NewWatch:
    """Return a watch of these goods as they are now."""
    skus = goods.skus(offer) if goods.key else ()
    picture = next((each.picture_url for each in skus if each.picture_url), None)
    quantity = _least(offer)
    new = NewWatch(
        user_id=session.user_id,
        goods=goods,
        what=what,
        bound=bound,
        quantity=quantity,
        title=offer.title,
        variant=goods.label(offer),
        picture_url=picture or offer.picture_url,
        price=price_of(offer, goods, quantity),
    )
    return new.replace(armed=not is_true(new, offer))


async def watch(_: Update, context: Context) -> Reply:
    """Watch the offer for what is likeliest wanted, and show what else there is."""
    return await _begin(context, WatchAsked(came_from=context.session.step))


async def watch_chosen(_: Update, context: Context) -> Reply:
    """Watch the variant whose quantity is asked for."""
    offer, picking = await context.offer(), context.session.picking
    if offer is None:
        return None
    about = WatchAsked(came_from=context.session.step)
    if len(offer.skus) > 1:
        own = None if picking.chosen else picking.sku_id
        about = about.replace(values=picking.chosen, sku_id=own)
    return await _begin(context, about)


async def pick(_: Update, context: Context) -> Reply:
    """Ask which of several that are sold out."""
    context.focus(asking=WatchAsked(picking=True, came_from=context.session.step), page=0)
    return Step.WATCH


async def watch_value(_: Update, context: Context) -> Reply:
    """Watch one that is sold out: a value of what is asked for next, or a variant."""
    offer, session = await context.offer(), context.session
    if offer is None:
        return None
    chosen = dict(standing(offer, session.picking.chosen))
    item = next((each for each in items_of(offer, chosen) if each.key == context.arg), None)
    if item is None:
        context.flash("variant.moved")
        return None
    came_from = asked(session).came_from or session.step
    if item.sku is not None:
        about = WatchAsked(sku_id=item.sku.sku_id, came_from=came_from)
    else:
        values = {**chosen, item.attribute: item.wording.zh}
        about = WatchAsked(values=values, came_from=came_from)
    return await _begin(context, about)


async def _begin(context: Context, about: WatchAsked) -> Reply:
    """Show what is watched of these goods; if nothing is, watch for the likeliest."""
    context.focus(asking=about, page=0)
    offer, goods = await context.offer(), goods_of(context.session)
    if offer is None or goods is None or context.services.watches is None:
        return None
    known = await context.services.store.watches.watch_of(context.session.user_id, goods)
    if known is None or not known.is_open:
        what, bound = next(iter(wishes(offer, goods, _least(offer)).items()), (None, None))
        if what is not None:
            await _put(context, offer, what, bound)
    return Step.WATCH


async def _put(context: Context, offer: Offer, what: WatchFor, bound: Fen | None) -> None:
    """Watch for that from now on: stored before it is shown."""
    goods, watches = goods_of(context.session), context.services.watches
    if goods is None or watches is None:
        return
    try:
        await watches.set(new_watch(context.session, offer, goods, what, bound))
    except TooManyWatches as error:
        context.flash("watch.too_many", most=error.most)
    else:
        context.toast = context.t("watch.done")


async def wish(_: Update, context: Context) -> Reply:
    """Be told of something else."""
    offer, goods = await context.offer(), goods_of(context.session)
    offered = wishes(offer, goods, _least(offer)) if offer and goods else {}
    what = next((each for each in offered if each.value == context.arg), None)
    if offer is None or what is None:
        context.flash("watch.changed")
        return None
    await _put(context, offer, what, offered[what])
    return None


async def own_price(_: Update, context: Context) -> Reply:
    """Be told of a price below today's, by its button."""
    if not context.arg.isdecimal() or not 0 < int(context.arg) <= HIGHEST:
        return None
    return await _priced(context, Fen(int(context.arg)))


async def text(update: Update, context: Context) -> Reply:
    """A price that the person types, in yuan."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    bounds = bounds_typed(context, typed, "watch.unreadable")
    if bounds is None:
        return None
    if bounds.high is None:
        context.flash("watch.unreadable")
        return None
    return await _priced(context, bounds.high)


async def _priced(context: Context, bound: Fen) -> Reply:
    offer, goods = await context.offer(), goods_of(context.session)
    if offer is None or goods is None:
        context.flash("watch.pick_first")
        return None
    wanted = new_watch(context.session, offer, goods, WatchFor.BELOW, bound)
    if is_true(wanted, offer):
        context.flash("watch.already", money={"price": wanted.price or 0})
        return None
    await _put(context, offer, WatchFor.BELOW, bound)
    return None


async def unwatch(_: Update, context: Context) -> Reply:
    """Stop watching these goods."""
    goods, watches = goods_of(context.session), context.services.watches
    user_id = context.session.user_id
    if goods is not None and watches is not None:
        known = await context.services.store.watches.watch_of(user_id, goods)
        if known is not None:
            await watches.stop(user_id, known.watch_id)
    context.toast = context.t("watches.stopped")
    return None


async def back(_: Update, context: Context) -> Reply:
    """Return to where it was asked for."""
    came_from = asked(context.session).came_from
    context.focus(asking=None, page=0)
    return Step(came_from) if came_from in set(Step) else Step.OFFER
