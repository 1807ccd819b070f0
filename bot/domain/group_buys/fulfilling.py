"""After the order: bought, short, counted, handed out, settled, and the books closed."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.bookings import Agreed, next_key, received, refunded, written_off
from bot.domain.currencies import Money
from bot.domain.group_buys.bills import Share, people_of, shared_by
from bot.domain.group_buys.books import agreed_with, borne, charged, paid_there
from bot.domain.group_buys.buys import (
    Arrived,
    BuyRefused,
    BuyState,
    Change,
    GroupBuy,
    News,
    NewsOf,
    Why,
)
from bot.domain.group_buys.charging import recharged
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.disputes import open_disputes
from bot.domain.group_buys.shares import fee_of, split
from bot.domain.identifiers import SpecId, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen

_AFTER_BOUGHT = (
    BuyState.BOUGHT,
    BuyState.SHIPPED,
    BuyState.ARRIVED,
    BuyState.HANDING_OUT,
    BuyState.SETTLING,
)
_BOUGHT = {ClaimState.BOUGHT, ClaimState.SUBSTITUTED, ClaimState.ARRIVED}


def bought(buy: GroupBuy, total: Fen, books: Books, now: datetime) -> Change:
    """The marketplace was paid so many fen; what that differs by from the bill is the organiser's.

    What is less goes back to all once it is counted what came (`counted`). Raises `BuyRefused`.
    """
    buy.demand(BuyState.ORDERED)
    moved = buy.with_claims(each.moved(ClaimState.BOUGHT) for each in buy.taken)
    booked = list(paid_there(books, buy.own_account, buy.organiser, total, now))
    if buy.bill is not None:
        difference = total - buy.bill.total
        kept = Books([*books, *booked])
        booked += borne(kept, buy.own_account, buy.organiser, difference, now)
        bill = buy.bill.replace(total=total, borne=Fen(buy.bill.borne + difference))
        moved = moved.replace(bill=bill)
    return Change(moved.moved(BuyState.BOUGHT, now), _all(buy, NewsOf.BOUGHT), tuple(booked))


def shipped(buy: GroupBuy, now: datetime) -> Change:
    """The seller has sent it."""
    buy.demand(BuyState.BOUGHT)
    return Change(buy.moved(BuyState.SHIPPED, now), _all(buy, NewsOf.SHIPPED))


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
    change = _shared_out(change, books, now)
    moved = change.buy.with_claims(
        each.moved(ClaimState.ARRIVED) for each in change.buy.taken if each.state in _BOUGHT
    )
    arrived = tuple(
        Arrived(spec_id=spec, pieces=pieces.get(spec, count)) for spec, count in ordered.items()
    )
    done = moved.moved(BuyState.ARRIVED, now, arrived=arrived, arrived_at=now)
    return Change(done, (*change.news, *_all(done, NewsOf.ARRIVED)), change.booked)


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
    buy.demand(*_AFTER_BOUGHT)
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


def seller_refunded(buy: GroupBuy, refund: Fen, books: Books, now: datetime) -> Change:
    """The seller sent so many fen back for what did not come: the organiser bears that much less.

    Whoever went without is credited when it is counted; what is beyond that goes to all, from
    then on. Raises `BuyRefused`.
    """
    buy.demand(*_AFTER_BOUGHT)
    if buy.bill is None or not 0 < refund <= buy.bill.total:
        raise BuyRefused(Why.AMOUNT, buy.bill.total if buy.bill else 0)
    bill = buy.bill.replace(total=Fen(buy.bill.total - refund), borne=Fen(buy.bill.borne - refund))
    booked = list(paid_there(books, buy.own_account, buy.organiser, -refund, now))
    kept = Books([*books, *booked])
    booked += borne(kept, buy.own_account, buy.organiser, -refund, now)
    change = Change(buy.replace(bill=bill), (), tuple(booked))
    before_the_count = buy.state in {BuyState.BOUGHT, BuyState.SHIPPED}
    return change if before_the_count else _shared_out(change, books, now)


def abroad(buy: GroupBuy, total: Fen, books: Books, now: datetime) -> Change:
    """Charge a second instalment: what carrying the goods on costs, split by the key agreed to.

    What is above the most that somebody agreed to is the organiser's. Raises `BuyRefused`.
    """
    buy.demand(BuyState.BOUGHT, BuyState.SHIPPED, BuyState.ARRIVED, BuyState.HANDING_OUT)
    bill, people = buy.bill, people_of(buy.taken)
    if bill is None or not people:
        raise BuyRefused(Why.STATE)
    if total < 1:
        raise BuyRefused(Why.AMOUNT)
    price = {each.spec_id: each.price for each in bill.units}
    parts = dict(zip(people, split(total, shared_by(people, buy.terms, price)), strict=True))
    shares, over = [], 0
    for each in bill.shares:
        part = parts.get(each.user_id, Fen(0))
        agreed = sum(claim.consent.other for claim in people.get(each.user_id, ()))
        most = part if each.user_id == buy.organiser else max(0, agreed - each.abroad)
        over += part - min(part, most)
        shares.append(each.replace(abroad=Fen(each.abroad + min(part, most))))
    after = bill.replace(
        shares=tuple(shares), total=Fen(bill.total + total), borne=Fen(bill.borne + over)
    )
    booked = list(paid_there(books, buy.own_account, buy.organiser, total, now))
    booked += recharged(buy, after, Books([*books, *booked]), now)
    charged_more = [
        user for user in people if after.share_of(user).abroad > bill.share_of(user).abroad
    ]
    news = tuple(
        News(kind=NewsOf.ABROAD, user_id=user, detail=f"{after.total}")
        for user in charged_more
        if user != buy.organiser
    )
    return Change(buy.replace(bill=after), news, tuple(booked))


def handing_out(buy: GroupBuy, now: datetime) -> Change:
    """Begin to hand out what was counted."""
    return Change(buy.moved(BuyState.HANDING_OUT, now))


def handed(buy: GroupBuy, user_id: UserId, now: datetime) -> Change:
    """Tick a member off: all of theirs was handed out. Raises `BuyRefused`."""
    if buy.state is BuyState.ARRIVED:
        buy = buy.moved(BuyState.HANDING_OUT, now)
    buy.demand(BuyState.HANDING_OUT)
    mine = [each for each in buy.claims_of(user_id) if each.state is ClaimState.ARRIVED]
    if not mine:
        raise BuyRefused(Why.STATE)
    done = buy.with_claims(
        each.moved(ClaimState.HANDED, handed=each.served, handed_at=now) for each in mine
    )
    if not to_hand_out(done):
        done = done.moved(BuyState.SETTLING, now)
    told = News(kind=NewsOf.HANDED, user_id=user_id, detail=str(mine[0].number))
    return Change(done, (told,) if user_id != buy.organiser else ())


def to_hand_out(buy: GroupBuy) -> dict[UserId, tuple[Claim, ...]]:
    """Return who still has to fetch what."""
    return people_of(each for each in buy.claims if each.state is ClaimState.ARRIVED)


def resold(buy: GroupBuy, number: int, proceeds: Money, books: Books, now: datetime) -> Change:
    """Somebody else took what a member never fetched: what they paid counts as the member's.

    Raises `BuyRefused`, `LedgerError`.
    """
    if buy.state is BuyState.ARRIVED:
        buy = buy.moved(BuyState.HANDING_OUT, now)
    buy.demand(BuyState.HANDING_OUT)
    claim = buy.claim(number)
    if claim.state is not ClaimState.ARRIVED:
        raise BuyRefused(Why.STATE)
    if buy.arrived_at is not None and now < buy.arrived_at + buy.terms.fetch_within:
        raise BuyRefused(Why.TOO_SOON)
    moved = buy.with_claims([claim.moved(ClaimState.RESOLD)])
    agreed = _agreed(buy, claim.user_id)
    key = next_key(books, f"resold:{buy.buy_id}-{number}")
    booked = (received(key, agreed, proceeds, buy.organiser, now),) if proceeds else ()
    if not to_hand_out(moved):
        moved = moved.moved(BuyState.SETTLING, now)
    told = News(kind=NewsOf.RESOLD, user_id=claim.user_id, detail=str(number))
    return Change(moved, (told,), booked)


def sent_back(
    buy: GroupBuy, user_id: UserId, amount: Money, key: str, books: Books, now: datetime
) -> Change:
    """The organiser sent money back. Raises `TooMuch` beyond what is owed to the member."""
    if f"refund:{key}" in books:
        return Change(buy)
    if user_id in open_disputes(buy):
        raise BuyRefused(Why.DISPUTE)
    agreed = _agreed(buy, user_id)
    operation = refunded(books, key, agreed, amount, buy.organiser, now)
    return _perhaps_over(Change(buy, (), (operation,)), books, now)


def given_up(buy: GroupBuy, user_id: UserId, reason: str, books: Books, now: datetime) -> Change:
    """Write off what is open with a member, by name and with a reason. Raises `TooMuch`."""
    buy.demand(BuyState.SETTLING, BuyState.CANCELLING)
    if user_id in open_disputes(buy):
        raise BuyRefused(Why.DISPUTE)
    operation = written_off(books, _agreed(buy, user_id), reason, buy.organiser, now)
    return _perhaps_over(Change(buy, (), (operation,)), books, now)


def closed(buy: GroupBuy, books: Books, now: datetime) -> Change:
    """Close the books. Raises `BuyRefused` while any balance is open."""
    buy.demand(BuyState.SETTLING)
    if open_disputes(buy):
        raise BuyRefused(Why.DISPUTE, len(open_disputes(buy)))
    if open_balances(buy, books):
        raise BuyRefused(Why.UNBALANCED, len(open_balances(buy, books)))
    return Change(buy.moved(BuyState.CLOSED, now), _all(buy, NewsOf.CLOSED))


def open_balances(buy: GroupBuy, books: Books) -> dict[UserId, Money]:
    """Return who owes something, or is owed it (negative). The organiser owes nobody."""
    currency = buy.terms.rate.currency
    people = dict.fromkeys(each.user_id for each in buy.claims if each.user_id != buy.organiser)
    balances = {user: books.account_of(buy.account_of(user), currency).balance for user in people}
    return {user: balance for user, balance in balances.items() if balance}


def _perhaps_over(change: Change, books: Books, now: datetime) -> Change:
    """A buy that is given up has ended once nobody's money is left in it."""
    if change.buy.state is not BuyState.CANCELLING:
        return change
    if open_balances(change.buy, Books([*books, *change.booked])):
        return change
    return Change(change.buy.moved(BuyState.CANCELLED, now), change.news, change.booked)


def _shared_out(change: Change, books: Books, now: datetime) -> Change:
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


def _agreed(buy: GroupBuy, user_id: UserId) -> Agreed:
    return agreed_with(
        buy.account_of(user_id), buy.share_of(user_id), buy.terms.rate, buy.terms.charged_fee_ppm
    )


def _all(buy: GroupBuy, kind: NewsOf) -> tuple[News, ...]:
    people = [each for each in buy.members if each != buy.organiser]
    return tuple(News(kind=kind, user_id=each) for each in people)
