"""News of a group buy that can't be told now is told later, and keeps nobody else waiting."""

from datetime import timedelta
from typing import Any

import pytest
from telegram.error import NetworkError, RetryAfter, TelegramError

from bot.chat.screens import Screen
from bot.domain.collecting import ProofKind
from bot.domain.group_buys import receiving
from bot.domain.group_buys.claims import SentProof
from bot.domain.group_buys.news import NewsOf
from bot.domain.identifiers import UserId
from bot.storage.ports import StorageUnavailable
from bot.telegram.request import NOT_SENT
from bot.telling.group_teller import GroupTeller
from tests.services.group_world import World
from tests.storage.grouping import BUY, BUYER


class Telegram:
    """Takes messages, but for chats that it refuses."""

    def __init__(self) -> None:
        self.refuses: dict[int, TelegramError] = {}
        self.told: list[int] = []

    async def fitting(self, _: str, __: object, **fields: Any) -> None:
        chat = int(fields["chat_id"])
        if chat in self.refuses:
            raise self.refuses[chat]
        self.told.append(chat)


class Away:
    """Makes screens, unless what they are made of can't be read."""

    def __init__(self) -> None:
        self.is_away = False

    def screen(self, *_: object) -> Screen:
        if self.is_away:
            raise StorageUnavailable("restarting")
        return Screen("told")


def teller(world: World, telegram: Telegram, reading: Away | None = None) -> GroupTeller:
    screen: Any = (reading or Away()).screen
    return GroupTeller(telegram, world.storage, screen, clock=world.clock)  # type: ignore[arg-type]


async def priced() -> World:
    """Return a buy at its deadline: its two members and its organiser are to be told."""
    world = World()
    await world.open()
    for user in (11, 12):
        await world.join(user, 5)
    await world.at_deadline()
    return world


async def test_news_for_a_chat_that_is_held_back_waits_for_as_long_as_telegram_asks() -> None:
    """The others are told meanwhile."""
    world, telegram = await priced(), Telegram()
    telegram.refuses[11] = RetryAfter(90)
    talking = teller(world, telegram)
    await talking.tell_waiting()
    assert set(telegram.told) == {12, BUYER}

    telegram.refuses.clear()
    telegram.told.clear()
    world.now += timedelta(seconds=89)
    await talking.tell_waiting()
    assert telegram.told == []
    world.now += timedelta(seconds=1)
    await talking.tell_waiting()
    assert set(telegram.told) == {11}


async def test_news_is_told_when_the_storage_is_back() -> None:
    """It went away before anything was sent: that is no news that may have been told."""
    world, telegram, reading = await priced(), Telegram(), Away()
    waiting = await world.storage.group_news.news_to_tell(world.now, 99)
    talking = teller(world, telegram, reading)
    reading.is_away = True
    with pytest.raises(StorageUnavailable):
        await talking.tell_waiting()

    reading.is_away = False
    await talking.tell_waiting()
    assert telegram.told == [each.news.user_id for each in waiting]


@pytest.mark.parametrize("trouble", [RetryAfter(5), NetworkError(NOT_SENT)])
async def test_that_a_member_says_they_paid_is_told_after_a_failure(
    trouble: TelegramError,
) -> None:
    """What surely was not told is not taken for known, though it is told once of everybody."""
    world, telegram = await priced(), Telegram()
    talking = teller(world, telegram)
    await talking.tell_waiting()
    telegram.told.clear()
    proof = SentProof(kind=ProofKind.TEXT, text="No. 1", at=world.now)
    await world.storage.group_buys.change(
        BUY, lambda buy, _: receiving.proof_sent(buy, UserId(11), proof, "11")
    )
    telegram.refuses[BUYER] = trouble
    await talking.tell_waiting()
    assert await world.told(NewsOf.PROOF) == [BUYER]

    telegram.refuses.clear()
    world.now += timedelta(seconds=21)
    await talking.tell_waiting()
    assert telegram.told == [BUYER]
    assert await world.told(NewsOf.PROOF) == []
