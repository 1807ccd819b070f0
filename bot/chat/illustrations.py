"""The pictures of screens: fetched from the marketplace, composed off the event loop."""

import asyncio
import time
from collections.abc import Callable

import structlog

from bot.chat.screens import ContactSheet, Picture, QrCode, SellerPicture, StoredPhoto
from bot.pictures import PictureError, PictureFetcher, PictureWorker
from bot.services.finding.shared_reads import SharedReads

_log = structlog.get_logger(__name__)


# What many ask for at once, such as the results that a whole channel looks at, is made once.
# Whoever comes later finds Telegram's own id for it.
_KEPT, _SECONDS = 4, 10.0

_SHEETS_AT_ONCE = 2
"""One is composed while the next one's pictures come: those of others would only lie in memory."""

_COMPOSED_AT_ONCE = 1
"""Composing takes 8 MB and one core; the event loop has use for the other."""

_TOO_LATE = 30.0
"""Seconds after which nobody looks at a sheet's message any more: those who ask now come first."""


class Illustrations:
    """Makes what a screen describes; a screen without its picture still says everything."""

    def __init__(
        self,
        fetcher: PictureFetcher,
        worker: PictureWorker,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetcher = fetcher
        self._seconds = seconds
        self._worker = worker
        self._sheets = asyncio.Semaphore(_SHEETS_AT_ONCE)
        self._composing = asyncio.Semaphore(_COMPOSED_AT_ONCE)
        self._made: SharedReads[Picture, bytes] = SharedReads(_KEPT, _SECONDS)

    async def make(self, picture: Picture) -> bytes | None:
        """Return the picture's bytes, or None when it can't be had now."""
        try:
            if isinstance(picture, QrCode):  # one person's own
                return await self._worker.qr(picture.text)
            if isinstance(picture, StoredPhoto):  # Telegram has it, or nobody
                return None
            return await self._made.get(picture, lambda: self._make(picture))
        except PictureError as error:
            _log.warning(
                "picture_not_made", kind=type(picture).__name__, error=type(error).__name__
            )
        return None

    async def close(self) -> None:
        """Give up what is being made."""
        await self._made.close()

    async def _make(self, picture: ContactSheet | SellerPicture) -> bytes:
        """Raises `PictureError`, which is not kept: the next one to ask tries again."""
        if isinstance(picture, ContactSheet):
            return await self._sheet(picture)
        data = await self._fetcher.get(picture.url)
        if data is None:
            raise _NotFetched
        return await self._worker.fit(data)

    async def _sheet(self, sheet: ContactSheet) -> bytes:
        urls = [url for url in sheet.urls if url is not None]
        asked = self._seconds()
        async with self._sheets:
            if self._seconds() - asked > _TOO_LATE:
                raise _NotFetched
            got = await self._fetcher.get_many(urls, small=True)
            fetched = dict(zip(urls, got, strict=True))
            pictures = [fetched.get(url) if url else None for url in sheet.urls]
            if not any(pictures):
                raise _NotFetched
            async with self._composing:
                return await self._worker.sheet(pictures, sheet.first_number)


class _NotFetched(PictureError):
    """The marketplace's picture hosts gave nothing, or nothing in time."""
