"""The order being put together: lines of one seller, each changeable."""

from telegram import Update

from bot.context import Context, Outcome
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId
from bot.domain.offers import Offer
from bot.domain.pricing import repriced
from bot.domain.sessions import Session, Step
from bot.screens import Button, Rows, Screen, View, lines, page_of, paragraphs, row
from bot.texts import Html, cut
from handlers import search

_TITLE = 48
_VARIANT = 60
_PAGE = 8


def screen(view: View) -> Screen:
    """List the lines with their estimates; the binding numbers come with the preview."""
    t, draft = view.t, view.session.draft
    if not draft.lines:
        rows = row(Button(t("start.over_button"), "over"))
        return Screen(paragraphs(view.notice, t("lines.empty")), rows)
    listed = paragraphs(*described(view, draft.lines))
    estimate = draft.estimate
    total = t("lines.estimate", total=t.money(estimate)) if estimate is not None else None
    text = paragraphs(view.notice, t("lines.title"), listed, lines(total, t("lines.estimate_only")))
    return Screen(text, _buttons(view))


def described(view: View, order_lines: tuple[OrderLine, ...]) -> list[Html]:
    """One paragraph an offer, with a line for each of its variants."""
    t, language = view.t, view.session.language
    by_offer: dict[OfferId, list[Html]] = {}
    for number, line in enumerate(order_lines, 1):
        title = cut(line.title.in_language(language), _TITLE)
        block = by_offer.setdefault(line.offer_id, [t("lines.offer", title=title)])
        block.append(_described_line(view, number, line))
    return [lines(*block) for block in by_offer.values()]


def _described_line(view: View, number: int, line: OrderLine) -> Html:
    t, language = view.t, view.session.language
    variant = cut(line.variant.in_language(language), _VARIANT) or t("lines.no_variant")
    unit = line.unit.in_language(language).lower()
    if line.unit_price is None:
        return t(
            "lines.line_unpriced",
            number=str(number),
            variant=variant,
            quantity=line.quantity,
            unit=unit,
        )
    return t(
        "lines.line",
        number=str(number),
        variant=variant,
        quantity=line.quantity,
        unit=unit,
        price=t.money(line.unit_price),
        amount=t.money(line.unit_price * line.quantity),
    )


def _buttons(view: View) -> Rows:
    t, session = view.t, view.session
    numbered = list(enumerate(session.draft.lines))
    edits = [
        Button(t("lines.edit_button", number=str(index + 1)), "edit", str(index))
        for index, _ in numbered
    ]
    shown, before, after = page_of(edits, session.page, _PAGE)
    rows: Rows = ()
    for button in shown:
        index = int(button.arg)
        rows += row(
            button, Button(t("lines.remove_button", number=str(index + 1)), "remove", str(index))
        )
    rows += row(
        Button(t("variant.previous_button"), "turn", str(session.page - 1)) if before else None,
        Button(t("variant.next_button"), "turn", str(session.page + 1)) if after else None,
    )
    another = row(Button(t("lines.more_button"), "more")) if session.offer_id else ()
    onward = row(Button(t("lines.checkout_button"), "checkout"))
    results = row(Button(t("offer.results_button"), "results")) if session.query else ()
    return onward + another + rows + results + row(Button(t("lines.cancel_button"), "over"))


async def edit(_: Update, context: Context) -> Outcome:
    """Change a line's quantity, with the offer read afresh."""
    line = _line_at(context.session, context.arg)
    if line is None:
        return None
    offer = await context.services.search.open_offer(line.offer_id)
    context.writes.offer = offer
    context.change(offer_id=line.offer_id, sku_id=line.sku_id, chosen={}, asking=None, page=0)
    return Step.QUANTITY


async def remove(_: Update, context: Context) -> Outcome:
    """Drop a line; the estimates of its offer's other lines may change."""
    line = _line_at(context.session, context.arg)
    if line is None:
        return None
    draft = context.session.draft.remove(int(context.arg))
    offer = await context.services.store.offer(line.offer_id)
    if offer is not None:
        draft = repriced(draft, offer, context.services.tier_scope)
    context.change(draft=draft, quote=None, change=None, page=0)
    context.toast = context.t("lines.removed")
    return None


async def more(_: Update, context: Context) -> Outcome:
    """Add another variant of the offer looked at last, or more of it."""
    if context.session.offer_id is None:
        return None
    return await search.open_offer(context, context.session.offer_id)


async def turn(_: Update, context: Context) -> Outcome:
    """Page through many lines."""
    if context.arg.isdigit():
        context.change(page=int(context.arg))
    return None


async def checkout(_: Update, context: Context) -> Outcome:
    """On to the address, once every offer's minimum is reached or a mixed batch may pass."""
    session = context.session
    if not session.draft.lines:
        return None
    for offer_id in dict.fromkeys(line.offer_id for line in session.draft.lines):
        offer = await context.services.store.offer(offer_id)
        missing = _missing(session, offer) if offer else 0
        if offer is not None and missing > 0 and not offer.mixed_batch.allowed:
            unit = offer.unit.in_language(session.language).lower()
            title = cut(offer.title.in_language(session.language), _TITLE)
            context.notice(
                "lines.below_minimum",
                minimum=offer.min_order_quantity,
                missing=missing,
                unit=unit,
                title=title,
            )
            context.change(offer_id=offer_id)
            return None
    context.change(asking=None, page=0, return_to=None)
    return Step.ADDRESS


def _missing(session: Session, offer: Offer) -> int:
    return offer.min_order_quantity - session.draft.units_of(offer.offer_id)


def _line_at(session: Session, arg: str) -> OrderLine | None:
    if not arg.isdigit() or int(arg) >= len(session.draft.lines):
        return None
    return session.draft.lines[int(arg)]


async def text(_: Update, context: Context) -> Outcome:
    """A typed text here starts a new search; the lines are kept."""
    context.notice("lines.kept")
    return await search.words(_, context)
