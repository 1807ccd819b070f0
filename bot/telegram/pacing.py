"""Keeping to Telegram's pace: one chat that is held back holds back no other.

python-telegram-bot's own limiter stops every call of the bot while one chat's flood control
lasts (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
"""

import asyncio
import math
import time
import warnings
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Protocol

import structlog
from aiolimiter import AsyncLimiter
from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

_PER_SECOND = 30  # messages to all chats together
_LONGEST_WAIT = 60.0  # seconds; a longer hold is left to whoever draws again later
NEVER_AGAIN, NOT_HELD = -1, -2  # python-telegram-bot does not pass on a 0
"""For `retries`, of what is sent once: after a chat's hold, or only where nothing holds the chat
back. Who tells many one after the other has nobody wait for a chat that is another's."""
_COURTESIES = frozenset({"sendChatAction", "sendMessageDraft"})
# Either type of `retry_after` is read below.
warnings.filterwarnings("ignore", message=".*attribute `retry_after` will be of type")
_log = structlog.get_logger(__name__)

_Answer = bool | dict[str, Any] | list[dict[str, Any]]


class Together(Protocol):
    """The messages that all chats together may get."""

    async def acquire(self, amount: float = 1) -> None:
        """Wait until one more may be sent."""


class Pacer(BaseRateLimiter[int]):
    """Spreads calls to chats, and repeats what Telegram's flood control refused.

    `retries` is how often a call is repeated after the wait that Telegram asked for. `together`
    stands for the number a second where several processes share it; `on_hold` hears of each chat
    that Telegram holds back, and for how many seconds.
    """

    on_hold: Callable[[str, float], None] | None = None

    def __init__(
        self,
        per_second: float = _PER_SECOND,
        retries: int = 3,
        together: Together | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._together: Together = AsyncLimiter(per_second, 1)
        if together is not None:
            self._together = together
        self._retries = retries
        self._seconds = seconds
        self._held_until: dict[object, float] = {}

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, _Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> _Answer:
        """Call when the chat is free. Raises `RetryAfter` where that is not waited for.

        `rate_limit_args` is how often a call is repeated, or `NEVER_AGAIN`, `NOT_HELD`.
        """
        chat = data.get("chat_id")
        chat = None if chat is None else str(chat)  # given as a number or as a text
        retries = self._retries if rate_limit_args is None else rate_limit_args
        if endpoint in _COURTESIES:
            if self._wait_for(chat) > 0:
                return True
            retries = 0
        while True:
            await self._until_free(chat, 0.0 if rate_limit_args == NOT_HELD else _LONGEST_WAIT)
            if chat is not None:
                await self._together.acquire()
            try:
                return await self._attempt(endpoint, callback, args, kwargs)
            except RetryAfter as error:
                seconds = seconds_of(error)
                _log.warning("flood_control", endpoint=endpoint, seconds=seconds, retries=retries)
                if chat is not None:
                    self._held_back(chat, seconds)
                if retries <= 0 or seconds > _LONGEST_WAIT:
                    raise
                retries -= 1
                if chat is None:
                    await asyncio.sleep(seconds)

    async def _attempt(
        self,
        endpoint: str,  # noqa: ARG002 - for who counts
        callback: Callable[..., Coroutine[Any, Any, _Answer]],
        args: Any,
        kwargs: dict[str, Any],
    ) -> _Answer:
        return await callback(*args, **kwargs)

    async def _until_free(self, chat: object, patience: float) -> None:
        """Wait while a chat is held back. Raises `RetryAfter` where that takes longer."""
        if (wait := self._wait_for(chat)) > patience:
            raise RetryAfter(math.ceil(wait))
        if wait > 0:
            await asyncio.sleep(wait)

    def _wait_for(self, chat: object) -> float:
        return max(0.0, self._held_until.get(chat, 0.0) - self._seconds())

    def _held_back(self, chat: str, seconds: float) -> None:
        self.hold(chat, seconds)
        if self.on_hold is not None:
            self.on_hold(chat, seconds)

    def hold(self, chat: object, seconds: float) -> None:
        """Send nothing to a chat for so many seconds."""
        now = self._seconds()
        self._held_until = {key: until for key, until in self._held_until.items() if until > now}
        self._held_until[chat] = now + seconds


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait, in seconds."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()


def pause_after(error: TelegramError, otherwise: timedelta) -> timedelta:
    """How long to wait before the same is tried again: what Telegram asks for, if it does."""
    return timedelta(seconds=seconds_of(error)) if isinstance(error, RetryAfter) else otherwise


class MeteredPacer(Pacer):
    """A pacer whose calls are counted by what came of them."""

    on_call: Callable[[str, str], None] | None = None

    async def _attempt(
        self,
        endpoint: str,
        callback: Callable[..., Coroutine[Any, Any, _Answer]],
        args: Any,
        kwargs: dict[str, Any],
    ) -> _Answer:
        outcome = "cancelled"
        try:
            answer = await callback(*args, **kwargs)
            outcome = "ok"
        except RetryAfter:
            outcome = "throttled"
            raise
        except TelegramError as error:
            outcome = type(error).__name__.lower()
            raise
        finally:
            if self.on_call is not None:
                self.on_call(endpoint, outcome)
        return answer
