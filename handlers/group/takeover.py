"""`/takeover`: an operator runs a group buy whose organiser can't be reached any more."""

import re

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Screen
from bot.chat.texts import Html, cut
from bot.domain.asking import BuyAsked
from bot.domain.group_buys.buys import BuyRefused, Change, GroupBuy
from bot.domain.group_buys.handing_over import taken_over
from bot.domain.group_buys.terms import LONGEST_TEXT
from bot.domain.identifiers import BuyId
from bot.domain.ledger import Books
from bot.domain.sessions import Step
from bot.domain.writes import ChangeBuy
from handlers.always import anywhere
from handlers.group.buy_acting import returning
from handlers.group.buy_words import REFUSED, state_word
from handlers.group.terms_words import buy_title

_LOOKED_AT = re.compile(r"/takeover(?:@\w+)?\s+(\d{1,12})")
_ASKED = re.compile(r"/takeover(?:@\w+)?\s+(\d{1,12})\s+(\S.*)", re.DOTALL)


async def takeover(update: Update, context: Context) -> Reply:
    """`/takeover 7 How to pay`: the buy of that number is the operator's from now on."""
    operates = context.services.access.is_operator(context.session.user_id)
    if context.services.groups is None or not operates:
        return await anywhere.unknown_command(update, context)
    if context.session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    message = update.effective_message
    typed = ((message.text if message else None) or "").strip()
    if (number_alone := _LOOKED_AT.fullmatch(typed)) is not None:
        return _said(await _looked_at(context, BuyId(natural(number_alone[1]) or 0)))
    asked = _ASKED.fullmatch(typed)
    if asked is None:
        return _said(context.t("takeover.usage"))
    number = BuyId(natural(asked[1]) or 0)
    if (refused := await _taken(context, number, cut(asked[2], LONGEST_TEXT))) is not None:
        return _said(refused)
    context.flash("takeover.done")
    context.focus(asking=BuyAsked(buy_id=number), return_to=returning(context), page=0)
    return Step.BUY


async def _looked_at(context: Context, number: BuyId) -> Html:
    """Say which buy that is, before anybody takes it over: there is no way to give it back."""
    t = context.t
    buy = await context.services.store.group_buys.buy(number)
    if buy is None:
        return t("takeover.no_such_buy", number=f"{number}")
    return t(
        "takeover.look",
        number=f"{number}",
        title=buy_title(t, buy.terms),
        state=Html(state_word(t, buy)),
        count=len(buy.members),
    )


async def _taken(context: Context, number: BuyId, payment: str) -> Html | None:
    """Have the buy made the operator's with the step; return why it can't be."""
    t, me, language = context.t, context.session.user_id, context.session.language
    store = context.services.store
    buy = await store.group_buys.buy(number)
    if buy is None:
        return t("takeover.no_such_buy", number=f"{number}")
    book = await store.addresses.addresses_of(me)
    if not book:
        return t("buy_terms.no_address")
    address = book[0].address

    def decide(there: GroupBuy, books: Books) -> Change:
        return taken_over(there, me, payment, address, language, books)

    try:
        decide(buy, await store.group_buys.books_of_buy(number))
    except BuyRefused as error:
        return t(REFUSED[error.why], left=error.left)
    context.write(ChangeBuy(number, decide))
    return None


def _said(text: Html) -> Reply:
    return Overlay(Screen(text))
