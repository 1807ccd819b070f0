"""The binding numbers: every line with its exact variant, goods, freight, discount, total."""

import html
from collections.abc import Sequence

from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.measuring import fitting, visible_length
from bot.chat.rich import Part, shown
from bot.chat.screens import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Button,
    ContactSheet,
    Picture,
    RichScreen,
    Rows,
    Screen,
    SellerPicture,
    View,
    lines,
    paragraphs,
    row,
)
from bot.chat.texts import Html, cut
from bot.chat.units import counted
from bot.domain.asking import NoteAsked
from bot.domain.drafts import OrderLine, estimate_of
from bot.domain.identifiers import OfferId
from bot.domain.links import bare_offer
from bot.domain.money import Fen
from bot.domain.offers import Offer
from bot.domain.orders import Placing
from bot.domain.quantities import stock_of
from bot.domain.quotes import Quote, QuoteChange
from bot.domain.sessions import Focus, Ordered, Quoted, Session, Step
from bot.domain.splitting import MOST_IN_ORDER, Lines, orders_of
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.services.collecting.shop import ShopNotReady
from bot.telegram.newer import Style
from handlers.finding import search
from handlers.shared.address_words import is_address, take_pasted
from handlers.shared.agreement import NAME_WIDTHS, agreement, agreement_parts
from handlers.shared.failures import failure_key, reason_in, refusal_of
from handlers.shared.money_words import both_amounts

LONGEST_NOTE = 200
MOST_ON_SHEET = 9  # pictures
_BELOW_A_PICTURE = CAPTION_LIMIT - 150  # the record of the order says a little more


def screen(view: View) -> Screen:
    """Show exactly what Confirm agrees to."""
    t, session = view.t, view.session
    if session.quoted.quote is None or session.delivery.address is None:
        rows = row(Button(t("preview.again_button"), "again")) + _ways_back(view)
        return Screen(paragraphs(view.flash, t("preview.no_numbers")), rows)
    if session.focus.asking == NoteAsked():
        rows = row(Button(t("preview.no_note_button"), "no_note"))
        return Screen(
            paragraphs(view.flash, t("preview.note_ask", most=LONGEST_NOTE)), rows, asks=True
        )
    charge = session.quoted.quote.charge
    total = both_amounts(t, charge) if charge else t.money(session.quoted.quote.total)
    confirm = Button(t("preview.confirm_button", total=total), "confirm", style=Style.SUCCESS)
    note = Button(
        t("preview.change_note_button" if session.draft.note else "preview.note_button"), "note"
    )
    text = _text(view, session.quoted.quote)
    rows = row(confirm) + row(note) + _ways_back(view)
    picture = _picture(session)
    fits_below = visible_length(text) <= _BELOW_A_PICTURE
    rich = RichScreen(_parts(view, session.quoted.quote), picture)
    return Screen(text, rows, picture if fits_below else None, rich=rich)


def _picture(session: Session) -> Picture | None:
    """The chosen variants' own pictures, unless they are too many for one sheet."""
    known = dict.fromkeys(
        line.picture_url for line in orders_of(session.draft)[0] if line.picture_url
    )
    if not known or len(known) > MOST_ON_SHEET:
        return None
    urls = tuple(known)
    return SellerPicture(urls[0]) if len(urls) == 1 else ContactSheet(urls)


def _text(view: View, quote: Quote) -> Html:
    """Everything agreed to in one message: the more lines, the shorter their names."""
    t, session = view.t, view.session

    def make(width: int) -> Html:
        return paragraphs(
            *_above(view),
            agreement(
                view,
                orders_of(session.draft)[0],
                quote,
                session.delivery.address,
                session.draft.note,
                width,
            ),
            t("preview.consent"),
        )

    return fitting(make, NAME_WIDTHS, TEXT_LIMIT)


def _parts(view: View, quote: Quote) -> tuple[Part, ...]:
    """The same with a table."""
    session = view.session
    agreed = (orders_of(session.draft)[0], quote, session.delivery.address, session.draft.note)
    return shown(
        (
            *_above(view),
            *agreement_parts(view, *agreed),
            view.t("preview.consent"),
        )
    )


def _above(view: View) -> tuple[Html | None, ...]:
    change = view.session.quoted.change
    return (
        Html(view.flash),
        _difference(view, change) if change else None,
        _title(view),
    )


def _title(view: View) -> Html:
    """Say which of several orders this is, and what all of them come to."""
    t, draft = view.t, view.session.draft
    left = len(orders_of(draft))
    if not draft.orders_made and left == 1:
        return t("preview.title")
    number, of = draft.orders_made + 1, draft.orders_made + left
    together = view.session.quoted.together
    return lines(
        t("preview.title_of", number=number, of=of),
        t("preview.split", most=MOST_IN_ORDER, items=len(draft.lines), orders=left)
        if left > 1
        else None,
        t("preview.together", amount=t.money(together)) if together is not None else None,
    )


def _difference(view: View, change: QuoteChange) -> Html:
    """Say what moved since the person agreed."""
    t = view.t
    moved = [
        t(key, amount=Html(("+" if fen > 0 else "−") + t.money(abs(fen))))
        for key, fen in (
            ("preview.goods_moved", change.goods),
            ("preview.freight_moved", change.freight),
            ("preview.total_moved", change.total),
        )
        if fen
    ]
    return lines(t("preview.changed"), *moved)


def _ways_back(view: View) -> Rows:
    t = view.t
    return row(
        Button(t("preview.lines_button"), "lines"), Button(t("preview.address_button"), "address")
    ) + row(Button(t("lines.cancel_button"), "over", style=Style.DANGER))


async def quote(context: Context) -> Reply:
    """Ask the marketplace for the binding numbers and show them."""
    session = context.session
    if not session.draft.lines:
        return Step.START
    if session.delivery.address is None:
        return Step.ADDRESS
    context.change(quoted=Quoted(), focus=Focus())
    context.doing = context.t("doing.quote")
    orders = orders_of(session.draft)
    quotes = []
    for number, order in enumerate(orders):
        try:
            found = await context.services.marketplace.preview(order, session.delivery.address)
            quotes.append(await _priced(context, found))
        except ShopNotReady:
            context.flash("pay.shop_not_ready")
            return Step.PREVIEW
        except Refused as error:
            return await _refused(context, error, number)
        except MarketplaceError as error:
            context.flash(failure_key(error))
            return Step.PREVIEW
    together = Fen(sum(each.whole for each in quotes)) if len(quotes) > 1 else None
    context.change(quoted=Quoted(quote=quotes[0], at=context.now, together=together))
    _warn_of_dearer(context, orders[0], quotes[0])
    return Step.PREVIEW


async def _priced(context: Context, found: Quote) -> Quote:
    """Add what a shop asks for it, by the terms that hold now."""
    shop = context.services.shop
    return found if shop is None else await shop.priced(found)


def _warn_of_dearer(context: Context, order: Lines, binding: Quote) -> None:
    """Say when goods cost more than they were estimated at, however long ago that was."""
    estimate = estimate_of(order)
    if estimate is not None and binding.goods > estimate:
        context.flash("preview.dearer", money={"goods": binding.goods, "estimate": estimate})


async def _refused(context: Context, error: Refused, number: int) -> Reply:
    """Say why, name the lines where that can be found out, and lead to what mends it."""
    draft = context.session.draft
    orders = orders_of(draft)
    key, step = refusal_of(error.reason.value)
    reason = reason_in(error.message, error.code)
    if error.reason in BLAMES_LINES:
        blamed = await at_fault(context, orders[number])
        reason = "; ".join((reason, *blamed))
    if len(orders) > 1:
        made = draft.orders_made
        which = context.t("preview.which", number=made + number + 1, of=made + len(orders))
        reason = "; ".join((html.unescape(which), reason))
    context.flash(key, reason=reason)
    return step


async def again(_: Update, context: Context) -> Reply:
    """Ask for the numbers once more."""
    return await quote(context)


async def note(_: Update, context: Context) -> Reply:
    """Ask for a note to the seller."""
    context.focus(asking=NoteAsked())
    return None


async def no_note(_: Update, context: Context) -> Reply:
    """Order without a note."""
    context.session = context.session.with_draft(context.session.draft.replace(note=""))
    context.focus(asking=None)
    return None


async def text(update: Update, context: Context) -> Reply:
    """The note when it was asked for; an offer's number or an address; else what buttons do."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    if context.session.focus.asking != NoteAsked():
        offer_id = bare_offer(typed)
        if offer_id is not None:
            return await search.open_offer(context, offer_id)
        if is_address(context, typed):
            return take_pasted(context, typed)
        context.flash("preview.use_buttons")
        return None
    if len(typed) > LONGEST_NOTE:
        context.flash("preview.note_too_long", most=LONGEST_NOTE, length=len(typed))
        return None
    noted = context.session.draft.replace(note=cut(typed, LONGEST_NOTE))
    context.session = context.session.with_draft(noted)
    context.focus(asking=None)
    return None


async def to_address(_: Update, context: Context) -> Reply:
    """Deliver somewhere else."""
    draft = context.session.draft.replace(address=None)
    context.session = context.session.with_draft(draft)
    context.change(quoted=Quoted(), focus=Focus())
    return Step.ADDRESS


def returned(session: Session, key: str, placing: Placing) -> Session:
    """Bring a conversation back to the preview after an order that was not made."""
    if placing is Placing.CHANGED:
        return session.replace(step=Step.PREVIEW, ordered=Ordered())
    return session.replace(step=Step.PREVIEW, ordered=Ordered(), quoted=Quoted()).with_flash(key)


_MOST_OFFERS_READ = 5
BLAMES_LINES = {
    RefusalReason.NOT_TRADABLE,
    RefusalReason.SPEC_MISMATCH,
    RefusalReason.OTHER_SELLER,
    RefusalReason.OUT_OF_STOCK,
}


async def at_fault(context: Context, order: Sequence[OrderLine]) -> list[str]:
    """Return what is wrong with an order's lines now; empty when that can't be told.

    Lines are numbered as the draft has them.
    """
    t, draft = context.t, context.session.draft
    found: list[str] = []
    offers: dict[OfferId, Offer | None] = {}
    for number, line in enumerate(draft.lines, 1):
        if line not in order:
            continue
        if line.offer_id not in offers:
            if len(offers) == _MOST_OFFERS_READ:
                break
            try:
                offers[line.offer_id] = await context.services.search.open_offer(line.offer_id)
            except Refused:
                offers[line.offer_id] = None
            except MarketplaceError:
                # The refusal itself is told; its details can wait until the next try.
                break
        offer = offers[line.offer_id]
        sku = offer.sku(line.sku_id) if offer else None
        if offer is None or not offer.on_sale or (line.spec_id and sku is None):
            found.append(t("refusal.line_gone", number=number))
        elif stock_of(offer, sku) < line.quantity:
            stock = counted(t, stock_of(offer, sku), offer.unit)
            found.append(t("refusal.line_short", number=number, stock=stock))
    return [html.unescape(each) for each in found]
