"""What an organiser booked, listed, and a mistake taken back: asked once, with what it does."""

import hashlib
import html
from collections.abc import Sequence

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, page_of, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.asking import BuyAsked
from bot.domain.currencies import CNY
from bot.domain.group_buys import selling
from bot.domain.group_buys import taking_back as domain
from bot.domain.group_buys.buys import BuyRefused, Change, GroupBuy, Why
from bot.domain.group_buys.taking_back import Booked, Booking, bookings, may_be_taken_back
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books
from bot.telegram.newer import Style
from handlers.group.buy_acting import acts, back, seen
from handlers.group.buy_view import BuyView
from handlers.group.buy_words import variant_name

_PAGE = 8
_NAME = 24
_OF_MEMBER = 3  # of the latest, on a member's page
_KINDS = {
    Booked.RECEIPT: "buy.booked_receipt",
    Booked.SENT_BACK: "buy.booked_sent_back",
    Booked.ALLOWED: "buy.booked_allowed",
    Booked.WRITE_OFF: "buy.booked_write_off",
    Booked.RESALE: "buy.booked_resale",
    Booked.SELLER_REFUND: "buy.booked_seller_refund",
    Booked.ABROAD: "buy.booked_abroad",
}
_EFFECTS = {
    Booked.RECEIPT: "buy.undo_receipt",
    Booked.SENT_BACK: "buy.undo_sent_back",
    Booked.ALLOWED: "buy.undo_allowed",
    Booked.WRITE_OFF: "buy.undo_write_off",
    Booked.SALE: "buy.undo_sale",
    Booked.RESALE: "buy.undo_resale",
    Booked.SELLER_REFUND: "buy.undo_seller_refund",
    Booked.ABROAD: "buy.undo_abroad",
}


def bookings_row(view: BuyView, t: Texts) -> Rows:
    """Lead to what was booked, once something was."""
    if not bookings(view.books):
        return ()
    return row(Button(t("buy.bookings_button"), "ask", "bookings"))


def listed(view: BuyView, t: Texts, buy: GroupBuy) -> Screen:
    """List what was booked, the latest first; what may be taken back has a button."""
    there = list(reversed(bookings(view.books)))
    page = view.session.focus.page
    shown, before, after = page_of(there, page, _PAGE)
    told = []
    for each in shown:
        key = "buy.booking_line" if each.back_at is None else "buy.booking_back_line"
        told.append(t(key, moment=t.moment(each.at), what=_named(t, buy, each)))
    turning = row(
        Button("◀️", "turn", str(page - 1)) if before else None,
        Button("▶️", "turn", str(page + 1)) if after else None,
    )
    text = paragraphs(view.flash, t("buy.bookings_title"), lines(*told))
    buttons = grid(_buttons(view, t, buy, shown), 1)
    return Screen(text, buttons + turning + row(Button(t("buy.back_button"), "back")))


def member_rows(view: BuyView, t: Texts, buy: GroupBuy, user: UserId) -> Rows:
    """Offer to take back what was booked of one member's money last."""
    account = buy.account_of(user)
    mine = [
        each
        for each in bookings(view.books)
        if (found := view.books.get(each.key)) is not None and found.order_no == account
    ]
    return grid(_buttons(view, t, buy, mine[-_OF_MEMBER:]), 1)


def _buttons(view: BuyView, t: Texts, buy: GroupBuy, shown: Sequence[Booking]) -> list[Button]:
    found = []
    for each in shown:
        if each.back_at is None and may_be_taken_back(buy, view.books, each):
            label = html.unescape(t("buy.undo_button", what=_named(t, buy, each)))
            found.append(Button(cut(label, 60), "undo", str(_mark_of(each))))
    return found


def asked(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    """Say what taking a booking back does, and ask."""
    back_ = row(Button(t("buy.back_button"), "ask", "bookings"))
    found = _marked(view.books, asking.about)
    if found is None or not may_be_taken_back(buy, view.books, found):
        return Screen(paragraphs(view.flash, t("buy.refused_state")), back_)
    text = paragraphs(
        view.flash,
        t("buy.undo_ask", what=_named(t, buy, found), moment=t.moment(found.at)),
        _effect(view, t, buy, found),
        t("buy.undo_both_stay"),
    )
    yes = Button(t("buy.undo_yes_button"), "undo_yes", str(asking.about), style=Style.DANGER)
    return Screen(text, row(yes) + back_)


async def undo(update: Update, context: Context) -> Reply:
    """Take the booking back that the button names; refused where it was taken back before."""
    _, books = await seen(context.session, context.services)
    found = _marked(books, natural(context.arg) or 0)

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        if found is None:
            raise BuyRefused(Why.STATE)
        return domain.taken_back(buy, found.key, books, context.now)

    if await acts(context, decide):
        context.flash("buy.undone")
    return await back(update, context)


def _effect(view: BuyView, t: Texts, buy: GroupBuy, booking: Booking) -> Html:
    """Say what taking it back does, and how many are told where that may be many."""
    key = _EFFECTS[booking.kind]
    if booking.kind not in {Booked.SELLER_REFUND, Booked.ABROAD}:
        return t(key)
    change = domain.taken_back(buy, booking.key, view.books, booking.at)
    return t(key, count=len({each.user_id for each in change.news}))


def _named(t: Texts, buy: GroupBuy, booking: Booking) -> Html:
    """Say what was booked, of whom, how much."""
    if booking.kind is Booked.SALE:
        spec, pieces = selling.sold_by(buy, booking.key)
        return t(
            "buy.booked_sale",
            variant=cut(variant_name(t, buy, buy.terms.variant(spec)), _NAME),
            pieces=counted(t, pieces, buy.terms.goods_with(spec).unit),
            amount=t.amount(booking.amount),
        )
    mine = buy.claims_of(booking.user_id)
    name = (mine[0].name or mine[0].username if mine else "") or f"{booking.user_id}"
    whole = booking.amount.currency is CNY
    amount = t.yuan(booking.amount.units) if whole else t.amount(booking.amount)
    return t(_KINDS[booking.kind], name=cut(name, _NAME), amount=amount)


def _mark_of(booking: Booking) -> int:
    """Return the number that stands for a booking in a button: a key may be too long for one."""
    return int.from_bytes(hashlib.blake2s(booking.key.encode(), digest_size=5).digest())


def _marked(books: Books, mark: int) -> Booking | None:
    return next((each for each in bookings(books) if _mark_of(each) == mark), None)
