"""What many say they have paid is taken in by one look at one statement, and two presses."""

import html

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, lines, paragraphs, row
from bot.chat.texts import Texts
from bot.domain.currencies import Money
from bot.domain.group_buys.buys import BuyState, Change, GroupBuy
from bot.domain.group_buys.receiving import all_received, said_to_be_paid
from bot.domain.ledger import Books
from bot.telegram.newer import Style
from handlers.group.buy_acting import acts, back, key_of
from handlers.group.buy_view import BuyView

_LISTED = 50
_SEVERAL = 2


def all_in_rows(view: BuyView, t: Texts, buy: GroupBuy) -> Rows:
    """Offer to take in what several say they paid."""
    said = said_to_be_paid(buy, view.books)
    # Before the order each stands below it as a button of its own.
    if len(said) < (_SEVERAL if buy.state is BuyState.COLLECTING else 1):
        return ()
    return row(Button(html.unescape(t("buy.all_in_button", count=len(said))), "ask", "all_in"))


def screen(view: BuyView, t: Texts, buy: GroupBuy) -> Screen:
    """List who says so and what each owes, with the sum to be found on the statement."""
    said = said_to_be_paid(buy, view.books)
    total = Money(currency=buy.terms.rate.currency, units=sum(e.units for e in said.values()))
    listed = []
    for user, owed in list(said.items())[:_LISTED]:
        first = buy.claims_of(user)[0]
        name = first.name or first.username or f"{user}"
        listed.append(
            t("buy.all_in_line", name=name, amount=t.amount(owed), code=buy.account_of(user))
        )
    if len(said) > _LISTED:
        listed.append(t("buy.all_in_more", count=len(said) - _LISTED))
    yes = html.unescape(t("buy.all_in_yes_button", amount=t.amount(total)))
    text = paragraphs(view.flash, t("buy.all_in_explained", count=len(said)), lines(*listed))
    buttons = row(Button(yes, "all_in", str(total.units), style=Style.SUCCESS)) if said else ()
    return Screen(text, buttons + row(Button(t("buy.back_button"), "back")))


async def all_in(update: Update, context: Context) -> Reply:
    """Book exactly the sum that the screen showed."""
    total, key = natural(context.arg), key_of(context)
    if total is None:
        context.flash("buy.gone")
        return None

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        return all_received(buy, total, key, books, context.now)

    await acts(context, decide)
    return await back(update, context)
