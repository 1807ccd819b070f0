"""`/balance`: every entry of a person's own account with the shop, each with its reason."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Screen, lines, page_of, paragraphs, row
from bot.chat.texts import Html
from bot.domain.currencies import Currency, Money
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.ledger import Books, Kind, Operation
from bot.domain.marketplace_bookings import is_raise
from handlers.always import anywhere

_PAGE = 12
_REASONS = {
    Kind.CHARGE: "balance.charge",
    Kind.RECEIPT: "balance.receipt",
    Kind.SET_OFF: "balance.set_off",
    Kind.CREDIT: "balance.credit",
    Kind.REFUND: "balance.refund",
    Kind.WRITE_OFF: "balance.write_off",
    Kind.REVERSAL: "balance.reversal",
}


async def balance(update: Update, context: Context) -> Reply:
    """Show the account, the newest entries first."""
    shop = context.services.shop
    if shop is None:
        return await anywhere.unknown_command(update, context)
    books = await shop.books_of(context.session.user_id)
    return Overlay(_screen(context, books, natural(context.arg) or 0), in_place=bool(context.arg))


def _screen(context: Context, books: Books, page: int) -> Screen:
    t = context.t
    told = [
        _entry(context, operation, order_no, amount)
        for operation in reversed(list(books))
        for order_no, amount in operation.customer_entries()
    ]
    shown, before, after = page_of(told, page, _PAGE)
    totals = [_total(context, books, currency) for currency in books.currencies()]
    text = paragraphs(
        t("balance.title"),
        lines(*totals) or t("balance.nothing"),
        lines(*shown),
        t("balance.note") if told else None,
    )
    turns = row(
        Button(t("balance.newer_button"), "balance", f"{page - 1}", standing=True)
        if before
        else None,
        Button(t("balance.older_button"), "balance", f"{page + 1}", standing=True)
        if after
        else None,
    )
    return Screen(text, turns + row(Button(t("orders.mine_button"), "mine", standing=True)))


def _total(context: Context, books: Books, currency: Currency) -> Html:
    t, open_ = context.t, books.balance(currency)
    if open_.units > 0:
        return t("balance.you_owe", amount=t.amount(open_))
    if open_.units < 0:
        return t("balance.shop_owes", amount=t.amount(-open_))
    return t("balance.even", currency=currency.code)


def _entry(
    context: Context, operation: Operation, order_no: MerchantOrderNo, amount: Money
) -> Html:
    t = context.t
    # Charges raise what the person owes; from their side they are minus.
    sign = Html("−" if amount.units > 0 else "+")
    size = t.amount(amount if amount.units > 0 else -amount)
    return t(
        "balance.entry",
        day=t.day(operation.at, context.now),
        reason=t("balance.raised" if is_raise(operation) else _REASONS[operation.kind]),
        number=order_no,
        amount=Html(f"{sign}{size}"),
    )
