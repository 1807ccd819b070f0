"""Pictures: people's photos in, offer pictures, contact sheets and QR codes out."""

from bot.pictures.decoding import (
    NotAPicture,
    PictureError,
    PicturesBusy,
    PictureTooLarge,
    PictureTooSmall,
    UnreadablePicture,
)
from bot.pictures.fetch import PictureFetcher
from bot.pictures.intake import PreparedPhoto, prepare_photo
from bot.pictures.offer import fit_picture
from bot.pictures.qr import qr_png
from bot.pictures.sheet import contact_sheet
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
    "contact_sheet",
    "fit_picture",
    "prepare_photo",
    "qr_png",
]
