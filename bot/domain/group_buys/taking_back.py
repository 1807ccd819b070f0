"""What an organiser booked by mistake, taken back by a counter-entry: both stay in the books.

What the booking changed beside them goes back with it: claims, spare pieces, everybody's shares.
Whoever was told of it is told that it is taken back.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from bot.domain.bookings import reversal
from bot.domain.currencies import CNY, Money, yuan
from bot.domain.group_buys import disputes, fulfilling, selling
from bot.domain.group_buys.bills import Bill
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.news import News, NewsOf, news_to
from bot.domain.group_buys.quoting import by_day
from bot.domain.group_buys.receiving import settled_claims
from bot.domain.identifiers import UserId
from bot.domain.ledger import Account, Books, Kind, Operation
from bot.domain.model import Value
from bot.domain.money import Fen

TAKEN_BACK = "taken_back:"
"""What the detail of news begins with that tells of a booking taken back."""

_WITH_BOOKS = frozenset(BuyState) - {
    BuyState.DRAFT,
    BuyState.OPEN,
    BuyState.PAUSED,
    BuyState.LOCKED,
    BuyState.CONFIRMING,
    BuyState.FAILED,
    BuyState.CLOSED,
}
_PAID_THERE = {Kind.MARKETPLACE_PAID, Kind.MARKETPLACE_REFUND}
_RESOLD = "receipt:resold:"


class Booked(StrEnum):
    """What an organiser books with their own hand."""

    RECEIPT = "receipt"
    SENT_BACK = "sent_back"
    ALLOWED = "allowed"
    WRITE_OFF = "write_off"
    SALE = "sale"
    RESALE = "resale"
    SELLER_REFUND = "seller_refund"
    ABROAD = "abroad"


_TOLD_OF_MONEY = {Booked.RECEIPT: NewsOf.NOT_RECEIVED, Booked.SENT_BACK: NewsOf.TERMS}


class Booking(Value):
    """One thing that an organiser booked. `user_id` is whose account it is on.

    `back_at` is when it was taken back; None while it stands.
    """

    key: str
    kind: Booked
    user_id: UserId
    amount: Money
    at: AwareDatetime
    back_at: AwareDatetime | None = None


def bookings(books: Books) -> tuple[Booking, ...]:
    """Return what the organiser booked, oldest first, with what was taken back since."""
    back = {each.reverses: each.at for each in books if each.reverses is not None}
    purchase = next((each.key for each in books if each.kind is Kind.MARKETPLACE_PAID), None)
    found = []
    for each in books:
        kind = _kind_of(each)
        if kind is None or each.key == purchase:
            continue
        found.append(
            Booking(
                key=each.key,
                kind=kind,
                user_id=each.user_id,
                amount=_amount_of(each),
                at=each.at,
                back_at=back.get(each.key),
            )
        )
    return tuple(found)


def may_be_taken_back(buy: GroupBuy, books: Books, booking: Booking) -> bool:
    """Tell whether a booking can be taken back as the buy is now."""
    try:
        taken_back(buy, booking.key, books, booking.at)
    except BuyRefused:
        return False
    return True


def taken_back(buy: GroupBuy, key: str, books: Books, now: datetime) -> Change:
    """Take a booking back. Raises `BuyRefused` where there is none, or no way back any more."""
    found = next((each for each in bookings(books) if each.key == key), None)
    if found is None or found.back_at is not None or buy.state not in _WITH_BOOKS:
        raise BuyRefused(Why.STATE)
    match found.kind:
        case Booked.SALE:
            return selling.sale_taken_back(buy, key, books, now)
        case Booked.RESALE:
            return _resale(buy, found, books, now)
        case Booked.ALLOWED:
            return _allowed(buy, found, books, now)
        case Booked.ABROAD:
            return _abroad(buy, found, books, now)
        case Booked.SELLER_REFUND:
            return _seller_refund(buy, found, books, now)
        case _:
            return _of_a_member(buy, found, books, now)


def _of_a_member(buy: GroupBuy, found: Booking, books: Books, now: datetime) -> Change:
    """Money of a member: their claims stand again where their balance puts them."""
    operation = reversal(books, found.key, now, buy.organiser)
    after, moved = Books([*books, operation]), buy
    if buy.state is BuyState.COLLECTING:
        moved = settled_claims(buy, found.user_id, after)
        if any(each.state is ClaimState.DUE for each in moved.claims_of(found.user_id)):
            # They took it for paid: silence must not put them out before they can answer.
            until = by_day(now + buy.terms.pay_within, buy.terms.zone)
            until = max(until, buy.pay_before) if buy.pay_before else until
            moved = moved.replace(pay_before=until, reminded=False)
    if buy.state is BuyState.CANCELLED and fulfilling.open_balances(buy, after):
        moved = buy.moved(BuyState.CANCELLING, now)
    told = _TOLD_OF_MONEY.get(found.kind)
    news = news_to(told, [found.user_id], TAKEN_BACK + found.key)
    return fulfilling.perhaps_over(Change(moved, news, (operation,)), books, now)


def _resale(buy: GroupBuy, found: Booking, books: Books, now: datetime) -> Change:
    """What was not fetched was not sold on after all: it waits for its person."""
    buy.demand(BuyState.HANDING_OUT, BuyState.SETTLING)
    number = int(found.key.removeprefix(_RESOLD).partition("-")[2].partition(":")[0])
    claim = buy.claim(number)
    if claim.state is not ClaimState.RESOLD:
        raise BuyRefused(Why.STATE)
    told = News(kind=NewsOf.ARRIVED, user_id=claim.user_id, detail=TAKEN_BACK + found.key)
    operation = reversal(books, found.key, now, buy.organiser)
    return Change(fulfilling.waiting_again(buy, [claim], now), (told,), (operation,))


def _allowed(buy: GroupBuy, found: Booking, books: Books, now: datetime) -> Change:
    """That was not given off after all: the complaint that it ended is open again."""
    buy.demand(BuyState.ARRIVED, BuyState.HANDING_OUT, BuyState.SETTLING)
    given, *with_it = _whole(books, found, Kind.CREDIT)
    fen, bill = -_charged(given), _bill(buy)
    share = bill.share_of(found.user_id)
    if share.allowed < fen:
        raise BuyRefused(Why.STATE)
    before = share.replace(allowed=Fen(share.allowed - fen))
    shares = tuple(before if each.user_id == found.user_id else each for each in bill.shares)
    told = news_to(NewsOf.ANSWERED, [found.user_id], TAKEN_BACK + found.key)
    reopened = disputes.opened_again(buy, found.key)
    whole = (given, *(each for each in with_it if each.kind is Kind.DIFFERENCE))
    return _rebilled(reopened, bill.replace(shares=shares), whole, told, books, now)


def _abroad(buy: GroupBuy, found: Booking, books: Books, now: datetime) -> Change:
    """The second leg was not charged after all. Refused where somebody's part is gone since."""
    whole = tuple(_whole(books, found, Kind.CHARGE))
    fen = {each.user_id: _charged(each) for each in whole if each.kind is Kind.CHARGE}
    bill = _bill(buy)
    if any(bill.share_of(user).abroad < part for user, part in fen.items()):
        raise BuyRefused(Why.STATE)
    shares = tuple(
        each.replace(abroad=Fen(each.abroad - fen.get(each.user_id, 0))) for each in bill.shares
    )
    told = news_to(NewsOf.CHEAPER, _members(buy, fen), TAKEN_BACK + found.key)
    return _rebilled(buy, bill.replace(shares=shares), whole, told, books, now)


def _seller_refund(buy: GroupBuy, found: Booking, books: Books, now: datetime) -> Change:
    """The seller did not send that back: what of it went to everybody is charged again.

    What was shared out when the goods were counted later stays theirs; the organiser bears it.
    """
    whole = tuple(_whole(books, found, Kind.CREDIT))
    fen = {each.user_id: _charged(each) for each in whole if each.kind is Kind.CREDIT}
    bill = _bill(buy)
    shares = tuple(
        each.replace(freight=Fen(each.freight - fen.get(each.user_id, 0))) for each in bill.shares
    )
    told = news_to(NewsOf.TERMS, _members(buy, fen), TAKEN_BACK + found.key)
    return _rebilled(buy, bill.replace(shares=shares), whole, told, books, now)


def _members(buy: GroupBuy, people: Iterable[UserId]) -> list[UserId]:
    return [each for each in people if each != buy.organiser]


def _rebilled(
    buy: GroupBuy,
    bill: Bill,
    whole: tuple[Operation, ...],
    told: tuple[News, ...],
    books: Books,
    now: datetime,
) -> Change:
    """Reverse all that one booking brought with it; the bill comes to the total before it."""
    paid = (each for each in whole if each.kind in _PAID_THERE)
    total = Fen(bill.total + sum(_charged(each) for each in paid))
    borne = Fen(total - sum(each.marketplace for each in bill.shares))
    booked = tuple(reversal(books, each.key, now, buy.organiser) for each in whole)
    return Change(buy.replace(bill=bill.replace(total=total, borne=borne)), told, booked)


def _whole(books: Books, found: Booking, members: Kind) -> Iterator[Operation]:
    """Yield a booking with what was booked in one change with it: that stands right behind it."""
    begun, seen = False, set[UserId]()
    for each in books:
        if each.key == found.key:
            begun = True
            yield each
        elif begun:
            with_it = each.kind is Kind.DIFFERENCE or (
                each.kind is members and each.user_id not in seen
            )
            if each.at != found.at or not with_it:
                return
            seen |= {each.user_id} if each.kind is members else set()
            yield each


def _bill(buy: GroupBuy) -> Bill:
    if buy.bill is None:
        raise BuyRefused(Why.STATE)
    return buy.bill


def _charged(operation: Operation) -> int:
    """Return how many fen an operation charged for the marketplace; below nothing: paid there."""
    entries = (each for each in operation.entries if each.account is Account.MARKETPLACE)
    return -sum(each.amount.units for each in entries if each.amount.currency is CNY)


def _kind_of(operation: Operation) -> Booked | None:
    if selling.is_sale(operation):
        return Booked.SALE
    if operation.key.startswith(_RESOLD):
        return Booked.RESALE
    if operation.key.startswith(disputes.ALLOWED):
        return Booked.ALLOWED
    return {
        Kind.RECEIPT: Booked.RECEIPT,
        Kind.REFUND: Booked.SENT_BACK,
        Kind.WRITE_OFF: Booked.WRITE_OFF,
        Kind.MARKETPLACE_REFUND: Booked.SELLER_REFUND,
        Kind.MARKETPLACE_PAID: Booked.ABROAD,
    }.get(operation.kind)


def _amount_of(operation: Operation) -> Money:
    """Return the money that moved, or what was given up; in yuan what was given off."""
    if operation.key.startswith(disputes.ALLOWED):
        return yuan(Fen(-_charged(operation)))
    by_account = {each.account: each.amount for each in operation.entries}
    amount = by_account.get(Account.CASH) or by_account[Account.CUSTOMER]
    return amount if amount.units > 0 else -amount
