"""Leaving claims out before anything is ordered, and ending a buy that comes to nothing."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.group_buys.bills import (
    Bill,
    Share,
    people_of,
    shared_by,
)
from bot.domain.group_buys.buys import BuyState, Change, GroupBuy
from bot.domain.group_buys.charging import recharged
from bot.domain.group_buys.claims import (
    Claim,
    ClaimState,
    agreed_together,
)
from bot.domain.group_buys.news import NewsOf, news_to
from bot.domain.group_buys.shares import fee_of
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen

_MAY_END = (
    BuyState.OPEN,
    BuyState.PAUSED,
    BuyState.LOCKED,
    BuyState.CONFIRMING,
    BuyState.COLLECTING,
)


def failed(buy: GroupBuy, reason: str, books: Books, now: datetime) -> Change:
    """End a buy that comes to nothing: all claims end, and all that was paid goes back.

    Raises `BuyRefused`.
    """
    return _ended(buy, BuyState.FAILED, NewsOf.FAILED, reason, books, now)


def cancelled(buy: GroupBuy, books: Books, now: datetime) -> Change:
    """Give a buy up before anything was bought: what was paid is listed to be sent back.

    Raises `BuyRefused`; what is ordered ends when the marketplace's order is closed.
    """
    return _ended(buy, BuyState.CANCELLED, NewsOf.CANCELLED, "organiser", books, now)


def _ended(
    buy: GroupBuy, end: BuyState, told: NewsOf, reason: str, books: Books, now: datetime
) -> Change:
    buy.demand(*_MAY_END)
    left = _nothing_bought(left_out(buy, buy.taken, None, books, now), books, now)
    waiting = [each for each in buy.claims if each.state is ClaimState.WAITING]
    after = left.buy.with_claims(each.moved(ClaimState.LAPSED) for each in waiting)
    owes = _owes_somebody(after, Books([*books, *left.booked]))
    if owes or end is BuyState.CANCELLED:
        # Nothing was ordered, but somebody's money may be here: it goes back by name first.
        after = after.moved(BuyState.CANCELLING, now, reason=reason)
    if not owes:
        after = after.moved(end, now, reason=reason)
    people = [*buy.members, *(each.user_id for each in waiting)]
    return Change(after, news_to(told, people, reason), left.booked)


def left_out(
    buy: GroupBuy,
    claims: Iterable[Claim],
    told: NewsOf | None,
    books: Books,
    now: datetime,
    end: ClaimState = ClaimState.LAPSED,
    detail: str = "",
) -> Change:
    """End claims before anything was ordered; what was charged for them is credited in full.

    `told` with `detail` is what their people are told.
    """
    gone = list(claims)
    ends = [
        each.moved(ClaimState.REFUNDED if each.state is ClaimState.PAID else end) for each in gone
    ]
    people = list(dict.fromkeys(each.user_id for each in gone))
    after = buy.with_claims(ends)
    if buy.bill is None:
        return Change(after, news_to(told, people, detail))
    left = people_of(after.taken)
    shares = tuple(
        _share_left(buy.bill, each, left.get(each.user_id, ()), buy)
        if each.user_id in people
        else each
        for each in buy.bill.shares
    )
    kept = buy.bill.replace(shares=shares)
    charged_now = buy.state is BuyState.COLLECTING
    booked = recharged(buy, kept, books, now) if charged_now else []
    return Change(after.replace(bill=kept), news_to(told, people, detail), tuple(booked))


def _nothing_bought(change: Change, books: Books, now: datetime) -> Change:
    """Take back what the organiser would have borne, or kept: there is no order to bear it of."""
    buy, bill = change.buy, change.buy.bill
    if bill is None:
        return change
    void = bill.replace(total=Fen(0), borne=Fen(0))
    charged_now = buy.state is BuyState.COLLECTING
    kept = Books([*books, *change.booked])
    booked = recharged(buy, void, kept, now) if charged_now else []
    return Change(buy.replace(bill=void), change.news, (*change.booked, *booked))


def _share_left(bill: Bill, share: Share, claims: tuple[Claim, ...], buy: GroupBuy) -> Share:
    """Return the share of whoever keeps some of their claims: as much of the freight as by its key.

    It is no more than they agreed to for what they keep.
    """
    if not claims:
        return Share(user_id=share.user_id, pieces=0)
    pieces = sum(each.served for each in claims)
    goods = sum(each.served * bill.unit_of(each.spec_id) for each in claims)
    before, left = _weights_left(bill, share.user_id, claims, buy)
    freight = share.freight * left // before if share.freight > 0 and before else share.freight
    most = agreed_together((each.consent.freight for each in claims), buy.terms)
    fee = 0 if share.user_id == buy.organiser else fee_of(goods, buy.terms.charged_fee_ppm)
    return share.replace(
        pieces=pieces, goods=Fen(goods), freight=Fen(min(freight, most)), fee=Fen(fee)
    )


def _weights_left(
    bill: Bill, user_id: UserId, claims: tuple[Claim, ...], buy: GroupBuy
) -> tuple[int, int]:
    """Return what somebody's freight was split by, and what is left of that with these claims."""
    people = people_of(buy.taken)
    price = {each.spec_id: Fen(0) for each in buy.taken}
    price |= {each.spec_id: each.price for each in bill.units}
    # Told apart from the people by a number that nobody has: one unknown weight is void for all.
    weights = shared_by({**people, UserId(0): claims}, buy.terms, price)
    return weights[list(people).index(user_id)], weights[-1]


def _owes_somebody(buy: GroupBuy, books: Books) -> bool:
    return any(books.open_orders(buy.terms.rate.currency).values())
