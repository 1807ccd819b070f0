"""Having a group buy quoted by the marketplace: for its price, and once more before the order."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog
from pydantic import ValidationError

from bot.domain.group_buys import ending, fitting, minimum, quoting
from bot.domain.group_buys.bills import BillUnclear
from bot.domain.group_buys.buys import (
    ORGANISER_DECIDES,
    BuyRefused,
    BuyState,
    Change,
    GroupBuy,
    Why,
)
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.parts import parts_of, together
from bot.domain.group_buys.terms import Goods, goods_of
from bot.domain.identifiers import BuyId, MerchantOrderNo, SpecId, UserId
from bot.domain.ledger import Books
from bot.domain.offers import Wording
from bot.domain.quotes import Quote
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.marketplace.port import Marketplace
from bot.services.grouping.stored import StoredBuys

_QUOTE_AGAIN = timedelta(minutes=5)
_MOST_QUOTES = 60
"""Each quote leaves somebody out or is the last, so that this is no more than a bound."""

_LESS_LEFT = frozenset(
    {RefusalReason.OUT_OF_STOCK, RefusalReason.SPEC_MISMATCH, RefusalReason.NOT_TRADABLE}
)
_log = structlog.get_logger(__name__)


class Quoting:
    """Asks the marketplace for a buy's numbers, and fits the buy into what it says."""

    def __init__(
        self, stored: StoredBuys, marketplace: Marketplace, clock: Callable[[], datetime]
    ) -> None:
        self._stored = stored
        self._marketplace = marketplace
        self._clock = clock

    async def price(self, buy_id: BuyId) -> None:
        """Quote a locked buy until it is too dear for nobody, then ask or collect.

        Too few pieces, and a marketplace that gives no numbers, wait for the organiser; after a
        day the buy fails.
        """
        for _ in range(_MOST_QUOTES):
            buy = await self._stored.there(buy_id)
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
                await self._stored.change(buy_id, partial(_fell_out, numbers=numbers, now=now))
                continue
            await self._stored.change(
                buy_id, partial(_priced, quotes=quotes, seen=buy.version, now=now)
            )

    async def prepare(self, buy_id: BuyId, organiser: UserId) -> GroupBuy:
        """Take the newest numbers for all who paid, so that the order can be consented to.

        Raises `BuyRefused`, `MarketplaceError`, `BillUnclear`.
        """
        for _ in range(_MOST_QUOTES):
            buy = await self._stored.there(buy_id)
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
                return await self._stored.change(buy_id, decide)
            await self._stored.change(buy_id, partial(_fell_out, numbers=dear, now=now))
        raise BuyRefused(Why.NO_CONSENT)

    async def requote_part(
        self, buy_id: BuyId, organiser: UserId, order_no: MerchantOrderNo
    ) -> GroupBuy:
        """Take the newest numbers for one of several orders, which is to be made once more.

        Raises `BuyRefused`, `MarketplaceError`.
        """
        buy = await self._stored.there(buy_id)
        if buy.organiser != organiser:
            raise BuyRefused(Why.NOT_YOURS)
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

        return await self._stored.change(buy_id, decide)

    async def _quote(self, buy: GroupBuy) -> tuple[Quote, ...]:
        """Have every order of a buy quoted. Raises `MarketplaceError`."""
        return tuple(
            [
                await self._marketplace.preview(each, buy.terms.address)
                for each in parts_of(buy.taken, buy.terms)
            ]
        )

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

    async def _fill_rows(self, buy: GroupBuy) -> bool:
        """Leave out whom no whole row has room for; tell whether that changed anything."""
        now = self._clock()
        after = await self._stored.change(
            buy.buy_id, lambda there, books: fitting.rows_filled(there, books, now)
        )
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
        after = await self._stored.change(
            buy.buy_id, lambda there, books: fitting.stock_fell(there, left, books, now)
        )
        return bool(after.claims != buy.claims)

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

    async def _too_few(self, buy: GroupBuy) -> None:
        now = self._clock()
        if buy.taken and buy.state is BuyState.LOCKED and buy.again_at is None:
            told = News(kind=NewsOf.TOO_FEW, user_id=buy.organiser)
            later = now + ORGANISER_DECIDES
            await self._stored.change(
                buy.buy_id, lambda there, _: Change(there.replace(again_at=later), (told,))
            )
        elif not buy.taken or buy.again_at is None or now >= buy.again_at:
            await self._stored.change(
                buy.buy_id, lambda there, books: ending.failed(there, "minimum", books, now)
            )

    async def _no_quote(self, buy: GroupBuy) -> None:
        now = self._clock()
        if now - buy.since >= ORGANISER_DECIDES:
            await self._stored.change(
                buy.buy_id, lambda there, books: ending.failed(there, "no_quote", books, now)
            )
            return
        told = News(kind=NewsOf.NO_QUOTE, user_id=buy.organiser)
        later = now + _QUOTE_AGAIN
        await self._stored.change(
            buy.buy_id, lambda there, _: Change(there.replace(again_at=later), (told,))
        )


def _fell_out(buy: GroupBuy, books: Books, *, numbers: Iterable[int], now: datetime) -> Change:
    gone = set(numbers)
    claims = [each for each in buy.taken if each.number in gone]
    return quoting.fell_out(buy, claims, books, now) if claims else Change(buy)


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


def _keeping(change: Change, quotes: tuple[Quote, ...], now: datetime) -> Change:
    several = quotes if len(quotes) > 1 else ()
    kept = change.buy.replace(quote=together(quotes), quotes=several, quoted_at=now)
    return Change(kept, change.news, change.booked)
