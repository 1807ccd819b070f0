"""Asking Telegram for updates, confirming a batch only after it is stored."""

import asyncio
import time
from typing import Any

import structlog
from telegram.error import (
    Conflict,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.intake.inbox import Intake
from bot.intake.raw import ALLOWED_UPDATES, BadUpdate, identified
from bot.storage.ports import StorageUnavailable
from bot.telegram import DirectBot
from bot.telegram.pacing import seconds_of

_LONG_POLL = 50  # seconds that Telegram may hold a request open
_ANSWER_WITHIN = 10.0  # seconds more before the connection counts as dead
_BATCH = 100
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_ONE_POLLER = "another copy of this bot is polling, or a webhook is set: stop one of them"
_log = structlog.get_logger(__name__)


async def poll(
    bot: DirectBot,
    intake: Intake,
    long_poll: int = _LONG_POLL,
    first_pause: float = _FIRST_PAUSE,
) -> None:
    """Poll until cancelled. Raises `telegram.error.InvalidToken` when the token is refused."""
    intake.polls_since = time.monotonic()
    try:
        await _poll(bot, intake, long_poll, first_pause)
    finally:
        intake.polls_since = None


async def _poll(bot: DirectBot, intake: Intake, long_poll: int, first_pause: float) -> None:
    offset = 0
    pause = first_pause
    while True:
        try:
            batch = await _next_batch(bot, offset, long_poll)
            good = [raw for raw in batch if _is_readable(raw)]
            await intake.accept(good)
            if len(batch) < _BATCH:
                intake.caught_up()
        except RetryAfter as error:
            seconds = seconds_of(error)
            _log.warning("poll_held_back", seconds=seconds)
            await asyncio.sleep(seconds)
        except InvalidToken:
            raise
        except (TelegramError, StorageUnavailable) as error:
            # Nothing is acknowledged: Telegram gives the same batch again.
            advice = {"advice": _ONE_POLLER} if isinstance(error, Conflict) else {}
            _log.warning("poll_failed", error=type(error).__name__, **advice)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            offset = max([offset, *(raw["update_id"] + 1 for raw in good)])
            if batch and not good:
                # Without an id nothing can be confirmed: do not ask again in a hot loop.
                await asyncio.sleep(pause)
            pause = first_pause


async def _next_batch(bot: DirectBot, offset: int, long_poll: int) -> list[Any]:
    """Return raw updates: what is stored must be exactly what Telegram sent."""
    # `get_updates` would parse before anything is stored, and lose what it does not know.
    batch = await bot.call(
        "getUpdates",
        read_timeout=long_poll + _ANSWER_WITHIN,
        offset=offset,
        limit=_BATCH,
        timeout=long_poll,
        allowed_updates=list(ALLOWED_UPDATES),
    )
    if not isinstance(batch, list):
        raise NetworkError("getUpdates answered with no list")
    return batch


def _is_readable(raw: object) -> bool:
    try:
        identified(raw)
    except BadUpdate as error:
        _log.error("update_refused", reason=str(error))
        return False
    return True
