"""What an order's state means for a shop's books: booked once, however often it is read."""

from datetime import datetime

from bot.domain.bookings import Agreed, charge_key, charged, set_offs
from bot.domain.ledger import Books, Operation, OrderAccount
from bot.domain.marketplace_bookings import (
    cancelled,
    credited,
    credited_so_far,
    dearer_by,
    in_force,
    paid_key,
    paid_there,
    refunded_there,
    settled_there,
)
from bot.domain.money import Fen
from bot.domain.order_actions import amount_due
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing, rank_of
from bot.domain.parcels import RefundStage

_PAID = range(rank_of(OrderStatus.AWAITING_SHIPMENT), rank_of(OrderStatus.COMPLETED) + 1)
_AWAITING = frozenset({OrderStatus.AWAITING_PAYMENT, OrderStatus.UNKNOWN})


def agreed_of(order: Order) -> Agreed | None:
    """Return what a shop's customer agreed to pay for an order; None for a team's order."""
    charge = order.quote.charge
    if charge is None:
        return None
    return Agreed(order_no=order.order_no, user_id=order.user_id, charge=charge)


def was_paid(part: OrderPart) -> bool:
    """Tell whether the marketplace took the money for a part, whatever became of it since."""
    if part.paid_at is not None or rank_of(part.status) in _PAID:
        return True
    return part.refund is RefundStage.REFUNDED and bool(part.refunded)


def asked_more(books: Books, order: Order) -> Fen:
    """Return the fen that the marketplace asks beyond what a shop's customer agreed to.

    Nothing once it was paid there: then the difference was the operator's to take on or not.
    """
    agreed, asked = agreed_of(order), amount_due(order.parts)
    unpaid = all(part.status is OrderStatus.AWAITING_PAYMENT for part in order.parts)
    if agreed is None or order.placing is not Placing.PLACED or asked is None or not unpaid:
        return Fen(0)
    return dearer_by(books, agreed, asked)


def unbooked(books: Books, order: Order, at: datetime) -> tuple[Operation, ...]:
    """Return what an order's state has not told the books yet, in the order to post it.

    `books` are all of the customer's. An order that is not placed costs nothing yet.
    """
    agreed = agreed_of(order)
    if agreed is None or order.placing is not Placing.PLACED:
        return ()
    reading = _Reading(books, order, agreed, at)
    reading.book()
    return tuple(reading.made)


class _Reading:
    """One order's state being told to a copy of the books."""

    def __init__(self, books: Books, order: Order, agreed: Agreed, at: datetime) -> None:
        self.made: list[Operation] = []
        self._books = Books(books)
        self._order = order
        self._agreed = agreed
        self._at = at

    def book(self) -> None:
        charge = charge_key(self._agreed.order_no)
        if charge not in self._books:
            self._post(charged(self._agreed, self._at))
        self._less_asked_for()
        for part in self._order.parts:
            self._payment(part)
        for part in self._order.parts:
            self._refund(part)
        if not any(part.status in _AWAITING for part in self._order.parts):
            self._settle()
        self._post(*set_offs(self._books, self._agreed.user_id, self._at))

    def _post(self, *operations: Operation) -> None:
        self.made += [each for each in operations if self._books.post(each)]

    def _less_asked_for(self) -> None:
        """The marketplace asks for less than was agreed: lines it did not take, a lower price."""
        parts = self._order.parts
        asked = amount_due(parts)
        if self._books.is_reversed(charge_key(self._agreed.order_no)):
            return  # it came to nothing, whatever is asked for it
        if asked is None or any(part.status is not OrderStatus.AWAITING_PAYMENT for part in parts):
            return
        before = credited_so_far(self._books, self._agreed.order_no)
        less = in_force(self._books, self._agreed).marketplace - before - asked
        if parts and less > 0:
            self._post(credited(self._books, self._agreed, Fen(less), self._at))

    def _payment(self, part: OrderPart) -> None:
        if was_paid(part) and part.total and paid_key(part.order_id) not in self._books:
            self._post(paid_there(self._agreed, part.order_id, part.total, self._at))

    def _refund(self, part: OrderPart) -> None:
        """Only what was really paid back: before, the number is what somebody asks for."""
        if part.refund is not RefundStage.REFUNDED or not part.refunded:
            return
        paid = self._books.get(paid_key(part.order_id))
        if paid is None:
            return
        took = max(entry.amount.units for entry in paid.entries)
        in_all = Fen(min(part.refunded, took))
        told = refunded_there(self._books, self._agreed, part.order_id, in_all, self._at)
        if told is not None:
            self._post(told)

    def _settle(self) -> None:
        """Nothing awaits payment any more."""
        if self._account().paid_there:
            self._post(*settled_there(self._books, self._agreed, self._at))
        elif self._order.parts and not any(map(was_paid, self._order.parts)):
            # What is paid for an amount that nobody knows yet waits for it.
            self._post(*cancelled(self._books, self._agreed, self._at))

    def _account(self) -> OrderAccount:
        return self._books.account_of(self._agreed.order_no, self._agreed.charge.due.currency)
