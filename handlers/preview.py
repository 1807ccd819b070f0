"""The binding numbers: every line with its exact variant, goods, freight, discount, total."""

from telegram import Update

from bot.context import Context, Outcome
from bot.domain.orders import Placing
from bot.domain.quotes import Quote, QuoteChange
from bot.domain.sessions import Session, Step
from bot.marketplace.errors import MarketplaceError, Refused
from bot.measuring import visible_length
from bot.screens import TEXT_LIMIT, Button, Rows, Screen, View, lines, paragraphs, row
from bot.texts import Html, cut
from bot.units import counted
from handlers.failures import failure_key, reason_in, refusal_of
from handlers.faulty_lines import BLAMES_LINES, at_fault
from handlers.variant import both

LONGEST_NOTE = 200
_WIDTHS = (48, 24, 12, 6)  # characters of a name, until the whole order fits one message


def screen(view: View) -> Screen:
    """Show exactly what Confirm agrees to."""
    t, session = view.t, view.session
    if session.quote is None or session.address is None:
        rows = row(Button(t("preview.again_button"), "again")) + _ways_back(view)
        return Screen(paragraphs(view.notice, t("preview.no_numbers")), rows)
    if session.asking == "note":
        rows = row(Button(t("preview.no_note_button"), "no_note"))
        return Screen(paragraphs(view.notice, t("preview.note_ask", most=LONGEST_NOTE)), rows)
    confirm = Button(t("preview.confirm_button", total=t.money(session.quote.total)), "confirm")
    note = Button(
        t("preview.change_note_button" if session.note else "preview.note_button"), "note"
    )
    return Screen(_text(view, session.quote), row(confirm) + row(note) + _ways_back(view))


def _text(view: View, quote: Quote) -> Html:
    """Everything agreed to in one message: the more lines, the shorter their names."""
    t, session = view.t, view.session
    text = Html("")
    for width in _WIDTHS:
        text = paragraphs(
            view.notice,
            _difference(view, session.change) if session.change else None,
            t("preview.title"),
            _lines(view, quote, width),
            totals(view, quote),
            _address(view),
            t("preview.note", note=session.note) if session.note else None,
            t("preview.consent"),
        )
        if visible_length(text) <= TEXT_LIMIT:
            break
    return text


def _lines(view: View, quote: Quote, width: int) -> Html:
    t, language = view.t, view.session.language
    blocks: list[Html] = []
    shown_offer = None
    for number, line in enumerate(view.session.draft.lines, 1):
        if line.offer_id != shown_offer:
            shown_offer = line.offer_id
            blocks.append(t("lines.offer", title=cut(line.title.in_language(language), width)))
        quoted = quote.line_for(line)
        variant = cut(both(line.variant.in_language(language), line.variant.zh), width * 2)
        blocks.append(
            t(
                "preview.line",
                number=str(number),
                variant=variant or t("lines.no_variant"),
                quantity=counted(t, line.quantity, line.unit),
                price=t.money(quoted.unit_price) if quoted else "—",
                amount=t.money(quoted.amount) if quoted else "—",
            )
        )
    return lines(*blocks)


def totals(view: View, quote: Quote) -> Html:
    """Goods, freight, discount and total, one a line."""
    t = view.t
    return lines(
        t("preview.goods", amount=t.money(quote.goods)),
        t("preview.discount", amount=t.money(quote.discount)) if quote.discount else None,
        t("preview.freight", amount=t.money(quote.freight)),
        t("preview.additional", amount=t.money(quote.additional)) if quote.additional else None,
        t("preview.total", amount=t.money(quote.total)),
        t("preview.parts", count=quote.parts) if quote.parts > 1 else None,
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


def _address(view: View) -> Html:
    address = view.session.address
    if address is None:
        return Html("")
    return view.t(
        "preview.address",
        name=address.full_name,
        mobile=address.mobile,
        division=address.division,
        street=address.street,
    )


def _ways_back(view: View) -> Rows:
    t = view.t
    return row(
        Button(t("preview.lines_button"), "lines"), Button(t("preview.address_button"), "address")
    ) + row(Button(t("lines.cancel_button"), "over"))


async def quote(context: Context) -> Outcome:
    """Ask the marketplace for the binding numbers and show them."""
    session = context.session
    if not session.draft.lines:
        return Step.START
    if session.address is None:
        return Step.ADDRESS
    context.change(quote=None, change=None, asking=None, return_to=None, page=0)
    try:
        binding = await context.services.marketplace.preview(session.draft.lines, session.address)
    except Refused as error:
        return await _refused(context, error)
    except MarketplaceError as error:
        context.notice(failure_key(error))
        return Step.PREVIEW
    context.change(quote=binding)
    return Step.PREVIEW


async def _refused(context: Context, error: Refused) -> Outcome:
    """Say why, name the lines where that can be found out, and lead to what mends it."""
    key, step = refusal_of(error.reason.value)
    reason = reason_in(error.message, error.code)
    if error.reason in BLAMES_LINES:
        blamed = await at_fault(context)
        reason = "; ".join((reason, *blamed))
    context.notice(key, reason=reason)
    return step


async def again(_: Update, context: Context) -> Outcome:
    """Ask for the numbers once more."""
    return await quote(context)


async def note(_: Update, context: Context) -> Outcome:
    """Ask for a note to the seller."""
    context.change(asking="note")
    return None


async def no_note(_: Update, context: Context) -> Outcome:
    """Order without a note."""
    context.change(asking=None, note="")
    return None


async def text(update: Update, context: Context) -> Outcome:
    """The note when it was asked for; else say what the buttons do."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    if context.session.asking != "note":
        context.notice("preview.use_buttons")
        return None
    if len(typed) > LONGEST_NOTE:
        context.notice("preview.note_too_long", most=LONGEST_NOTE, length=len(typed))
        return None
    context.change(note=cut(typed, LONGEST_NOTE), asking=None)
    return None


async def to_address(_: Update, context: Context) -> Outcome:
    """Deliver somewhere else."""
    context.change(asking=None, quote=None, change=None, page=0, return_to=None)
    return Step.ADDRESS


def returned(session: Session, key: str, placing: Placing) -> Session:
    """Bring a conversation back to the preview after an order that was not made."""
    if placing is Placing.CHANGED:
        return session.replace(step=Step.PREVIEW, order_no=None)
    return session.replace(step=Step.PREVIEW, order_no=None, quote=None).with_notice(key)
