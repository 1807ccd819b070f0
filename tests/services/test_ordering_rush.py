"""A rush of consents: few are really being sent at a time."""

import asyncio

from bot.domain.identifiers import ChatId, MerchantOrderNo, UserId
from bot.domain.orders import Placing
from bot.domain.sessions import Session
from bot.domain.writes import ClaimOrder
from bot.services.placing.ordering import Ordering
from bot.services.placing.placing import MOST_AT_ONCE, _AtOnce
from bot.storage.ports import StepCommit
from tests.fakes.memory_storage import MemoryStorage
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.services.agreed import NOW, consent, created, quote


async def _rush(storage: MemoryStorage, people: int) -> list[MerchantOrderNo]:
    numbers = []
    for person in range(1, people + 1):
        number = MerchantOrderNo(f"S261123-RUSH{person:04d}")
        order = consent(order_no=number, user_id=UserId(person), chat_id=ChatId(person))
        session = Session(
            session_id=f"S{person:05d}",
            chat_id=ChatId(person),
            user_id=UserId(person),
            revision=1,
        )
        await storage.commit_step(
            StepCommit(session=session, expected_revision=None, writes=(ClaimOrder(order),))
        )
        numbers.append(number)
    return numbers


async def _until_sent(marketplace: ScriptedMarketplace, orders: int) -> None:
    for _ in range(5000):
        if len(marketplace.created) >= orders:
            return
        await asyncio.sleep(0.001)
    raise AssertionError(f"only {len(marketplace.created)} of {orders} were sent")


async def test_who_waits_for_a_turn_is_still_merely_claimed():
    """When the bot dies in a rush, only what was being sent is uncertain; the rest goes on."""
    storage, answer = MemoryStorage(), asyncio.Event()
    numbers = await _rush(storage, MOST_AT_ONCE * 3)
    marketplace = ScriptedMarketplace(quotes=[quote()], creations=[created()], create_waits=answer)
    ordering = Ordering(
        marketplace,  # type: ignore[arg-type] - plays the calls that ordering makes
        storage,
        lookup_delays=(0.001,),
        retry_delays=(0.001,),
        clock=lambda: NOW,
    )
    await ordering.resume_all()
    await _until_sent(marketplace, MOST_AT_ONCE)
    await asyncio.sleep(0.02)
    states = [(await storage.order(number)).placing for number in numbers]
    assert states.count(Placing.CREATING) == MOST_AT_ONCE
    assert states.count(Placing.CLAIMED) == len(numbers) - MOST_AT_ONCE
    answer.set()
    await _until_sent(marketplace, len(numbers))
    await ordering.close()


async def test_who_gives_up_waiting_leaves_its_turn_to_the_next():
    """Also when it had just come."""
    turns = _AtOnce(1, lambda: 1)
    went: list[str] = []

    async def go(name: str) -> None:
        async with turns:
            went.append(name)

    async with turns:
        first, second = (asyncio.create_task(go(each)) for each in ("first", "second"))
        await asyncio.sleep(0)
    first.cancel()
    async with asyncio.timeout(60):
        await second
    assert went == ["second"]


async def test_fewer_replicas_let_more_go():
    """Of those who wait, as many as there is room for now."""
    alive = 4
    turns, most = _AtOnce(4, lambda: alive), 0

    async def go() -> None:
        nonlocal most
        async with turns:
            most = max(most, 4 - turns._room if alive == 1 else 0)
            await asyncio.sleep(0)

    async with turns:
        waiting = [asyncio.create_task(go()) for _ in range(8)]
        await asyncio.sleep(0)
        alive = 1
    async with asyncio.timeout(60):
        await asyncio.gather(*waiting)
    assert most == 4
