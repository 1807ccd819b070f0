"""The pictures of screens: fetched from the marketplace, composed off the event loop."""

import structlog

from bot.pictures import PictureError, PictureFetcher, PictureWorker
from bot.screens import ContactSheet, Picture, QrCode, SellerPicture

_log = structlog.get_logger(__name__)


class Illustrations:
    """Makes what a screen describes; a screen without its picture still says everything."""

    def __init__(self, fetcher: PictureFetcher, worker: PictureWorker) -> None:
        self._fetcher = fetcher
        self._worker = worker

    async def make(self, picture: Picture) -> bytes | None:
        """Return the picture's bytes, or None when it can't be had now."""
        try:
            match picture:
                case ContactSheet():
                    return await self._sheet(picture)
                case SellerPicture():
                    data = await self._fetcher.get(picture.url)
                    return await self._worker.fit(data) if data is not None else None
                case QrCode():
                    return await self._worker.qr(picture.text)
        except PictureError as error:
            _log.warning(
                "picture_not_made", kind=type(picture).__name__, error=type(error).__name__
            )
        return None

    async def _sheet(self, sheet: ContactSheet) -> bytes | None:
        urls = [url for url in sheet.urls if url is not None]
        fetched = dict(zip(urls, await self._fetcher.get_many(urls), strict=True))
        pictures = [fetched.get(url) if url else None for url in sheet.urls]
        if not any(pictures):
            return None
        return await self._worker.sheet(pictures, sheet.first_number)
