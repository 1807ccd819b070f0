"""Every button pressed twice, and a hundred times: it acts once and floods nobody."""

import asyncio
from collections.abc import Iterator

import pytest
from buying import at_preview
from chat import Person
from crashing import Clients, Own, own_world
from steps import PAYMENT, PLACES

from tests.tiers import slow_but

WALKS = {**PLACES, "payment": PAYMENT}


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    with own_world() as own:
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own
        assert own.bot.stop() == 0


async def _press_twice(person: Person, message_id: int, data: str) -> None:
    taps = await asyncio.gather(*(person.press(message_id, data) for _ in range(2)))
    for tap in taps:
        await person.toast(tap)


async def _settled(person: Person) -> None:
    """Wait until the chat is quiet."""
    before = -1
    while person.seq != before:
        before = person.seq
        await person._events(0.4)


@pytest.mark.parametrize("name", slow_but(["preview"], WALKS))
async def test_every_button_of_a_step_pressed_twice_acts_once(name: str, own: Own) -> None:
    """Both presses are answered, and one screen comes of the two."""
    async with own.clients() as clients:
        first = await clients.arrive()
        count = len((await WALKS[name].walk(first)).buttons)
        numbers = list(range(count))
        people = [first, *[await clients.arrive() for _ in numbers[1:]]]
        await asyncio.gather(*(WALKS[name].walk(person) for person in people[1:]))
        await asyncio.gather(
            *(
                _twice(clients, person, number)
                for person, number in zip(people, numbers, strict=False)
            )
        )


async def _twice(clients: Clients, person: Person, number: int) -> None:
    await _settled(person)
    screen = await person.screen()
    button = screen.buttons[number]
    if "callback_data" not in button:
        return
    before = len(await person.history())
    person.seen.clear()
    await _press_twice(person, screen.id, button["callback_data"])
    await _settled(person)
    texts = [shown.text for shown in person.seen]
    assert not any("earlier step" in text for text in texts), (button["text"], texts)
    assert len(await person.history()) - before <= 1, (button["text"], texts)


async def test_a_hundred_confirms_at_once_make_one_order(own: Own) -> None:
    """However often and fast it is pressed, the consent is used once."""
    async with own.clients() as clients:
        await clients.market.post("/sandbox/reset")
        buyer = await clients.arrive()
        screen = await at_preview(buyer)
        data = screen.button("Confirm order")["callback_data"]
        taps = await asyncio.gather(*(buyer.press(screen.id, data) for _ in range(100)))
        await buyer.sees("Order placed")
        for tap in taps:
            await buyer.toast(tap)
        await _settled(buyer)
        await clients.orders.only_order()
        placed = [each for each in await buyer.history() if "Order placed" in each.text]
        assert len(placed) == 1


async def test_a_press_during_a_slow_one_is_no_old_button(own: Own) -> None:
    """The first takes ten seconds; those meanwhile are answered and change nothing."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        screen = await WALKS["results"].walk(buyer)
        await clients.market_fault("product_detail", "slow", seconds=10)
        data = screen.button("^1$")["callback_data"]
        first = await buyer.press(screen.id, data)
        assert "Opening the product" in (await buyer.toast(first) or "")
        assert not await _shows_an_offer(buyer)
        for _ in range(4):
            await asyncio.sleep(0.6)
            await buyer.press(screen.id, data)
        await buyer.sees("Minimum order")
        buyer.seen.clear()
        await _settled(buyer)
        assert not [shown for shown in buyer.seen if "earlier" in shown.text]
        await clients.no_faults()


async def _shows_an_offer(buyer: Person) -> bool:
    return any("Minimum order" in shown.text for shown in await buyer.history())


async def test_a_slow_step_shows_that_it_works(own: Own) -> None:
    """The tap is answered and "typing" stands in the chat long before the marketplace answers."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        screen = await WALKS["results"].walk(buyer)
        await clients.market_fault("product_detail", "slow", seconds=10)
        tap = await buyer.press(screen.id, screen.button("^1$")["callback_data"])
        await buyer.toast(tap)
        path = f"/sandbox/chats/{buyer.id}/wait?after_seq={buyer.seq}&timeout=1"
        async with asyncio.timeout(60):
            while True:
                answer = (await clients.telegram.get(path)).json()
                if any(event["type"] == "action" for event in answer["events"]):
                    break
        assert not await _shows_an_offer(buyer)
        await buyer.sees("Minimum order")
        await clients.no_faults()


async def test_old_and_foreign_buttons_do_nothing_but_explain(own: Own) -> None:
    """Crafted data, another person's data, data of yesterday: one line and the current screen."""
    async with own.clients() as clients:
        buyer, other = await clients.arrive(), await clients.arrive()
        screen = await WALKS["preview"].walk(buyer)
        theirs = (await WALKS["preview"].walk(other)).button("Confirm")["callback_data"]
        ours = screen.button("Confirm")["callback_data"].split(".")
        await clients.market.delete("/sandbox/calls")
        crafted = [
            theirs,
            ".".join([*ours[:2], "zzz", *ours[3:]]),
            ".".join([*ours[:2], "*", *ours[3:]]),
            ".".join([*ours[:3], "nonsense", ""]),
            "货" * 21,
            "x",
        ]
        for data in crafted:
            await buyer.press(screen.id, data)
            await buyer.sees("earlier step.*Total to pay")
        assert await clients.orders.count("create") == 0
        assert "button_refused" in own.bot.log.read_text("utf-8")
