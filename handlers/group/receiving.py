"""Members' money as the organiser saw it come in: one's, or what many say they paid, at once.

What is sent back and what is written off stands beside it.
"""

import html
from collections.abc import Callable

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, lines, paragraphs, row
from bot.chat.texts import Texts, cut
from bot.domain.asking import BuyAsked
from bot.domain.collecting import LONGEST_PROOF
from bot.domain.currencies import Money, MoneyUnreadable, read_money
from bot.domain.group_buys import fulfilling, receiving
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.receiving import all_received, said_to_be_paid
from bot.domain.ledger import Books
from bot.telegram.newer import Style
from handlers.group.buy_acting import (
    about_whom,
    acts,
    back,
    key_of,
    seen,
    user_about,
)
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


async def receive(_: Update, context: Context) -> Reply:
    """The organiser saw come in exactly what the button says. It is refused once more is owed."""
    shown = natural(context.arg)

    def exactly(owed: Money) -> Money:
        if owed.units != shown:
            raise BuyRefused(Why.TERMS)
        return owed

    await _receive(context, exactly)
    return None


async def nothing(_: Update, context: Context) -> Reply:
    """The organiser saw nothing come in."""
    about, key = about_whom(context), key_of(context)

    def decide(buy: GroupBuy, _books: Books, _context: Context) -> Change:
        return receiving.proof_declined(buy, user_about(buy, about), key)

    if await acts(context, decide):
        context.flash("buy.nothing_came")
        return await back(_, context)
    return None


async def send_back(_: Update, context: Context) -> Reply:
    """The organiser sent back what the button says. It is refused once another sum is owed."""
    about, key, shown = about_whom(context), key_of(context), natural(context.arg)

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        user = user_about(buy, about)
        owed = -books.account_of(buy.account_of(user), buy.terms.rate.currency).balance
        if owed.units != shown:
            raise BuyRefused(Why.TERMS)
        return fulfilling.sent_back(buy, user, owed, key, books, context.now)

    if await acts(context, decide):
        return await back(_, context)
    return None


async def amount_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Book the amount that the organiser saw come in."""
    buy, _ = await seen(context.session, context.services)
    if buy is None:
        context.flash("buy.gone")
        return None
    try:
        amount = read_money(typed, buy.terms.rate.currency)
    except MoneyUnreadable:
        context.flash("buy.not_an_amount")
        return None
    context.focus(asking=asking.replace(what="member"))
    await _receive(context, lambda _owed: amount)
    return None


async def _receive(context: Context, came_in: Callable[[Money], Money]) -> None:
    about, key = about_whom(context), key_of(context)

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        user = user_about(buy, about)
        owed = books.account_of(buy.account_of(user), buy.terms.rate.currency).balance
        return receiving.paid(buy, user, came_in(owed), key, books, context.now)

    if await acts(context, decide):
        asking = context.session.focus.asking
        if isinstance(asking, BuyAsked):
            context.focus(asking=BuyAsked(buy_id=asking.buy_id))


async def reason_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Write a balance off for that reason."""
    if not typed:
        return None
    about, reason = asking.about, cut(typed, LONGEST_PROOF)

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        return fulfilling.given_up(buy, user_about(buy, about), reason, books, context.now)

    if await acts(context, decide):
        context.focus(asking=BuyAsked(buy_id=asking.buy_id))
    return None
