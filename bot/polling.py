"""Asking Telegram for updates, confirming a batch only after it is stored."""

import asyncio
import warnings
from datetime import UTC, datetime
from typing import Any

import structlog
from telegram.error import (
    Conflict,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot

from bot.incoming import ALLOWED_UPDATES, BadUpdate, read_update
from bot.intake import Intake
from bot.pacing import seconds_of
from bot.storage.ports import StorageUnavailable

_LONG_POLL = 50  # seconds that Telegram may hold a request open
_ANSWER_WITHIN = 10.0  # seconds more before the connection counts as dead
_BATCH = 100
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_ONE_POLLER = "another copy of this bot is polling, or a webhook is set: stop one of them"
# `Bot.get_updates` would parse before anything is stored, and lose what it does not know.
warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'")
_log = structlog.get_logger(__name__)


async def poll(
    bot: ExtBot[Any],
    intake: Intake,
    long_poll: int = _LONG_POLL,
    first_pause: float = _FIRST_PAUSE,
) -> None:
    """Poll until cancelled. Raises `telegram.error.InvalidToken` when the token is refused."""
    offset = 0
    pause = first_pause
    while True:
        try:
            batch = await _next_batch(bot, offset, long_poll)
            good = [raw for raw in batch if _is_readable(raw)]
            await intake.accept(good)
        except (InvalidToken, EndPointNotFound) as error:
            # A method that exists is not found: so Telegram says that there is no such bot.
            raise InvalidToken from error
        except RetryAfter as error:
            seconds = seconds_of(error)
            _log.warning("poll_held_back", seconds=seconds)
            await asyncio.sleep(seconds)
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


async def _next_batch(bot: ExtBot[Any], offset: int, long_poll: int) -> list[Any]:
    """Return raw updates: what is stored must be exactly what Telegram sent."""
    batch = await bot.do_api_request(
        "getUpdates",
        api_kwargs={
            "offset": offset,
            "limit": _BATCH,
            "timeout": long_poll,
            "allowed_updates": list(ALLOWED_UPDATES),
        },
        read_timeout=long_poll + _ANSWER_WITHIN,
    )
    if not isinstance(batch, list):
        raise NetworkError("getUpdates answered with no list")
    return batch


def _is_readable(raw: object) -> bool:
    try:
        read_update(raw, datetime.now(UTC))
    except BadUpdate as error:
        _log.error("update_refused", reason=str(error))
        return False
    return True
