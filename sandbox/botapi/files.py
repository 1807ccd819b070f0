"""Files that Telegram keeps: photos in several sizes, documents as they are."""

import asyncio
import base64
import hashlib
import io
import itertools
import mimetypes
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import BadRequestError, TooLargeError

MEGABYTE: Final = 1024 * 1024
MAX_PHOTO: Final = 10 * MEGABYTE
MAX_DOCUMENT: Final = 50 * MEGABYTE
MAX_DOWNLOAD: Final = 20 * MEGABYTE
LADDER: Final = (90, 320, 800, 1280)
MAX_SIDES: Final = 10_000
MAX_RATIO: Final = 20
JPEG_QUALITY: Final = 87


@dataclass(frozen=True)
class StoredFile:
    """One file as getFile knows it."""

    file_id: str
    file_unique_id: str
    path: str
    mime_type: str
    data: bytes
    kind: str

    def summary(self) -> dict[str, Any]:
        """The fields that File, PhotoSize and Document share."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.file_unique_id,
            "file_size": len(self.data),
        }


@dataclass(frozen=True)
class Picture:
    """An encoded picture with its size in pixels."""

    width: int
    height: int
    data: bytes


class FileStore:
    """All files of one run, by id and by path."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._media: dict[str, dict[str, Any]] = {}

    def get(self, file_id: str) -> StoredFile | None:
        """The file by its id."""
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """The file by the path that getFile gave."""
        return self._by_path.get(path)

    def known_media(self, file_id: str, kind: str) -> dict[str, Any]:
        """The message content of a file sent before. Raises BadRequestError if there is none."""
        media = self._media.get(file_id)
        if media is None:
            raise BadRequestError("wrong file identifier/HTTP URL specified")
        if kind not in media:
            have = next(iter(media)).capitalize()
            raise BadRequestError(f"can't use file of type {have} as {kind.capitalize()}")
        return media

    async def add_photo(self, data: bytes) -> dict[str, Any]:
        """Stores a photo in Telegram's sizes; the `photo` content of a message.

        Raises BadRequestError for what is no picture or has impossible sides.
        """
        if len(data) > MAX_PHOTO:
            raise BadRequestError(
                f"file of size {len(data)} bytes is too big for a photo; "
                f"the maximum size is {MAX_PHOTO} bytes"
            )
        sizes = []
        for picture in await asyncio.to_thread(photo_sizes, data):
            stored = self._store(picture.data, "photos", ".jpg", "image/jpeg", "photo")
            size = {"width": picture.width, "height": picture.height}
            sizes.append({**stored.summary(), **size})
        content = {"photo": sizes}
        self._media.update({size["file_id"]: content for size in sizes})
        return content

    async def add_document(self, data: bytes, name: str, mime_type: str | None) -> dict[str, Any]:
        """Stores a document unchanged; the `document` content of a message.

        Raises TooLargeError over 50 MB, BadRequestError for an empty file.
        """
        if len(data) > MAX_DOCUMENT:
            raise TooLargeError
        if not data:
            raise BadRequestError("file must be non-empty")
        guessed = mimetypes.guess_type(name)[0]
        if not mime_type or mime_type == "application/octet-stream":
            mime_type = guessed or "application/octet-stream"
        suffix = PurePosixPath(name).suffix
        stored = self._store(data, "documents", suffix, mime_type, "document")
        document: dict[str, Any] = {"file_name": name, "mime_type": mime_type}
        if preview := await asyncio.to_thread(thumbnail, data, mime_type):
            small = self._store(preview.data, "thumbnails", ".jpg", "image/jpeg", "thumbnail")
            size = {"width": preview.width, "height": preview.height}
            document["thumbnail"] = {**small.summary(), **size}
        content = {"document": document | stored.summary()}
        self._media[stored.file_id] = content
        return content

    def _store(
        self, data: bytes, folder: str, suffix: str, mime_type: str, kind: str
    ) -> StoredFile:
        number = next(self._numbers)
        digest = hashlib.sha256(data).digest()
        prefix = {"photo": b"\x02\x00\x02", "document": b"\x05\x00\x02"}.get(kind, b"\x01\x00\x02")
        file_id = encoded(prefix + number.to_bytes(6) + digest[:24])
        stored = StoredFile(
            file_id=file_id,
            file_unique_id="AQAD" + encoded(digest[:9]),
            path=f"{folder}/file_{number}{suffix}",
            mime_type=mime_type,
            data=data,
            kind=kind,
        )
        self._by_id[file_id] = self._by_path[stored.path] = stored
        return stored


def encoded(data: bytes) -> str:
    """URL-safe base64, as Telegram's identifiers look."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def open_picture(data: bytes, *, max_sides: int | None = MAX_SIDES) -> Image.Image:
    """The decoded, upright picture. Raises BadRequestError.

    `max_sides` bounds width plus height; None is for pictures that an app still scales down.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            wrong_ratio = max(width, height) > MAX_RATIO * max(1, min(width, height))
            too_large = max_sides is not None and width + height > max_sides
            if too_large or wrong_ratio:
                raise BadRequestError("PHOTO_INVALID_DIMENSIONS")
            image.load()
            upright = ImageOps.exif_transpose(image) or image
            return flattened(upright)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise BadRequestError("IMAGE_PROCESS_FAILED") from None
    except Image.DecompressionBombError:
        raise BadRequestError("PHOTO_INVALID_DIMENSIONS") from None


def flattened(image: Image.Image) -> Image.Image:
    """Without transparency: Telegram puts photos on white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return image.convert("RGB")


def encode(image: Image.Image, longest: int) -> Picture:
    """A JPEG without metadata whose longest side is at most `longest`."""
    copy = image.copy()
    copy.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=JPEG_QUALITY)
    return Picture(copy.width, copy.height, out.getvalue())


def photo_sizes(data: bytes) -> list[Picture]:
    """The ladder from the thumbnail to the largest size, smallest first."""
    image = open_picture(data)
    longest = max(image.size)
    rungs = [side for side in LADDER if side < longest]
    last = LADDER[len(rungs)] if len(rungs) < len(LADDER) else LADDER[-1]
    steps = rungs if rungs and rungs[-1] == last else [*rungs, last]
    return [encode(image, side) for side in steps]


def thumbnail(data: bytes, mime_type: str) -> Picture | None:
    """A preview of a picture sent as a document; None for everything else."""
    if not mime_type.startswith("image/"):
        return None
    try:
        return encode(open_picture(data), 320)
    except BadRequestError:
        return None
