"""A shop's orders, paid in pieces, sent back and paid again, and the books of it."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from buying import at_preview
from chat import Person
from crashing import Clients, Own, what_is_stored

from bot.domain.ledger import Account, Books, Kind

Kill = Callable[[], Awaitable[None]]
CUSTOMERS = 4


async def nothing() -> None:
    """No kill."""


async def paid_in_pieces(clients: Clients, operator: Person, killed: Kill) -> None:
    """One customer's order, with a kill after each thing that anybody does."""
    customer = await clients.arrive()
    await at_preview(customer)
    await customer.tap("Confirm order")
    await killed()
    payment = await customer.sees("Please pay the shop")
    code = re.search(r"transfer: ([0-9A-Z]{5})", payment.text)
    assert code is not None
    await customer.do("I have paid", "Send the proof")
    await customer.send("TX 1")
    await killed()
    await customer.sees("is checking your payment")
    order = re.search(r"S\d{6}-\w{8}", payment.text)
    assert order is not None
    desk = await operator.say("/admin", "Proofs to confirm: 1")
    # The word of the proof comes by itself, before or after.
    await operator.tap(r"Proofs \(1\)", desk)
    listed = await operator.sees(rf"Proofs to confirm: 1\s+{code[1]} ·")
    await operator.tap(code[1], listed)
    shown = await operator.sees("A proof of payment waits")
    await operator.tap("came in$", shown)
    await killed()
    await operator.sees("Booked|booked twice|Nothing was booked")
    await operator.say("/admin", "Proofs to confirm: 0")
    await customer.say("/balance", "Nothing is open in USD")


async def even_books(own: Own, copy: Path, customers: int = CUSTOMERS) -> None:
    """Each was charged and paid once, and nothing is open."""
    async with what_is_stored(own, copy) as storage:
        operations = await storage.shop.operations()
    books = Books(operations)
    assert books.differences() == {}
    kinds = [each.kind for each in operations]
    assert kinds.count(Kind.CHARGE) == kinds.count(Kind.RECEIPT) == customers
    [dollars] = books.currencies()
    assert books.sum_of(Account.CUSTOMER, dollars).units == 0
