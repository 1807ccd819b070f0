"""A shop whose bot is killed at every turn: no proof is lost, nothing is booked twice."""

import random
import re
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from buying import Market, at_preview
from chat import Person
from crashing import DATABASES, Clients, Own, own_world, stored_in, what_is_stored
from processes import LOOKUP_DELAYS

from bot.domain.ledger import Account, Books, Kind

pytestmark = [pytest.mark.crash, pytest.mark.slow]

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


@pytest.fixture(params=DATABASES)
def own(request: pytest.FixtureRequest) -> Iterator[Own]:
    settings = {"LOOKUP_DELAYS": LOOKUP_DELAYS, "FLOOD_UPDATES": "0", "PAYMENT": "shop"}
    with stored_in(request) as there, own_world(**settings, **there) as own:
        yield own


async def test_a_kill_after_everything_that_anybody_does(own: Own, tmp_path: Path) -> None:
    """Afterwards the books add up, and each proof has exactly one receipt."""
    rng = random.Random(14)
    async with own.clients() as clients:
        operator = await clients.arrive()
        own.bot.environment["ADMIN_IDS"] = str(operator.id)
        own.bot.start()
        await own.bot.ready()
        await operator.say("/rate 1 USD = 7.2 CNY", "1 USD = 7.2 CNY")
        await operator.say("/shop en Send it to card 4000 1234", "4000 1234")
        # A kill before create was sent leaves nothing to find: only a list that shows the order
        # of before proves that there is none, and has it made once more.
        await paid_in_pieces(clients, operator, nothing)
        for _ in range(1, CUSTOMERS):
            await paid_in_pieces(clients, operator, partial(own.killed, rng))
        assert len(await Market(clients.market).orders()) == CUSTOMERS
    assert own.bot.stop() == 0
    await even_books(own, tmp_path)


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
