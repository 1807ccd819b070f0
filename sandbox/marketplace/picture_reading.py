"""What a picture looks like, as vectors of small numbers that survive a phone and a messenger.

A picture is read in two ways: the *subject* is what stands out from the picture's border,
cut out and set on neutral grey, so that another background changes little; the *frame* is
everything as it is, for crops of a listing picture in which the subject is cut off. Each
reading has colours (a histogram, the same however the picture is turned) and a layout
(a coarse thumbnail, comparable under quarter turns and mirroring).
"""

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageStat

from sandbox.marketplace.picture_subject import extent, squared, subject_mask

GRID = 8
CHROMA = 16
LUMA = 12
LUMA_WEIGHT = 0.6
FRINGE = 5
FLOATS = tuple(float(value) for value in range(256))
TURNS: tuple[Image.Transpose | None, ...] = (None, *Image.Transpose)
Vector = tuple[float, ...]


@dataclass(frozen=True)
class Reading:
    """One way of reading a picture; all numbers are whole and between 0 and 255."""

    colours: bytes
    layout: bytes


@dataclass(frozen=True)
class Features:
    """Both readings of one picture."""

    subject: Reading
    frame: Reading


def vector(packed: bytes) -> Vector:
    """The numbers as floats, for `math.dist`."""
    return tuple(map(FLOATS.__getitem__, packed))


def read(picture: Image.Image) -> Features:
    """Both readings of a small RGB picture."""
    mask = subject_mask(picture)
    box = extent(mask)
    cut, cut_mask = squared(picture.crop(box), mask.crop(box))
    everything = Image.new("L", picture.size, 255)
    side = max(picture.size)
    whole = picture.resize((side, side))
    return Features(
        subject=Reading(
            colours=colours(cut, without_fringe(cut_mask)),
            layout=layout(cut, cut_mask, cut_out=True),
        ),
        frame=Reading(
            colours=colours(picture, everything),
            layout=layout(whole, Image.new("L", whole.size, 255), cut_out=False),
        ),
    )


def turned(packed: bytes) -> list[Vector]:
    """A layout under all quarter turns, mirrored and not."""
    cells = GRID * GRID
    planes = [
        Image.frombytes("L", (GRID, GRID), packed[start : start + cells])
        for start in range(0, len(packed), cells)
    ]
    return [
        vector(b"".join((p if turn is None else p.transpose(turn)).tobytes() for p in planes))
        for turn in TURNS
    ]


def without_fringe(mask: Image.Image) -> Image.Image:
    """The mask less its edge, where shadow and background mix in; as it is when little is left."""
    inner = mask.filter(ImageFilter.MinFilter(FRINGE))
    return inner if ImageStat.Stat(inner).sum[0] * 2 > ImageStat.Stat(mask).sum[0] else mask


def colours(picture: Image.Image, mask: Image.Image) -> bytes:
    """A softened histogram of hue and saturation, and one of relative brightness."""
    luma, blue, red = picture.convert("YCbCr").split()
    mean, _ = _level(luma, mask)
    gain = min(1.7, max(0.7, 140 / max(mean, 1.0))) * 0.11
    steps = [min(CHROMA - 1, max(0, round(7.5 + (v - 128) * gain))) for v in range(256)]
    index = ImageChops.add(blue.point([v * CHROMA for v in steps]), red.point(steps))
    hues = _softened(index.histogram(mask), CHROMA)
    levels = [min(LUMA - 1, max(0, round(5.5 + (v - mean) / 18))) for v in range(256)]
    tones = _spread(luma.point(levels).histogram(mask)[:LUMA])
    return bytes([*_unit(hues, 1.0), *_unit(tones, LUMA_WEIGHT)])


def _softened(table: list[int], width: int) -> list[float]:
    rows = [_spread(table[start : start + width]) for start in range(0, width * width, width)]
    columns = [_spread(list(column)) for column in zip(*rows, strict=True)]
    return [value for row in zip(*columns, strict=True) for value in row]


def _spread(values: list[int] | list[float]) -> list[float]:
    padded = [values[0], *values, values[-1]]
    return [(padded[i] + 2 * padded[i + 1] + padded[i + 2]) / 4 for i in range(len(values))]


def _unit(values: list[float], weight: float) -> list[int]:
    total = sum(values) or 1.0
    return [round(255 * weight * math.sqrt(value / total)) for value in values]


def _level(luma: Image.Image, mask: Image.Image) -> tuple[float, float]:
    statistics = ImageStat.Stat(luma, mask)
    if not statistics.count[0]:
        return 128.0, 40.0
    return statistics.mean[0], max(statistics.stddev[0], 18.0)


def layout(picture: Image.Image, mask: Image.Image, *, cut_out: bool) -> bytes:
    """A coarse thumbnail with brightness evened out; a cut-out has its outline as well."""
    luma, blue, red = picture.convert("YCbCr").split()
    mean, spread = _level(luma, mask)
    even = [max(0, min(255, round(128 + (v - mean) * 50 / spread))) for v in range(256)]
    vivid = [max(0, min(255, round(128 + (v - 128) * 1.6))) for v in range(256)]
    planes = [luma.point(even), blue.point(vivid), red.point(vivid)]
    if cut_out:
        soft = mask.filter(ImageFilter.GaussianBlur(0.8))
        grey = Image.new("L", mask.size, 128)
        planes = [*(Image.composite(plane, grey, soft) for plane in planes), soft]
    cells = (plane.resize((GRID, GRID), Image.Resampling.BOX) for plane in planes)
    return b"".join(cell.tobytes() for cell in cells)
