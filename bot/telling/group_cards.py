"""The cards that show group buys in groups and channels: posted once, then edited in place.

A card remembers which version of its buy it shows. Whatever moves the buy has it edited: at most
every seven seconds, and in one chat with some seconds between (Telegram takes 20 messages a minute
to a group), after a restart as well.
"""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.chat.cards import CardDrawer
from bot.chat.screens import Screen
from bot.chat.texts import Texts, texts_in
from bot.domain.group_buys.buys import BuyRefused, Change, GroupBuy
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.showing import Card, Progress
from bot.domain.identifiers import BuyId, ChatId
from bot.storage.ports import Storage
from bot.telegram import DirectBot
from bot.telegram.outcomes import Sent, judged
from bot.telegram.pacing import pause_after
from bot.telling.rounds import Rounds, apart

CardOfBuy = Callable[[Texts, str, GroupBuy, Progress], Screen]
"""Draws a buy's card in a language, for the bot of that name."""

EDIT_EVERY = timedelta(seconds=7)
_AT_ONCE = 20
_AGAIN = timedelta(seconds=20)
_log = structlog.get_logger(__name__)


class GroupCards:
    """Runs until cancelled."""

    def __init__(
        self,
        bot: DirectBot,
        drawer: CardDrawer,
        storage: Storage,
        card: CardOfBuy,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bot = bot
        self._drawer = drawer
        self._buys = storage.group_buys
        self._cards = storage.group_cards
        self._card = card
        self._clock = clock
        self._rounds = Rounds("group_cards_wait")

    def wake(self) -> None:
        """Look now: a buy has moved."""
        self._rounds.wake()

    async def run(self) -> None:
        """Draw what has moved, for ever; what an earlier run was posting may be there."""
        await self._rounds.run(self._begin, self.draw_waiting)

    async def _begin(self) -> None:
        for card in await self._cards.give_up_cards():
            await self._tell(card)

    async def draw_waiting(self) -> None:
        """Draw what shows an older version and may be drawn now. Raises `StorageUnavailable`."""
        for card in await self._cards.cards_to_draw(self._clock(), _AT_ONCE):
            put_aside = partial(self._cards.card_drawn, card, card.shown, self._clock() + _AGAIN)
            await apart("group_card_waits", put_aside, self._draw(card), buy=card.buy_id)

    async def _draw(self, card: Card) -> None:
        buy = await self._buys.buy(card.buy_id)
        if buy is None:
            await self._cards.drop_card(card)
            return
        progress = await self._buys.progress(card.buy_id)
        screen = self._card(texts_in(card.language), self._bot.username, buy, progress)
        try:
            if card.message_id:
                await self._drawer.revise(
                    card.chat_id, card.message_id, screen, pictured=card.with_picture
                )
            elif await self._cards.claim_card(card):
                message_id, pictured = await self._drawer.publish(card.chat_id, screen)
                card = card.replace(message_id=message_id, with_picture=pictured)
                await self._cards.put_card(card)
        except ChatMigrated as error:
            # Messages of before can't be reached any more: it is posted anew.
            await self._cards.drop_card(card)
            moved = card.replace(chat_id=ChatId(error.new_chat_id), message_id=0, shown=-1)
            await self._cards.put_card(moved)
        except (Forbidden, BadRequest) as error:
            _log.info("group_card_gone", error=type(error).__name__)
            await self._cards.drop_card(card)
            await self._tell(card)
        except TelegramError as error:
            await self._not_drawn(card, error)
        else:
            await self._cards.card_drawn(card, buy.version, self._clock() + EDIT_EVERY)

    async def _not_drawn(self, card: Card, error: TelegramError) -> None:
        sent, again = judged(error), self._clock() + pause_after(error, _AGAIN)
        _log.warning("group_card_not_drawn", error=type(error).__name__, sent=sent.value)
        if card.message_id:
            await self._cards.card_drawn(card, card.shown, again)
        elif sent is Sent.NOT_NOW:
            await self._cards.put_card(card)
            await self._cards.card_drawn(card, card.shown, again)
        else:
            # It may stand there, and nobody can say where: the organiser sees, and posts anew.
            await self._cards.drop_card(card)
            await self._tell(card)

    async def _tell(self, card: Card) -> None:
        def told(buy: GroupBuy, _: object) -> Change:
            detail = f"{card.chat_id}-{card.message_id}"
            return Change(buy, (News(kind=NewsOf.CARD_GONE, user_id=buy.organiser, detail=detail),))

        with contextlib.suppress(BuyRefused):
            await self._buys.change(BuyId(card.buy_id), told)
