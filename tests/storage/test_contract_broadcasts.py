"""What every storage promises of news to people: at most once to each, and only to who asked."""

from bot.domain.broadcasts import BroadcastState, Reached
from bot.domain.identifiers import ChatId
from bot.storage.ports import Storage
from tests.storage.samples import ALICE, BOB, first, reopen


async def readers(storage: Storage) -> int:
    for each in (ALICE, BOB):
        await storage.broadcasts.set_news(each, ChatId(each), wanted=True)
        await storage.broadcasts.set_news(each, ChatId(each), wanted=True)
    return await storage.broadcasts.draft_broadcast(ALICE, "Hello\n你好")


async def test_a_draft_is_sent_once_to_who_asked_by_then(storage: Storage):
    """It survives a restart as it was written; a second start begins nothing."""
    number = await readers(storage)
    assert await storage.broadcasts.recipients(10) == []
    await reopen(storage)
    assert await storage.broadcasts.start_broadcast(number) == 2
    assert await storage.broadcasts.start_broadcast(number) is None
    await storage.broadcasts.set_news(first().session.user_id, ChatId(1), wanted=True)
    assert [each.user_id for each in await storage.broadcasts.recipients(10)] == [ALICE, BOB]
    assert len(await storage.broadcasts.recipients(1)) == 1
    told = await storage.broadcasts.broadcast()
    assert told is not None
    assert (told.text, told.state, told.people) == (
        "Hello\n你好",
        BroadcastState.SENDING,
        {"waiting": 2},
    )


async def test_a_person_is_claimed_once_also_over_a_restart(storage: Storage):
    """Who was being written to is unclear then; who was certainly not waits again."""
    number = await readers(storage)
    await storage.broadcasts.start_broadcast(number)
    alice, bob = await storage.broadcasts.recipients(10)
    assert await storage.broadcasts.claim_recipient(alice)
    assert not await storage.broadcasts.claim_recipient(alice)
    assert await storage.broadcasts.claim_recipient(bob)
    await storage.broadcasts.reached(bob, None)
    await reopen(storage)
    assert await storage.broadcasts.give_up_recipients() == 1
    assert await storage.broadcasts.recipients(10) == [bob]
    assert await storage.broadcasts.claim_recipient(bob)
    assert await storage.broadcasts.recipients(10) == []
    running = await storage.broadcasts.broadcast(number)
    assert running is not None
    assert running.state is BroadcastState.SENDING, "one is still being written to"
    await storage.broadcasts.reached(bob, Reached.TOLD)
    await storage.broadcasts.reached(alice, Reached.TOLD)
    assert await storage.broadcasts.recipients(10) == []
    done = await storage.broadcasts.broadcast(number)
    assert done is not None
    assert (done.state, done.people) == (BroadcastState.DONE, {"unclear": 1, "told": 1})


async def test_who_ends_the_news_gets_nothing_that_still_waits(storage: Storage):
    """Neither does who is forgotten."""
    number = await readers(storage)
    await storage.broadcasts.start_broadcast(number)
    await storage.broadcasts.set_news(ALICE, ChatId(ALICE), wanted=False)
    [bob] = await storage.broadcasts.recipients(10)
    assert bob.user_id == BOB
    assert not await storage.broadcasts.wants_news(ALICE)
    assert await storage.broadcasts.wants_news(BOB)
    await storage.rights.forget(BOB)
    assert not await storage.broadcasts.wants_news(BOB)
    assert await storage.broadcasts.count_readers() == 0


async def test_a_stopped_message_goes_to_nobody_else(storage: Storage):
    """Not even to who was just chosen."""
    number = await readers(storage)
    await storage.broadcasts.start_broadcast(number)
    [alice, _] = await storage.broadcasts.recipients(10)
    assert await storage.broadcasts.stop_broadcast(number)
    assert not await storage.broadcasts.stop_broadcast(number)
    assert await storage.broadcasts.recipients(10) == []
    assert not await storage.broadcasts.claim_recipient(alice)
    assert await storage.broadcasts.start_broadcast(number) is None


async def test_an_unknown_message_is_none(storage: Storage):
    """Whatever a button names."""
    for number in (0, 7, 2**62):
        assert await storage.broadcasts.broadcast(number) is None
        assert await storage.broadcasts.start_broadcast(number) is None
        assert not await storage.broadcasts.stop_broadcast(number)
    assert await storage.broadcasts.broadcast() is None
