"""Double entry for a shop: who owes what for which order, and where every fen of difference is.

The bot is a ledger, not a till: `CASH` is the operator's own money outside the bot. An operation
balances for each currency by itself, so the books always do. Nothing posted is ever changed;
a mistake is reversed. A customer's amounts are positive where they owe, negative where the shop
owes them.

LedgerError
├── Unbalanced       its entries do not add up to nothing, or do not take back what they should
├── KeyReused        another operation was posted under that key
├── NotPosted        what should be reversed is not there
├── AlreadyReversed  it was reversed before, or is a reversal itself
└── TooMuch          more than is owed, was paid or was agreed
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from bot.domain.currencies import CNY, Currency, Money, nothing, yuan
from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.rates import Rate
from bot.domain.shop_terms import Charge


class LedgerError(ValueError):
    """An operation that the books do not take."""


class Unbalanced(LedgerError):
    """Entries of one currency do not add up to nothing."""


class KeyReused(LedgerError):
    """A key stands for one operation only."""


class NotPosted(LedgerError):
    """No such operation."""


class AlreadyReversed(LedgerError):
    """An operation is reversed once, and a reversal never."""


class TooMuch(LedgerError):
    """More than is owed, was paid or was agreed."""


class Account(StrEnum):
    """Where an amount stands. Positive is owed to the shop, or held by it."""

    CUSTOMER = "customer"  # what the customer owes; negative: what the shop owes the customer
    FEE = "fee"  # the operator's named fee
    MARKETPLACE = "marketplace"  # what has to be paid there for the customer
    CASH = "cash"  # the operator's own money, outside the bot
    EXCHANGE = "exchange"  # where one currency turns into another, at the kept rate
    ROUNDING = "rounding"  # what rounding a total added or took
    LOSS = "loss"  # borne by the operator
    GAIN = "gain"  # kept by the operator


class Kind(StrEnum):
    """What an operation stands for."""

    CHARGE = "charge"  # the customer agreed to a total
    RECEIPT = "receipt"  # the operator saw money come in
    SET_OFF = "set_off"  # money of one order counts for another
    MARKETPLACE_PAID = "marketplace_paid"
    MARKETPLACE_REFUND = "marketplace_refund"
    CREDIT = "credit"  # a part of the charge goes back to the customer
    REFUND = "refund"  # the operator sent money back
    WRITE_OFF = "write_off"  # what is still owed is given up, or kept
    DIFFERENCE = "difference"  # the marketplace took more or less than was charged
    REVERSAL = "reversal"


class Entry(Value):
    """An amount on an account."""

    account: Account
    amount: Money


class Operation(Value):
    """Entries that belong together. `key` is made once and never posted twice.

    `order_no` names the order whose money it is; only a set-off touches two, so each of its
    entries names its own. `rate` is the one that amounts were converted at. `reverses` is the
    key of what a reversal takes back. One that does not add up can't be made: pydantic raises.
    """

    key: str = Field(min_length=1, max_length=120)
    kind: Kind
    user_id: UserId
    order_no: MerchantOrderNo
    to_order: MerchantOrderNo | None = None
    entries: tuple[Entry, ...] = Field(min_length=2)
    rate: Rate | None = None
    reverses: str | None = None
    reason: str = ""
    by: UserId | None = None
    at: AwareDatetime

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if any(sums(self.entries).values()):
            raise Unbalanced(f"{self.kind} {self.key}")
        if not all(entry.amount for entry in self.entries):
            raise Unbalanced(f"{self.kind} {self.key}: an entry of nothing")
        return self

    def customer_entries(self) -> Iterator[tuple[MerchantOrderNo, Money]]:
        """Yield what it changes on the customer's account, by order."""
        orders = iter((self.order_no, self.to_order or self.order_no))
        for entry in self.entries:
            if entry.account is Account.CUSTOMER:
                yield next(orders), entry.amount

    def says_the_same_as(self, other: "Operation") -> bool:
        """Tell whether both book the same thing, whenever and by whomever."""
        plain = {"at": other.at, "by": other.by, "reason": other.reason}
        return self.replace(**plain) == other


def sums(entries: Iterable[Entry]) -> dict[Currency, int]:
    """Return the sum of entries in minor units, for each currency."""
    totals: dict[Currency, int] = {}
    for entry in entries:
        currency = entry.amount.currency
        totals[currency] = totals.get(currency, 0) + entry.amount.units
    return totals


class OrderAccount(Value):
    """What the books say of one order. `paid_there` and `refunded_there` are fen.

    `charged` is after credits and reversals; `received` after refunds and set-offs.
    """

    charged: Money
    received: Money
    written_off: Money
    paid_there: Fen = Fen(0)
    refunded_there: Fen = Fen(0)

    @property
    def balance(self) -> Money:
        """What the customer owes for it; negative is what they get back."""
        return self.charged - self.received - self.written_off

    @property
    def is_covered(self) -> bool:
        """Tell whether the customer owes nothing for it."""
        return self.balance.units <= 0


class Books:
    """All operations of a shop, or those of one customer: any set of whole operations balances."""

    def __init__(self, operations: Iterable[Operation] = ()) -> None:
        self._operations: dict[str, Operation] = {}
        self._reversed: set[str] = set()
        for operation in operations:
            self.post(operation)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._operations.values())

    def __contains__(self, key: object) -> bool:
        return key in self._operations

    def get(self, key: str) -> Operation | None:
        """Return the operation posted under a key."""
        return self._operations.get(key)

    def post(self, operation: Operation) -> bool:
        """Add an operation; False when that very one is there already. Raises `LedgerError`."""
        known = self._operations.get(operation.key)
        if known is not None:
            if known.says_the_same_as(operation):
                return False
            raise KeyReused(operation.key)
        if operation.reverses is not None:
            self._check_reversal(operation)
            self._reversed.add(operation.reverses)
        self._operations[operation.key] = operation
        return True

    def is_reversed(self, key: str) -> bool:
        """Tell whether an operation was taken back."""
        return key in self._reversed

    def sum_of(self, account: Account, currency: Currency) -> Money:
        """Return what stands on an account in a currency."""
        entries = (each for operation in self for each in operation.entries)
        chosen = (each.amount for each in entries if each.account is account)
        return sum((each for each in chosen if each.currency is currency), nothing(currency))

    def differences(self) -> dict[Currency, int]:
        """Return what does not add up, by currency; empty as long as the books are right."""
        totals = sums(entry for operation in self for entry in operation.entries)
        return {currency: total for currency, total in totals.items() if total}

    def balance(self, currency: Currency) -> Money:
        """Return what the customers owe together in a currency; negative is owed to them."""
        return self.sum_of(Account.CUSTOMER, currency)

    def currencies(self) -> tuple[Currency, ...]:
        """Return the currencies that customers owe or are owed something in."""
        amounts = (money for each in self for _, money in each.customer_entries())
        return tuple(dict.fromkeys(money.currency for money in amounts))

    def orders(self) -> tuple[MerchantOrderNo, ...]:
        """Return the orders that something was booked for, in the order of their first entry."""
        named = (each for operation in self for each, _ in operation.customer_entries())
        return tuple(dict.fromkeys(named))

    def account_of(self, order_no: MerchantOrderNo, currency: Currency) -> OrderAccount:
        """Return what the books say of an order whose customer pays in that currency."""
        charged = received = written_off = nothing(currency)
        paid = refunded = 0
        for operation in self:
            kind = self._original(operation).kind
            for order, amount in operation.customer_entries():
                if order != order_no or amount.currency is not currency:
                    continue
                match kind:
                    case Kind.CHARGE | Kind.CREDIT:
                        charged += amount
                    case Kind.WRITE_OFF:
                        written_off -= amount
                    case _:
                        received -= amount
            if operation.order_no == order_no:
                paid += _of_marketplace(operation) * (kind is Kind.MARKETPLACE_PAID)
                refunded -= _of_marketplace(operation) * (kind is Kind.MARKETPLACE_REFUND)
        return OrderAccount(
            charged=charged,
            received=received,
            written_off=written_off,
            paid_there=Fen(paid),
            refunded_there=Fen(refunded),
        )

    def open_orders(self, currency: Currency) -> dict[MerchantOrderNo, Money]:
        """Return each order whose balance is not nothing, with that balance."""
        balances = {each: self.account_of(each, currency).balance for each in self.orders()}
        return {order: balance for order, balance in balances.items() if balance}

    def _original(self, operation: Operation) -> Operation:
        if operation.reverses is None:
            return operation
        return self._operations.get(operation.reverses, operation)

    def _check_reversal(self, operation: Operation) -> None:
        original = self._operations.get(operation.reverses or "")
        if original is None:
            raise NotPosted(operation.reverses)
        if operation.reverses in self._reversed or original.reverses is not None:
            raise AlreadyReversed(operation.reverses)
        if operation.entries != negated(original.entries):
            raise Unbalanced(f"not what {original.key} booked")


def _of_marketplace(operation: Operation) -> int:
    return sum(
        entry.amount.units for entry in operation.entries if entry.account is Account.MARKETPLACE
    )


def negated(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries that take others back."""
    return tuple(Entry(account=each.account, amount=-each.amount) for each in entries)


def entries(*amounts: tuple[Account, Money]) -> tuple[Entry, ...]:
    """Make entries, leaving out those of nothing."""
    return tuple(Entry(account=account, amount=amount) for account, amount in amounts if amount)


def converted(fen: int, amount: Money, rate: Rate) -> tuple[tuple[Account, Money], ...]:
    """Return the entries between `fen` yuan on one side and a rounded `amount` on the other.

    What rounding added to the amount goes to `ROUNDING`. In yuan nothing has to be exchanged.
    """
    exact = rate.convert(fen)
    rounding = (Account.ROUNDING, exact - amount)
    if amount.currency is CNY:
        return (rounding,)
    return (Account.EXCHANGE, -exact), rounding, (Account.EXCHANGE, yuan(fen))


def charge_entries(charge: Charge) -> tuple[Entry, ...]:
    """Return the entries of a charge: the customer owes the whole, by parts to whom."""
    return entries(
        (Account.CUSTOMER, charge.due),
        *converted(charge.total, charge.due, charge.rate),
        (Account.MARKETPLACE, -yuan(charge.marketplace)),
        (Account.FEE, -yuan(charge.fee)),
    )
