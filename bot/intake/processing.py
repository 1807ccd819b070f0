"""Bringing one stored update to its end: finished, or parked with its error.

A step is walked again only while nothing of it is committed; afterwards only its screen is
drawn again. See docs/decisions/0006-inbox-before-acknowledgement.md.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from msgspec import Struct
from telegram import Update
from telegram.ext import Application

from bot.chat.conversation import ScreenNotDrawn, received_at
from bot.chat.reading import NothingForUs, read_update
from bot.process.bound import Bound
from bot.process.logs import logged_with, where
from bot.process.pausing import happens
from bot.storage.ports import InboxPort, InboxUpdate, StorageUnavailable, WaitingUpdate

RETRY_DELAYS = (0.1, 0.3)
"""Seconds before each new try of a failing update; after the last it is parked.

What passes by itself (storage, Telegram) is waited for elsewhere; a bug does not pass, and must
not hold up what else its chat sends.
"""

REDRAW_DELAYS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before each new try of showing a screen whose step is committed."""

STORAGE_PAUSE = 1.0
"""Seconds before each new try of a storage that is out of order."""

_log = structlog.get_logger(__name__)

Redraw = Callable[[int, int], Awaitable[None]]
Parked = Callable[[Update], Awaitable[None]]


class _Case(Struct):
    """How far an update has come in this run."""

    update_id: int
    committed: bool
    not_before: datetime | None
    draw_delays: tuple[float, ...]


class UpdateProcessor:
    """Processes updates one by one; `close` cuts its waits short."""

    def __init__(
        self,
        inbox: InboxPort,
        application: Application[Any, Any, Any, Any, Any, Any],
        *,
        redraw: Redraw,
        parked: Parked,
        dropped: Callable[[str], None] = lambda _: None,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        redraw_delays: tuple[float, ...] = REDRAW_DELAYS,
        storage_pause: float = STORAGE_PAUSE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._inbox = inbox
        self._application = application
        self._redraw = redraw
        self._parked = parked
        self._dropped = dropped
        self._retry_delays = retry_delays
        self._redraw_delays = redraw_delays
        self._storage_pause = storage_pause
        self._clock = clock
        self._closing = asyncio.Event()

    @property
    def is_closing(self) -> bool:
        """Whether no further update is to be begun."""
        return self._closing.is_set()

    def close(self) -> None:
        """End waits now: what waits stays stored for the next start."""
        self._closing.set()

    async def process(self, waiting: WaitingUpdate) -> None:
        """Bring an update to its end. Raises nothing: the next update of the chat must go on."""
        case = _Case(
            waiting.update_id,
            waiting.committed,
            waiting.not_before,
            (0.0, *self._redraw_delays[1:]),
        )
        with logged_with(update_id=case.update_id):
            while True:
                try:
                    await self._process(case)
                except StorageUnavailable as error:
                    _log.error("storage_unavailable", error=str(error))
                    if not await self._pause(self._storage_pause):
                        return
                except Exception:  # noqa: BLE001 - a bug here must not stop the chat's lane
                    _log.exception("update_left")
                    return
                else:
                    return

    async def _process(self, case: _Case) -> None:
        stored = await self._inbox.take_update(case.update_id)
        if stored is None:
            return
        try:
            update = read_update(stored.payload, self._application.bot)
        except NothingForUs as error:
            _log.info("update_dropped", kind=error.kind)
            self._dropped(error.kind)
            await self._inbox.finish_update(case.update_id)
            return
        except Exception as error:  # noqa: BLE001 - whatever the library stumbles over
            # Reading the same bytes again can't help.
            _log.exception("update_unreadable")
            await self._inbox.park_update(case.update_id, where(error))
            return
        if not case.committed:
            if not await self._wait_until(case.not_before):
                return
            with Bound(received_at, stored.received_at):
                if not await self._handle(update, stored, case):
                    return
        if case.committed and not await self._draw_again(update, case.draw_delays):
            return
        await self._inbox.finish_update(case.update_id)

    async def _handle(self, update: Update, stored: InboxUpdate, case: _Case) -> bool:
        """Handle with retries; return whether the update is done with or committed."""
        failures = stored.attempts
        undrawn = iter(self._redraw_delays)
        while True:
            try:
                await self._application.process_update(update)
            except ScreenNotDrawn as error:
                _log.warning("screen_not_drawn", reason=str(error))
                if error.committed:
                    case.committed, case.draw_delays = True, self._redraw_delays
                    return True
                delay = next(undrawn, None)
                if delay is None:
                    _log.error("screen_given_up")
                    return True
                if not await self._pause(delay):
                    return False
            except Exception as error:  # noqa: BLE001 - any bug ends in a retry, then with the operator
                # A storage that is down can't count the failure either, and is waited for; one
                # that can has a row which only this update needs and nobody can read.
                _log.exception("update_failed")
                if not await self._may_retry(update, case.update_id, failures, error):
                    return False
                failures += 1
            else:
                return True

    async def _may_retry(
        self, update: Update, update_id: int, failures: int, error: Exception
    ) -> bool:
        """Wait for the next try, or park after the last one."""
        delay = self._retry_delays[min(failures, len(self._retry_delays) - 1)]
        not_before = self._clock() + timedelta(seconds=delay)
        attempts = await self._inbox.retry_update(update_id, where(error), not_before)
        if attempts > len(self._retry_delays):
            await self._park(update, update_id, error)
            return False
        return await self._pause(delay)

    async def _park(self, update: Update, update_id: int, error: Exception) -> None:
        await self._inbox.park_update(update_id, where(error))
        _log.error("update_parked", error=where(error))
        try:
            await self._parked(update)
        except Exception:  # noqa: BLE001 - as above
            # Telling the person may fail for the very reason the update did.
            _log.exception("parked_not_told")

    async def _draw_again(self, update: Update, delays: tuple[float, ...]) -> bool:
        """Show the current screen; return whether the update is done with."""
        chat, user = update.effective_chat, update.effective_user
        if chat is None or user is None:
            return True
        for delay in delays:
            if not await self._pause(delay):
                return False
            try:
                await self._redraw(chat.id, user.id)
            except ScreenNotDrawn as error:
                _log.warning("screen_not_drawn", reason=str(error))
            else:
                return True
        _log.error("screen_given_up")
        return True

    async def _wait_until(self, moment: datetime | None) -> bool:
        if moment is None:
            return not self.is_closing
        # Never longer than any delay of ours, whatever the clock did meanwhile.
        seconds = (moment - self._clock()).total_seconds()
        return await self._pause(min(max(seconds, 0.0), self._retry_delays[-1]))

    async def _pause(self, seconds: float) -> bool:
        """Wait; return False when the bot is stopping meanwhile."""
        if seconds > 0:
            await happens(self._closing, seconds)
        return not self._closing.is_set()
