"""The customer's side of a shop's books: what is charged, received, sent back and given up.

Each function returns the operation to post, checked against what the books say already; none
posts it. A key names what happened, so that what is told twice is booked once. All raise
`bot.domain.ledger.LedgerError`.
"""

from datetime import datetime

from bot.domain.currencies import CurrencyMismatch, Money
from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.ledger import (
    Account,
    AlreadyReversed,
    Books,
    Kind,
    NotPosted,
    Operation,
    TooMuch,
    charge_entries,
    entries,
    negated,
)
from bot.domain.model import Value
from bot.domain.shop_terms import Charge


class Agreed(Value):
    """Whose order it is and what they agreed to pay for it."""

    order_no: MerchantOrderNo
    user_id: UserId
    charge: Charge


def charge_key(order_no: MerchantOrderNo) -> str:
    """Return the key that an order's charge has; there is one."""
    return f"charge:{order_no}"


def charged(agreed: Agreed, at: datetime) -> Operation:
    """The order exists: the customer owes what they agreed to."""
    return Operation(
        key=charge_key(agreed.order_no),
        kind=Kind.CHARGE,
        user_id=agreed.user_id,
        order_no=agreed.order_no,
        entries=charge_entries(agreed.charge),
        rate=agreed.charge.rate,
        at=at,
    )


def received(key: str, agreed: Agreed, amount: Money, by: UserId, at: datetime) -> Operation:
    """The operator saw that amount come in; it may be less or more than is owed."""
    demand_positive(amount, agreed)
    return Operation(
        key=f"receipt:{key}",
        kind=Kind.RECEIPT,
        user_id=agreed.user_id,
        order_no=agreed.order_no,
        entries=entries((Account.CUSTOMER, -amount), (Account.CASH, amount)),
        by=by,
        at=at,
    )


def set_offs(books: Books, user_id: UserId, at: datetime) -> tuple[Operation, ...]:
    """Let what a customer paid too much for some orders count for their others.

    `books` are that customer's alone. The oldest debt is served first, from the oldest credit;
    amounts of different currencies never meet.
    """
    made: list[Operation] = []
    for currency in books.currencies():
        open_ = books.open_orders(currency)
        for owing in open_:
            for owed in open_:
                debt, credit = open_[owing], -open_[owed]
                if debt.units > 0 and credit.units > 0:
                    amount = min(debt, credit)
                    open_[owing] -= amount
                    open_[owed] += amount
                    made.append(_set_off(books, user_id, owed, owing, amount, at))
    return tuple(made)


def _set_off(
    books: Books,
    user_id: UserId,
    source: MerchantOrderNo,
    target: MerchantOrderNo,
    amount: Money,
    at: datetime,
) -> Operation:
    return Operation(
        key=next_key(books, f"set_off:{source}:{target}"),
        kind=Kind.SET_OFF,
        user_id=user_id,
        order_no=source,
        to_order=target,
        entries=entries((Account.CUSTOMER, amount), (Account.CUSTOMER, -amount)),
        at=at,
    )


def refunded(
    books: Books, key: str, agreed: Agreed, amount: Money, by: UserId, at: datetime
) -> Operation:
    """The operator sent that amount back. Raises `TooMuch` beyond what is owed to the customer."""
    demand_positive(amount, agreed)
    if amount > -balance_of(books, agreed):
        raise TooMuch(f"{amount.text} back, {(-balance_of(books, agreed)).text} owed")
    return Operation(
        key=f"refund:{key}",
        kind=Kind.REFUND,
        user_id=agreed.user_id,
        order_no=agreed.order_no,
        entries=entries((Account.CUSTOMER, amount), (Account.CASH, -amount)),
        by=by,
        at=at,
    )


def written_off(books: Books, agreed: Agreed, reason: str, by: UserId, at: datetime) -> Operation:
    """Give up what a customer still owes for an order, or keep what they left, by name.

    Raises `TooMuch` when nothing is open.
    """
    open_ = balance_of(books, agreed)
    if not open_:
        raise TooMuch(f"nothing is open for {agreed.order_no}")
    other = Account.LOSS if open_.units > 0 else Account.GAIN
    return Operation(
        key=next_key(books, f"write_off:{agreed.order_no}"),
        kind=Kind.WRITE_OFF,
        user_id=agreed.user_id,
        order_no=agreed.order_no,
        entries=entries((Account.CUSTOMER, -open_), (other, open_)),
        reason=reason,
        by=by,
        at=at,
    )


def reversal(
    books: Books, key: str, at: datetime, by: UserId | None = None, reason: str = ""
) -> Operation:
    """Take an operation back, whole. Raises `NotPosted` or `AlreadyReversed`."""
    original = books.get(key)
    if original is None:
        raise NotPosted(key)
    if books.is_reversed(key) or original.reverses is not None:
        raise AlreadyReversed(key)
    return original.replace(
        key=f"reversal:{key}",
        kind=Kind.REVERSAL,
        entries=negated(original.entries),
        reverses=key,
        reason=reason,
        by=by,
        at=at,
    )


def next_key(books: Books, start: str) -> str:
    """Return the first key that begins so and is not taken."""
    return f"{start}:{1 + sum(each.key.startswith(f'{start}:') for each in books)}"


def balance_of(books: Books, agreed: Agreed) -> Money:
    """Return what a customer owes for an order; negative is owed to them."""
    return books.account_of(agreed.order_no, agreed.charge.due.currency).balance


def demand_positive(amount: Money, agreed: Agreed | None = None) -> None:
    """Raise `TooMuch` for what is no amount, `CurrencyMismatch` for another currency's."""
    if amount.units <= 0:
        raise TooMuch(f"not an amount to book: {amount.text}")
    if agreed is not None and amount.currency is not agreed.charge.due.currency:
        raise CurrencyMismatch(f"{amount.text} for {agreed.charge.due.text}")
