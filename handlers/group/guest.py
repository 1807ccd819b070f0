"""Goods asked for where the bot is no member: it is mentioned there and may answer once.

https://core.telegram.org/api/bots/guest-mode. The chat is nobody's here: it may even have the
number of a chat of the bot's own, so nothing is kept of it and nothing sent to it by number.
"""

from typing import Any

import structlog
from telegram import Message, Update
from telegram.error import BadRequest, TelegramError
from telegram.ext import BaseHandler

from bot.chat.context import Context
from bot.chat.measuring import without_markup
from bot.chat.screens import Button, Screen, row
from bot.chat.texts import Texts, language_of, texts_in
from bot.domain.identifiers import UserId
from bot.domain.links import GroupLinks, start_link
from bot.services.bundle import Services
from bot.telegram.newer import AnswerGuestQuery
from handlers.group.answering import GoodsInGroups, GroupAllowance
from handlers.group.asked import asked_as_guest
from handlers.group.inline import article

_log = structlog.get_logger(__name__)


class GuestGoods(BaseHandler[Update, Context, None]):
    """Answers guest queries with one card, bounded for the person who asks."""

    def __init__(
        self, services: Services, goods: GoodsInGroups, allowance: GroupAllowance, links: GroupLinks
    ) -> None:
        super().__init__(self._answer)
        self._services = services
        self._goods = goods
        self._allowance = allowance
        self._links = links

    def check_update(self, update: object) -> bool:
        """Take every guest message: nothing else may treat its chat as one of ours."""
        return isinstance(update, Update) and update.guest_message is not None

    async def _answer(self, update: Update, context: Context) -> None:
        message = update.guest_message
        if message is None or not message.guest_query_id or message.from_user is None:
            return
        person = message.from_user
        if person.is_bot or not self._allowance.take(person.id):
            return  # said once a minute would still be one message too many in others' chats
        shop = self._services.shop
        t = texts_in(language_of(person.language_code))
        t = t.priced(shop.rate if shop else None)
        screen = await self._screen(message, UserId(person.id), t, context)
        await self._give(message.guest_query_id, screen, context)

    async def _screen(self, message: Message, person: UserId, t: Texts, context: Context) -> Screen:
        name = context.bot.username
        private = row(Button(t("groups.open_button"), url=start_link(name, "guest")))
        if not await self._services.access.lets_in(person):
            return Screen(t("groups.private_only"), private)
        asked = asked_as_guest(message, name, self._links)
        answer = await self._goods.answer_to(asked, person, t, name)
        return answer if isinstance(answer, Screen) else Screen(answer, private)

    async def _give(self, query_id: str, screen: Screen, context: Context) -> None:
        """Answer once; what Telegram does not take of a card comes as its words alone."""
        whole = article("card", without_markup(screen.text), "", screen)
        words: dict[str, Any] = {
            "type": "article",
            "id": "words",
            "title": whole["title"],
            "input_message_content": {"message_text": without_markup(screen.text)},
        }
        for result in (whole, words):
            try:
                await context.bot.ask(AnswerGuestQuery(guest_query_id=query_id, result=result))
            except BadRequest as error:
                _log.info("guest_not_answered", reason=error.message)
                if "query" in error.message.lower():
                    return  # too old, or answered: the words alone would come too late as well
            except TelegramError as error:
                _log.info("guest_not_answered", reason=type(error).__name__)
                return
            else:
                return
