"""The order being put together: lines of one seller, each changeable."""

from collections.abc import Sequence

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, View, lines, page_of, paragraphs, row
from bot.chat.texts import Html, cut
from bot.chat.units import counted, counted_anywhere
from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId
from bot.domain.offers import Offer, Wording
from bot.domain.pricing import mixed_batch_gap, repriced
from bot.domain.sessions import Delivery, Focus, Picking, Session, Step
from bot.domain.splitting import MOST_IN_ORDER, orders_of
from bot.domain.titles import telling
from bot.domain.writes import KeepOffer
from bot.marketplace.errors import RefusalReason, Refused
from bot.services.bundle import Services
from bot.telegram.newer import Style
from handlers import preview, quantity
from handlers.finding import search
from handlers.shared.freight_line import FreightShown, freight_line, freight_of
from handlers.shared.in_cart import cart_button
from handlers.shared.mixed_batch import mixed_batch_line
from handlers.shared.money_words import fee_ahead

_TITLE = 48
_VARIANT = 60
_PAGE = 8


class LinesView(View, frozen=True):
    """The lines with what their freight is likely to cost."""

    freight: FreightShown | None = None
    may_organise: bool = False


async def load(session: Session, services: Services) -> LinesView:
    """Estimate the freight of the draft in hand."""
    freight = await freight_of(session.draft.lines, session, services)
    groups = services.groups
    may = groups is not None and groups.may_organise(session.user_id)
    return await LinesView.of(session, services, freight=freight, may_organise=may)


def screen(view: LinesView) -> Screen:
    """List the lines with their estimates; the binding numbers come with the preview."""
    t, draft = view.t, view.session.draft
    if not draft.lines:
        rows = row(Button(t("start.over_button"), "over"))
        return Screen(paragraphs(view.flash, t("lines.empty")), rows)
    shown, before, after = page_of(tuple(enumerate(draft.lines, 1)), view.session.focus.page, _PAGE)
    first, last = shown[0][0], shown[-1][0]
    orders = len(orders_of(draft))
    page = t("lines.page", first=first, last=last, total=len(draft.lines))
    estimate = draft.estimate
    total = t("lines.estimate", total=t.money(estimate)) if estimate is not None else None
    text = paragraphs(
        view.flash,
        t("lines.title"),
        *_described(view, shown),
        lines(
            page if before or after else None,
            total,
            freight_line(t, view.freight),
            fee_ahead(view),
            t("lines.estimate_only"),
        ),
        t("lines.orders", count=orders, most=MOST_IN_ORDER) if orders > 1 else None,
    )
    gap = mixed_batch_gap(draft)
    if gap is not None:
        text = paragraphs(text, mixed_batch_line(t, gap))
    turns = row(
        Button(t("variant.previous_button"), "turn", str((first - 1) // _PAGE - 1))
        if before
        else None,
        Button(t("variant.next_button"), "turn", str((first - 1) // _PAGE + 1)) if after else None,
    )
    return Screen(text, _buttons(view, shown, turns))


def _described(view: View, numbered: Sequence[tuple[int, OrderLine]]) -> list[Html]:
    """One paragraph an offer, with a line for each of its variants."""
    t, language = view.t, view.session.language
    by_offer: dict[OfferId, list[Html]] = {}
    for number, line in numbered:
        title = cut(telling(line.title.in_language(language), _TITLE), _TITLE)
        block = by_offer.setdefault(line.offer_id, [t("lines.offer", title=title)])
        block.append(_described_line(view, number, line))
    return [lines(*block) for block in by_offer.values()]


def _described_line(view: View, number: int, line: OrderLine) -> Html:
    t = view.t
    variant = cut(line.variant.in_language(view.session.language), _VARIANT)
    variant = variant or t("lines.no_variant")
    amount = counted(t, line.quantity, line.unit)
    if line.unit_price is None:
        return t("lines.line_unpriced", number=str(number), variant=variant, quantity=amount)
    return t(
        "lines.line",
        number=str(number),
        variant=variant,
        quantity=amount,
        price=t.money(line.unit_price),
        amount=t.money(line.unit_price * line.quantity),
    )


def _buttons(view: LinesView, shown: Sequence[tuple[int, OrderLine]], turns: Rows) -> Rows:
    t, session = view.t, view.session
    rows: Rows = ()
    for number, _ in shown:
        index = str(number - 1)
        rows += row(
            Button(t("lines.edit_button", number=str(number)), "edit", index),
            Button(t("lines.remove_button", number=str(number)), "remove", index),
        )
    to_address = session.draft.address is None
    label = t("lines.checkout_button" if to_address else "lines.checkout_known_button")
    if mixed_batch_gap(session.draft) is not None:
        label = t("lines.checkout_anyway_button")
    onward = row(Button(label, "checkout"))
    has_variants = any(line.spec_id for line in session.draft.lines)
    another = row(Button(t("lines.more_button"), "more")) if has_variants else ()
    results = row(Button(t("offer.results_button"), "results")) if session.query else ()
    cart = row(cart_button(t, session)) if session.cart.shelf else ()
    cancel = row(Button(t("lines.cancel_button"), "over", style=Style.DANGER))
    together = row(Button(t("buy_terms.cart_button"), "together")) if view.may_organise else ()
    return onward + another + rows + turns + cart + results + together + cancel


async def edit(_: Update, context: Context) -> Reply:
    """Change a line's quantity, with the offer read afresh."""
    index = natural(context.arg)
    return None if index is None else await edit_line(context, index)


async def edit_line(context: Context, index: int) -> Reply:
    """Open the line at `index` at its quantity, or say what became of its goods."""
    line = _line_at(context.session, str(index))
    if line is None:
        return None
    number = index + 1
    try:
        offer = await context.services.search.open_offer(line.offer_id)
    except Refused as error:
        if error.reason is not RefusalReason.NOT_FOUND:
            raise
        context.flash("lines.offer_gone", number=number)
        return None
    context.write(KeepOffer(offer))
    if line.spec_id is not None and offer.sku(line.sku_id) is None:
        context.change(picking=Picking(offer_id=line.offer_id))
        context.flash("lines.variant_gone", number=number)
        return None
    context.change(picking=Picking(offer_id=line.offer_id, sku_id=line.sku_id))
    context.focus(asking=None, page=0)
    return Step.QUANTITY


async def remove(_: Update, context: Context) -> Reply:
    """Drop a line; the estimates of its offer's other lines may change."""
    line = _line_at(context.session, context.arg)
    if line is None:
        return None
    draft = context.session.draft.remove(int(context.arg))
    offer = await context.services.store.offers.offer(line.offer_id)
    if offer is not None:
        draft = repriced(draft, offer, context.services.tier_scope)
    cart = context.session.cart
    context.session = context.session.with_cart(cart.replace(draft=draft))
    context.toast = context.t("lines.removed")
    return Step.CART if cart.shelf and not draft.lines else None


async def more(_: Update, context: Context) -> Reply:
    """Add another variant of what is on the order: of the offer looked at last, else the latest."""
    session = context.session
    ordered = [line.offer_id for line in session.draft.lines]
    if not ordered:
        return None
    looked_at = session.picking.offer_id
    return await search.open_offer(context, looked_at if looked_at in ordered else ordered[-1])


async def checkout(_: Update, context: Context) -> Reply:
    """On to the address, once every offer's minimum is reached or a mixed batch may pass."""
    session = context.session
    if not session.draft.lines:
        return None
    for offer_id in dict.fromkeys(line.offer_id for line in session.draft.lines):
        offer = await context.services.store.offers.offer(offer_id)
        missing = _missing(session, offer) if offer else 0
        if offer is not None and missing > 0 and not offer.mixed_batch.allowed:
            context.flash(
                "lines.below_minimum",
                minimum=counted_anywhere(offer.min_order_quantity, offer.unit),
                missing=counted_anywhere(missing, offer.unit),
                title=Wording(
                    zh=cut(offer.title.zh, _TITLE), translated=cut(offer.title.translated, _TITLE)
                ),
            )
            context.change(picking=Picking(offer_id=offer_id))
            return None
    context.change(focus=Focus())
    if session.draft.address is not None:
        return await _to_preview(context, session.draft.address)
    return Step.ADDRESS


async def _to_preview(context: Context, address: Address) -> Reply:
    """On to the numbers, for an address that was settled beforehand."""
    saved = await context.services.store.addresses.addresses_of(context.session.user_id)
    same = next((each.address_id for each in saved if each.address == address), None)
    context.change(delivery=Delivery(address=address, address_id=same))
    return await preview.quote(context)


def _missing(session: Session, offer: Offer) -> int:
    return offer.min_order_quantity - session.draft.units_of(offer.offer_id)


def _line_at(session: Session, arg: str) -> OrderLine | None:
    index = natural(arg)
    if index is None or index >= len(session.draft.lines):
        return None
    return session.draft.lines[index]


async def text(update: Update, context: Context) -> Reply:
    """A number changes the only line's quantity; other words start a search, the lines kept."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    if quantity.is_quantity(typed):
        return await _change_quantity(update, context)
    context.flash("lines.kept")
    return await search.words(update, context, stay="lines.nothing_found")


async def _change_quantity(update: Update, context: Context) -> Reply:
    lines_ordered = context.session.draft.lines
    if len(lines_ordered) > 1:
        context.flash("lines.which_line")
        return None
    if not lines_ordered:
        return await search.words(update, context)
    step = await edit_line(context, 0)
    return await quantity.text(update, context) if step is Step.QUANTITY else step
