"""Sending news: what Telegram answers decides what is recorded, and nobody gets it twice."""

import asyncio
from typing import Any, cast

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.domain.broadcasts import Broadcast, BroadcastState, Reached
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Session
from bot.storage.ports import StorageUnavailable
from bot.telling.broadcasts import Broadcaster
from tests.fakes.memory_storage import MemoryStorage

ALICE, BOB = UserId(1), UserId(2)


class Telegram:
    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[int, str]] = []

    async def send_message(self, chat_id: int, text: str, **_: Any) -> None:
        self.sent.append((chat_id, text))
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer


async def started(
    *readers: UserId, storage: MemoryStorage | None = None
) -> tuple[MemoryStorage, int]:
    storage = storage or MemoryStorage()
    for each in readers:
        await storage.set_news(each, ChatId(each), wanted=True)
    number = await storage.draft_broadcast(UserId(9), "Hello")
    await storage.start_broadcast(number)
    return storage, number


async def sent_to_the_end(storage: MemoryStorage, telegram: Telegram) -> dict[str, int]:
    sender = Broadcaster(cast("Any", telegram), storage, per_second=10_000)
    while await sender.send_some():
        pass
    news = await storage.broadcast()
    assert news is not None
    return dict(news.people)


@pytest.mark.parametrize(
    ("answer", "end", "still_wanted"),
    [
        (None, Reached.TOLD, True),
        (Forbidden("bot was blocked by the user"), Reached.UNREACHABLE, False),
        (BadRequest("Chat not found"), Reached.UNREACHABLE, False),
        (TimedOut(), Reached.UNCLEAR, True),
        (NetworkError("reset"), Reached.UNCLEAR, True),
    ],
)
async def test_each_gets_it_once_whatever_telegram_answers(answer, end, still_wanted) -> None:
    """One person's trouble is nobody else's; who blocked the bot is asked for no more."""
    storage, _ = await started(ALICE, BOB)
    telegram = Telegram(answer)
    people = await sent_to_the_end(storage, telegram)
    assert [chat for chat, _ in telegram.sent] == [ALICE, BOB]
    assert people == ({"told": 2} if end is Reached.TOLD else {end.value: 1, "told": 1})
    assert await storage.wants_news(ALICE) is still_wanted


async def test_flood_control_is_waited_for_and_the_message_comes_then() -> None:
    """It was certainly not sent."""
    storage, _ = await started(ALICE)
    telegram = Telegram(RetryAfter(0))
    assert await sent_to_the_end(storage, telegram) == {"told": 1}
    assert len(telegram.sent) == 2


async def test_whom_a_run_that_died_was_writing_to_gets_nothing_twice() -> None:
    """The message may be in their chat; the next run goes on with the others."""
    storage, _ = await started(ALICE, BOB)
    assert await storage.claim_recipient((await storage.recipients(1))[0])
    telegram = Telegram()
    running = asyncio.create_task(
        Broadcaster(cast("Any", telegram), storage, per_second=10_000, looks_every=0.01).run()
    )
    async with asyncio.timeout(60):
        while True:
            news = await storage.broadcast()
            if news is not None and news.state is BroadcastState.DONE:
                break
            await asyncio.sleep(0.01)
    running.cancel()
    assert [chat for chat, _ in telegram.sent] == [BOB]
    assert dict(news.people) == {"unclear": 1, "told": 1}


class Failing(MemoryStorage):
    """One call fails once."""

    fails = ""

    async def broadcast(self, broadcast_id: int | None = None) -> Broadcast | None:
        self._fail("broadcast")
        return await super().broadcast(broadcast_id)

    async def load_session(self, chat_id: ChatId, user_id: UserId) -> Session | None:
        self._fail("load_session")
        return await super().load_session(chat_id, user_id)

    def _fail(self, name: str) -> None:
        if self.fails == name:
            self.fails = ""
            raise StorageUnavailable("disk I/O error")


async def test_a_storage_that_fails_before_the_message_leaves_them_waiting() -> None:
    """It was surely not sent, so it is sent when the storage is back."""
    storage, telegram = Failing(), Telegram()
    await started(ALICE, storage=storage)
    storage.fails = "broadcast"
    with pytest.raises(StorageUnavailable):
        await Broadcaster(cast("Any", telegram), storage).send_some()
    assert telegram.sent == []
    assert await sent_to_the_end(storage, telegram) == {"told": 1}


async def test_a_conversation_that_cannot_be_read_keeps_nobody_from_the_news() -> None:
    """It is in English then."""
    storage, telegram = Failing(), Telegram()
    await started(ALICE, BOB, storage=storage)
    storage.fails = "load_session"
    assert await sent_to_the_end(storage, telegram) == {"told": 2}


async def test_it_ends_with_the_way_to_end_it() -> None:
    """As written, then one line."""
    storage, _ = await started(ALICE)
    telegram = Telegram()
    await sent_to_the_end(storage, telegram)
    [(_, text)] = telegram.sent
    assert text.startswith("Hello\n\n")
    assert "/news" in text
