"""A shop: a customer pays the operator, who confirms and pays 1688; the books balance."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from buying import Market, at_preview
from chat import Person, Shown
from crashing import Clients, Own, own_world

SETTINGS = "Your shop's terms|店铺设置"
PAY = "Please pay the shop|请向店主付款"


@dataclass
class ShopWorld:
    own: Own
    operators: tuple[int, ...] = ()


@pytest.fixture(scope="module")
def world_of_shop() -> Iterator[ShopWorld]:
    with own_world(LOOKUP_DELAYS="0.1,0.1", FLOOD_UPDATES="0", PAYMENT="shop") as own:
        yield ShopWorld(own)


@pytest.fixture
async def clients(world_of_shop: ShopWorld) -> AsyncIterator[Clients]:
    own = world_of_shop.own
    async with own.clients() as clients:
        await clients.market.post("/sandbox/reset")
        if not world_of_shop.operators:
            world_of_shop.operators = ((await clients.arrive()).id, (await clients.arrive()).id)
            own.bot.environment["ADMIN_IDS"] = ",".join(map(str, world_of_shop.operators))
            own.bot.start()
            await own.bot.ready()
            await open_shop(Person(clients.telegram, world_of_shop.operators[0], "en"))
        await own.bot.ready()
        yield clients


@pytest.fixture
def market(clients: Clients) -> Market:
    return Market(clients.market)


async def at_desk(clients: Clients, user_id: int) -> Person:
    """An operator who sees only what comes from now on."""
    who = Person(clients.telegram, user_id, "en")
    answer = await clients.telegram.get(f"/sandbox/chats/{who.id}/messages")
    who.seq = int(answer.json()["seq"])
    return who


@pytest.fixture
async def operator(world_of_shop: ShopWorld, clients: Clients) -> Person:
    return await at_desk(clients, world_of_shop.operators[0])


@pytest.fixture
async def colleague(world_of_shop: ShopWorld, clients: Clients) -> Person:
    return await at_desk(clients, world_of_shop.operators[1])


async def open_shop(operator: Person) -> None:
    """Dollars at 7.2 yuan, 8 % and an explanation of how to pay."""
    await operator.say("/shop", SETTINGS)
    await operator.do("Currency", "Which currency")
    await operator.do("USD", "rate between yuan and USD")
    await operator.say("7.2", "Which of them")
    await operator.do(r"1 USD = 7\.2 CNY.*¥100\.00 = \$13\.89", "Saved")
    await operator.do("Fee$", "What percent")
    await operator.say("8", "8% of the goods")
    await operator.do("How to pay .English", "Write in English")
    await operator.say("Send it to card 1234 <of Anna>\nand write the code", "Saved")


async def ordered(customer: Person) -> Shown:
    """Order in a shop: the tape measure, four of them."""
    await at_preview(customer)
    return await customer.do("Confirm order|确认下单", PAY)


async def confirmed(operator: Person, code: str) -> Shown:
    """Take the operator from the news of a proof to the confirmation."""
    told = await operator.sees(rf"sent a proof of payment: {code}")
    await operator.tap("Open", told)
    await operator.sees("A proof of payment waits")
    return await operator.do("came in$", "Booked")


def code_in(shown: Shown) -> str:
    found = re.search(r"(?:transfer|备注里）)：?:? ?([0-9A-Z]{5})", shown.text)
    assert found is not None, shown.text
    return found[1]


async def test_prices_stand_in_both_currencies_and_the_fee_is_named(clients: Clients):
    """On the offer, at the preview, on the button that is a consent."""
    customer = await clients.arrive()
    shown = await at_preview(customer)
    assert any("(≈ $" in each.text and "¥" in each.text for each in customer.seen[:-1])
    assert any("8% of the goods" in each.text for each in customer.seen[:-1])
    assert re.search(r"Shop's fee \(8% of the goods\): ¥[\d.]+ \(≈ \$[\d.]+\)", shown.text)
    assert "Rate: 1 USD = 7.2 CNY" in shown.text
    total = re.search(r"Total to pay: (\$[\d.]+)", shown.text)
    in_yuan = re.search(r"Total in yuan: (¥[\d.]+)", shown.text)
    assert total is not None
    assert in_yuan is not None
    assert f"{total[1]} ({in_yuan[1]})" in shown.button("Confirm order")["text"]


async def test_a_customer_pays_the_operator_confirms_and_pays_1688(
    clients: Clients, operator: Person, market: Market, samples: dict[str, bytes]
):
    """From the order to the receipt, with every message that tells of it; the books end even."""
    customer = await clients.arrive()
    payment = await ordered(customer)
    code = code_in(payment)
    assert "Send it to card 1234 <of Anna>" in payment.text
    assert "Pay before" in payment.text
    assert not any("url" in each for each in payment.buttons)
    await operator.sees("New order")
    await customer.do("I have paid", "Send the proof")
    await customer.photo(next(iter(samples.values())))
    await customer.sees("is checking your payment")
    assert await market.count("pay") == 0
    await confirmed(operator, code)
    told = await customer.sees("The shop received")
    assert re.search(r"Received: \$\d+\.\d\d", told.text)
    await operator.do("Pay 1688: ¥", "without a password")
    await operator.tap("Pay ¥.*now")
    await customer.sees("Paid|paid")
    order = await market.only_order()
    assert order["status"] == "waitsellersend"
    await operator.say("/admin", "to pay at 1688: 0")
    shown = await customer.say("/balance", "Nothing is open in USD")
    assert "payment received" in shown.text
