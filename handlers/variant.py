"""Choosing the variant, one attribute at a time, with its own picture, price and stock."""

from telegram import Update

from bot.context import Context, Outcome
from bot.domain.offers import Offer, Sku
from bot.domain.sessions import Step
from bot.domain.variants import (
    VariantChoice,
    choices,
    matching,
    next_attribute,
)
from bot.screens import (
    Button,
    Screen,
    SellerPicture,
    View,
    grid,
    lines,
    page_of,
    paragraphs,
    row,
)
from bot.texts import cut
from handlers.offer import titles

_PAGE = 16
_COLUMNS = 2
_LABEL = 26


def screen(view: View) -> Screen:
    """Ask for the next attribute; what can't be had is marked and says why when pressed."""
    t, session, offer = view.t, view.session, view.offer
    if offer is None:
        return Screen(paragraphs(view.notice, t("offer.gone")), row(_restart(view)))
    attribute = next_attribute(offer, session.chosen)
    if attribute is None:
        return _screen_of_skus(view, offer)
    listed = choices(offer, session.chosen, attribute.zh)
    buttons = [Button(_label(view, each), "value", str(index)) for index, each in enumerate(listed)]
    ask = t("variant.ask", attribute=attribute.in_language(session.language))
    return _screen(view, offer, ask, buttons)


def _screen_of_skus(view: View, offer: Offer) -> Screen:
    """Variants that no attribute tells apart are listed by themselves."""
    left = matching(offer, view.session.chosen)
    buttons = [
        Button(_sku_label(view, number, sku), "sku", str(sku.sku_id))
        for number, sku in enumerate(left, 1)
    ]
    return _screen(view, offer, view.t("variant.ask_any"), buttons)


def _screen(view: View, offer: Offer, ask: str, buttons: list[Button]) -> Screen:
    t, session = view.t, view.session
    shown, before, after = page_of(buttons, session.page, _PAGE)
    pages = row(
        Button(t("variant.previous_button"), "turn", str(session.page - 1)) if before else None,
        Button(t("variant.next_button"), "turn", str(session.page + 1)) if after else None,
    )
    text = paragraphs(
        view.notice,
        titles(view, offer),
        _chosen(view, offer),
        lines(ask, t("variant.count", count=len(buttons)) if before or after else None),
        t("variant.legend") if any("✕" in button.text for button in buttons) else None,
    )
    rows = grid(shown, _COLUMNS) + pages + row(Button(t("variant.back_button"), "back"))
    picture = _picture(view, offer)
    return Screen(text, rows, SellerPicture(picture) if picture else None)


def _chosen(view: View, offer: Offer) -> str:
    """What is chosen so far, the Chinese beside its translation."""
    language = view.session.language
    parts = []
    for sku in matching(offer, view.session.chosen)[:1]:
        for each in sku.attributes:
            if each.name.zh in view.session.chosen:
                value = both(each.value.in_language(language), each.value.zh)
                parts.append(
                    view.t("variant.chosen", name=each.name.in_language(language), value=value)
                )
    return lines(*parts)


def both(shown: str, original: str) -> str:
    """A translation with its original in brackets, or the original alone."""
    return shown if shown == original else f"{shown} ({original})"


def _label(view: View, choice: VariantChoice) -> str:
    t = view.t
    name = cut(choice.value.in_language(view.session.language), _LABEL)
    if not choice.exists or choice.stock == 0:
        return f"✕ {name}"
    if choice.prices is None:
        return name
    low, high = choice.prices
    price = t.money(low) if low == high else t("variant.from_price", price=t.money(low))
    return f"{name} · {price}"


def _sku_label(view: View, number: int, sku: Sku) -> str:
    name = cut(sku.label(view.session.language), _LABEL) or view.t("variant.number", number=number)
    mark = "" if sku.stock else "✕ "
    price = f" · {view.t.money(sku.price)}" if sku.price is not None else ""
    return f"{mark}{name}{price}"


def _picture(view: View, offer: Offer) -> str | None:
    if view.session.chosen:
        own = next(
            (sku.picture_url for sku in matching(offer, view.session.chosen) if sku.picture_url),
            None,
        )
        if own:
            return own
    return offer.picture_url


def _restart(view: View) -> Button:
    return Button(view.t("start.over_button"), "over")


async def value(_: Update, context: Context) -> Outcome:
    """Take a value, unless no variant in stock has it."""
    offer, session = await context.offer(), context.session
    attribute = next_attribute(offer, session.chosen) if offer else None
    if offer is None or attribute is None or not context.arg.isdigit():
        return None
    listed = choices(offer, session.chosen, attribute.zh)
    if int(context.arg) >= len(listed):
        return None
    choice = listed[int(context.arg)]
    name = choice.value.in_language(session.language)
    if not choice.exists or choice.stock == 0:
        key = "variant.out_of_stock" if choice.exists else "variant.not_made"
        context.notice(key, value=cut(name, _LABEL))
        return None
    return _taken(context, offer, {**session.chosen, attribute.zh: choice.value.zh})


def _taken(context: Context, offer: Offer, chosen: dict[str, str]) -> Outcome:
    """Go on to the next attribute, or to the quantity when one variant is left."""
    context.change(chosen=chosen, page=0)
    left = matching(offer, chosen)
    if len(left) == 1:
        context.change(sku_id=left[0].sku_id)
        return Step.QUANTITY
    return None


async def sku(_: Update, context: Context) -> Outcome:
    """Take a variant that stands for itself."""
    offer = await context.offer()
    if offer is None:
        return None
    wanted = next((each for each in offer.skus if str(each.sku_id) == context.arg), None)
    if wanted is None:
        return None
    if wanted.stock == 0:
        context.notice(
            "variant.out_of_stock", value=cut(wanted.label(context.session.language), _LABEL)
        )
        return None
    context.change(sku_id=wanted.sku_id, page=0)
    return Step.QUANTITY


async def turn(_: Update, context: Context) -> Outcome:
    """Page through a long list."""
    if context.arg.isdigit():
        context.change(page=int(context.arg))
    return None


async def back(_: Update, context: Context) -> Outcome:
    """Undo the last choice, or go back to the offer."""
    chosen = dict(context.session.chosen)
    if not chosen:
        return Step.OFFER
    chosen.popitem()
    context.change(chosen=chosen, page=0)
    return None


async def text(update: Update, context: Context) -> Outcome:
    """A typed value such as `M` or 白色 is taken like its button; anything else is explained."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    offer, session = await context.offer(), context.session
    attribute = next_attribute(offer, session.chosen) if offer else None
    if offer is None or attribute is None:
        return None
    wanted = typed.strip().casefold()
    for choice in choices(offer, session.chosen, attribute.zh):
        if wanted in {choice.value.zh.casefold(), choice.value.translated.casefold()} - {""}:
            if choice.exists and choice.stock:
                return _taken(context, offer, {**session.chosen, attribute.zh: choice.value.zh})
            key = "variant.out_of_stock" if choice.exists else "variant.not_made"
            context.notice(key, value=cut(typed, _LABEL))
            return None
    context.notice("variant.use_buttons")
    return None
