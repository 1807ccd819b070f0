"""What comes of picture work, for callers that have no use for the codecs themselves.

PictureError
├─ NotAPicture        the bytes are no picture in a format we read
├─ UnreadablePicture  a picture, but truncated or corrupt
├─ PictureTooLarge    more bytes or pixels than we decode
├─ PictureTooSmall    too few pixels to be of use
└─ PicturesBusy       the worker's queue is full (raised by PictureWorker only)
"""

from typing import Literal

from msgspec import Struct


class PreparedPhoto(Struct, frozen=True):
    """A JPEG without metadata; sizes in pixels, at most 1280 a side."""

    jpeg: bytes
    width: int
    height: int


class PictureError(Exception):
    """Base of everything that makes a picture unusable; the text carries no personal data."""


class NotAPicture(PictureError):
    """The bytes are no picture in a format we read."""


class UnreadablePicture(PictureError):
    """The bytes begin like a picture, but are truncated or corrupt."""


class PictureTooLarge(PictureError):
    """More bytes than `MAX_BYTES`, or more pixels than we decode; `what` says which."""

    def __init__(self, what: Literal["bytes", "pixels"]) -> None:
        super().__init__(f"too many {what}")
        self.what = what


class PictureTooSmall(PictureError):
    """A side is too short for the picture to be of use."""


class PicturesBusy(PictureError):
    """The worker's queue is full; the same call may succeed a moment later."""
