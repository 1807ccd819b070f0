"""A group buy's order, or its orders where it has more variants than one takes."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.group_buys import counting, fulfilling, ordering
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.parts import parts_of, variants_in
from bot.domain.identifiers import MerchantOrderNo, SpecId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.order_actions import amount_due
from bot.domain.orders import Order, OrderStatus, Placing

_BEING_ORDERED = frozenset({BuyState.ORDERING, BuyState.ORDERED})
_CLOSED = frozenset({OrderStatus.CANCELLED, OrderStatus.TERMINATED})
_SENT = frozenset({OrderStatus.AWAITING_RECEIPT, OrderStatus.RECEIVED, OrderStatus.COMPLETED})


def order_for(buy: GroupBuy, order_no: MerchantOrderNo, at: datetime, part: int = 0) -> Order:
    """Return one of the orders of exactly the claims that are in a buy, as it was last quoted.

    Raises `BuyRefused` where it was never quoted.
    """
    parts = parts_of(buy.taken, buy.terms)
    quotes = buy.quotes or ((buy.quote,) if buy.quote is not None else ())
    if len(quotes) != len(parts) or not 0 <= part < len(parts):
        raise BuyRefused(Why.STATE)
    return Order(
        order_no=order_no,
        user_id=buy.organiser,
        chat_id=buy.chat_id,
        lines=parts[part],
        seller_id=buy.terms.seller_id,
        quote=quotes[part],
        address=buy.terms.address,
        language=buy.language,
        created_at=at,
        quoted_at=buy.quoted_at,
        group_buy=buy.buy_id,
    )


def after_orders(buy: GroupBuy, orders: Sequence[Order], books: Books, now: datetime) -> Change:
    """Return what a buy's orders, as they are, mean for the buy; several steps if need be.

    Of several, all have to be made and paid. One that was not made, or was closed unpaid, while
    another stands is the organiser's to order once more, or to go without.
    """
    if not all(each.is_settled for each in orders):
        return Change(buy)
    change = _told_unresolved(buy, orders)
    return _then(change, _as_they_are(change.buy, orders, books, now))


def _told_unresolved(buy: GroupBuy, orders: Sequence[Order]) -> Change:
    """Tell the organiser, once, of which orders nobody knows yet whether they exist."""
    numbers = tuple(each.order_no for each in orders if each.placing is Placing.UNRESOLVED)
    if numbers == buy.unresolved:
        return Change(buy)
    new = ",".join(f"{each}" for each in numbers if each not in buy.unresolved)
    told = News(kind=NewsOf.UNRESOLVED, user_id=buy.organiser, detail=new)
    return Change(buy.replace(unresolved=numbers), (told,) if new else ())


def _as_they_are(buy: GroupBuy, orders: Sequence[Order], books: Books, now: datetime) -> Change:
    lost = [each for each in orders if _is_lost(each)]
    undecided = [each for each in lost if each.order_no not in buy.dropped]
    standing = [each for each in orders if each not in lost]
    if buy.state not in _BEING_ORDERED and (undecided or not standing):
        return Change(buy)
    detail = "-".join(f"{each.order_no}" for each in undecided or lost)
    if not standing:
        never = all(each.placing is not Placing.PLACED for each in lost)
        return ordering.not_placed(buy, now, detail if never else f"{detail}-closed")
    if undecided:
        lacking = tuple(each.order_no for each in undecided)
        told = News(kind=NewsOf.PARTLY, user_id=buy.organiser, detail=detail)
        return Change(buy.replace(lacking=lacking), () if lacking == buy.lacking else (told,))
    if any(not each.parts for each in standing):
        return Change(buy)
    return _all_stand(buy, standing, books, now)


def _all_stand(buy: GroupBuy, orders: Sequence[Order], books: Books, now: datetime) -> Change:
    change = Change(buy.replace(lacking=()) if buy.lacking else buy)
    if buy.state is BuyState.ORDERING:
        change = ordering.placed(change.buy, now)
    if change.buy.state is BuyState.ORDERED and all(each.paid for each in orders):
        paid = Fen(sum(map(_paid_for, orders)))
        change = _then(change, _bought(change.buy, paid, books, now))
    sent = all(any(part.status in _SENT for part in each.parts) for each in orders)
    if change.buy.state is BuyState.BOUGHT and sent:
        change = _then(change, fulfilling.shipped(change.buy, now))
    return change


def _bought(buy: GroupBuy, paid: Fen, books: Books, now: datetime) -> Change:
    """Take the orders as bought, and credit what was in those that are gone without."""
    change = fulfilling.bought(buy, paid, books, now)
    if not buy.dropped:
        return change
    parts = zip(buy.orders, parts_of(buy.taken, buy.terms), strict=True)
    gone = [variants_in(lines, buy.terms) for number, lines in parts if number in buy.dropped]
    specs = frozenset[SpecId | None]().union(*gone)
    kept = Books([*books, *change.booked])
    without = counting.never_ordered(change.buy, specs, kept, now)
    left = set(without.buy.members)
    told = tuple(each for each in change.news if each.user_id in left)
    return _then(Change(change.buy, told, change.booked), without)


def _paid_for(order: Order) -> Fen:
    """Return what an order that is paid cost; what was agreed to where a part doesn't say it."""
    known = amount_due(order.parts)
    return order.agreed_total if known is None else known


def _is_lost(order: Order) -> bool:
    """Tell whether an order certainly does not exist, or was closed before it was paid."""
    if order.placing in {Placing.REFUSED, Placing.CHANGED}:
        return True
    return bool(order.parts) and all(
        part.status in _CLOSED and part.paid_at is None for part in order.parts
    )


def _then(one: Change, other: Change) -> Change:
    return Change(other.buy, (*one.news, *other.news), (*one.booked, *other.booked))
