"""Updates in, durable before they are acknowledged; worked off in order within each chat.

Polling asks for the next batch only after the last one is committed; the webhook answers 200
only after its update is. Workers take one update at a time from each lane (a chat), many lanes
at once. A failing update is retried a few times, then parked and its person told.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from telegram import Update
from telegram.ext import Application

from bot.conversation import ScreenNotDrawn, received_at
from bot.storage.ports import InboxPort, InboxUpdate, StorageUnavailable, WaitingUpdate

RETRY_DELAYS = (0.5, 2.0, 5.0)
"""Seconds before each new try of a failing update; after the last it is parked."""

REDRAW_DELAYS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before each new try of showing a screen whose step is committed."""

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
_STORAGE_PAUSE = 1.0
_CONCURRENT_LANES = 256
_log = structlog.get_logger(__name__)

Redraw = Callable[[int, int], Awaitable[None]]
Parked = Callable[[Update], Awaitable[None]]


class BadUpdate(ValueError):
    """A body that is no Telegram update."""


class Intake:
    """The inbox and its workers."""

    def __init__(
        self,
        inbox: InboxPort,
        application: Application[Any, Any, Any, Any, Any, Any],
        *,
        redraw: Redraw,
        parked: Parked,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        redraw_delays: tuple[float, ...] = REDRAW_DELAYS,
    ) -> None:
        self._inbox = inbox
        self._application = application
        self._redraw = redraw
        self._parked = parked
        self._retry_delays = retry_delays
        self._redraw_delays = redraw_delays
        self._lanes: dict[int, deque[WaitingUpdate]] = {}
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_CONCURRENT_LANES)
        self._closing = False

    @property
    def backlog(self) -> int:
        """How many updates wait or are being handled."""
        return sum(len(lane) for lane in self._lanes.values())

    async def resume(self) -> None:
        """Queue everything that an earlier run stored but did not finish."""
        waiting = await self._inbox.waiting_updates()
        if waiting:
            _log.info("inbox_resumed", updates=len(waiting))
        self._queue(waiting)

    async def accept(self, raw_updates: Iterable[Mapping[str, Any]]) -> None:
        """Store updates, then queue the new ones. Durable when it returns.

        Raises `BadUpdate` and `StorageUnavailable`; then nothing may be acknowledged.
        """
        now = datetime.now(UTC)
        updates = [_to_store(raw, now) for raw in raw_updates]
        if not updates:
            return
        new = set(await self._inbox.put_updates(updates))
        self._queue(
            WaitingUpdate(update_id=each.update_id, lane=each.lane)
            for each in updates
            if each.update_id in new
        )

    async def close(self, grace: float = 20.0) -> None:
        """Finish the updates under way, then stop. The rest stays stored."""
        self._closing = True
        workers = list(self._workers.values())
        if workers:
            _, late = await asyncio.wait(workers, timeout=grace)
            for worker in late:
                worker.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _queue(self, updates: Iterable[WaitingUpdate]) -> None:
        for update in updates:
            self._lanes.setdefault(update.lane, deque()).append(update)
            if update.lane not in self._workers:
                worker = asyncio.create_task(self._work(update.lane), name=f"lane {update.lane}")
                self._workers[update.lane] = worker

    async def _work(self, lane: int) -> None:
        """Work one lane off, first come first served."""
        queue = self._lanes[lane]
        try:
            while queue and not self._closing:
                async with self._slots:
                    await self._settle(queue[0])
                queue.popleft()
        finally:
            del self._workers[lane]
            del self._lanes[lane]

    async def _settle(self, waiting: WaitingUpdate) -> None:
        """Bring one update to its end: finished or parked."""
        with structlog.contextvars.bound_contextvars(update_id=waiting.update_id):
            while True:
                try:
                    await self._settle_once(waiting)
                except StorageUnavailable as error:
                    if self._closing:
                        return
                    _log.error("storage_unavailable", error=str(error))
                    await asyncio.sleep(_STORAGE_PAUSE)
                else:
                    return

    async def _settle_once(self, waiting: WaitingUpdate) -> None:
        stored = await self._inbox.take_update(waiting.update_id)
        if stored is None:
            return
        update = Update.de_json(json.loads(stored.payload), self._application.bot)
        if not waiting.committed:
            if waiting.not_before is not None:
                await _sleep_until(waiting.not_before)
            if not await self._handle(update, stored):
                return
        elif not await self._draw_again(update, first_delay=0.0):
            return
        await self._inbox.finish_update(stored.update_id)

    async def _handle(self, update: Update, stored: InboxUpdate) -> bool:
        """Handle with retries; return whether the update is to be marked as finished."""
        token = received_at.set(stored.received_at)
        try:
            while True:
                try:
                    await self._application.process_update(update)
                except ScreenNotDrawn as error:
                    _log.warning("screen_not_drawn", reason=str(error))
                    return await self._draw_again(update, first_delay=self._redraw_delays[0])
                except StorageUnavailable:
                    raise
                except Exception as error:  # noqa: BLE001 - any bug ends in a retry, then with the operator
                    _log.exception("update_failed")
                    if not await self._may_retry(update, stored, error):
                        return False
                else:
                    return True
        finally:
            received_at.reset(token)

    async def _may_retry(self, update: Update, stored: InboxUpdate, error: Exception) -> bool:
        """Wait for the next try, or park after the last one."""
        name = type(error).__name__
        longest = timedelta(seconds=self._retry_delays[-1])
        attempts = await self._inbox.retry_update(
            stored.update_id, name, datetime.now(UTC) + longest
        )
        if attempts > len(self._retry_delays):
            await self._park(update, stored, error)
            return False
        if self._closing:
            return False
        await asyncio.sleep(self._retry_delays[attempts - 1])
        return True

    async def _park(self, update: Update, stored: InboxUpdate, error: Exception) -> None:
        await self._inbox.park_update(stored.update_id, type(error).__name__)
        _log.error("update_parked", error=type(error).__name__)
        try:
            await self._parked(update)
        except Exception:  # noqa: BLE001 - as above
            # Telling the person may fail for the very reason the update did.
            _log.exception("parked_not_told")

    async def _draw_again(self, update: Update, first_delay: float) -> bool:
        """Show the current screen; return whether the update is done with."""
        chat, user = update.effective_chat, update.effective_user
        if chat is None or user is None:
            return True
        for delay in (first_delay, *self._redraw_delays[1:]):
            await asyncio.sleep(delay)
            try:
                await self._redraw(chat.id, user.id)
            except ScreenNotDrawn as error:
                _log.warning("screen_not_drawn", reason=str(error))
            else:
                return True
            if self._closing:
                return False
        _log.error("screen_given_up")
        return True


def lane_of(raw: Mapping[str, Any]) -> int:
    """Return what keeps an update in order: its chat's id, else its user's, else itself."""
    for kind, content in raw.items():
        if kind == "update_id" or not isinstance(content, dict):
            continue
        chat = content.get("chat") or (content.get("message") or {}).get("chat")
        person = content.get("from") or content.get("user")
        for whose in (chat, person):
            if isinstance(whose, dict) and isinstance(whose.get("id"), int):
                return int(whose["id"])
    return int(raw["update_id"])


def _to_store(raw: Mapping[str, Any], now: datetime) -> InboxUpdate:
    update_id = raw.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool):
        raise BadUpdate("no update_id")
    payload = json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode()
    return InboxUpdate(update_id=update_id, lane=lane_of(raw), payload=payload, received_at=now)


async def _sleep_until(moment: datetime) -> None:
    seconds = (moment - datetime.now(UTC)).total_seconds()
    if seconds > 0:
        await asyncio.sleep(min(seconds, RETRY_DELAYS[-1]))
