"""Goods asked for in a group: one card, within bounds for the group and for the person."""

import time
from array import array
from collections.abc import Callable
from contextlib import nullcontext
from math import ceil

import structlog
from telegram import Message, Update
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import BaseHandler

from bot.chat.cards import CardDrawer
from bot.chat.context import Context
from bot.chat.screens import Button, Screen, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.walks import letting_pass
from bot.domain.identifiers import ChatId, OfferId, UserId, order_named
from bot.domain.links import GroupLinks, start_link
from bot.domain.recent import Recent
from bot.domain.sessions import Query
from bot.domain.small_talk import Talk, command_meant, says_paid, talk_of, wanted_as_goods
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.pictures import PictureError
from bot.services.access import AccessMode
from bot.services.bundle import Services
from bot.services.spending import on_behalf_of
from handlers.finding.search import LONGEST_KEYWORD, BadFile, picture_problem, query_for_file
from handlers.group.asked import Asked, asked_in
from handlers.shared.asker import asker, texts_for
from handlers.shared.failures import failure_key, reason_in
from handlers.shared.offer_card import offer_card, results_card

_MINUTE = 60.0
_REMEMBERED = 10_000  # groups
_UNKNOWN_OFFER = {RefusalReason.NOT_FOUND, RefusalReason.VALIDATION, RefusalReason.UNKNOWN}
_SAID = {
    Talk.GREETING: "groups.how",
    Talk.THANKS: "search.thanks",
    Talk.ORDER: "groups.private_only",
    Talk.HUMAN: "groups.private_only",
    Talk.OTHER: "groups.how",
}
_log = structlog.get_logger(__name__)


class GroupAllowance:
    """How many answers a group gets in a minute; counted in memory, a restart forgives.

    Telegram allows 20 messages a minute to a group, and a chat full of cards helps nobody.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._answers: Recent[int, array[float]] = Recent(_REMEMBERED)
        self._told: Recent[int, float] = Recent(_REMEMBERED)

    def take(self, chat_id: int) -> bool:
        """Count one more answer; False when the minute's are used up."""
        now, given = self._clock(), self._answers.get(chat_id) or array("d")
        while given and now - given[0] >= _MINUTE:
            del given[0]
        if len(given) >= self._per_minute:
            return False
        given.append(now)
        self._answers.put(chat_id, given)
        return True

    def may_tell(self, chat_id: int) -> bool:
        """Tell whether the group has not been told within the minute that it has to wait."""
        told, now = self._told.get(chat_id), self._clock()
        if told is not None and now - told < _MINUTE:
            return False
        self._told.put(chat_id, now)
        return True


class _NothingToLookForError(Exception):
    """What was sent is nothing to search with; `key` is the text that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class GoodsInGroups(BaseHandler[Update, Context, None]):
    """Answers `/find`, mentions, replies and links in groups. Nothing personal is said there."""

    def __init__(
        self, services: Services, drawer: CardDrawer, allowance: GroupAllowance, links: GroupLinks
    ) -> None:
        super().__init__(self._answer)
        self._services = services
        self._drawer = drawer
        self._allowance = allowance
        self._links = links

    def check_update(self, update: object) -> Asked | None:
        """Take a new message of a group that asks us for goods."""
        if not isinstance(update, Update) or update.message is None:
            return None
        bot = update.get_bot()
        return asked_in(update.message, bot.id, bot.username, self._links)

    async def _answer(self, update: Update, context: Context) -> None:
        message = update.message
        asked = self.check_update(update)
        if message is None or asked is None:
            return
        shop = self._services.shop
        store = self._services.store
        t = await texts_for(message, store.posts, store.conversations)
        t = t.priced(shop.rate if shop else None)
        private = row(
            Button(t("groups.open_button"), url=start_link(context.bot.username, "group"))
        )
        if not self._allowance.take(message.chat.id):
            if self._allowance.may_tell(message.chat.id):
                await self._post(message, Screen(t("groups.slowly"), private))
            return
        who = asker(message)
        if not await self._lets_in(who):
            await self._post(message, Screen(t("groups.private_only"), private))
            return
        await self._sign_of_life(message, context)
        with letting_pass():  # members ask independently of one another
            answer = await self.answer_to(asked, who, t, context.bot.username)
        await self._post(message, Screen(answer, private) if isinstance(answer, str) else answer)

    async def _lets_in(self, asker: UserId | None) -> bool:
        """Tell whether the marketplace is asked for them; nobody knows who writes as a chat."""
        access = self._services.access
        if asker is None:
            return access.mode is AccessMode.OPEN
        return await access.lets_in(asker)

    async def answer_to(
        self, asked: Asked, person: UserId | None, t: Texts, username: str
    ) -> Screen | Html:
        """Return the card, or a sentence where there is none.

        It is a search of the `person`, where one is known, and on their account.
        """
        if person is not None and (wait := self._wait(person)) is not None:
            return t("quota.searches", count=wait)
        try:
            with on_behalf_of(person) if person is not None else nullcontext():
                return await self._screen(asked, t, username)
        except Refused as error:
            return t("marketplace.refused_because", reason=reason_in(error.message, error.code))
        except MarketplaceError as error:
            return t(failure_key(error))

    def _wait(self, person: UserId) -> int | None:
        """Count a search of the person's; return the minutes to wait where none is left."""
        quotas = self._services.quotas
        wait = quotas.search_again_in(person)
        if wait is None:
            quotas.count_search(person)
            return None
        return ceil(wait / _MINUTE)

    async def _screen(self, asked: Asked, t: Texts, username: str) -> Screen | Html:
        """Return the card, or a sentence where there is none. Raises `MarketplaceError`."""
        offer_id = asked.offer_id
        if offer_id is None and asked.address is not None:
            offer_id = await self._services.short_links.offer(asked.address)
            if offer_id is None:
                return t("search.short_link")
        if offer_id is not None:
            return await self._offer(offer_id, t, username)
        try:
            query = await self._query(asked)
        except _NothingToLookForError as error:
            return t(error.key)
        query, page = await self._services.search.find(query)
        if not page.hits:
            key = "results.nothing" if query.image_id else "results.nothing_for_words"
            return t(key, words=query.words)
        return results_card(t, username, page.hits)

    async def _offer(self, offer_id: OfferId, t: Texts, username: str) -> Screen | Html:
        try:
            offer = await self._services.search.open_offer(offer_id)
        except Refused as error:
            if error.reason not in _UNKNOWN_OFFER:
                raise
            return t("offer.not_found", offer=str(offer_id))
        return offer_card(t, username, offer)

    async def _query(self, asked: Asked) -> Query:
        """Return what to look for. Raises `_NothingToLookForError`, `MarketplaceError`."""
        if asked.photo is None:
            goods = wanted_as_goods(asked.words)
            if goods is None and (key := _no_goods(asked.words)) is not None:
                raise _NothingToLookForError(key)
            return Query(keyword=cut(goods or asked.words, LONGEST_KEYWORD))
        try:
            return await query_for_file(self._services.search, asked.photo)
        except BadFile as error:
            raise _NothingToLookForError(error.key) from error
        except PictureError as error:
            raise _NothingToLookForError(picture_problem(error)) from error

    async def _post(self, message: Message, screen: Screen) -> None:
        topic = message.message_thread_id if message.is_topic_message else None
        await self._drawer.post(
            ChatId(message.chat.id), screen, reply_to=message.message_id, topic=topic
        )

    async def _sign_of_life(self, message: Message, context: Context) -> None:
        topic = message.message_thread_id if message.is_topic_message else None
        try:
            await context.bot.send_chat_action(
                message.chat.id, ChatAction.TYPING, message_thread_id=topic
            )
        except TelegramError as error:
            _log.info("sign_of_life_refused", reason=type(error).__name__)


def _no_goods(words: str) -> str | None:
    """Return the text for what is said rather than looked for; None for what may name goods.

    What is a person's own, their orders above all, is no business of a group.
    """
    if not any(each.isalnum() for each in words):
        return "groups.how"
    if (command := command_meant(words)) is not None:
        return "groups.how" if command in {"/help", "/start"} else "groups.private_only"
    if order_named(words) is not None or says_paid(words):
        return "groups.private_only"
    talk = talk_of(words)
    return _SAID[talk] if talk is not None else None
