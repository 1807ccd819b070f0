"""After the order: bought, short, counted, handed out, settled, and the books closed."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.bookings import Agreed, next_key, received, refunded, written_off
from bot.domain.currencies import Money
from bot.domain.group_buys.bills import people_of, shared_by
from bot.domain.group_buys.books import agreed_with, borne, paid_there
from bot.domain.group_buys.buys import (
    AFTER_BOUGHT,
    BuyRefused,
    BuyState,
    Change,
    GroupBuy,
    Why,
    all_told,
)
from bot.domain.group_buys.charging import recharged
from bot.domain.group_buys.claims import Claim, ClaimState, agreed_together
from bot.domain.group_buys.counting import shared_out
from bot.domain.group_buys.disputes import open_disputes
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.shares import split
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen

SENT_BACK = "sent_back:"
"""What the detail of news begins with that tells of money sent back; the booking's key follows."""

NOT_HANDED = "not_handed:"
"""What the detail of news begins with that tells of a tick taken back."""


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
    return Change(moved.moved(BuyState.BOUGHT, now), all_told(buy, NewsOf.BOUGHT), tuple(booked))


def shipped(buy: GroupBuy, now: datetime) -> Change:
    """The seller has sent it."""
    buy.demand(BuyState.BOUGHT)
    return Change(buy.moved(BuyState.SHIPPED, now), all_told(buy, NewsOf.SHIPPED))


def seller_refunded(buy: GroupBuy, refund: Fen, books: Books, now: datetime) -> Change:
    """The seller sent so many fen back for what did not come: the organiser bears that much less.

    Whoever went without is credited when it is counted; what is beyond that goes to all, from
    then on. Raises `BuyRefused`.
    """
    buy.demand(*AFTER_BOUGHT)
    if buy.bill is None or not 0 < refund <= buy.bill.total:
        raise BuyRefused(Why.AMOUNT, buy.bill.total if buy.bill else 0)
    bill = buy.bill.replace(total=Fen(buy.bill.total - refund), borne=Fen(buy.bill.borne - refund))
    booked = list(paid_there(books, buy.own_account, buy.organiser, -refund, now))
    kept = Books([*books, *booked])
    booked += borne(kept, buy.own_account, buy.organiser, -refund, now)
    change = Change(buy.replace(bill=bill), (), tuple(booked))
    before_the_count = buy.state in {BuyState.BOUGHT, BuyState.SHIPPED}
    return change if before_the_count else shared_out(change, books, now)


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
        consents = (claim.consent.other for claim in people.get(each.user_id, ()))
        agreed = agreed_together(consents, buy.terms)
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
    # By the time: who was ticked off by mistake is told once more when they have it.
    told = News(kind=NewsOf.HANDED, user_id=user_id, detail=f"{mine[0].number}-{now:%H%M%S%f}")
    return Change(done, (told,) if user_id != buy.organiser else ())


def not_handed(buy: GroupBuy, user_id: UserId, now: datetime) -> Change:
    """Somebody was ticked off by mistake: what is theirs still waits. Raises `BuyRefused`."""
    buy.demand(BuyState.HANDING_OUT, BuyState.SETTLING)
    mine = [each for each in buy.claims_of(user_id) if each.state is ClaimState.HANDED]
    if not mine:
        raise BuyRefused(Why.STATE)
    waits = waiting_again(buy, mine, now)
    told = News(
        kind=NewsOf.ARRIVED, user_id=user_id, detail=f"{NOT_HANDED}{mine[0].number}-{now:%H%M%S%f}"
    )
    return Change(waits, (told,) if user_id != buy.organiser else ())


def waiting_again(buy: GroupBuy, claims: Iterable[Claim], now: datetime) -> GroupBuy:
    """Return the buy with these claims waiting to be handed out once more."""
    waits = buy.with_claims(
        each.moved(ClaimState.ARRIVED, handed=0, handed_at=None) for each in claims
    )
    return waits.moved(BuyState.HANDING_OUT, now) if buy.state is BuyState.SETTLING else waits


def settling(buy: GroupBuy, now: datetime) -> Change:
    """Go on to the money once nobody has to fetch anything any more. Raises `BuyRefused`."""
    if buy.state is BuyState.ARRIVED:
        buy = buy.moved(BuyState.HANDING_OUT, now)
    if to_hand_out(buy):
        raise BuyRefused(Why.STATE)
    return Change(buy.moved(BuyState.SETTLING, now))


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
    """The organiser sent money back; whose it is is told.

    Raises `TooMuch` beyond what is owed to the member, `BuyRefused` during a complaint.
    """
    if f"refund:{key}" in books:
        return Change(buy)
    if user_id in open_disputes(buy):
        raise BuyRefused(Why.DISPUTE)
    agreed = _agreed(buy, user_id)
    operation = refunded(books, key, agreed, amount, buy.organiser, now)
    # Of the kinds that earlier releases know, this says nothing wrong without the detail.
    told = News(kind=NewsOf.TERMS, user_id=user_id, detail=f"{SENT_BACK}{operation.key}")
    return perhaps_over(Change(buy, (told,), (operation,)), books, now)


def given_up(buy: GroupBuy, user_id: UserId, reason: str, books: Books, now: datetime) -> Change:
    """Write off what is open with a member, by name and with a reason.

    Raises `TooMuch`, and `BuyRefused` during a complaint.
    """
    buy.demand(BuyState.SETTLING, BuyState.CANCELLING)
    if user_id in open_disputes(buy):
        raise BuyRefused(Why.DISPUTE)
    operation = written_off(books, _agreed(buy, user_id), reason, buy.organiser, now)
    return perhaps_over(Change(buy, (), (operation,)), books, now)


def closed(buy: GroupBuy, books: Books, now: datetime) -> Change:
    """Close the books. Raises `BuyRefused` while any balance is open."""
    buy.demand(BuyState.SETTLING)
    if open_disputes(buy):
        raise BuyRefused(Why.DISPUTE, len(open_disputes(buy)))
    if open_balances(buy, books):
        raise BuyRefused(Why.UNBALANCED, len(open_balances(buy, books)))
    return Change(buy.moved(BuyState.CLOSED, now), all_told(buy, NewsOf.CLOSED))


def open_balances(buy: GroupBuy, books: Books) -> dict[UserId, Money]:
    """Return who owes something, or is owed it (negative). The organiser owes nobody."""
    currency = buy.terms.rate.currency
    people = dict.fromkeys(each.user_id for each in buy.claims if each.user_id != buy.organiser)
    balances = {user: books.account_of(buy.account_of(user), currency).balance for user in people}
    return {user: balance for user, balance in balances.items() if balance}


def perhaps_over(change: Change, books: Books, now: datetime) -> Change:
    """A buy that is given up has ended once nobody's money is left in it."""
    if change.buy.state is not BuyState.CANCELLING:
        return change
    if open_balances(change.buy, Books([*books, *change.booked])):
        return change
    return Change(change.buy.moved(BuyState.CANCELLED, now), change.news, change.booked)


def _agreed(buy: GroupBuy, user_id: UserId) -> Agreed:
    return agreed_with(
        buy.account_of(user_id), buy.share_of(user_id), buy.terms.rate, buy.terms.charged_fee_ppm
    )
