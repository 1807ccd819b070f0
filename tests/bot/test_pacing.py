"""Keeping to Telegram's pace without one chat holding back another."""

import asyncio
import time
from typing import Any

import pytest
from telegram.error import RetryAfter
from telegram.ext import ExtBot

from bot.telegram.pacing import NOT_HELD, Pacer, seconds_of
from tests.bot.fake_telegram import TOKEN, FakeTelegram


@pytest.fixture
async def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
async def bot(telegram: FakeTelegram) -> ExtBot[Any]:
    return ExtBot(TOKEN, request=telegram, get_updates_request=telegram, rate_limiter=Pacer())


def _flood(telegram: FakeTelegram, method: str, seconds: int) -> None:
    telegram.fail(method, 429, "Too Many Requests", retry_after=seconds)


async def test_a_flooded_call_is_repeated_after_the_wait(
    telegram: FakeTelegram, bot: ExtBot[Any]
) -> None:
    """`retry_after` is honoured to the second, and the message arrives once."""
    _flood(telegram, "sendMessage", 1)
    began = time.monotonic()
    await bot.send_message(1, "hello")
    assert 0.95 < time.monotonic() - began < 60.0
    assert len(telegram.of("sendMessage")) == 2


async def test_one_flooded_chat_does_not_hold_back_another(
    telegram: FakeTelegram, bot: ExtBot[Any]
) -> None:
    """While a chat waits, the others are served, and so are the answers to taps."""
    _flood(telegram, "sendMessage", 60)
    held = asyncio.create_task(bot.send_message(1, "held"))
    while not telegram.of("sendMessage"):  # noqa: ASYNC110 - the call is on its way
        await asyncio.sleep(0)
    await bot.send_message(2, "free")
    await bot.answer_callback_query("1")
    assert not held.done()
    held.cancel()


async def test_the_next_call_to_a_flooded_chat_waits_with_it(
    telegram: FakeTelegram, bot: ExtBot[Any]
) -> None:
    """Calling on meanwhile would only lengthen the hold."""
    _flood(telegram, "sendMessage", 1)
    began = time.monotonic()
    await asyncio.gather(bot.send_message(1, "a"), _later(bot))
    assert time.monotonic() - began > 0.95
    assert len(telegram.calls) == 3


async def _later(bot: ExtBot[Any]) -> None:
    await asyncio.sleep(0.05)
    await bot.edit_message_text("b", chat_id=1, message_id=5)


async def test_a_long_hold_is_left_to_the_caller(telegram: FakeTelegram, bot: ExtBot[Any]) -> None:
    """Nobody's update sits in a worker for minutes; the chat stays held."""
    _flood(telegram, "sendMessage", 500)
    with pytest.raises(RetryAfter):
        await bot.send_message(1, "a")
    with pytest.raises(RetryAfter):
        await bot.send_message(1, "b")
    assert len(telegram.calls) == 1


async def test_who_tells_many_one_after_the_other_does_not_wait_for_a_hold(
    telegram: FakeTelegram, bot: ExtBot[Any]
) -> None:
    """They tell the others meanwhile, and this one when the hold is over."""
    _flood(telegram, "sendMessage", 50)
    with pytest.raises(RetryAfter):
        await bot.send_message(1, "a", rate_limit_args=NOT_HELD)
    with pytest.raises(RetryAfter) as held:
        await bot.send_message(1, "b", rate_limit_args=NOT_HELD)
    assert 0 < seconds_of(held.value) <= 50
    assert len(telegram.calls) == 1


async def test_a_chat_action_is_dropped_rather_than_waited_for(
    telegram: FakeTelegram, bot: ExtBot[Any]
) -> None:
    """A sign of typing that comes an hour late helps nobody."""
    _flood(telegram, "sendMessage", 500)
    with pytest.raises(RetryAfter):
        await bot.send_message(1, "a")
    async with asyncio.timeout(60):
        await bot.send_chat_action(1, "typing")
    assert telegram.of("sendChatAction") == []


async def test_a_flooded_call_without_a_chat_is_repeated_too(
    telegram: FakeTelegram, bot: ExtBot[Any]
) -> None:
    """Setting commands at every start runs into limits of its own."""
    _flood(telegram, "setMyCommands", 1)
    assert await bot.set_my_commands([("start", "begin")])
    assert len(telegram.of("setMyCommands")) == 2


async def test_all_chats_together_keep_the_overall_pace(telegram: FakeTelegram) -> None:
    """A burst is let through, then so many a second."""
    bot: ExtBot[Any] = ExtBot(
        TOKEN, request=telegram, get_updates_request=telegram, rate_limiter=Pacer(per_second=20)
    )
    began = time.monotonic()
    await asyncio.gather(*(bot.send_message(chat, "x") for chat in range(1, 31)))
    assert time.monotonic() - began > 0.4


async def test_holds_are_forgotten_when_they_end(telegram: FakeTelegram) -> None:
    """A chat that was held once takes no memory for ever."""
    pacer = Pacer(retries=0)
    bot: ExtBot[Any] = ExtBot(
        TOKEN, request=telegram, get_updates_request=telegram, rate_limiter=pacer
    )
    for chat, pause in ((1, 0), (2, 1.1), (3, 0)):
        _flood(telegram, "sendMessage", 1)
        with pytest.raises(RetryAfter):
            await bot.send_message(chat, "x")
        await asyncio.sleep(pause)
    assert len(pacer._held_until) == 1
