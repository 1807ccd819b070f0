"""The marketplace's side of a shop's books: what it took, gave back, or never asked for.

Each function returns what to post; none posts it. All raise `bot.domain.ledger.LedgerError`.
"""

from datetime import datetime

from bot.domain.bookings import Agreed, charge_key, demand_positive, next_key, reversal
from bot.domain.currencies import Money, yuan
from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.ledger import (
    Account,
    Books,
    Kind,
    Operation,
    TooMuch,
    converted,
    entries,
)
from bot.domain.money import Fen
from bot.domain.shop_terms import Charge

_RAISE = "raise:"


def is_raise(operation: Operation) -> bool:
    """Tell whether a customer agreed by it to more than they first did."""
    return operation.key.startswith(_RAISE)


def raised_so_far(books: Books, order_no: MerchantOrderNo) -> Fen:
    """Return the fen that a customer agreed to beyond what they first agreed to."""
    return Fen(
        sum(
            -entry.amount.units
            for operation in books
            if operation.key.startswith(f"{_RAISE}{order_no}:")
            if not books.is_reversed(operation.key)
            for entry in operation.entries
            if entry.account is Account.MARKETPLACE
        )
    )


def in_force(books: Books, agreed: Agreed) -> Charge:
    """Return what a customer agreed to by now: the first charge, with what they took on since."""
    return agreed.charge.raised(raised_so_far(books, agreed.order_no))


def price_in_yuan(books: Books, agreed: Agreed) -> Fen:
    """Return what an order costs its customer in fen, the fee included, after what went back."""
    charge, gone = in_force(books, agreed), credited_so_far(books, agreed.order_no)
    return Fen(charge.total - gone - charge.fee_given_back(Fen(gone)))


def dearer_by(books: Books, agreed: Agreed, asked: Fen) -> Fen:
    """Return by how many fen the marketplace asks more than the customer agreed to."""
    if charge_key(agreed.order_no) not in books or books.is_reversed(charge_key(agreed.order_no)):
        return Fen(0)
    left = in_force(books, agreed).marketplace - credited_so_far(books, agreed.order_no)
    return Fen(max(asked - left, 0))


def raised(books: Books, agreed: Agreed, asked: Fen, at: datetime) -> Operation:
    """The customer agrees to pay what the marketplace asks now. Raises `TooMuch` for no more.

    At the rate that was charged, rounded with the whole; the fee stays what it was.
    """
    extra = dearer_by(books, agreed, asked)
    if not extra:
        raise TooMuch(f"{asked} fen are no more than {agreed.order_no} was agreed at")
    before, gone = in_force(books, agreed), credited_so_far(books, agreed.order_no)
    added = _left_of(before.raised(extra), gone) - _left_of(before, gone)
    return Operation(
        key=next_key(books, f"{_RAISE}{agreed.order_no}"),
        kind=Kind.CHARGE,
        user_id=agreed.user_id,
        order_no=agreed.order_no,
        entries=entries(
            (Account.CUSTOMER, added),
            *converted(extra, added, before.rate),
            (Account.MARKETPLACE, -yuan(extra)),
        ),
        rate=before.rate,
        by=agreed.user_id,
        at=at,
    )


def paid_key(order_id: MarketplaceOrderId) -> str:
    """Return the key that the payment of one of the marketplace's orders has."""
    return f"paid:{order_id}"


def paid_there(
    agreed: Agreed, order_id: MarketplaceOrderId, amount: Fen, at: datetime
) -> Operation:
    """The marketplace shows one of its orders as paid: so many fen of the operator's money."""
    demand_positive(yuan(amount))
    return Operation(
        key=paid_key(order_id),
        kind=Kind.MARKETPLACE_PAID,
        user_id=agreed.user_id,
        order_no=agreed.order_no,
        entries=entries((Account.MARKETPLACE, yuan(amount)), (Account.CASH, -yuan(amount))),
        at=at,
    )


def refunded_there(
    books: Books, agreed: Agreed, order_id: MarketplaceOrderId, in_all: Fen, at: datetime
) -> Operation | None:
    """The marketplace shows so many fen as given back in all; None when that is booked already.

    Raises `TooMuch` for more than was paid for the order.
    """
    before = sum(
        -entry.amount.units
        for operation in books
        if operation.key.startswith(f"refunded:{order_id}:")
        for entry in operation.entries
        if entry.account is Account.MARKETPLACE
    )
    amount = Fen(in_all - before)
    if amount <= 0:
        return None
    account = books.account_of(agreed.order_no, agreed.charge.due.currency)
    if amount > account.paid_there - account.refunded_there:
        raise TooMuch(f"{amount} fen back, {account.paid_there} paid")
    return Operation(
        key=f"refunded:{order_id}:{in_all}",
        kind=Kind.MARKETPLACE_REFUND,
        user_id=agreed.user_id,
        order_no=agreed.order_no,
        entries=entries((Account.CASH, yuan(amount)), (Account.MARKETPLACE, -yuan(amount))),
        at=at,
    )


def settled_there(books: Books, agreed: Agreed, at: datetime) -> tuple[Operation, ...]:
    """Clear the marketplace's account of an order that is paid there.

    What it took beyond the charge is the operator's loss: nobody pays more than they agreed to.
    What it did not take, or gave back, goes to the customer with the fee on it, up to the charge;
    the rest is the operator's gain.
    """
    open_ = -open_at_marketplace(books, agreed.order_no)
    if open_ < 0:
        return (_difference(books, agreed, Account.LOSS, Fen(open_), at),)
    creditable = in_force(books, agreed).marketplace - credited_so_far(books, agreed.order_no)
    if books.is_reversed(charge_key(agreed.order_no)):
        creditable = 0
    made: list[Operation] = []
    if (credit := min(open_, creditable)) > 0:
        made.append(credited(books, agreed, Fen(credit), at))
    if (rest := open_ - max(credit, 0)) > 0:
        made.append(_difference(books, agreed, Account.GAIN, Fen(rest), at))
    return tuple(made)


def open_at_marketplace(books: Books, order_no: MerchantOrderNo) -> Fen:
    """Return the fen on the marketplace's account for an order; negative is still to pay."""
    return Fen(
        sum(
            entry.amount.units
            for operation in books
            if operation.order_no == order_no
            for entry in operation.entries
            if entry.account is Account.MARKETPLACE
        )
    )


def credited(books: Books, agreed: Agreed, amount: Fen, at: datetime) -> Operation:
    """So many fen of the marketplace's total go back to the customer, with the fee on them.

    At the rate that was charged. What is left is priced like the whole was, so that many parts
    never give back more than one would. Raises `TooMuch` beyond the charge.
    """
    charge = in_force(books, agreed)
    before = credited_so_far(books, agreed.order_no)
    after = before + amount
    if amount <= 0 or after > charge.marketplace:
        raise TooMuch(f"{amount} fen back of {charge.marketplace}, {before} before")
    fee = charge.fee_given_back(Fen(after)) - charge.fee_given_back(Fen(before))
    back = _left_of(charge, before) - _left_of(charge, after)
    return Operation(
        key=next_key(books, f"credit:{agreed.order_no}"),
        kind=Kind.CREDIT,
        user_id=agreed.user_id,
        order_no=agreed.order_no,
        entries=entries(
            (Account.CUSTOMER, -back),
            *converted(-(amount + fee), -back, charge.rate),
            (Account.MARKETPLACE, yuan(amount)),
            (Account.FEE, yuan(fee)),
        ),
        rate=charge.rate,
        at=at,
    )


def _left_of(charge: Charge, credited_fen: int) -> Money:
    """Return what a charge comes to after so many fen of the marketplace's total went back."""
    gone = credited_fen + charge.fee_given_back(Fen(credited_fen))
    return charge.rate.convert(charge.total - gone, charge.rounding) if gone else charge.due


def credited_so_far(books: Books, order_no: MerchantOrderNo) -> int:
    """Return the fen of the marketplace's total that went back to the customer."""
    return sum(
        entry.amount.units
        for operation in books
        if operation.order_no == order_no and operation.kind is Kind.CREDIT
        if not books.is_reversed(operation.key)
        for entry in operation.entries
        if entry.account is Account.MARKETPLACE
    )


def _difference(
    books: Books, agreed: Agreed, account: Account, amount: Fen, at: datetime
) -> Operation:
    """Move so many fen from the marketplace's account to a named one; negative the other way."""
    return Operation(
        key=next_key(books, f"difference:{agreed.order_no}"),
        kind=Kind.DIFFERENCE,
        user_id=agreed.user_id,
        order_no=agreed.order_no,
        entries=entries((Account.MARKETPLACE, yuan(amount)), (account, yuan(-amount))),
        at=at,
    )


def cancelled(books: Books, agreed: Agreed, at: datetime) -> tuple[Operation, ...]:
    """The order came to nothing before it was paid: nothing is owed for it, fee included.

    What was received stays on the customer's account, as owed to them. Raises `TooMuch` when it
    is paid at the marketplace: then the money is there, and comes back as a refund or not.
    """
    if books.account_of(agreed.order_no, agreed.charge.due.currency).paid_there:
        raise TooMuch(f"{agreed.order_no} is paid at the marketplace")
    kinds = {Kind.CHARGE, Kind.CREDIT, Kind.DIFFERENCE}
    return tuple(
        reversal(books, operation.key, at)
        for operation in books
        if operation.order_no == agreed.order_no and operation.kind in kinds
        if not books.is_reversed(operation.key)
    )
