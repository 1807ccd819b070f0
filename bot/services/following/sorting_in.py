"""Orders of an earlier release are sorted in beside the bot, which serves people meanwhile."""

import asyncio
import time

import structlog

from bot.storage.ports import StorageUnavailable
from bot.storage.tracking_ports import TrackingPort

_TOGETHER = 50
"""Orders a transaction: some milliseconds in which nothing else is committed."""
_SHARE = 2.0  # of the time that sorting takes, it then rests
_AGAIN = 2.0  # seconds
_log = structlog.get_logger(__name__)


async def sort_in(orders: TrackingPort) -> None:
    """Sort until there is nothing left to sort; a million take some minutes."""
    began, done = time.monotonic(), 0
    while True:
        at = time.monotonic()
        try:
            some = await orders.sort_orders(_TOGETHER)
        except StorageUnavailable as error:
            _log.warning("sorting_waits", error=str(error))
            await asyncio.sleep(_AGAIN)
            continue
        if not some:
            break
        done += some
        await asyncio.sleep((time.monotonic() - at) * _SHARE)
    if done:
        _log.info("orders_sorted", orders=done, seconds=round(time.monotonic() - began))
