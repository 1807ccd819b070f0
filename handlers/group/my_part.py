"""One's own part of a group buy, shown below its card to whoever presses there, and nobody else.

Where Telegram can't show it to one person the private chat opens at the same buy.
"""

from datetime import datetime, timedelta

from telegram import CallbackQuery, Update
from telegram.ext import BaseHandler

from bot.chat.context import Context
from bot.chat.conversation import received_at
from bot.chat.ephemeral import show_presser
from bot.chat.keyboards import ON_CARD
from bot.chat.screens import Button, Screen, lines, paragraphs, row
from bot.chat.texts import Texts, language_of, texts_in
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.identifiers import ChatId, UserId
from bot.domain.ledger import Books
from bot.services.bundle import Services
from handlers.group.buy_card import PART, PAYLOAD, join_link
from handlers.group.buy_words import claim_line, priced, state_line
from handlers.group.terms_words import buy_title

_ALL = 1_000_000
_LISTED = 10


class MyPart(BaseHandler[Update, Context, None]):
    """Takes a press on *My part* in a group or channel."""

    def __init__(self, services: Services) -> None:
        super().__init__(self._handle)
        self._services = services

    def check_update(self, update: object) -> bool:
        """Take what was pressed on a card."""
        query = update.callback_query if isinstance(update, Update) else None
        return query is not None and (query.data or "").startswith(f"{ON_CARD}{PART}.")

    async def _handle(self, update: Update, context: Context) -> None:
        query = update.callback_query
        if query is None:
            return
        token = (query.data or "").removeprefix(f"{ON_CARD}{PART}.")
        me, bot = UserId(query.from_user.id), context.bot
        t = texts_in(await self._language(query))
        buy, books = await self._mine(token, me)
        came = received_at.get()
        age = max(datetime.now(came.tzinfo) - came, timedelta()) if came else timedelta()
        screen = part_screen(t, bot.username, buy, books, me)
        await show_presser(bot, query, screen, payload=f"{PAYLOAD}{token}", age=age)

    async def _language(self, query: CallbackQuery) -> str:
        me = query.from_user.id
        stored = await self._services.store.conversations.load_session(ChatId(me), UserId(me))
        return stored.language if stored else language_of(query.from_user.language_code)

    async def _mine(self, token: str, me: UserId) -> tuple[GroupBuy | None, Books]:
        """Return the buy with the person's own claims alone, and their own account."""
        buys = self._services.store.group_buys
        buy = await buys.head(token)
        if buy is None:
            return None, Books()
        mine = [each for each in await buys.joined_by(me, _ALL) if each.buy_id == buy.buy_id]
        if not mine:
            return buy, Books()
        books = await buys.books_of_buy(buy.buy_id)
        return mine[0], Books(each for each in books if each.user_id == me)


def part_screen(t: Texts, username: str, buy: GroupBuy | None, books: Books, me: UserId) -> Screen:
    """Say what somebody has in a buy and what they owe; `buy` holds no claims but theirs."""
    if buy is None:
        return Screen(t("buy.gone"))
    t = priced(t, buy.terms)
    open_ = row(Button(t("buy.open_page_button"), url=join_link(username, buy)))
    head = t("buy.card_title", title=buy_title(t, buy.terms))
    if not buy.claims:
        joining = buy.state is BuyState.OPEN
        rows = row(Button(t("buy.join_button"), url=join_link(username, buy))) if joining else ()
        return Screen(paragraphs(head, t("buy.no_part"), state_line(t, buy)), rows)
    balance = books.account_of(buy.account_of(me), buy.terms.rate.currency).balance
    owing = me != buy.organiser and balance.units > 0
    money = t("buy.to_pay", amount=t.amount(balance), code=buy.account_of(me)) if owing else None
    mine = lines(t("buy.yours"), *[claim_line(t, buy, each) for each in buy.claims[:_LISTED]])
    return Screen(paragraphs(head, mine, money, state_line(t, buy)), open_)
