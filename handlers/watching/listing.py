"""`/watches`: what a person watches, the latest first; each with its card."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.domain.watches import OfferWatch
from bot.services.watches.setting import TooManyWatches
from handlers.finding import search
from handlers.shared.own_order import pieces
from handlers.watching.words import (
    again_button,
    open_button,
    state_of,
    stop_button,
    title_of,
)

_PAGE = 6
_COLUMNS = 3
_TITLE, _WHOLE_TITLE = 32, 120
_FURTHEST = 100_000  # beyond any button that was ever drawn


async def show(_: Update, context: Context) -> Reply:
    """List the latest watches beside the journey, which stays where it is."""
    if context.press is None:
        return await _listed(context, 0)
    return await _listed(context, min(natural(context.arg) or 0, _FURTHEST), in_place=True)


async def _listed(context: Context, start: int, *, in_place: bool = False) -> Overlay:
    t, store, person = context.t, context.services.store.watches, context.session.user_id
    if context.services.watches is None:
        return Overlay(Screen(t("watches.off")), in_place=in_place)
    watching, total = await store.count_watches(person)
    start = min(start, max(0, (total - 1) // _PAGE * _PAGE))
    found = await store.watches_of(person, _PAGE, start)
    if not found:
        return Overlay(Screen(t("watches.none"), replaces=True), in_place=in_place)
    page = None
    if total > len(found):
        page = t("watches.page", first=start + 1, last=start + len(found), total=total)
    most = context.services.watches.most
    text = paragraphs(
        t("watches.title", number=watching, most=most),
        *(_line(t, start + number, each) for number, each in enumerate(found, 1)),
        page,
    )
    opened = [
        Button(str(start + number), "watch_card", f"{each.watch_id}.{start}", standing=True)
        for number, each in enumerate(found, 1)
    ]
    rows = grid(opened, _COLUMNS) + _turns(t, start, total)
    return Overlay(Screen(text, rows, replaces=True), in_place=in_place)


def _line(t: Texts, number: int, watch: OfferWatch) -> Html:
    title = cut(watch.title.in_language(t.language), _TITLE)
    if watch.variant is not None:
        variant = cut(watch.variant.in_language(t.language), _TITLE // 2)
        title = t("watches.title_of_variant", title=title, variant=variant)
    return lines(t("watches.line", number=str(number), title=title), state_of(t, watch))


def _turns(t: Texts, start: int, total: int) -> Rows:
    before = after = None
    if start:
        before = Button(
            t("orders.newer_button"), "watches", str(max(0, start - _PAGE)), standing=True
        )
    if start + _PAGE < total:
        after = Button(t("orders.earlier_button"), "watches", str(start + _PAGE), standing=True)
    return row(before, after)


async def card(_: Update, context: Context) -> Reply:
    """Show one watch in the place of the list."""
    number, start = pieces(context, 2)
    watch = await _own(context, number)
    if watch is None:
        return await _gone(context)
    return Overlay(_card(context.t, watch, natural(start) or 0), in_place=True)


def _card(t: Texts, watch: OfferWatch, start: int = 0, above: Html | None = None) -> Screen:
    rows = (
        row(open_button(t, watch))
        + row(again_button(t, watch))
        + row(stop_button(t, watch))
        + row(Button(t("watches.list_button"), "watches", str(start), standing=True))
    )
    text = paragraphs(
        above,
        title_of(t, watch, _WHOLE_TITLE),
        lines(state_of(t, watch), _since(t, watch)),
    )
    return Screen(text, rows, keeps_picture=True)


def _since(t: Texts, watch: OfferWatch) -> Html:
    if watch.price is None:
        return t("watches.since", time=t.moment(watch.made_at))
    return t("watches.since_at", time=t.moment(watch.made_at), price=t.money(watch.price))


async def open_(_: Update, context: Context) -> Reply:
    """Open the product that is watched, as it is now."""
    watch = await _own(context, context.arg)
    if watch is None:
        return await _gone(context)
    return await search.open_offer(context, watch.goods.offer_id)


async def again(_: Update, context: Context) -> Reply:
    """Watch once more for what was told; tapped twice it is the same."""
    watches, t = context.services.watches, context.t
    known = await _own(context, context.arg)
    if watches is None or known is None:
        return await _gone(context)
    try:
        watch = await watches.again(context.session.user_id, known.watch_id)
    except TooManyWatches as error:
        context.toast, context.alert = t("watch.too_many", most=error.most), True
        return Overlay(_card(t, known, above=t("watch.too_many", most=error.most)), in_place=True)
    if watch is None:
        return await _gone(context)
    context.toast = t("watches.again_done")
    return Overlay(_card(t, watch, above=t("watches.again_done")), in_place=True)


async def stop(_: Update, context: Context) -> Reply:
    """End a watch and forget it, and show what is left."""
    watches, number = context.services.watches, natural(context.arg)
    if watches is not None and number is not None:
        await watches.stop(context.session.user_id, number)
    context.toast = context.t("watches.stopped")
    return await _listed(context, 0, in_place=True)


async def _own(context: Context, number: str) -> OfferWatch | None:
    watch_id = natural(number)
    if watch_id is None:
        return None
    return await context.services.store.watches.watch(context.session.user_id, watch_id)


async def _gone(context: Context) -> Overlay:
    """Somebody else's watch, or one that was ended: what there is instead."""
    context.toast = context.t("watches.not_there")
    return await _listed(context, 0, in_place=True)
