"""Group buys in memory, as the SQLite storage keeps them."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.domain.group_buys.buys import (
    ENDED,
    FOLLOWED,
    FORGOTTEN_AT_ONCE,
    BuyRefused,
    BuyState,
    Change,
    Decide,
    GroupBuy,
    Why,
)
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.joining import Taken, Wanted, joined, taken_of, withdrawn
from bot.domain.group_buys.news import News, StoredNews
from bot.domain.group_buys.showing import Card, Progress
from bot.domain.identifiers import BuyId, SpecId, UserId
from bot.domain.ledger import Books, LedgerError, Operation
from bot.domain.orders import Order, Placing
from bot.domain.writes import ChangeBuy, JoinBuy, OpenBuy, ShowBuy
from bot.storage.group_ports import (
    CARD_FAILS_AFTER,
    NEWS_LATE_AFTER,
    OPEN_LONG_AFTER,
    OVERDUE_AFTER,
    BuysCensus,
)
from bot.storage.ports import VersionConflict
from tests.fakes.memory_part import MemoryPart

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class _Told:
    news: StoredNews
    not_before: datetime
    state: str = "waiting"


@dataclass
class MemoryGroupBuys(MemoryPart):
    """Implements `GroupBuyPort`, `GroupCardPort` and `GroupNewsPort`."""

    _buys: dict[BuyId, GroupBuy] = field(default_factory=dict)
    _group_ledger: dict[BuyId, list[Operation]] = field(default_factory=dict)
    _cards: dict[tuple[BuyId, int], tuple[Card, datetime]] = field(default_factory=dict)
    _group_news: list[_Told] = field(default_factory=list)
    _forgotten_organisers: set[UserId] = field(default_factory=set)
    _buy_count: int = 0
    _failing: dict[tuple[BuyId, int], datetime] = field(default_factory=dict)
    _unreachable: set[BuyId] = field(default_factory=set)
    _moved: Counter[BuyId] = field(default_factory=Counter)

    def carry_out_buy(self, write: OpenBuy | JoinBuy | ChangeBuy | ShowBuy) -> None:
        match write:
            case OpenBuy(buy):
                if all(each.token != buy.token for each in self._buys.values()):
                    self._buy_count += 1
                    number = BuyId(self._buy_count)
                    self._buys[number] = buy.replace(buy_id=number)
            case JoinBuy(buy_id, wanted):
                self._change(buy_id, _joining(wanted))
            case ChangeBuy(buy_id, decide):
                self._change(buy_id, decide)
            case ShowBuy(card):
                there = self._cards.get((card.buy_id, card.chat_id))
                shown = there[0] if there else card.replace(message_id=0)
                self._cards[card.buy_id, card.chat_id] = (shown.replace(shown=-1), _LONG_AGO)

    def refuse_buy(self, write: JoinBuy | ChangeBuy) -> None:
        decide = write.decide if isinstance(write, ChangeBuy) else _joining(write.wanted)
        if isinstance(write, JoinBuy):
            organiser = self._whole(write.buy_id).organiser
            if self._banned(organiser, write.wanted.user_id):
                raise VersionConflict(Why.BANNED)
        try:
            decide(self._whole(write.buy_id), self._books_of(write.buy_id))
        except (BuyRefused, LedgerError) as error:
            raise VersionConflict(type(error).__name__) from error

    async def buy(self, buy_id: BuyId) -> GroupBuy | None:
        self._answer()
        return self._buys.get(buy_id)

    async def head(self, token: str) -> GroupBuy | None:
        self._answer()
        found = (each for each in self._buys.values() if each.token == token)
        return next((each.replace(claims=()) for each in found), None)

    async def progress(self, buy_id: BuyId) -> Progress:
        self._answer()
        found = self._buys.get(buy_id)
        return _progress_of(found) if found else Progress()

    async def taken(self, buy_id: BuyId, user_id: UserId, spec_id: SpecId | None) -> Taken:
        self._answer()
        buy = self._whole(buy_id)
        banned = bool(self._banned(buy.organiser, user_id))
        return replace(taken_of(buy, user_id, spec_id), banned=banned)

    async def bans_of(self, organiser: UserId, limit: int) -> list[GroupBuy]:
        self._answer()
        return self._banned(organiser)[:limit]

    async def ban_on(self, organiser: UserId, user_id: UserId) -> GroupBuy | None:
        self._answer()
        return next(iter(self._banned(organiser, user_id)), None)

    def _banned(self, organiser: UserId, user_id: UserId | None = None) -> list[GroupBuy]:
        found = []
        for each in self._newest():
            claims = [
                claim
                for claim in each.claims
                if claim.banned and user_id in {None, claim.user_id} and each.organiser == organiser
            ]
            found += [each.replace(claims=tuple(claims))] if claims else []
        return found

    async def buys_of(self, organiser: UserId, limit: int) -> list[GroupBuy]:
        self._answer()
        mine = [each.replace(claims=()) for each in self._newest() if each.organiser == organiser]
        return mine[:limit]

    async def joined_by(self, user_id: UserId, limit: int) -> list[GroupBuy]:
        self._answer()
        joined_ = [each for each in self._newest() if each.claims_of(user_id)]
        return [each.replace(claims=each.claims_of(user_id)) for each in joined_[:limit]]

    async def books_of_buy(self, buy_id: BuyId) -> Books:
        self._answer()
        return self._books_of(buy_id)

    async def change(self, buy_id: BuyId, decide: Decide) -> GroupBuy:
        self._answer()
        return self._change(buy_id, decide)

    async def due(self, now: datetime, limit: int) -> list[BuyId]:
        self._answer()
        waiting = [(each.next_at, each.buy_id) for each in self._buys.values() if each.next_at]
        return [buy_id for at, buy_id in sorted(waiting) if at <= now][:limit]

    async def moved(self, limit: int) -> list[tuple[BuyId, int]]:
        self._answer()
        return sorted((+self._moved).items())[:limit]

    async def seen(self, buy_id: BuyId, times: int) -> None:
        self._answer()
        if self._moved[buy_id] == times:
            del self._moved[buy_id]

    def order_of_buy_stored(self, order: Order) -> None:
        buy = self._buys.get(BuyId(order.group_buy or 0))
        if buy is not None and buy.state in FOLLOWED:
            self._moved[buy.buy_id] += 1

    async def put_card(self, card: Card) -> Card | None:
        self._answer()
        before = self._cards.get((card.buy_id, card.chat_id))
        self._cards[card.buy_id, card.chat_id] = (card, _LONG_AGO)
        return before[0] if before else None

    async def cards_to_draw(self, now: datetime, limit: int) -> list[Card]:
        self._answer()
        old = [
            each
            for each, again_at in self._cards.values()
            if again_at <= now
            and each.message_id >= 0
            and each.buy_id in self._buys
            and each.shown < self._buys[each.buy_id].version
        ]
        return old[:limit]

    async def cards_of(self, buy_id: BuyId) -> list[Card]:
        self._answer()
        return [each for each, _ in self._cards.values() if each.buy_id == buy_id]

    async def claim_card(self, card: Card) -> bool:
        self._answer()
        known = self._cards.get((card.buy_id, card.chat_id))
        if known is None or known[0].message_id:
            return False
        self._cards[card.buy_id, card.chat_id] = (known[0].replace(message_id=-1), known[1])
        return True

    async def give_up_cards(self) -> list[Card]:
        self._answer()
        given_up = [each for each, _ in self._cards.values() if each.message_id == -1]
        for each in given_up:
            del self._cards[each.buy_id, each.chat_id]
        return given_up

    async def card_drawn(self, card: Card, version: int, again_at: datetime) -> None:
        self._answer()
        known = self._cards.get((card.buy_id, card.chat_id))
        if known is not None and known[0].message_id == card.message_id:
            if version > known[0].shown:
                self._failing.pop((card.buy_id, card.chat_id), None)
            else:
                self._failing.setdefault((card.buy_id, card.chat_id), self._time())
            drawn = known[0].replace(shown=version)
            self._cards[card.buy_id, card.chat_id] = (drawn, again_at)

    async def drop_card(self, card: Card) -> None:
        self._answer()
        known = self._cards.get((card.buy_id, card.chat_id))
        if known is not None and known[0].message_id in {card.message_id, -1}:
            del self._cards[card.buy_id, card.chat_id]
            self._failing.pop((card.buy_id, card.chat_id), None)

    async def buys_census(self, now: datetime) -> BuysCensus:
        self._answer()
        buys = self._buys.values()
        ordering = [each.order_no for each in buys if each.state is BuyState.ORDERING]
        open_ = {BuyState.SETTLING, BuyState.CANCELLING}
        return BuysCensus(
            states=dict(Counter(each.state for each in buys)),
            overdue=sum(
                each.next_at is not None and each.next_at < now - OVERDUE_AFTER for each in buys
            ),
            uncertain=sum(
                self._orders[each].order.placing in {Placing.UNCERTAIN, Placing.UNRESOLVED}
                for each in ordering
                if each in self._orders
            ),
            open_long=sum(
                each.state in open_ and each.since < now - OPEN_LONG_AFTER for each in buys
            ),
            cards_failing=sum(at < now - CARD_FAILS_AFTER for at in self._failing.values()),
            news_late=sum(
                each.state == "waiting" and each.not_before < now - NEWS_LATE_AFTER
                for each in self._group_news
            ),
            unreachable=tuple(
                each.buy_id
                for each in buys
                if each.buy_id in self._unreachable and each.state not in ENDED
            ),
        )

    async def organiser_reached(self, buy_id: BuyId, *, reached: bool) -> None:
        self._answer()
        if reached:
            self._unreachable.discard(buy_id)
        else:
            self._unreachable.add(buy_id)

    async def news_to_tell(self, now: datetime, limit: int) -> list[StoredNews]:
        self._answer()
        due = [
            each.news
            for each in self._group_news
            if each.state == "waiting" and each.not_before <= now
        ]
        return due[:limit]

    async def claim_news(self, news_id: int) -> bool:
        self._answer()
        return self._move_news(news_id, "waiting", "claimed")

    async def end_news(self, news_id: int) -> None:
        self._answer()
        self._move_news(news_id, "claimed", "over")

    async def put_back_news(self, news_id: int, until: datetime) -> None:
        self._answer()
        for each in self._group_news:
            if each.news.news_id == news_id and each.state != "over":
                each.state, each.not_before = "waiting", until

    async def give_up_news(self) -> int:
        self._answer()
        claimed = [each for each in self._group_news if each.state == "claimed"]
        for each in claimed:
            each.state = "over"
        return len(claimed)

    def forget_buys(self, user_id: UserId) -> None:
        for buy_id in [each.buy_id for each in self._buys.values() if each.claims_of(user_id)]:
            self._leave(buy_id, user_id)
            buy = self._buys[buy_id]
            open_ = self._books_of(buy_id).open_orders(buy.terms.rate.currency)
            gone = all(each.state in _GONE for each in buy.claims_of(user_id))
            if buy.state in ENDED or (gone and buy.account_of(user_id) not in open_):
                others = tuple(each for each in buy.claims if each.user_id != user_id)
                self._buys[buy_id] = buy.replace(claims=others)
                kept = [
                    each for each in self._group_ledger.get(buy_id, []) if each.user_id != user_id
                ]
                self._group_ledger[buy_id] = kept
        self._forgotten_organisers.add(user_id)
        for buy in list(self._buys.values()):
            if buy.organiser == user_id and buy.state in FORGOTTEN_AT_ONCE:
                del self._buys[buy.buy_id]

    def _leave(self, buy_id: BuyId, user_id: UserId) -> None:
        buy = self._buys[buy_id]
        if buy.state not in {BuyState.OPEN, BuyState.PAUSED}:
            return
        for each in buy.claims_of(user_id):
            if each.state in {ClaimState.HELD, ClaimState.WAITING}:
                change = withdrawn(self._buys[buy_id], user_id, each.number, each.at)
                self._change(buy_id, _decided(change))

    def _change(self, buy_id: BuyId, decide: Decide) -> GroupBuy:
        before = self._whole(buy_id)
        books = self._books_of(buy_id)
        change = decide(before, books)
        new = [each for each in change.booked if books.post(each)]
        if change.buy == before and not new and not change.news:
            return before
        moved = bool(new or change.news) or change.buy.moved_from(before)
        after = change.buy.replace(version=before.version + moved)
        self._buys[buy_id] = after
        self._moved[buy_id] += moved and after.state in FOLLOWED
        if after.organiser != before.organiser:
            self._unreachable.discard(buy_id)
            self._hand_over_orders(after)
        self._group_ledger.setdefault(buy_id, []).extend(new)
        for each in change.news:
            self._tell_of_buy(buy_id, each)
        return after

    def _hand_over_orders(self, buy: GroupBuy) -> None:
        for each in buy.orders:
            if (claimed := self._orders.get(each)) is not None:
                theirs = claimed.order.replace(
                    user_id=buy.organiser, chat_id=buy.chat_id, language=buy.language
                )
                self._orders[each] = replace(claimed, order=theirs, forgotten=False)

    def _tell_of_buy(self, buy_id: BuyId, news: News) -> None:
        if any((each.news.buy_id, each.news.news) == (buy_id, news) for each in self._group_news):
            return
        stored = StoredNews(news_id=len(self._group_news) + 1, buy_id=buy_id, news=news)
        self._group_news.append(_Told(stored, self._time()))

    def _whole(self, buy_id: BuyId) -> GroupBuy:
        if buy_id not in self._buys:
            raise BuyRefused(Why.NOT_YOURS)
        return self._buys[buy_id]

    def _books_of(self, buy_id: BuyId) -> Books:
        return Books(self._group_ledger.get(buy_id, []))

    def _newest(self) -> list[GroupBuy]:
        return sorted(self._buys.values(), key=lambda each: -each.buy_id)

    def _move_news(self, news_id: int, before: str, after: str) -> bool:
        for each in self._group_news:
            if each.news.news_id == news_id and each.state == before:
                each.state = after
                return True
        return False


_GONE = {ClaimState.WITHDRAWN, ClaimState.LAPSED, ClaimState.DECLINED, ClaimState.REFUNDED}


def _decided(change: Change) -> Decide:
    return lambda _, __: change


def _joining(wanted: Wanted) -> Decide:
    return lambda buy, _: Change(joined(buy, wanted)[0].buy)


def _progress_of(buy: GroupBuy) -> Progress:
    pieces: dict[str, int] = {}
    for each in buy.taken:
        pieces[each.spec_id or ""] = pieces.get(each.spec_id or "", 0) + each.served
    return Progress(
        pieces=pieces,
        people=len(buy.members),
        queued=sum(each.state is ClaimState.WAITING for each in buy.claims),
    )
