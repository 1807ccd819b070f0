"""Pictures: people's photos in, offer pictures, contact sheets and QR codes out.

Nothing here loads Pillow: the worker's threads do, with their first picture.
"""

from bot.pictures.fetch import PictureFetcher
from bot.pictures.outcomes import (
    NotAPicture,
    PictureError,
    PicturesBusy,
    PictureTooLarge,
    PictureTooSmall,
    PreparedPhoto,
    UnreadablePicture,
)
from bot.pictures.worker import PictureWorker

__all__ = [
    "NotAPicture",
    "PictureError",
    "PictureFetcher",
    "PictureTooLarge",
    "PictureTooSmall",
    "PictureWorker",
    "PicturesBusy",
    "PreparedPhoto",
    "UnreadablePicture",
]
