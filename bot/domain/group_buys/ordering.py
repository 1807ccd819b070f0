"""One consent, one order: the claims that are frozen in it, and what becomes of it."""

from datetime import datetime

from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.confirming import worse_off
from bot.domain.group_buys.minimum import short_of_minimum
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.receiving import is_unpaid
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.money import Fen


def frozen(
    buy: GroupBuy,
    order_no: MerchantOrderNo,
    total: Fen,
    numbers: tuple[int, ...],
    now: datetime,
    more_orders: tuple[MerchantOrderNo, ...] = (),
) -> Change:
    """Freeze exactly these claims with the number of the order, for exactly that total.

    `more_orders` are the others where there are more variants than one order takes.

    Raises `BuyRefused` when somebody has not paid, or when it is no longer that set or total.
    """
    if is_unpaid(buy):
        raise BuyRefused(Why.UNPAID)
    if missing := short_of_minimum(buy):
        raise BuyRefused(Why.TOO_FEW, missing)
    taken = tuple(each.number for each in buy.taken)
    if buy.bill is None or buy.bill.total != total or numbers != taken or buy.bill.difference:
        raise BuyRefused(Why.TERMS)
    if worse_off(buy, buy.bill):
        raise BuyRefused(Why.NO_CONSENT)
    return Change(
        buy.moved(BuyState.ORDERING, now, order_no=order_no, more_orders=more_orders, frozen=taken)
    )


def reordered(
    buy: GroupBuy, before: MerchantOrderNo, after: MerchantOrderNo, total: Fen, now: datetime
) -> Change:
    """Order once more what one of several orders was to bring, for exactly that total.

    Who is in it does not change. What it costs more or less than before is the organiser's, when
    it is paid. Raises `BuyRefused` unless it is certain that the order before does not exist.
    """
    buy.demand(BuyState.ORDERING, BuyState.ORDERED)
    if before not in buy.lacking or before not in buy.orders:
        raise BuyRefused(Why.STATE)
    if buy.quotes[buy.orders.index(before)].total != total:
        raise BuyRefused(Why.TERMS)
    first, *more = [after if each == before else each for each in buy.orders]
    return Change(
        buy.replace(
            order_no=first,
            more_orders=tuple(more),
            lacking=tuple(each for each in buy.lacking if each != before),
            again_at=now,
        )
    )


def order_dropped(buy: GroupBuy, order_no: MerchantOrderNo, now: datetime) -> Change:
    """Go on without one of several orders, which can't be made any more while another stands.

    Once the others are paid, whoever is in it is credited all of that. Raises `BuyRefused` unless
    it is certain that the order does not exist.
    """
    buy.demand(BuyState.ORDERING, BuyState.ORDERED)
    if order_no not in buy.lacking:
        raise BuyRefused(Why.STATE)
    left = tuple(each for each in buy.lacking if each != order_no)
    return Change(buy.replace(lacking=left, dropped=(*buy.dropped, order_no), again_at=now))


def not_placed(buy: GroupBuy, now: datetime, detail: str) -> Change:
    """It is certain that no order exists, or it was closed unpaid: the claims are free again.

    Raises `BuyRefused`.
    """
    buy.demand(BuyState.ORDERING, BuyState.ORDERED)
    free = buy.moved(
        BuyState.COLLECTING,
        now,
        order_no=None,
        more_orders=(),
        lacking=(),
        unresolved=(),
        dropped=(),
        frozen=(),
    )
    return Change(free, (News(kind=NewsOf.NOT_PLACED, user_id=buy.organiser, detail=detail),))


def placed(buy: GroupBuy, now: datetime) -> Change:
    """The marketplace has the order. Raises `BuyRefused`."""
    buy.demand(BuyState.ORDERING)
    after = buy.moved(BuyState.ORDERED, now)
    return Change(after, (News(kind=NewsOf.PLACED, user_id=buy.organiser),))
