"""Goods typed for in any chat, behind the bot's name: cards that whoever typed may post there.

https://core.telegram.org/bots/api#inline-mode
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from typing import Any

import orjson
import structlog
from telegram import InlineQuery, Update
from telegram.error import TelegramError
from telegram.ext import BaseHandler

from bot.chat.context import Context
from bot.chat.keyboards import links_json
from bot.chat.measuring import without_markup
from bot.chat.screens import Screen, SellerPicture, row
from bot.chat.texts import Texts, cut, language_of, texts_in
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.identifiers import ChatId, OfferId, UserId
from bot.domain.links import bare_offer, offer_in_link
from bot.domain.offers import Offer, OfferSummary, SearchPage
from bot.domain.sessions import Query
from bot.marketplace.errors import MarketplaceError, Refused
from bot.services.bundle import Services
from bot.services.finding.shared_reads import SharedReads
from bot.services.spending import CallsUsedUp, on_behalf_of
from handlers.finding.search import LONGEST_KEYWORD
from handlers.group.buy_card import buy_card
from handlers.group.terms_words import buy_title
from handlers.shared.offer_card import hit_card, offer_card, order_button

_PAUSE, _PAUSE_AT_FIRST = 0.25, 0.4
_A_WORD = 5  # characters

_KEPT, _SECONDS = 500, 300.0
_LAST_PAGE = 20
_LONGEST_OFFSET = 64  # bytes
_TITLE, _ABOUT = 60, 100
_WATCHED, _BUYS = 5, 10
_MOST = 50  # results that Telegram takes
_log = structlog.get_logger(__name__)


def pause_after(typed: str) -> float:
    """Return the seconds that somebody has to stop typing for before the marketplace is asked.

    Whoever has typed less than a word's length is most likely at it still, and each letter that is
    asked for too early is a call of the marketplace for nothing.
    """
    return _PAUSE if len(typed) >= _A_WORD else _PAUSE_AT_FIRST


class InlineGoods(BaseHandler[Update, Context, None]):
    """Answers inline queries beside the updates: what is typed on makes the last one void.

    Nothing of it is stored. A restart loses queries that nobody waits for any more.
    """

    def __init__(self, services: Services, pause: Callable[[str], float] = pause_after) -> None:
        super().__init__(self._begin)
        self._services = services
        self._pause = pause
        self._pages: SharedReads[tuple[str, int], tuple[Query, SearchPage]] = SharedReads(
            _KEPT, _SECONDS
        )
        self._offers: SharedReads[OfferId, Offer] = SharedReads(_KEPT, _SECONDS)
        self._typing: dict[int, asyncio.Task[None]] = {}

    def check_update(self, update: object) -> bool:
        """Take inline queries."""
        return isinstance(update, Update) and update.inline_query is not None

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = list(self._typing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._pages.close()
        await self._offers.close()

    async def _begin(self, update: Update, context: Context) -> None:
        query = update.inline_query
        if query is None:
            return
        person = query.from_user.id
        earlier = self._typing.get(person)
        if earlier is not None:
            earlier.cancel()
        task = asyncio.create_task(self._answer(query, context), name="inline query")
        self._typing[person] = task
        task.add_done_callback(lambda done: self._finished(person, done))

    def _finished(self, person: int, task: asyncio.Task[None]) -> None:
        if self._typing.get(person) is task:
            del self._typing[person]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("inline_query_failed", error=type(error).__name__)

    async def _answer(self, query: InlineQuery, context: Context) -> None:
        shop = self._services.shop
        t = texts_in(language_of(query.from_user.language_code))
        t = t.priced(shop.rate if shop else None)
        name = context.bot.username
        try:
            answer = await self._found(query, t, name)
        except Refused:
            answer = _sentence(t("travel.nothing_button"))
        except CallsUsedUp:
            answer = _sentence(t("travel.used_up_button"))
        except MarketplaceError:
            answer = _sentence(t("travel.failed_button"))
        try:
            await context.bot.call("answerInlineQuery", inline_query_id=query.id, **answer)
        except TelegramError as error:
            # Mostly: the answer came too late. Typed again, it is there at once.
            _log.info("inline_query_not_answered", reason=type(error).__name__)

    async def _found(self, query: InlineQuery, t: Texts, name: str) -> dict[str, Any]:
        """Return the answer's parameters. Raises `MarketplaceError`."""
        person, typed = UserId(query.from_user.id), query.query.strip()
        if not await self._services.access.lets_in(person):
            return _sentence(t("groups.open_button"))
        if not typed:
            return await self._own(person, t, name)
        offer_id = offer_in_link(typed) or bare_offer(typed)
        if offer_id is not None:
            return await self._one(person, offer_id, t, name)
        return await self._page(query, typed, t, name)

    async def _one(self, person: UserId, offer_id: OfferId, t: Texts, name: str) -> dict[str, Any]:
        """Return the offer of a link or a number. Raises `MarketplaceError`."""
        if not self._offers.is_fresh(offer_id):
            await asyncio.sleep(self._pause(str(offer_id)))
            if (wait := self._wait(person)) is not None:
                return _sentence(t("travel.wait_button", count=wait))
        with on_behalf_of(person):
            read = partial(self._services.search.open_offer, offer_id)
            offer = await self._offers.get(offer_id, read)
        return _results([_of_offer(t, name, offer)])

    async def _page(self, query: InlineQuery, typed: str, t: Texts, name: str) -> dict[str, Any]:
        """Return a page of hits. Raises `MarketplaceError`."""
        number, _, answered_as = query.offset.partition(" ")
        page = int(number) if number.isdecimal() else 1
        words = cut(answered_as or typed, LONGEST_KEYWORD)
        if not any(each.isalnum() for each in words) or not 1 <= page <= _LAST_PAGE:
            return _sentence(t("travel.nothing_button"))
        key = (words.casefold(), page)
        if not self._pages.is_fresh(key):
            await asyncio.sleep(self._pause(typed))
            if (wait := self._wait(UserId(query.from_user.id))) is not None:
                return _sentence(t("travel.wait_button", count=wait))
        with on_behalf_of(UserId(query.from_user.id)):
            answered, found = await self._pages.get(key, lambda: self._search(words, page))
        if not found.hits and page == 1:
            return _sentence(t("travel.nothing_button"))
        more = _next(page, words, answered) if found.hits and page < _LAST_PAGE else ""
        return _results([_of_hit(t, name, hit) for hit in found.hits], next_offset=more)

    async def _search(self, words: str, page: int) -> tuple[Query, SearchPage]:
        """Return a page with the query that it answers: the first one in Chinese if need be."""
        query = Query(keyword=words, page=page)
        if page > 1:
            return query, await self._services.search.run(query)
        return await self._services.search.find(query)

    def _wait(self, person: UserId) -> int | None:
        """Count a search; return the minutes to wait where none is left."""
        wait = self._services.quotas.search_again_in(person)
        if wait is None:
            self._services.quotas.count_search(person)
            return None
        return ceil(wait / 60)

    async def _own(self, person: UserId, t: Texts, name: str) -> dict[str, Any]:
        """Offer what is the person's to post.

        What they looked at last, what waits in their cart, what they watch; and the group buys that
        run and are theirs, or that they have joined.
        """
        store = self._services.store
        session = await store.conversations.load_session(ChatId(person), person)
        if session is None:
            return _sentence(t("groups.open_button"))
        numbers = [line.offer_id for line in session.cart.lines]
        latest = [session.picking.offer_id] if session.picking.offer_id is not None else []
        watched = [each.goods.offer_id for each in await store.watches.watches_of(person, _WATCHED)]
        every = dict.fromkeys((*latest, *numbers, *watched))
        offers = [await store.offers.offer(each) for each in every]
        found = [_of_offer(t, name, each) for each in offers if each is not None]
        found = [*[_of_buy(t, name, each) for each in await self._running(person)], *found]
        if not found:
            return _sentence(t("travel.type_button"))
        return _results(found[:_MOST]) | {"cache_time": 0}

    async def _running(self, person: UserId) -> list[GroupBuy]:
        """Return the person's group buys that may still be joined."""
        if self._services.groups is None:
            return []
        buys = self._services.store.group_buys
        theirs = [*await buys.buys_of(person, _BUYS), *await buys.joined_by(person, _BUYS)]
        known = {each.buy_id: each for each in theirs if each.state is BuyState.OPEN}
        return list(known.values())[:_BUYS]


def _next(page: int, words: str, answered: Query) -> str:
    """Return the offset of the next page, with the words that found this one if others did."""
    other = answered.keyword if answered.keyword != words else None
    offset = f"{page + 1} {other}" if other else str(page + 1)
    return offset if len(offset.encode()) <= _LONGEST_OFFSET else ""


def _sentence(text: str) -> dict[str, Any]:
    """Return an answer without results: one line that leads into the private chat."""
    button = {"text": cut(text, 64), "start_parameter": "inline"}
    return {
        "results": "[]",
        "cache_time": 0,
        "is_personal": "true",
        "button": orjson.dumps(button).decode(),
    }


def _results(results: Sequence[dict[str, Any]], next_offset: str = "") -> dict[str, Any]:
    """Return an answer with results, which Telegram may show again to the same person only.

    Others would see them in the language of whoever typed first, and whether they may order or
    not; what the marketplace said is shared here, between all of them.
    """
    return {
        "is_personal": "true",
        "results": orjson.dumps(results).decode(),
        "cache_time": int(_SECONDS),
        "next_offset": next_offset,
    }


def _of_offer(t: Texts, name: str, offer: Offer) -> dict[str, Any]:
    screen = offer_card(t, name, offer)
    about = screen.text.partition("\n\n")[2]
    return article(offer.offer_id, offer.title.in_language(t.language), about, screen)


def _of_buy(t: Texts, name: str, buy: GroupBuy) -> dict[str, Any]:
    screen = buy_card(t, name, buy, None)
    title = without_markup(t("buy.card_title", title=buy_title(t, buy.terms)))
    about = screen.text.partition("\n\n")[2]
    return article(f"buy-{buy.token}", title, about, screen)


def _of_hit(t: Texts, name: str, hit: OfferSummary) -> dict[str, Any]:
    screen = hit_card(t, hit, row(order_button(t, name, hit.offer_id)))
    about = screen.text.partition("\n\n")[2]
    return article(hit.offer_id, hit.title.in_language(t.language), about, screen)


def article(number: OfferId | str, title: str, about: str, screen: Screen) -> dict[str, Any]:
    """Return a result whose message shows the picture as a large preview above the text."""
    picture = screen.picture.url if isinstance(screen.picture, SellerPicture) else None
    preview: dict[str, Any] = {"is_disabled": True}
    if picture is not None:
        preview = {"url": picture, "prefer_large_media": True, "show_above_text": True}
    result: dict[str, Any] = {
        "type": "article",
        "id": str(number),
        "title": cut(title, _TITLE),
        "description": cut(" · ".join(without_markup(about).splitlines()), _ABOUT),
        "input_message_content": {
            "message_text": screen.text,
            "parse_mode": "HTML",
            "link_preview_options": preview,
        },
    }
    if (markup := links_json(screen)) is not None:
        result["reply_markup"] = orjson.loads(markup)
    if picture is not None:
        result["thumbnail_url"] = picture
    return result
