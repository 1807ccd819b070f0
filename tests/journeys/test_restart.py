"""`kill -9` at every step: between updates, during one, before its screen is drawn."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import pytest
from buying import ADDRESS, TAPE_MEASURE, at_preview, placed
from chat import Person, Shown
from crashing import (
    DATABASES,
    SHOWING,
    Clients,
    Own,
    killed_before_the_sheet,
    own_world,
    stored_in,
    until,
)
from steps import PAYMENT, PLACES

pytestmark = [pytest.mark.crash, pytest.mark.slow]

Act = Callable[[Person], Awaitable[object]]
WALKS = {**PLACES, "payment": PAYMENT}


def _tap(label: str) -> Act:
    return lambda buyer: buyer.tap(label)


def _say(text: str) -> Act:
    return lambda buyer: buyer.send(text)


GOING_ON: dict[str, tuple[Act, str]] = {
    "start": (_say("背包"), "Results for"),
    "results": (_tap("^1$"), "Minimum order"),
    "refine": (_say("女"), "Results for|Nothing"),
    "filters": (_tap("48 h"), "Tick what"),
    "prices": (_say("1-5000"), "Tick what"),
    "navigation": (_tap("Material"), "Material"),
    "offer": (_tap("Choose a variant"), "Choose:"),
    "variant": (_tap(r"^\D*3\d"), "How many"),
    "quantity": (_say("4"), "Your order"),
    "quantity_problem": (_say("4"), "Your order"),
    "watch": (_say("2"), "¥2.00 or less"),
    "cart": (_tap("Order 1"), "address yet"),
    "lines": (_tap("Continue"), "address yet"),
    "address": (_tap("Add an address"), "New address"),
    "address_form": (_say(ADDRESS), "Is this right"),
    "address_question": (_say("13812345678"), "Is this right"),
    "address_check": (_tap("Save"), "Total to pay"),
    "preview": (_tap("Confirm order"), "Order placed"),
    "note": (_say("please pack well"), "please pack well.*Total to pay|Total to pay.*pack well"),
    "payment": (_tap("I have paid"), "to be paid"),
}
"""How a person goes on from each step, and what that leads to."""

ASKS_THE_MARKETPLACE = ("start", "results", "refine", "address_check")


@pytest.fixture(scope="module", params=DATABASES)
def own(request: pytest.FixtureRequest) -> Iterator[Own]:
    with stored_in(request) as there, own_world(LOOKUP_DELAYS="0.3,0.5,1,2", **there) as own:
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own
        assert own.bot.stop() == 0


async def _everybody(clients: Clients, names: tuple[str, ...]) -> dict[str, Person]:
    """Have somebody walk to each of the steps."""
    people = {name: await clients.arrive() for name in names}
    await asyncio.gather(*(WALKS[name].walk(people[name]) for name in names))
    return people


async def _all_go_on(people: dict[str, Person]) -> None:
    await asyncio.gather(*(GOING_ON[name][0](people[name]) for name in people))


def _killed(own: Own, names: tuple[str, ...], moment: Callable) -> dict[str, Person]:
    """Walk everybody to their step, kill the bot at that moment, start it again."""

    async def run() -> dict[str, Person]:
        async with own.clients() as clients:
            await clients.no_faults()
            people = await _everybody(clients, names)
            await moment(clients, people)
            own.bot.kill()
            await clients.no_faults()
            own.bot.start()
            await own.bot.ready()
            return people

    return asyncio.run(run())


def _here(person: Person, clients: Clients) -> Person:
    """The same person, through this test's own connection."""
    here = Person(clients.telegram, person.id, person.language, person.seq)
    here.looks_at_pictures = False  # killed before a sheet was added, a page stays without it
    return here


def test_every_step_is_covered() -> None:
    """A new step has to say how one goes on from it."""
    assert set(GOING_ON) == set(WALKS)


@pytest.fixture(scope="module")
def killed_between(own: Own) -> dict[str, Person]:
    async def at_rest(clients: Clients, people: dict[str, Person]) -> None:
        """Nothing is under way."""

    return _killed(own, tuple(WALKS), at_rest)


@pytest.mark.parametrize("name", GOING_ON)
async def test_killed_between_two_updates(name: str, own: Own, killed_between) -> None:
    """The person goes on with the buttons and the words of the screen that stands there."""
    act, leads_to = GOING_ON[name]
    async with own.clients() as clients:
        buyer = _here(killed_between[name], clients)
        await act(buyer)
        await buyer.sees(leads_to)


@pytest.fixture(scope="module")
def killed_undrawn(own: Own) -> dict[str, Person]:
    async def committed(clients: Clients, people: dict[str, Person]) -> None:
        for method in SHOWING:
            await clients.fault(method, "http_500")
        await _all_go_on(people)
        for person in people.values():
            await until(lambda person=person: _struck_for(clients, person))

    return _killed(own, tuple(WALKS), committed)


async def _struck_for(clients: Clients, person: Person) -> bool:
    calls = (await clients.telegram.get("/sandbox/botapi/calls?limit=2000")).json()["calls"]
    return any(
        each.get("fault") and str(each["params"].get("chat_id")) == str(person.id) for each in calls
    )


@pytest.mark.parametrize("name", GOING_ON)
async def test_killed_before_the_screen_was_drawn(name: str, own: Own, killed_undrawn) -> None:
    """The step is committed: after the restart its screen is drawn without a further word."""
    async with own.clients() as clients:
        await _here(killed_undrawn[name], clients).sees(GOING_ON[name][1])


@pytest.fixture(scope="module")
def killed_in_a_rush(own: Own) -> dict[str, Person]:
    async def at_once(clients: Clients, people: dict[str, Person]) -> None:
        await _all_go_on(people)

    return _killed(own, tuple(WALKS), at_once)


@pytest.mark.parametrize("name", GOING_ON)
async def test_killed_the_moment_somebody_acts(name: str, own: Own, killed_in_a_rush) -> None:
    """Not fetched, stored, handled or drawn, wherever it stood: the person gets the next step."""
    async with own.clients() as clients:
        await _here(killed_in_a_rush[name], clients).sees(GOING_ON[name][1])


@pytest.fixture(scope="module")
def killed_under_way(own: Own) -> dict[str, Person]:
    async def waiting(clients: Clients, people: dict[str, Person]) -> None:
        await clients.market_fault("*", "slow", seconds=20)
        before = await clients.market_calls()
        await _all_go_on(people)

        async def all_wait() -> bool:
            return await clients.market_calls() >= before + len(people)

        await until(all_wait)

    return _killed(own, ASKS_THE_MARKETPLACE, waiting)


@pytest.mark.parametrize("name", ASKS_THE_MARKETPLACE)
async def test_killed_while_the_marketplace_is_asked(name: str, own: Own, killed_under_way) -> None:
    """What was stored but not handled is handled again, and the person goes on."""
    async with own.clients() as clients:
        await _here(killed_under_way[name], clients).sees(GOING_ON[name][1])


async def test_killed_between_the_words_of_results_and_their_sheet(own: Own) -> None:
    """The sheet is left out: nothing is shown twice, and every button works."""
    await killed_before_the_sheet(own)


async def test_killed_right_after_confirm_makes_exactly_one_order(own: Own) -> None:
    """Eight people confirm within a fifth of a second, then the power goes: one order each."""
    async with own.clients() as clients:
        await clients.no_faults()
        await clients.market.post("/sandbox/reset")
        await placed(await clients.arrive())  # a list that shows it proves what it doesn't show
        people = [await clients.arrive() for _ in range(8)]
        await asyncio.gather(*(at_preview(person, TAPE_MEASURE, 4) for person in people))

        async def confirm(person: Person, after: float) -> None:
            await asyncio.sleep(after)
            await person.tap("Confirm order")

        taps = [confirm(person, number * 0.03) for number, person in enumerate(people)]
        await asyncio.gather(*taps)
        await own.restart()
        for person in people:
            await person.sees("Order placed")
        orders = await clients.orders.orders()
        assert len(orders) == len(people) + 1
        for person in people:
            assert _count(await person.history(), "Order placed") <= 2


async def test_sigterm_under_load_finishes_what_is_in_flight(own: Own) -> None:
    """Exit code 0, and nobody's message is lost or answered twice."""
    async with own.clients() as clients:
        await clients.no_faults()
        people = [await clients.arrive() for _ in range(30)]
        await clients.market_fault("keyword_search", "slow", seconds=0.3)
        before = await clients.market_calls()
        await asyncio.gather(*(person.send("背包") for person in people))

        async def some_wait() -> bool:
            return await clients.market_calls() > before

        await until(some_wait)
        assert own.bot.process is not None
        own.bot.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(own.bot.process.wait, 30) == 0
        own.bot.start()
        await own.bot.ready()
        await asyncio.gather(*(person.sees("Results for") for person in people))
        await clients.no_faults()
        answers = Counter([_count(await person.history(), "Results for") for person in people])
        assert answers == {1: len(people)}


def _count(history: list[Shown], text: str) -> int:
    return sum(text in shown.text for shown in history)
