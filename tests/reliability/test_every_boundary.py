"""Bots over one PostgreSQL, stopped at every kind of commit, replaced, and woken.

What they commit is found as they do it (`boundaries.py`), so a new durable boundary is tried with
the first life that comes to it. A life is walked until it comes to no new one.

An order's life comes to more of them than CI has minutes for. It is walked once there, stopped at
what is stored of orders and of their news, on one side of each; `SNAPORDER_EVERY_BOUNDARY=1` has it
walked to its end, on both sides of whatever is stored (docs/reliability.md).
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from boundaries import Stopper, stopping
from buying import TAPE_MEASURE, at_preview, placed
from chat import Person
from company import Company, starting
from crashing import Clients, Own, until
from group_buy_life import SETTINGS as OF_GROUP_BUYS
from group_buy_life import even_books as even_books_of_a_buy
from group_buy_life import lived
from shop_life import even_books, nothing, paid_in_pieces

from tests.postgres import Server

pytestmark = [
    pytest.mark.crash,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]
BOTS = 3
MOST_LIVES = 8
EVERY = bool(os.environ.get("SNAPORDER_EVERY_BOUNDARY"))
OF_AN_ORDER = "inbox|sessions|orders|order_parts|notices" if EVERY else "orders|notices"
PATIENCE = 300.0
"""Seconds that somebody waits whose answer several bots in a row were stopped at."""
NEWS = {
    "pay": "Paid: ",
    "ship": "goods were shipped",
    "receive": "Receipt was confirmed",
    "complete": "order is completed",
}
OFTEN = {
    "POLL_SHORTEST_SECONDS": "0.4",
    "POLL_UNPAID_SECONDS": "0.4",
    "POLL_UNDER_WAY_SECONDS": "0.4",
    "POLL_CALLS_PER_MINUTE": "6000",
}


class Unharmed(Own):
    """A bot among several: what is done to it is done at its boundaries."""

    async def killed(self, rng: random.Random) -> None:
        """Nothing, here."""


@asynccontextmanager
async def among(
    server: Server, folder: Path, tables: str, *, every_side: bool = True, **settings: str
) -> AsyncIterator[tuple[Stopper, Company, Clients, Person]]:
    """So many bots, each behind a gate, their world, and an operator."""
    name = server.create()
    stopper = Stopper(BOTS, server.port, tables, every_side=every_side)
    ways = [
        f"postgresql://snaporder@127.0.0.1:{each.port}/{name}?sslmode=disable"
        for each in stopper.gates
    ]
    settings = {"ADMIN_IDS": "1", **settings}
    with starting(folder, server.url(name, tcp=True), ways=ways, **settings) as company:
        await company.ready()
        async with company.clients() as clients:
            operator = await clients.arrive()
            for each in company.bots:
                each.environment["ADMIN_IDS"] = str(operator.id)
                assert each.stop() == 0
            company.start_again()
            await company.ready()
            yield stopper, company, clients, operator
        for each in company.bots:
            assert each.stop() == 0
        for gate in stopper.gates:
            gate.close()
        assert "Traceback" not in "".join(each.log.read_text() for each in company.bots)
        # Where the test reads what was kept.
        company.bots[0].environment["DATABASE_URL"] = company.url
    server.drop(name)


async def ordered(company: Company, clients: Clients) -> None:
    """From the link to the end of the order, and what is told of it: each thing once."""
    before = {each["orderId"] for each in await clients.orders.orders()}
    buyer = await clients.arrive()
    buyer.patience = PATIENCE
    await at_preview(buyer, TAPE_MEASURE, 4)
    shown = await buyer.do("Confirm order", "Order placed|can't rule out that it exists")
    made = [each for each in await clients.orders.orders() if each["orderId"] not in before]
    if "Order placed" not in shown.text:
        # Stopped again and again while it was looked up: an operator decides, nothing is guessed.
        assert len(made) <= 1
        return
    (order,) = made
    assert order["orderId"] in shown.text
    unclear = await not_told(company)
    for action, news in NEWS.items():
        await clients.orders.order(order["orderId"], action)

        async def told(news: str = news, before: int = unclear) -> bool:
            texts = [each.text for each in await buyer.history()]
            return any(news in text for text in texts) or await not_told(company) > before

        await until(told, within=PATIENCE)
        unclear = await not_told(company)
    texts = [each.text for each in await buyer.history()]
    for news in NEWS.values():
        assert sum(news in text for text in texts) <= 1, texts


async def not_told(company: Company) -> int:
    """Of how much news nobody knows whether it was told: claimed by one that was stopped then."""
    ((count,),) = await asyncio.to_thread(
        company.rows, "SELECT count(*) FROM notices WHERE state = 'unclear'"
    )
    return int(str(count))


async def test_an_orders_life(postgres_server: Server, tmp_path: Path):
    """Updates, steps, consent, create and its answer, payment link, readings and news."""
    async with among(postgres_server, tmp_path, OF_AN_ORDER, every_side=EVERY, **OFTEN) as (
        stopper,
        company,
        clients,
        _,
    ):
        # Somebody else's order proves 1688's list: what is not in it was surely not made.
        await placed(await clients.arrive())
        async with stopping(stopper, company):
            for _life in range(MOST_LIVES if EVERY else 1):
                known = len(stopper.stops)
                await ordered(company, clients)
                if len(stopper.stops) == known:
                    break
        assert {each.side for each in stopper.stops} == {"before", "after"}


async def test_a_shops_books(postgres_server: Server, tmp_path: Path):
    """Charges, proofs, receipts, and what is told of them."""
    tables = "ledger.*|proofs|shop.*|payment.*"
    settings = {**OFTEN, "PAYMENT": "shop"}
    async with among(postgres_server, tmp_path, tables, **settings) as (
        stopper,
        company,
        clients,
        operator,
    ):
        own = Unharmed(company.world, company.bots[0])
        await operator.say("/rate 1 USD = 7.2 CNY", "1 USD = 7.2 CNY")
        await operator.say("/shop en Send it to card 4000 1234", "4000 1234")
        customers = 0
        async with stopping(stopper, company):
            for _life in range(MOST_LIVES):
                known = len(stopper.stops)
                await paid_in_pieces(clients, operator, nothing)
                customers += 1
                if len(stopper.stops) == known:
                    break

        for each in company.bots:
            assert each.stop() == 0
        own.bot.environment["DATABASE_URL"] = company.url
        await even_books(own, tmp_path, customers)


async def test_a_group_buys_life(postgres_server: Server, tmp_path: Path):
    """Claims, the lock, payments, the one order, handing out and the closed books."""
    settings = {**OF_GROUP_BUYS, **OFTEN}
    async with among(postgres_server, tmp_path, "group.*", **settings) as (
        stopper,
        company,
        clients,
        operator,
    ):
        own = Unharmed(company.world, company.bots[0])
        async with stopping(stopper, company):
            members = await lived(own, clients, operator, random.Random(1))

        for each in company.bots:
            assert each.stop() == 0
        own.bot.environment["DATABASE_URL"] = company.url
        await even_books_of_a_buy(own, operator, members, tmp_path)
