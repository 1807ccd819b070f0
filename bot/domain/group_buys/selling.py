"""What the organiser sells to others of the pieces that are theirs: spare ones, and their own.

They belong to the organiser at the price that all pay; what they bring is the organiser's, beside
what members are charged. A sale is booked by itself, so that what it brought above that price is
seen as such.
"""

import re
from collections import Counter
from datetime import datetime

from bot.domain.bookings import next_key, reversal
from bot.domain.currencies import Money
from bot.domain.group_buys.buys import Arrived, BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.claims import ClaimState
from bot.domain.identifiers import SpecId
from bot.domain.ledger import Account, Books, Kind, Operation, TooMuch, entries
from bot.domain.model import Value
from bot.domain.money import Fen

SELLING = (BuyState.ARRIVED, BuyState.HANDING_OUT, BuyState.SETTLING)
_HERE = {ClaimState.ARRIVED, ClaimState.HANDED}
_KEY = re.compile(r"sale:[^:]+/(\d+)x(\d+)\+(\d+):\d+")


class Sale(Value):
    """So many pieces of a variant for so much together; `worth` is what members pay for them."""

    spec_id: SpecId | None
    pieces: int
    proceeds: Money
    worth: Money


def for_sale(buy: GroupBuy, books: Books) -> dict[SpecId | None, int]:
    """Return what the organiser may sell of each variant, in the order of the terms."""
    left: Counter[SpecId | None] = Counter({each.spec_id: each.pieces for each in buy.spare})
    for each in buy.claims_of(buy.organiser):
        if each.state in _HERE:
            for spec, count in each.gets:
                left[spec] += count
    for spec, _, own, _ in _booked(buy, books):
        left[spec] -= own
    specs = (each.spec_id for each in buy.terms.variants)
    return {spec: left[spec] for spec in specs if left[spec] > 0}


def sold(
    buy: GroupBuy,
    spec_id: SpecId | None,
    pieces: int,
    proceeds: Money,
    books: Books,
    now: datetime,
) -> Change:
    """Book a sale to somebody outside: spare pieces go first. Raises `BuyRefused`, `TooMuch`."""
    buy.demand(*SELLING)
    most = for_sale(buy, books).get(spec_id, 0)
    if not 1 <= pieces <= most:
        raise BuyRefused(Why.FULL, most)
    if proceeds.units < 1 or proceeds.currency != buy.terms.rate.currency:
        raise TooMuch(f"not an amount to book: {proceeds.text}")
    spare = {each.spec_id: each.pieces for each in buy.spare}
    from_spare = min(pieces, spare.get(spec_id, 0))
    spare[spec_id] = spare.get(spec_id, 0) - from_spare
    at = [each.spec_id for each in buy.terms.variants].index(spec_id)
    start = f"sale:{buy.own_account}/{at}x{from_spare}+{pieces - from_spare}"
    operation = Operation(
        key=next_key(books, start),
        kind=Kind.RECEIPT,
        user_id=buy.organiser,
        order_no=buy.own_account,
        entries=entries((Account.CASH, proceeds), (Account.GAIN, -proceeds)),
        by=buy.organiser,
        at=now,
    )
    left = tuple(Arrived(spec_id=spec, pieces=count) for spec, count in spare.items() if count)
    return Change(buy.replace(spare=left), (), (operation,))


def sale_taken_back(buy: GroupBuy, key: str, books: Books, now: datetime) -> Change:
    """Take back a sale that was booked by mistake: its pieces are the organiser's to sell again.

    Raises `BuyRefused` for what is no sale, or before and after pieces are sold; `LedgerError`.
    """
    buy.demand(*SELLING)
    told = _KEY.fullmatch(key)
    if told is None:
        raise BuyRefused(Why.STATE)
    at, from_spare, _ = map(int, told.groups())
    spec_id = buy.terms.variants[at].spec_id
    spare = {each.spec_id: each.pieces for each in buy.spare}
    spare[spec_id] = spare.get(spec_id, 0) + from_spare
    left = tuple(Arrived(spec_id=spec, pieces=count) for spec, count in spare.items() if count)
    return Change(buy.replace(spare=left), (), (reversal(books, key, now, buy.organiser),))


def is_sale(operation: Operation) -> bool:
    """Tell whether an operation books what was sold outside the buy."""
    return _KEY.fullmatch(operation.key) is not None


def sold_by(buy: GroupBuy, key: str) -> tuple[SpecId | None, int]:
    """Return of which variant how many pieces the sale of that key was. Raises `BuyRefused`."""
    told = _KEY.fullmatch(key)
    if told is None:
        raise BuyRefused(Why.STATE)
    at, spare, own = map(int, told.groups())
    return buy.terms.variants[at].spec_id, spare + own


def sales(buy: GroupBuy, books: Books) -> tuple[Sale, ...]:
    """Return what was sold, in the order in which it was."""
    price = {each.spec_id: each.price for each in buy.bill.units} if buy.bill else {}
    return tuple(
        Sale(
            spec_id=spec,
            pieces=spare + own,
            proceeds=proceeds,
            worth=buy.terms.rate.convert(Fen((spare + own) * _unit(buy, price, spec))),
        )
        for spec, spare, own, proceeds in _booked(buy, books)
    )


def _unit(buy: GroupBuy, price: dict[SpecId | None, Fen], spec_id: SpecId | None) -> Fen:
    variant = buy.terms.variant(spec_id)
    if variant is None or spec_id in price:
        return price.get(spec_id, Fen(0))
    return buy.terms.fixed_price(variant) if buy.terms.is_fixed else variant.steps.first_price


def _booked(buy: GroupBuy, books: Books) -> list[tuple[SpecId | None, int, int, Money]]:
    """Return each sale's variant, spare pieces, own pieces and proceeds, as its key tells them."""
    specs = [each.spec_id for each in buy.terms.variants]
    found = []
    for each in books:
        if (told := _KEY.fullmatch(each.key)) is not None and not books.is_reversed(each.key):
            at, spare, own = map(int, told.groups())
            proceeds = next(one.amount for one in each.entries if one.account is Account.CASH)
            found.append((specs[at], spare, own, proceeds))
    return found
