"""Asking Telegram for updates, confirming a batch only after it is stored."""

import asyncio
import warnings
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.intake import ALLOWED_UPDATES, Intake
from bot.storage.ports import StorageUnavailable

_LONG_POLL = 50  # seconds that Telegram may hold a request open
_ANSWER_WITHIN = 10.0  # seconds more before the connection counts as dead
_BATCH = 100
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
# `Bot.get_updates` would parse before anything is stored, and lose what it does not know.
warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'")
_log = structlog.get_logger(__name__)


async def poll(bot: ExtBot[Any], intake: Intake, long_poll: int = _LONG_POLL) -> None:
    """Poll until cancelled. Raises `telegram.error.InvalidToken` when the token is refused."""
    offset = 0
    pause = _FIRST_PAUSE
    while True:
        try:
            batch = await _next_batch(bot, offset, long_poll)
            await intake.accept(batch)
        except InvalidToken:
            raise
        except RetryAfter as error:
            await asyncio.sleep(_seconds(error))
        except (TelegramError, StorageUnavailable) as error:
            # Nothing is acknowledged: Telegram gives the same batch again.
            _log.warning("poll_failed", error=type(error).__name__, conflict=_advice(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            pause = _FIRST_PAUSE
            offset = max([offset, *(int(update["update_id"]) + 1 for update in batch)])


async def _next_batch(bot: ExtBot[Any], offset: int, long_poll: int) -> list[dict[str, Any]]:
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


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()


def _advice(error: Exception) -> str | None:
    if isinstance(error, Conflict):
        return "another copy of this bot is polling, or a webhook is set: stop one of them"
    return None
