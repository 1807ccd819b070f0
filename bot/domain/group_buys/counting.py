"""Counting what arrived: who gets theirs, who goes without, and what that changes for everybody."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.group_buys.bills import Share, people_of, shared_by
from bot.domain.group_buys.books import borne, charged, paid_there
from bot.domain.group_buys.buys import (
    AFTER_BOUGHT,
    Arrived,
    BuyRefused,
    BuyState,
    Change,
    GroupBuy,
    News,
    NewsOf,
    Why,
    all_told,
)
from bot.domain.group_buys.charging import recharged
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.shares import fee_of, split
from bot.domain.identifiers import SpecId, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen

_BOUGHT = {ClaimState.BOUGHT, ClaimState.SUBSTITUTED, ClaimState.ARRIVED}


def counted(
    buy: GroupBuy, pieces: Mapping[SpecId | None, int], books: Books, now: datetime
) -> Change:
    """Count what arrived by variant; what is missing is short of whoever claimed last.

    What the marketplace took less than all that came was charged for goes back to all.
    Raises `BuyRefused` for a variant that was not ordered, or more pieces than were.
    """
    buy.demand(BuyState.BOUGHT, BuyState.SHIPPED)
    ordered: dict[SpecId | None, int] = {}
    for each in buy.taken:
        ordered[each.spec_id] = ordered.get(each.spec_id, 0) + each.served
    for spec, count in pieces.items():
        if spec not in ordered or not 0 <= count <= ordered[spec]:
            raise BuyRefused(Why.AMOUNT, ordered.get(spec, 0))
    change = Change(buy)
    for spec, count in ordered.items():
        if lacking := count - pieces.get(spec, count):
            known = Books([*books, *change.booked])
            more = short(change.buy, spec, lacking, Fen(0), known, now)
            change = Change(more.buy, (*change.news, *more.news), (*change.booked, *more.booked))
    change = shared_out(change, books, now)
    moved = change.buy.with_claims(
        each.moved(ClaimState.ARRIVED) for each in change.buy.taken if each.state in _BOUGHT
    )
    arrived = tuple(
        Arrived(spec_id=spec, pieces=pieces.get(spec, count)) for spec, count in ordered.items()
    )
    done = moved.moved(BuyState.ARRIVED, now, arrived=arrived, arrived_at=now)
    return Change(done, (*change.news, *all_told(done, NewsOf.ARRIVED)), change.booked)


def short(
    buy: GroupBuy,
    spec_id: SpecId | None,
    pieces: int,
    refund: Fen,
    books: Books,
    now: datetime,
) -> Change:
    """So many pieces do not come, and the seller sends `refund` fen back for them.

    The last to claim goes without, is credited the pieces with the fee on them, and the freight
    where nothing is left; the gap to what the seller sends is the organiser's. What the seller
    sends beyond is freight, and goes to everybody. Raises `BuyRefused`.
    """
    buy.demand(*AFTER_BOUGHT)
    if buy.bill is None:
        raise BuyRefused(Why.STATE)
    lacking, changed = pieces, []
    for each in sorted(buy.taken, key=lambda claim: -claim.number):
        if each.spec_id != spec_id or each.state not in _BOUGHT or not lacking:
            continue
        gone = min(lacking, each.served)
        lacking -= gone
        left = each.replace(short=each.short + gone)
        changed.append(left if left.served else left.moved(ClaimState.SHORT))
    if lacking or pieces < 1 or refund < 0:
        raise BuyRefused(Why.AMOUNT, pieces - lacking)
    after = buy.with_claims(changed)
    concerned = dict.fromkeys(each.user_id for each in changed)
    shares = {each.user_id: each for each in buy.bill.shares}
    for user in concerned:
        shares[user] = _without(shares[user], after, user)
    given_back = buy.bill.total - buy.bill.borne - sum(each.marketplace for each in shares.values())
    beyond = refund - given_back
    if beyond > 0:
        staying = [user for user in shares if shares[user].pieces]
        parts = split(-beyond, [shares[user].pieces for user in staying]) if staying else ()
        for user, part in zip(staying, parts, strict=bool(staying)):
            shares[user] = shares[user].replace(freight=Fen(shares[user].freight + part))
        given_back += beyond if staying else 0
    total = Fen(buy.bill.total - refund)
    loss = total - sum(each.marketplace for each in shares.values())
    bill = buy.bill.replace(shares=tuple(shares.values()), total=total, borne=Fen(loss))
    booked = list(paid_there(books, buy.own_account, buy.organiser, -refund, now))
    for user, share in shares.items():
        before = buy.bill.share_of(user)
        booked += charged(books, buy.account_of(user), before, share, buy.terms.rate, now)
    booked += borne(
        Books([*books, *booked]),
        buy.own_account,
        buy.organiser,
        loss - buy.bill.borne,
        now,
    )
    news = tuple(
        News(kind=NewsOf.SHORT, user_id=user, detail=f"{each.number}:{each.short}")
        for user in concerned
        for each in changed
        if each.user_id == user
    )
    return Change(after.replace(bill=bill), news, tuple(booked))


def shared_out(change: Change, books: Books, now: datetime) -> Change:
    """Give what all were charged above what all of it cost back to them, as freight.

    At a fixed price it is the organiser's, and so is what is too little to be sent round.
    """
    buy, bill = change.buy, change.buy.bill
    if bill is None or buy.terms.is_fixed or -bill.borne <= buy.terms.open_below:
        return change
    people = people_of(each for each in buy.claims if each.is_in and each.served)
    if not people:
        return change
    price = {each.spec_id: each.price for each in bill.units}
    parts = split(bill.borne, shared_by(people, buy.terms, price))
    cost = [bill.share_of(user).marketplace for user in people]
    if any(one + part < 0 for one, part in zip(cost, parts, strict=True)) and min(cost) >= 0:
        parts = split(bill.borne, cost)  # nobody gets back more than what theirs cost
    less = dict(zip(people, parts, strict=True))
    shares = tuple(
        each.replace(freight=Fen(each.freight + less.get(each.user_id, 0))) for each in bill.shares
    )
    after = bill.replace(shares=shares, borne=Fen(0))
    kept = Books([*books, *change.booked])
    booked = recharged(buy, after, kept, now)
    told = tuple(
        News(kind=NewsOf.CHEAPER, user_id=user, detail=f"{bill.total}")
        for user in people
        if user != buy.organiser and less[user]
    )
    return Change(buy.replace(bill=after), (*change.news, *told), (*change.booked, *booked))


def _without(share: Share, buy: GroupBuy, user_id: UserId) -> Share:
    """Return the share of somebody whose pieces did not all come."""
    if buy.bill is None:
        return share
    mine = [each for each in buy.claims_of(user_id) if each.is_in]
    pieces = sum(each.served for each in mine)
    goods = sum(each.served * buy.bill.unit_of(each.spec_id) for each in mine)
    fee = 0 if user_id == buy.organiser else fee_of(goods, buy.terms.charged_fee_ppm)
    return share.replace(
        pieces=pieces,
        goods=Fen(goods),
        fee=Fen(fee),
        freight=share.freight if pieces else Fen(0),
        abroad=share.abroad if pieces else Fen(0),
    )
