"""What is told of group buys, and the cards that show them in groups and channels.

News is stored with what made it so and claimed, durably, before it is told; what may have been
told is not told again. A card shows a version of its buy: whatever moved the buy has it edited, at
most every seven seconds, after a restart as well.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from telegram.error import TelegramError

from bot.chat.screens import Screen
from bot.chat.texts import Texts, texts_in
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.disputes import FOR_OPERATOR
from bot.domain.group_buys.mattering import still_matters
from bot.domain.group_buys.news import News, NewsOf, StoredNews
from bot.domain.identifiers import ChatId, UserId
from bot.domain.ledger import Books
from bot.domain.quiet import QuietHours
from bot.storage.ports import (
    Storage,
)
from bot.telegram import DirectBot
from bot.telegram.outcomes import Sent, judged
from bot.telegram.pacing import pause_after
from bot.telling.rounds import Rounds, apart
from bot.telling.sending import send_screen, session_of

About = tuple[int, UserId, NewsOf, bool]
Proofs = frozenset[tuple[UserId, datetime | None]]
ScreenOfBuyNews = Callable[[Texts, GroupBuy, Books, News], Screen]
_AT_ONCE = 100
_GATHERED = {
    NewsOf.PROOF: timedelta(seconds=10),
    NewsOf.DISPUTED: timedelta(minutes=5),
    NewsOf.SPARE_TAKEN: timedelta(minutes=5),
}
"""What many people bring about one after the other: the first is told at once, what comes within
that time together in one more. It says itself how many there are by now."""

_AGAIN = timedelta(seconds=20)
_PUT_ASIDE = timedelta(minutes=10)
_log = structlog.get_logger(__name__)


class GroupTeller:
    """Runs until cancelled."""

    def __init__(
        self,
        bot: DirectBot,
        storage: Storage,
        screen: ScreenOfBuyNews,
        *,
        quiet: QuietHours | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._buys = storage.group_buys
        self._news = storage.group_news
        self._screen = screen
        self._quiet = quiet
        self._clock = clock
        self._rounds = Rounds("group_news_waits")
        self._told_at: dict[About, datetime] = {}
        self._told_of: dict[About, Proofs] = {}

    def wake(self) -> None:
        """Look now: something happened."""
        self._rounds.wake()

    async def run(self) -> None:
        """Tell what waits, for ever; what an earlier run was telling may have been told."""
        await self._rounds.run(self._begin, self.tell_waiting)

    async def _begin(self) -> None:
        if unclear := await self._news.give_up_news():
            _log.warning("group_news_unclear", count=unclear)

    async def tell_waiting(self) -> None:
        """Tell what may be told now. Raises `StorageUnavailable`."""
        told: set[int] = set()
        waiting = await self._news.news_to_tell(self._clock(), _AT_ONCE)
        for news in waiting:
            if news.news_id in told:
                continue
            same = [each for each in waiting if _is_same(each, news)]
            told |= {each.news_id for each in same}
            put_aside = partial(self._news.put_back_news, news.news_id, self._clock() + _PUT_ASIDE)
            await apart(
                "group_news_waits",
                put_aside,
                self._tell_gathered(news, same),
                kind=news.news.kind.value,
            )

    async def _tell_gathered(self, news: StoredNews, same: Sequence[StoredNews]) -> None:
        """Tell what many bring about one after the other as one, and no more often than that."""
        if news.news.kind not in _GATHERED:
            await self._tell(news)
            return
        now, within, about = self._clock(), _GATHERED[news.news.kind], _about(news)
        after = self._told_at.get(about, now - within) + within
        if now < after <= now + within:
            for each in same:
                await self._news.put_back_news(each.news_id, after)
            return
        for key in [key for key, at in self._told_at.items() if at + 2 * _GATHERED[key[2]] <= now]:
            del self._told_at[key]
            self._told_of.pop(key, None)
        who = await self._say_they_paid(news)
        is_known = who is not None and (not who or self._told_of.get(about) == who)
        for each in same:
            if (is_known or each != news) and await self._news.claim_news(each.news_id):
                await self._news.end_news(each.news_id)
        if not is_known and not await self._tell(news):
            return  # it waits, and is not known yet
        if who is not None:
            self._told_of[about] = who
        self._told_at[about] = now

    async def _say_they_paid(self, news: StoredNews) -> Proofs | None:
        """Return who says so and since when, None where it is not about what is collected.

        Nobody is told a second time of the same people, nor of those who were looked at meanwhile.
        """
        buy = await self._buys.buy(news.buy_id) if news.news.kind is NewsOf.PROOF else None
        if buy is None or buy.state is not BuyState.COLLECTING:
            return None
        saying = [each for each in buy.claims if each.state is ClaimState.PROOF]
        return frozenset((each.user_id, each.proof.at if each.proof else None) for each in saying)

    async def _tell(self, stored: StoredNews) -> bool:
        """Tell it, unless nobody is left to tell; return False where it waits again."""
        quiet_until = self._quiet.over_at(self._clock()) if self._quiet else None
        if quiet_until is not None:
            await self._news.put_back_news(stored.news_id, quiet_until)
            return False
        buy = await self._buys.buy(stored.buy_id)
        books = await self._buys.books_of_buy(stored.buy_id)
        if buy is None or not still_matters(buy, books, stored.news):
            if await self._news.claim_news(stored.news_id):
                await self._news.end_news(stored.news_id)
            return True
        person = stored.news.user_id
        session = await session_of(
            self._storage.conversations, ChatId(person), person, buy.language
        )
        screen = self._screen(texts_in(session.language), buy, books, stored.news)
        # Claimed when nothing but the sending is left: what can't be read now is told later.
        if not await self._news.claim_news(stored.news_id):
            return True
        to_organiser = stored.news.user_id == buy.organiser
        try:
            await send_screen(self._bot, session, screen)
        except TelegramError as error:
            sent = judged(error)
            if to_organiser and sent is Sent.NEVER:
                # Who runs it can't be told anything: that is the operators' to know.
                await self._buys.organiser_reached(buy.buy_id, reached=False)
            _log.warning("group_news_not_told", error=type(error).__name__, sent=sent.value)
            if sent is Sent.NOT_NOW:
                again = self._clock() + pause_after(error, _AGAIN)
                await self._news.put_back_news(stored.news_id, again)
                return False
        else:
            if to_organiser:
                await self._buys.organiser_reached(buy.buy_id, reached=True)
        await self._news.end_news(stored.news_id)
        _log.info("group_news_told", kind=stored.news.kind.value)
        return True


def _is_same(one: StoredNews, other: StoredNews) -> bool:
    """Tell whether two pieces of news are the same to whom they are for."""
    if one.news_id == other.news_id:
        return True
    return other.news.kind in _GATHERED and _about(one) == _about(other)


def _about(stored: StoredNews) -> About:
    """Return what is gathered as one: an operator's look is wanted for other complaints."""
    news = stored.news
    return (int(stored.buy_id), news.user_id, news.kind, news.detail.startswith(FOR_OPERATOR))
