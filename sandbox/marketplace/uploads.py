"""Uploaded pictures: what they resemble, and which subject in them is searched."""

from __future__ import annotations

import io
import random
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
KEPT = 200
KEPT_EDGE = 640
MAX_PIXELS = 60_000_000
FIRST_IMAGE_ID = 1_000_000_000_000_000_000
BACKGROUND_TOLERANCE = 40
WORTH_A_REGION = 0.85


class Match(Protocol):
    """An offer and how much its pictures resemble the one asked about."""

    @property
    def offer_id(self) -> int:
        """The offer."""

    @property
    def score(self) -> float:
        """Likeness; higher is more alike."""


class PictureSearch(Protocol):
    """Ranks all offers by likeness to a picture."""

    def search(self, image: bytes) -> Sequence[Match]:
        """Matches, the most alike first."""


class NotAPicture(ValueError):
    """The bytes are no JPEG, PNG or WebP picture."""


@dataclass
class Upload:
    """A picture as it is kept: small, with the size of the original for its regions."""

    picture: Image.Image
    width: int
    height: int
    regions: list[str] = field(init=False)
    """The subject before a plain background, if there is one, and the whole picture."""
    ranked: dict[str, Sequence[Match]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look for the subject once, where the picture is decoded."""
        self.regions = [*self._subject(), self.whole]

    @property
    def whole(self) -> str:
        """The region of the whole picture, `x0,x1,y0,y1` (contract 4.2)."""
        return f"0,{self.width - 1},0,{self.height - 1}"

    def _subject(self) -> list[str]:
        corner = Image.new("RGB", self.picture.size, self.picture.getpixel((0, 0)))
        difference = ImageChops.difference(self.picture, corner).convert("L")
        box = difference.point(lambda v: 255 if v > BACKGROUND_TOLERANCE else 0).getbbox()
        if box is None:
            return []
        left, top, right, bottom = box
        kept_width, kept_height = self.picture.size
        if (right - left) * (bottom - top) > WORTH_A_REGION * kept_width * kept_height:
            return []
        x0, x1 = (x * self.width // kept_width for x in (left, right))
        y0, y1 = (y * self.height // kept_height for y in (top, bottom))
        return [f"{x0},{x1 - 1},{y0},{y1 - 1}"]

    def cut(self, region: str) -> Image.Image:
        """The part of the picture; raises ValueError for a region that does not lie in it."""
        x0, x1, y0, y1 = (int(edge) for edge in region.split(","))
        if not (0 <= x0 < x1 <= self.width and 0 <= y0 < y1 <= self.height):
            raise ValueError(f"no such region: {region}")
        kept_width, kept_height = self.picture.size
        return self.picture.crop(
            (
                x0 * kept_width // self.width,
                y0 * kept_height // self.height,
                max(x1 * kept_width // self.width, x0 * kept_width // self.width + 1),
                max(y1 * kept_height // self.height, y0 * kept_height // self.height + 1),
            )
        )


class Uploads:
    """The most recent uploads by image id. Its methods decode pictures: call them off the loop."""

    def __init__(self, search: PictureSearch) -> None:
        self._search = search
        self._uploads: OrderedDict[str, Upload] = OrderedDict()
        self._random = random.SystemRandom()

    def add(self, image: bytes) -> str:
        """Keep a picture and return its 19-digit id. Raises NotAPicture."""
        upload = _decode(image)
        # Ranked from the bytes as sent: the kept copy is only for regions.
        upload.ranked[upload.whole] = tuple(self._search.search(image))
        image_id = str(FIRST_IMAGE_ID + self._random.randrange(10**18))
        self._uploads[image_id] = upload
        while len(self._uploads) > KEPT:
            self._uploads.popitem(last=False)
        return image_id

    def get(self, image_id: str) -> Upload | None:
        """The upload of that id, if it is known and not too old."""
        return self._uploads.get(image_id)

    def ranked(self, upload: Upload, region: str) -> Sequence[Match]:
        """All offers by likeness to a region. Raises ValueError for a region outside."""
        if region not in upload.ranked:
            part = io.BytesIO()
            upload.cut(region).save(part, "JPEG", quality=90)
            upload.ranked[region] = tuple(self._search.search(part.getvalue()))
        return upload.ranked[region]

    def clear(self) -> None:
        """Forget every upload."""
        self._uploads.clear()


def _decode(image: bytes) -> Upload:
    try:
        with Image.open(io.BytesIO(image), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise NotAPicture("too many pixels")
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(str(error)) from error
    width, height = picture.size
    picture.thumbnail((KEPT_EDGE, KEPT_EDGE))
    return Upload(picture=picture, width=width, height=height)
