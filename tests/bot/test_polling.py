"""Polling: confirmed only when stored, and going on through every trouble."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from structlog.testing import capture_logs
from telegram.error import InvalidToken

from bot.intake.polling import poll
from bot.process.metrics import Metrics
from bot.telegram import DirectBot, DirectRequest
from bot.web.server import Readiness
from tests.bot.bot_api_stub import BotApiStub
from tests.bot.intake_line import Line
from tests.bot.toy_journey import Toy


@pytest.fixture
async def api() -> AsyncIterator[BotApiStub]:
    stub = BotApiStub()
    await stub.open()
    yield stub
    await stub.close()


@pytest.fixture
async def bot(api: BotApiStub) -> AsyncIterator[DirectBot]:
    bot: DirectBot = DirectBot(
        "1:x", base_url=api.base, request=DirectRequest(), get_updates_request=DirectRequest(1)
    )
    await bot.initialize()
    yield bot
    await bot.shutdown()


@pytest.fixture
async def line() -> Line:
    return Line(await Toy().open())


@contextlib.asynccontextmanager
async def _polling(bot: DirectBot, line: Line) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(poll(bot, line.intake, 0, first_pause=0.01))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not fact():
        assert time.monotonic() < deadline, "it never came to that"
        await asyncio.sleep(0.01)


async def test_a_batch_is_confirmed_by_the_next_request(
    api: BotApiStub, bot: DirectBot, line: Line
) -> None:
    """The offset moves on after the batch is stored, and every update is handled."""
    api.batches.append([line.toy.text("5"), line.toy.text("7")])
    async with _polling(bot, line):
        await _until(lambda: 3 in api.offsets)
        await line.quiet()
    assert api.offsets[0] == 0
    assert line.toy.walked == ["5", "7"]


async def test_nothing_is_confirmed_while_the_storage_is_down(
    api: BotApiStub, bot: DirectBot, line: Line
) -> None:
    """Telegram keeps the batch and gives it again; it is handled once."""
    line.toy.storage.unavailable = True
    batch = [line.toy.text("5")]
    api.batches.extend([batch, batch, batch])
    async with _polling(bot, line):
        await _until(lambda: len(api.offsets) == 3)
        assert set(api.offsets) == {0}
        line.toy.storage.unavailable = False
        api.batches.append(batch)
        await _until(lambda: 2 in api.offsets)
        await line.quiet()
    assert line.toy.walked == ["5"]


@pytest.mark.parametrize(
    ("trouble", "event", "said"),
    [
        ((500, {"ok": False, "description": "x"}), "poll_failed", "NetworkError"),
        ((502, "<html>Bad Gateway</html>"), "poll_failed", "NetworkError"),
        ((200, "<html>a proxy</html>"), "poll_failed", "TelegramError"),
        ("reset", "poll_failed", "NetworkError"),
        ((409, {"ok": False, "error_code": 409, "description": "x"}), "poll_failed", "Conflict"),
        (
            (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 1}}),
            "poll_held_back",
            1.0,
        ),
        ([{"message": {}}], "update_refused", "no update_id"),
    ],
)
async def test_polling_goes_on_after(
    api: BotApiStub, bot: DirectBot, line: Line, trouble: Any, event: str, said: object
) -> None:
    """Server errors, resets, another poller, flood control, rubbish: logged, then on it goes."""
    api.batches.extend([trouble, [line.toy.text("5")]])
    with capture_logs() as logs:
        async with _polling(bot, line):
            await _until(lambda: 2 in api.offsets)
            await line.quiet()
    assert line.toy.walked == ["5"]
    [entry] = [each for each in logs if each["event"] == event]
    assert said in entry.values()
    assert ("stop one of them" in entry.get("advice", "")) is (said == "Conflict")


async def test_good_updates_beside_a_bad_one_are_kept(
    api: BotApiStub, bot: DirectBot, line: Line
) -> None:
    """One unreadable element does not cost the batch."""
    api.batches.append(["rubbish", line.toy.text("5"), {"update_id": "x"}, line.toy.text("7")])
    async with _polling(bot, line):
        await _until(lambda: 3 in api.offsets)
        await line.quiet()
    assert line.toy.walked == ["5", "7"]


@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_that_is_taken_back_ends_polling(
    api: BotApiStub, bot: DirectBot, line: Line, status: int
) -> None:
    """Nothing can be done without the token: the operator has to hear of it."""
    api.batches.append((status, {"ok": False, "error_code": status, "description": "Unauthorized"}))
    with pytest.raises(InvalidToken):
        await asyncio.wait_for(poll(bot, line.intake, 0, first_pause=0.01), 60)


async def test_only_whoever_asks_telegram_finds_it_silent(
    api: BotApiStub, bot: DirectBot, line: Line
) -> None:
    """Of several bots one asks: the others have nothing to hear, and are ready all the same."""
    readiness = Readiness(cast("Metrics", None), line.intake, patience=0.0)
    assert not readiness.intake_is_down()
    async with _polling(bot, line):
        await _until(lambda: line.intake.polls_since is not None)
        line.intake.accepted_at = 0.0
        assert readiness.intake_is_down()
    assert not readiness.intake_is_down()
