"""Choosing the variant, one attribute at a time, with its own picture, price and stock."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence

from msgspec import Struct
from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.measuring import fitting
from bot.chat.screens import (
    Button,
    ContactSheet,
    Picture,
    Rows,
    Screen,
    SellerPicture,
    View,
    grid,
    lines,
    paragraphs,
    row,
)
from bot.chat.texts import Html, cut
from bot.chat.units import both
from bot.domain.links import bare_offer
from bot.domain.numerals import number_in_list
from bot.domain.offers import Offer, Sku, Wording
from bot.domain.sessions import Picking, Session, Step
from bot.domain.variants import choices, matching, named, next_attribute
from bot.services.bundle import Services
from handlers.finding import search
from handlers.offer import OfferView, offer_of, read_again, titles

_PAGE = 10  # a sheet shows no more pictures, and more lines are not read
_NAMES = (40, 28, 20, 12)  # characters, the first with which the caption fits
_LABEL = 24
_ROOM = 40  # half-width characters that a row of buttons shows on a phone
_MOST_COLUMNS = 4


class Item(Struct, frozen=True):
    """One thing to choose: a value of `attribute` (zh), or a `sku` that no value tells apart."""

    key: str
    wording: Wording
    stock: int
    exists: bool = True
    prices: tuple[int, int] | None = None
    picture_url: str | None = None
    attribute: str = ""
    sku: Sku | None = None


async def load(session: Session, services: Services) -> OfferView:
    """Load the offer whose variants are chosen from."""
    is_watched = None if services.watches is None else False
    offer = await offer_of(session, services)
    return await OfferView.of(session, services, offer=offer, is_watched=is_watched)


def screen(view: OfferView) -> Screen:
    """Ask for the next attribute; what can't be had is marked and says why when pressed."""
    t, offer = view.t, view.offer
    if offer is None:
        restart = Button(t("start.over_button"), "over")
        return Screen(paragraphs(view.flash, t("offer.gone")), row(restart))
    chosen = standing(offer, view.session.picking.chosen)
    items = items_of(offer, chosen)
    pages = max(1, -(-len(items) // _PAGE))
    page = min(max(view.session.focus.page, 0), pages - 1)
    first = page * _PAGE
    shown = items[first : first + _PAGE]
    start = first + 1 if is_numbered(items) else None
    text = fitting(
        lambda longest: paragraphs(
            view.flash,
            titles(view, offer, longest * 2),
            _chosen(view, offer, chosen),
            lines(
                _question(view, offer, chosen, (page + 1, pages)),
                _list(view, shown, start, longest),
            ),
        ),
        _NAMES,
    )
    rows = _buttons(view, shown, start) + _watching(view, shown) + _turning(view, page, pages)
    return Screen(text, rows, _picture(offer, chosen, shown, first))


def _question(view: View, offer: Offer, chosen: Mapping[str, str], page: tuple[int, int]) -> Html:
    t = view.t
    attribute = next_attribute(offer, chosen)
    ask = (
        t("variant.ask_any")
        if attribute is None
        else t("variant.ask", attribute=attribute.in_language(view.session.language))
    )
    return lines(ask, t("variant.page", page=page[0], pages=page[1]) if page[1] > 1 else None)


def _chosen(view: View, offer: Offer, chosen: Mapping[str, str]) -> str:
    """What is chosen so far, the Chinese beside its translation."""
    language = view.session.language
    parts = []
    for sku in matching(offer, chosen)[:1]:
        for each in sku.attributes:
            if each.name.zh in chosen:
                value = both(each.value.in_language(language), each.value.zh)
                parts.append(
                    view.t("variant.chosen", name=each.name.in_language(language), value=value)
                )
    return lines(*parts)


def _list(view: View, shown: Sequence[Item], start: int | None, longest: int) -> Html:
    """One line for each: name, price, stock, or why it can't be had."""
    t = view.t
    listed = []
    for index, item in enumerate(shown):
        name = _named(view, item, None if start is None else start + index, longest)
        facts = [_price(view, item)] if item.prices else []
        if not item.exists:
            facts = [t("variant.not_made_here")]
        elif not item.stock:
            facts.append(t("variant.sold_out"))
        else:
            facts.append(t("variant.stock", quantity=item.stock))
        listed.append(t("variant.line", name=name, facts=Html(" · ".join(facts))))
    return lines(*listed)


def _named(view: View, item: Item, number: int | None, longest: int) -> str:
    """The name, after its number where the items are numbered."""
    name = cut(item.wording.in_language(view.session.language), longest)
    if number is None:
        return name
    return f"{number}. {name}" if name else view.t("variant.number", number=number)


def _price(view: View, item: Item) -> Html:
    low, high = item.prices or (0, 0)
    price = view.t.money(low)
    return price if low == high else view.t("variant.from_price", price=price)


def _buttons(view: View, shown: Sequence[Item], start: int | None) -> Rows:
    """As many buttons in a row as their labels leave readable."""
    buttons = []
    for index, item in enumerate(shown):
        mark = "" if item.exists and item.stock else "✕ "
        name = _named(view, item, None if start is None else start + index, _LABEL)
        gone = not (item.exists and item.stock)
        buttons.append(Button(mark + name, "value", item.key, disabled=gone))
    widest = max((_width(button.text) for button in buttons), default=1)
    most = min(max(_ROOM // (widest + 3), 1), _MOST_COLUMNS)
    rows = max(1, -(-len(buttons) // most))
    return grid(buttons, max(1, -(-len(buttons) // rows)))


def _watching(view: OfferView, shown: Sequence[Item]) -> Rows:
    """The way to be told of what is sold out: at once for one, else by choosing which."""
    gone = [item for item in shown if item.exists and not item.stock]
    if view.is_watched is None or not gone:
        return ()
    if len(gone) > 1:
        return row(Button(view.t("watch.pick_button"), "watch_pick"))
    name = cut(gone[0].wording.in_language(view.session.language), _LABEL)
    return row(Button(view.t("watch.variant_button", variant=name), "watch_value", gone[0].key))


def _width(text: str) -> int:
    """Return how wide a text is, a Chinese character counting two."""
    return sum(2 if unicodedata.east_asian_width(each) in {"W", "F"} else 1 for each in text)


def _turning(view: View, page: int, pages: int) -> Rows:
    t = view.t
    before = Button(t("variant.previous_button"), "turn", str(page - 1)) if page > 0 else None
    after = Button(t("variant.next_button"), "turn", str(page + 1)) if page < pages - 1 else None
    return row(before, after) + row(Button(t("variant.back_button"), "back"))


def _picture(
    offer: Offer, chosen: Mapping[str, str], shown: Sequence[Item], first: int
) -> Picture | None:
    """The pictures of what is asked for, else of what is chosen, else of the offer."""
    if len({item.picture_url for item in shown if item.picture_url}) > 1:
        return ContactSheet(tuple(item.picture_url for item in shown), first + 1)
    left = matching(offer, chosen) if chosen else ()
    own = next((sku.picture_url for sku in left if sku.picture_url), None)
    url = own or offer.picture_url
    return SellerPicture(url) if url else None


async def value(_: Update, context: Context) -> Reply:
    """A value's button, or that of a variant which stands for itself."""
    offer = await context.offer()
    if offer is None:
        return None
    chosen = standing(offer, context.session.picking.chosen)
    item = next((each for each in items_of(offer, chosen) if each.key == context.arg), None)
    if item is None:
        context.flash("variant.moved")
        return None
    return await _take(context, offer, chosen, item)


async def _take(context: Context, offer: Offer, chosen: Mapping[str, str], item: Item) -> Reply:
    """Go on to the next attribute, or to the quantity when one variant is left."""
    if not item.exists or not item.stock:
        key = "variant.out_of_stock" if item.exists else "variant.not_made"
        context.flash(key, value=_short(item.wording))
        return None
    if item.sku is not None:
        return await _settle(context, item.sku, chosen)
    wider = {**chosen, item.attribute: item.wording.zh}
    left = matching(offer, wider)
    if len(left) == 1:
        return await _settle(context, left[0], wider)
    context.change(picking=context.session.picking.replace(chosen=wider))
    context.focus(page=0)
    return None


async def _settle(context: Context, wanted: Sku, chosen: Mapping[str, str]) -> Reply:
    """Take the variant if it can still be had: minutes or days may have passed since."""
    offer_id = context.session.picking.offer_id
    if offer_id is None:
        return None
    fresh = await read_again(context, offer_id)
    left = fresh.sku(wanted.sku_id)
    if left is None or left.spec_id != wanted.spec_id or not fresh.on_sale or not fresh.stock:
        context.flash("variant.withdrawn", value=_short(label_of(wanted)))
        context.change(picking=context.session.picking.replace(chosen={}))
        context.focus(page=0)
        return None if fresh.on_sale and fresh.stock and len(fresh.skus) > 1 else Step.OFFER
    if not left.stock:
        context.flash("variant.just_sold_out", value=_short(label_of(wanted)))
        return None
    picking = Picking(offer_id=offer_id, chosen=dict(chosen), sku_id=left.sku_id)
    context.change(picking=picking)
    context.focus(page=0)
    return Step.QUANTITY


def _short(wording: Wording) -> Wording:
    return Wording(zh=cut(wording.zh, _LABEL), translated=cut(wording.translated, _LABEL))


async def back(_: Update, context: Context) -> Reply:
    """Undo the last choice, or go back to the offer."""
    chosen = dict(context.session.picking.chosen)
    context.focus(page=0)
    if not chosen:
        return Step.OFFER
    chosen.popitem()
    context.change(picking=context.session.picking.replace(chosen=chosen))
    return None


async def text(update: Update, context: Context) -> Reply:
    """A typed value such as `M` or 白色, or its number, is taken like its button."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    offer_id = bare_offer(typed)
    if offer_id is not None:
        return await search.open_offer(context, offer_id)
    offer = await context.offer()
    if offer is None:
        return None
    chosen = standing(offer, context.session.picking.chosen)
    items = items_of(offer, chosen)
    index = named([item.wording for item in items], typed)
    if index is None:
        index = _number(typed, items)
    if index is None:
        context.flash("variant.use_buttons")
        return None
    return await _take(context, offer, chosen, items[index])


async def names_one(context: Context, typed: str) -> bool:
    """Tell whether words are a value that can be chosen now."""
    offer = await context.offer()
    if offer is None:
        return False
    items = items_of(offer, standing(offer, context.session.picking.chosen))
    return named([item.wording for item in items], typed) is not None


def _number(typed: str, items: Sequence[Item]) -> int | None:
    number = number_in_list(typed) if is_numbered(items) else None
    return number - 1 if number is not None and 1 <= number <= len(items) else None


def standing(offer: Offer, chosen: Mapping[str, str]) -> Mapping[str, str]:
    """What was chosen, unless the seller has withdrawn all that it could lead to."""
    return chosen if matching(offer, chosen) else {}


def items_of(offer: Offer, chosen: Mapping[str, str]) -> list[Item]:
    """The values of the attribute that is to be asked for, else the variants that are left."""
    attribute = next_attribute(offer, chosen)
    if attribute is None:
        return [
            Item(
                key=str(sku.sku_id),
                wording=label_of(sku),
                stock=sku.stock,
                prices=(sku.price, sku.price) if sku.price is not None else None,
                picture_url=sku.picture_url,
                sku=sku,
            )
            for sku in matching(offer, chosen)
        ]
    return [
        Item(
            key=key_of(attribute, each.value),
            wording=each.value,
            stock=each.stock,
            exists=each.exists,
            prices=each.prices,
            picture_url=each.picture_url,
            attribute=attribute.zh,
        )
        for each in choices(offer, chosen, attribute.zh)
    ]


def key_of(attribute: Wording, value: Wording) -> str:
    """Name a value in a button: its place in the list may change while the button stands."""
    return hashlib.sha256(f"{attribute.zh}\n{value.zh}".encode()).hexdigest()[:10]


def label_of(sku: Sku) -> Wording:
    """A variant's values joined, in both languages."""
    return Wording(zh=sku.label("zh"), translated=sku.label("en"))


def is_numbered(items: Sequence[Item]) -> bool:
    """Tell whether numbers are needed: to find a picture, or where names are alike."""
    names = [item.wording.zh for item in items]
    pictures = {item.picture_url for item in items if item.picture_url}
    return len(pictures) > 1 or len(set(names)) < len(names) or "" in names
