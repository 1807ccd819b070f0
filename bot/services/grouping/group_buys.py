"""The use cases of group buys, and what they do by themselves when it is time.

What is decided is decided in the storage's transaction (`bot.storage.group_ports`); here the
marketplace is asked for numbers, and the clock for what is due.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from pydantic import ValidationError

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.group_buys import confirming, ending, fitting, joining, minimum, quoting, receiving
from bot.domain.group_buys.bills import BillUnclear
from bot.domain.group_buys.buys import (
    FOLLOWING,
    ORGANISER_DECIDES,
    BuyRefused,
    BuyState,
    Change,
    Decide,
    GroupBuy,
    Why,
)
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.news import News, NewsOf, news_to
from bot.domain.group_buys.parts import parts_of, together
from bot.domain.group_buys.rows import missing_pieces
from bot.domain.group_buys.terms import Goods, goods_of
from bot.domain.identifiers import BuyId, MerchantOrderNo, OfferId, SpecId, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.offers import Offer, Wording
from bot.domain.orders import Order
from bot.domain.quotes import Quote
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.marketplace.port import Marketplace
from bot.services.grouping.ordering import after_orders
from bot.storage.ports import Storage, StorageUnavailable

_LOOK_EVERY = 1.0  # seconds
_AT_ONCE = 50
_QUOTE_AGAIN = timedelta(minutes=5)
_MOST_QUOTES = 60
"""Each quote leaves somebody out or is the last, so that this is no more than a bound."""

_SETTLE = timedelta(seconds=5)
"""So long after a deadline, what was sent before it has come in, or is not there to wait for."""

_LONGEST_WAIT = timedelta(hours=1)
"""A deadline that passed while Telegram could not be asked waits no longer than that for it."""

_LESS_LEFT = frozenset(
    {RefusalReason.OUT_OF_STOCK, RefusalReason.SPEC_MISMATCH, RefusalReason.NOT_TRADABLE}
)
_log = structlog.get_logger(__name__)


class GroupBuys:
    """Runs until cancelled. `organisers` tells who may open a buy.

    `caught_up` tells when Telegram last had nothing more for the bot; None where it pushes.
    """

    def __init__(
        self,
        store: Storage,
        marketplace: Marketplace,
        *,
        organisers: Callable[[UserId], bool],
        zone: str = "Asia/Shanghai",
        on_news: Callable[[], None] = lambda: None,
        caught_up: Callable[[], datetime | None] = lambda: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._buys = store.group_buys
        self._marketplace = marketplace
        self._organisers = organisers
        self.zone = zone
        self._on_news = on_news
        self._caught_up = caught_up
        self._clock = clock
        self._begun_at = clock()
        self._asked: dict[BuyId, datetime] = {}
        """When Telegram first had nothing more after a buy's deadline."""

    def on_news(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever there may be something to tell or to draw."""
        self._on_news = listener

    def may_organise(self, user_id: UserId) -> bool:
        """Tell whether that person may open a group buy."""
        return self._organisers(user_id)

    async def offer(self, offer_id: OfferId) -> Offer:
        """Read an offer as it is now. Raises `MarketplaceError`."""
        return await self._marketplace.offer(offer_id)

    async def freight_each(self, offers: Sequence[Goods], minimum: int, address: Address) -> Fen:
        """Return the freight of a piece, rounded up, if the group takes so many.

        Of several offers it takes the least of each. Raises `MarketplaceError`, `BuyRefused`.
        """
        wanted = [minimum] if len(offers) == 1 else [least_of(each) for each in offers]
        lines = [
            line
            for goods, count in zip(offers, wanted, strict=True)
            for line in _sample(goods, count)
        ]
        pieces = sum(line.quantity for line in lines)
        quote = await self._marketplace.preview(tuple(lines), address)
        return Fen(-(-(quote.freight + max(quote.additional, 0)) // pieces))

    async def change(self, buy_id: BuyId, organiser: UserId, decide: Decide) -> GroupBuy:
        """Have an organiser change their buy. Raises `BuyRefused`, `LedgerError`."""

        def check(buy: GroupBuy, books: Books) -> Change:
            if buy.organiser != organiser:
                raise BuyRefused(Why.NOT_YOURS)
            return decide(buy, books)

        return await self.change_by_member(buy_id, check)

    async def change_by_member(self, buy_id: BuyId, decide: Decide) -> GroupBuy:
        """Change a buy; `decide` checks whose claims it touches. Raises as `change` does."""
        buy = await self._buys.change(buy_id, decide)
        self._on_news()
        return buy

    async def lock(self, buy_id: BuyId, organiser: UserId) -> GroupBuy:
        """Lock a buy before its deadline and have it priced. Raises `BuyRefused`."""
        now = self._clock()
        await self.change(buy_id, organiser, lambda buy, _: joining.locked(buy, now))
        await self.price(buy_id)
        return await self._there(buy_id)

    async def price(self, buy_id: BuyId) -> None:
        """Quote a locked buy until it is too dear for nobody, then ask or collect.

        Too few pieces, and a marketplace that gives no numbers, wait for the organiser; after a
        day the buy fails.
        """
        for _ in range(_MOST_QUOTES):
            buy = await self._there(buy_id)
            if buy.state not in {BuyState.LOCKED, BuyState.CONFIRMING} or buy.asked:
                return
            if buy.terms.row and await self._fill_rows(buy):
                continue
            if not buy.taken or minimum.short_of_minimum(buy):
                await self._too_few(buy)
                return
            try:
                quotes = await self._quote(buy)
                dear = quoting.too_dear(buy, together(quotes))
            except Refused as error:
                if await self._fit_into_stock(buy, error):
                    continue
                _log.warning("group_buy_not_quoted", buy=buy_id, reason=error.reason.value)
                await self._no_quote(buy)
                return
            except (MarketplaceError, BillUnclear) as error:
                _log.warning("group_buy_not_quoted", buy=buy_id, error=type(error).__name__)
                await self._no_quote(buy)
                return
            now = self._clock()
            if dear:
                numbers = {each.number for each in dear}
                await self._change(buy_id, partial(_fell_out, numbers=numbers, now=now))
                continue
            await self._change(buy_id, partial(_priced, quotes=quotes, seen=buy.version, now=now))

    async def prepare(self, buy_id: BuyId, organiser: UserId) -> GroupBuy:
        """Take the newest numbers for all who paid, so that the order can be consented to.

        Raises `BuyRefused`, `MarketplaceError`, `BillUnclear`.
        """
        for _ in range(_MOST_QUOTES):
            buy = await self._there(buy_id)
            if buy.organiser != organiser:
                raise BuyRefused(Why.NOT_YOURS)
            buy.demand(BuyState.COLLECTING)
            if buy.terms.row and await self._fill_rows(buy):
                continue
            if not buy.taken:
                raise BuyRefused(Why.TOO_FEW, buy.terms.minimum)
            try:
                quotes = await self._quote(buy)
            except Refused as error:
                if await self._fit_into_stock(buy, error):
                    continue
                raise
            now = self._clock()
            dear = {each.number for each in quoting.too_dear(buy, together(quotes))}
            if not dear:
                renamed = await self._renamed(buy)
                decide = partial(
                    _requoted, quotes=quotes, seen=buy.version, now=now, renamed=renamed
                )
                return await self.change(buy_id, organiser, decide)
            await self._change(buy_id, partial(_fell_out, numbers=dear, now=now))
        raise BuyRefused(Why.NO_CONSENT)

    async def _fill_rows(self, buy: GroupBuy) -> bool:
        """Leave out whom no whole row has room for; tell whether that changed anything."""
        now = self._clock()
        after = await self._buys.change(
            buy.buy_id, lambda there, books: fitting.rows_filled(there, books, now)
        )
        self._on_news()
        return after.version != buy.version

    async def _fit_into_stock(self, buy: GroupBuy, error: Refused) -> bool:
        """Fit a buy into what the seller has by now; tell whether that changed who is in.

        Raises `MarketplaceError`.
        """
        if error.reason not in _LESS_LEFT:
            return False
        left: dict[SpecId | None, int] = {}
        for goods in buy.terms.all_goods:
            left |= dict.fromkeys((each.spec_id for each in goods.variants), 0)
            left |= await self._left_of(goods)
        now = self._clock()
        after = await self._buys.change(
            buy.buy_id, lambda there, books: fitting.stock_fell(there, left, books, now)
        )
        self._on_news()
        return bool(after.claims != buy.claims)

    async def _renamed(self, buy: GroupBuy) -> dict[str, Wording]:
        """Return by what names the seller sells by now what the group takes, where others.

        They are shown before the order is confirmed; one that can't be read now holds up nothing.
        """
        taken, found = {each.spec_id for each in buy.taken}, {}
        for goods in buy.terms.all_goods:
            if not any(each.spec_id in taken for each in goods.variants):
                continue
            try:
                now = goods_of(await self._marketplace.offer(goods.offer_id))
            except (MarketplaceError, ValidationError) as error:
                _log.info("group_buy_names_unread", error=type(error).__name__)
                continue
            named = now.further() if any(each.further for each in goods.variants) else now
            for each in goods.variants:
                other = named.variant(each.spec_id)
                if each.spec_id in taken and other and other.label.zh != each.label.zh:
                    found[each.spec_id or ""] = other.label
        return found

    async def _left_of(self, goods: Goods) -> dict[SpecId | None, int]:
        try:
            offer = await self._marketplace.offer(goods.offer_id)
            now = goods_of(offer)
        except Refused:
            return {}
        except ValidationError:  # its prices rise by now: nobody can be told what it will be
            return {}
        if not offer.on_sale:
            return {}
        named = now.further() if any(each.further for each in goods.variants) else now
        return {each.spec_id: each.limit for each in named.variants}

    async def order_changed(self, order: Order) -> None:
        """Take over what became of a buy's order, and call it told. Raises `StorageError`."""
        if order.group_buy is None or not order.is_settled:
            return
        buy = await self._buys.buy(BuyId(order.group_buy))
        if buy is not None and order.order_no in buy.orders:
            await self._take_over(buy, order)
        await self._store.orders.mark_told(order.order_no, order.placing)

    async def run(self) -> None:
        """Do what is due, for ever."""
        while True:
            try:
                await self.do_due()
            except StorageUnavailable as error:
                _log.warning("group_buys_wait", error=str(error))
            await asyncio.sleep(_LOOK_EVERY)

    async def do_due(self) -> None:
        """Do everything that is due now. Raises `StorageUnavailable`."""
        for buy_id in await self._buys.due(self._clock(), _AT_ONCE):
            try:
                await self._do(buy_id)
            except StorageUnavailable:
                raise
            except Exception:  # noqa: BLE001 - a bug that one buy meets must not stop the others
                _log.exception("group_buy_left", buy=buy_id)
                later = self._clock() + _QUOTE_AGAIN
                with contextlib.suppress(BuyRefused):
                    await self._change(buy_id, partial(_put_off, until=later))

    async def _do(self, buy_id: BuyId) -> None:
        buy = await self._there(buy_id)
        match buy.state:
            case BuyState.OPEN | BuyState.PAUSED:
                await self._lock_in_time(buy)
            case BuyState.LOCKED:
                await self.price(buy_id)
            case BuyState.CONFIRMING:
                await self._end_answering(buy)
            case BuyState.COLLECTING:
                await self._collect(buy)
            case BuyState.ORDERING | BuyState.ORDERED | BuyState.BOUGHT:
                await self._follow(buy)

    async def _lock_in_time(self, buy: GroupBuy) -> None:
        """Lock at the deadline, once all that was sent before it has been worked off."""
        if await self._is_over(buy.buy_id, buy.terms.deadline):
            now = self._clock()
            await self._change(buy.buy_id, lambda there, _: _locked_if_due(there, now))
            await self.price(buy.buy_id)

    async def _is_over(self, buy_id: BuyId, deadline: datetime) -> bool:
        """Tell whether all that was sent before a deadline has been worked off.

        After a start, or where Telegram could not be asked, what was sent in time comes late: it
        is waited for as well.
        """
        now = self._clock()
        self._begun_at = min(self._begun_at, now)  # the clock may have been set back since
        settled = max(deadline, self._begun_at) + _SETTLE
        asked = self._caught_up()
        if asked is not None:
            # What was asked at a moment to come was asked by a clock that ran ahead.
            if not settled <= asked <= now and now < settled + _LONGEST_WAIT:
                return False
            asked = min(asked, now)
            # What came in until then was sent in time, perhaps; later presses and texts were not.
            self._asked[buy_id] = asked = min(self._asked.get(buy_id, asked), now)
            settled = max(settled, asked)
        census = await self._store.upkeep.census()
        behind = census.oldest_waiting is not None and census.oldest_waiting <= settled
        if now < settled or behind:
            return False
        self._asked.pop(buy_id, None)
        return True

    async def _end_answering(self, buy: GroupBuy) -> None:
        """Leave out who was asked and is silent, once every answer in time was worked off."""
        asked, until = buy.asked, buy.answer_before
        if asked and until is not None and not await self._is_over(buy.buy_id, until):
            return
        now = self._clock()
        await self._change(
            buy.buy_id, lambda there, books: confirming.lapse_unanswered(there, books, now)
        )
        await self.price(buy.buy_id)

    async def _collect(self, buy: GroupBuy) -> None:
        now = self._clock()
        if buy.pay_before is not None and now < buy.pay_before:
            await self._change(buy.buy_id, lambda there, _: _reminded(there))
            return
        if buy.pay_before is not None and not await self._is_over(buy.buy_id, buy.pay_before):
            return
        await self._change(buy.buy_id, partial(_lapsed_if_due, now=self._clock()))
        now = self._clock()
        buy = await self._there(buy.buy_id)
        if not buy.taken:
            await self._change(
                buy.buy_id, lambda there, books: ending.failed(there, "unpaid", books, now)
            )
        elif all(each.state is ClaimState.PAID for each in buy.taken):
            told = News(kind=NewsOf.ALL_PAID, user_id=buy.organiser, detail="time")
            await self._change(buy.buy_id, lambda there, _: Change(_touched(there), (told,)))

    async def _follow(self, buy: GroupBuy) -> None:
        """See how far the order has come, as it is stored."""
        await self._take_over(buy)
        later = self._clock() + FOLLOWING
        await self._change(buy.buy_id, lambda there, _: Change(_looked_at(there, later)))

    async def _take_over(self, buy: GroupBuy, known: Order | None = None) -> None:
        """Take over what became of all orders of a buy; `known` is one as it is just now."""
        numbers, orders = buy.orders, []
        for each in numbers:
            if known is not None and known.order_no == each:
                orders.append(known)
            elif (order := await self._store.orders.order(each)) is not None:
                orders.append(order)
        if not numbers or len(orders) < len(numbers):
            return
        now = self._clock()

        def decide(there: GroupBuy, books: Books) -> Change:
            if there.orders != numbers:
                return Change(there)
            return after_orders(there, orders, books, now)

        await self._change(buy.buy_id, decide)

    async def _too_few(self, buy: GroupBuy) -> None:
        now = self._clock()
        if buy.taken and buy.state is BuyState.LOCKED and buy.again_at is None:
            told = News(kind=NewsOf.TOO_FEW, user_id=buy.organiser)
            later = now + ORGANISER_DECIDES
            await self._change(
                buy.buy_id, lambda there, _: Change(there.replace(again_at=later), (told,))
            )
        elif not buy.taken or buy.again_at is None or now >= buy.again_at:
            await self._change(
                buy.buy_id, lambda there, books: ending.failed(there, "minimum", books, now)
            )

    async def _no_quote(self, buy: GroupBuy) -> None:
        now = self._clock()
        if now - buy.since >= ORGANISER_DECIDES:
            await self._change(
                buy.buy_id, lambda there, books: ending.failed(there, "no_quote", books, now)
            )
            return
        told = News(kind=NewsOf.NO_QUOTE, user_id=buy.organiser)
        later = now + _QUOTE_AGAIN
        await self._change(
            buy.buy_id, lambda there, _: Change(there.replace(again_at=later), (told,))
        )

    async def _quote(self, buy: GroupBuy) -> tuple[Quote, ...]:
        """Have every order of a buy quoted. Raises `MarketplaceError`."""
        return tuple(
            [
                await self._marketplace.preview(each, buy.terms.address)
                for each in parts_of(buy.taken, buy.terms)
            ]
        )

    async def requote_part(
        self, buy_id: BuyId, organiser: UserId, order_no: MerchantOrderNo
    ) -> GroupBuy:
        """Take the newest numbers for one of several orders, which is to be made once more.

        Raises `BuyRefused`, `MarketplaceError`.
        """
        buy = await self._there(buy_id)
        if order_no not in buy.lacking or order_no not in buy.orders or not buy.quotes:
            raise BuyRefused(Why.STATE)
        at = buy.orders.index(order_no)
        lines = parts_of(buy.taken, buy.terms)[at]
        quote = await self._marketplace.preview(lines, buy.terms.address)
        now = self._clock()

        def decide(there: GroupBuy, _: Books) -> Change:
            if there.version != buy.version:
                raise BuyRefused(Why.TERMS)
            quotes = (*buy.quotes[:at], quote, *buy.quotes[at + 1 :])
            return Change(there.replace(quotes=quotes, quoted_at=now))

        return await self.change(buy_id, organiser, decide)

    async def _there(self, buy_id: BuyId) -> GroupBuy:
        buy = await self._buys.buy(buy_id)
        if buy is None:
            raise BuyRefused(Why.NOT_YOURS)
        return buy

    async def _change(self, buy_id: BuyId, decide: Decide) -> None:
        await self._buys.change(buy_id, decide)
        self._on_news()


def least_of(goods: Goods) -> int:
    """Return the fewest pieces of an offer that can be ordered: its minimum, in whole lots."""
    return goods.minimum + missing_pieces(goods.minimum, goods.minimum, goods.lot)


def _sample(goods: Goods, pieces: int) -> tuple[OrderLine, ...]:
    """Return lines of so many pieces, of as few variants as have them."""
    lines, left = [], pieces
    for each in sorted(goods.variants, key=lambda variant: -variant.limit):
        taken = min(left, each.limit)
        if taken:
            lines.append(goods.line(each, taken))
            left -= taken
    if left:
        raise BuyRefused(Why.FULL, pieces - left)
    return tuple(lines)


def _fell_out(buy: GroupBuy, books: Books, *, numbers: Iterable[int], now: datetime) -> Change:
    gone = set(numbers)
    claims = [each for each in buy.taken if each.number in gone]
    return quoting.fell_out(buy, claims, books, now) if claims else Change(buy)


def _put_off(buy: GroupBuy, _: Books, *, until: datetime) -> Change:
    return Change(buy.replace(again_at=until))


def _priced(
    buy: GroupBuy, books: Books, *, quotes: tuple[Quote, ...], seen: int, now: datetime
) -> Change:
    """Price what was quoted; a buy that moved since is quoted again."""
    if buy.version != seen:
        return Change(buy)
    change = quoting.priced(buy, together(quotes), books, now)
    return _keeping(change, quotes, now)


def _requoted(
    buy: GroupBuy,
    books: Books,
    *,
    quotes: tuple[Quote, ...],
    seen: int,
    now: datetime,
    renamed: dict[str, Wording],
) -> Change:
    if buy.version != seen:
        raise BuyRefused(Why.TERMS)
    change = _keeping(quoting.requoted(buy, together(quotes), books, now), quotes, now)
    return Change(change.buy.replace(renamed=renamed), change.news, change.booked)


def _locked_if_due(buy: GroupBuy, now: datetime) -> Change:
    """Lock, unless the deadline was moved or somebody locked it meanwhile."""
    due = buy.state in {BuyState.OPEN, BuyState.PAUSED} and now >= buy.terms.deadline
    return joining.locked(buy, now) if due else Change(buy)


def _lapsed_if_due(buy: GroupBuy, books: Books, *, now: datetime) -> Change:
    """Leave out who has not paid, unless people got more time meanwhile, or it was ordered."""
    runs = buy.pay_before is not None and now < buy.pay_before
    if runs or buy.state is not BuyState.COLLECTING:
        return Change(buy)
    return receiving.lapse_unpaid(buy, books, now)


def _reminded(buy: GroupBuy) -> Change:
    if buy.reminded or buy.state is not BuyState.COLLECTING:
        return Change(buy)
    owing = (each.user_id for each in buy.taken if each.state is ClaimState.DUE)
    return Change(buy.replace(reminded=True), news_to(NewsOf.REMIND, owing))


def _touched(buy: GroupBuy) -> GroupBuy:
    return buy.replace(reminded=True)


def _looked_at(buy: GroupBuy, later: datetime) -> GroupBuy:
    waiting = {BuyState.ORDERING, BuyState.ORDERED, BuyState.BOUGHT}
    return buy.replace(again_at=later) if buy.state in waiting else buy


def _keeping(change: Change, quotes: tuple[Quote, ...], now: datetime) -> Change:
    several = quotes if len(quotes) > 1 else ()
    kept = change.buy.replace(quote=together(quotes), quotes=several, quoted_at=now)
    return Change(kept, change.news, change.booked)
