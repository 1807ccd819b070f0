"""Image search that looks at the picture, with Pillow alone.

Each listing picture is compared as it is and in a few disguises (cropped, brighter, darker,
a little turned), by two readings (see `picture_reading.py`), the better of which counts.
The readings are worked out once by `sandbox/marketplace/drawing` and lie beside the pictures;
a picture that is missing there, or has changed since, is read when the index is built.
"""

import functools
import gzip
import json
import math
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from heapq import nsmallest
from pathlib import Path

from PIL import Image, ImageEnhance

from sandbox.marketplace.catalogue import PICTURES, Catalogue, load_catalogue
from sandbox.marketplace.picture_reading import (
    GRID,
    Features,
    Reading,
    Vector,
    read,
    turned,
    vector,
)
from sandbox.marketplace.picture_subject import open_picture

FEATURES = PICTURES / "features.json.gz"
COLOUR_WEIGHT = 0.55 / 255
LAYOUT_WEIGHT = 0.9 / (70 * GRID)
UNSEEN_LAYOUT = 0.8
SHORT_LIST = 160
FRAME_TRUST = 0.45
FRAME_DOUBT = 0.4
TILTS = (-13, -7, 7, 13)
EXPOSURES = (0.75, 1.25)
CROPS = ((0.1, 0.1), (0.0, 0.0), (0.2, 0.0), (0.0, 0.2), (0.2, 0.2))


@dataclass(frozen=True)
class Match:
    """An offer and how alike it looks: 1 is the same picture, 0 nothing in common."""

    offer_id: int
    score: float


@dataclass(frozen=True)
class Look:
    """One reading of one disguise of a listing picture, ready to be compared."""

    offer_id: int
    colours: Vector
    layout: Vector


class PictureIndex:
    """All pictures of all offers. Searching is free of side effects and may run in threads."""

    def __init__(self, pictures: Iterable[tuple[int, Path]] | None = None) -> None:
        """`pictures` are (offer id, file); without them the whole catalogue is taken.

        Raises ValueError when a file is no picture, OSError when it cannot be read.
        """
        if pictures is None:
            pictures = catalogue_pictures(load_catalogue())
        known = load_features()
        self._subjects: list[Look] = []
        self._frames: list[Look] = []
        for offer_id, file, main in marked(pictures):
            image = file.read_bytes()
            looks = known.get(key_of(image)) or disguised(open_picture(image), main=main)
            for features in looks:
                self._subjects.append(_look(offer_id, features.subject))
                self._frames.append(_look(offer_id, features.frame))

    def search(self, image: bytes) -> list[Match]:
        """All offers, the most alike first. Raises ValueError for what is no picture."""
        features = read(open_picture(image))
        best = _distances(features.subject, self._subjects)
        for offer_id, distance in _distances(features.frame, self._frames).items():
            # two different scenes of like colours are near each other as frames without
            # showing the same thing, so a frame counts only when it is nearly the same
            doubt = 0.0 if distance < FRAME_TRUST else FRAME_DOUBT
            best[offer_id] = min(best[offer_id], distance + doubt)
        matches = [Match(offer_id, math.exp(-2 * gap * gap)) for offer_id, gap in best.items()]
        return sorted(matches, key=lambda match: (-match.score, match.offer_id))


@functools.cache
def shipped_index() -> PictureIndex:
    """The index of the whole catalogue, one for all worlds of a process."""
    return PictureIndex()


class ShippedPictures:
    """Searches the whole catalogue. Most worlds are never shown a photo, so the index waits."""

    def search(self, image: bytes) -> list[Match]:
        """As `PictureIndex.search`."""
        return shipped_index().search(image)


def catalogue_pictures(catalogue: Catalogue) -> list[tuple[int, Path]]:
    """Every picture of every offer, those of the colours included."""
    found: dict[tuple[int, Path], None] = {}
    for offer in catalogue.offers.values():
        for name in offer.pictures:
            found[offer.offer_id, PICTURES / name] = None
        for sku in offer.skus or ():
            for attribute in sku.attributes:
                if attribute.picture:
                    found[offer.offer_id, PICTURES / attribute.picture] = None
    return list(found)


def marked(pictures: Iterable[tuple[int, Path]]) -> Iterator[tuple[int, Path, bool]]:
    """The pictures, each with whether it is its offer's first and so its main one."""
    seen: set[int] = set()
    for offer_id, file in pictures:
        yield offer_id, file, offer_id not in seen
        seen.add(offer_id)


def key_of(image: bytes) -> str:
    """The name under which a picture's readings are stored."""
    return sha256(image).hexdigest()[:32]


def disguised(picture: Image.Image, *, main: bool) -> list[Features]:
    """Readings as it is and slightly turned; of a main one also cropped and exposed otherwise."""
    w, h = picture.size
    corner = picture.getpixel((1, 1))
    fill = corner if isinstance(corner, tuple) else (0, 0, 0)
    looks = [picture]
    looks += [picture.rotate(a, Image.Resampling.BICUBIC, fillcolor=fill) for a in TILTS]
    if main:
        looks += [ImageEnhance.Brightness(picture).enhance(factor) for factor in EXPOSURES]
        looks += [
            picture.crop((round(x * w), round(y * h), round((x + 0.8) * w), round((y + 0.8) * h)))
            for x, y in CROPS
        ]
    return [read(look) for look in looks]


def save_features(pictures: Iterable[tuple[int, Path]]) -> None:
    """Writes the readings of these pictures to `FEATURES`, by the pictures' content."""
    table = {}
    for _, file, main in marked(pictures):
        image = file.read_bytes()
        table[key_of(image)] = [
            b64encode(b"".join(_parts(features))).decode()
            for features in disguised(open_picture(image), main=main)
        ]
    packed = gzip.compress(json.dumps(table).encode(), mtime=0)
    FEATURES.write_bytes(packed)


def load_features() -> dict[str, list[Features]]:
    """The stored readings by `key_of` the picture; empty when there is no file."""
    if not FEATURES.exists():
        return {}
    table = json.loads(gzip.decompress(FEATURES.read_bytes()))
    return {key: [_unpacked(b64decode(text)) for text in texts] for key, texts in table.items()}


def _parts(features: Features) -> tuple[bytes, ...]:
    subject, frame = features.subject, features.frame
    return subject.colours, frame.colours, subject.layout, frame.layout


def _unpacked(packed: bytes) -> Features:
    cells = GRID * GRID
    width = (len(packed) - 7 * cells) // 2
    layouts = packed[2 * width :]
    return Features(
        subject=Reading(packed[:width], layouts[: 4 * cells]),
        frame=Reading(packed[width : 2 * width], layouts[4 * cells :]),
    )


def _look(offer_id: int, reading: Reading) -> Look:
    return Look(offer_id, vector(reading.colours), vector(reading.layout))


def _distances(reading: Reading, looks: list[Look]) -> dict[int, float]:
    """The distance to each offer's nearest look; layouts only where colours are near."""
    colours, layouts = vector(reading.colours), turned(reading.layout)
    best: dict[int, float] = {}
    ranked: list[tuple[float, int]] = []
    for at, look in enumerate(looks):
        gap = math.dist(colours, look.colours) * COLOUR_WEIGHT
        ranked.append((gap, at))
        rough = gap + UNSEEN_LAYOUT
        best[look.offer_id] = min(best.get(look.offer_id, rough), rough)
    for gap, at in nsmallest(SHORT_LIST, ranked):
        look = looks[at]
        layout = min(math.dist(turn, look.layout) for turn in layouts) * LAYOUT_WEIGHT
        best[look.offer_id] = min(best[look.offer_id], gap + layout)
    return best
