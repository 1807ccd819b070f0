"""What a picture looks like, as vectors of small numbers that survive a phone and a messenger.

A picture is read in two ways: the *subject* is what stands out from the picture's border,
cut out and set on neutral grey, so that another background changes little; the *frame* is
everything as it is, for crops of a listing picture in which the subject is cut off. Each
reading has colours (a histogram, the same however the picture is turned) and a layout
(a coarse thumbnail, comparable under quarter turns and mirroring).
"""

import math
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError

MAX_PIXELS = 50_000_000
SIDE = 112
LEAST_SIDE = 16
GRID = 8
CHROMA = 16
LUMA = 12
LUMA_WEIGHT = 0.6
BORDER_COLOURS = 10
SAME_COLOUR = 34
BACKGROUND_SHARE = 0.2
LEAST_SUBJECT = 0.02
CLOSING = 7
FRINGE = 5
PLAIN = 22
GLOW = 14
NEUTRAL = (128, 128, 128)
FLOATS = tuple(float(value) for value in range(256))
TURNS: tuple[Image.Transpose | None, ...] = (None, *Image.Transpose)
Vector = tuple[float, ...]
Box = tuple[int, int, int, int]


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


def open_picture(image: bytes) -> Image.Image:
    """A small upright RGB copy. Raises ValueError for what is no picture, or too large a one."""
    try:
        with Image.open(BytesIO(image)) as source:
            if source.width * source.height > MAX_PIXELS:
                raise ValueError(f"picture of {source.width} x {source.height} pixels is too large")
            source.draft("RGB", (2 * SIDE, 2 * SIDE))
            picture = ImageOps.exif_transpose(source).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("not a readable picture") from error
    picture.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    if min(picture.size) >= LEAST_SIDE:
        return picture
    return picture.resize((max(LEAST_SIDE, picture.width), max(LEAST_SIDE, picture.height)))


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


def subject_mask(picture: Image.Image) -> Image.Image:
    """White where the picture differs from the colours along its border, holes filled."""
    ring = Image.new("L", picture.size, 255)
    ring.paste(0, (4, 4, picture.width - 4, picture.height - 4))
    away = distance_from(picture, border_colours(picture))
    uneven = worst_channel(picture, plain_backdrop(picture))
    if percentile(uneven.histogram(ring), 0.85) < PLAIN:
        # a pale thing on a plain gradient is near some border colour, but not near its own row's
        away = ImageChops.lighter(away, uneven.point([max(0, v - GLOW) for v in range(256)]))
    away = away.filter(ImageFilter.GaussianBlur(1.2))
    threshold = min(90.0, max(18.0, percentile(away.histogram(ring), 0.7) * 1.4 + 8))
    mask = away.point([255 if value >= threshold else 0 for value in range(256)])
    closed = mask.filter(ImageFilter.MedianFilter(5)).filter(ImageFilter.MaxFilter(CLOSING))
    return without_holes(closed).filter(ImageFilter.MinFilter(CLOSING))


def border_colours(picture: Image.Image) -> list[tuple[int, int, int]]:
    """The colours of the background: groups of like colours that fill much of the border."""
    w, h = picture.size
    edge = 3
    strip = Image.new("RGB", (2 * (w + h), edge))
    strip.paste(picture.crop((0, 0, w, edge)), (0, 0))
    strip.paste(picture.crop((0, h - edge, w, h)), (w, 0))
    for box, x in (((0, 0, edge, h), 2 * w), ((w - edge, 0, w, h), 2 * w + h)):
        strip.paste(picture.crop(box).transpose(Image.Transpose.ROTATE_90), (x, 0))
    few = strip.quantize(BORDER_COLOURS, Image.Quantize.MEDIANCUT)
    palette = few.getpalette() or []
    groups: list[list[tuple[int, tuple[int, int, int]]]] = []
    counts = ((count, at) for at, count in enumerate(few.histogram()) if count)
    for count, at in sorted(counts, reverse=True):
        tone = (palette[3 * at], palette[3 * at + 1], palette[3 * at + 2])
        near = (g for g in groups if any(math.dist(tone, c) < SAME_COLOUR for _, c in g))
        group = next(near, None)
        if group is None:
            groups.append([(count, tone)])
        else:
            group.append((count, tone))
    enough = BACKGROUND_SHARE * strip.width * edge
    wide = [g for g in groups if sum(count for count, _ in g) >= enough] or groups[:1]
    return [tone for group in wide for _, tone in group]


def distance_from(picture: Image.Image, tones: list[tuple[int, int, int]]) -> Image.Image:
    """Per pixel, how far the nearest of the colours is, by its worst channel."""
    nearest = Image.new("L", picture.size, 255)
    for tone in tones:
        flat = Image.new("RGB", picture.size, tone)
        nearest = ImageChops.darker(nearest, worst_channel(picture, flat))
    return nearest


def worst_channel(one: Image.Image, other: Image.Image) -> Image.Image:
    """Per pixel, the largest difference of a channel."""
    red, green, blue = ImageChops.difference(one, other).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def plain_backdrop(picture: Image.Image) -> Image.Image:
    """The background as it would be if each row ran evenly from its left end to its right one."""
    w, h = picture.size
    ends = [
        picture.crop(box).resize((1, h), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(2))
        for box in ((0, 0, 4, h), (w - 4, 0, w, h))
    ]
    across = Image.linear_gradient("L").rotate(90).resize((w, h))
    left, right = (end.resize((w, h)) for end in ends)
    return Image.composite(right, left, across)


def percentile(histogram: list[int], share: float) -> int:
    """The value below which that share of a histogram lies."""
    left = sum(histogram) * share
    for value, count in enumerate(histogram):
        left -= count
        if left <= 0:
            return value
    return 255


def without_holes(mask: Image.Image) -> Image.Image:
    """The mask with enclosed background filled: only what the border reaches stays outside."""
    small = mask.resize((SIDE // 2, SIDE // 2), Image.Resampling.BOX)
    free = small.point([255 if value < 128 else 0 for value in range(256)])
    free = ImageOps.expand(free, 1, 255)
    outside = Image.new("L", free.size, 0)
    outside.paste(255, (0, 0, free.width, 1))
    while True:
        grown = ImageChops.darker(outside.filter(ImageFilter.MaxFilter(3)), free)
        if grown.tobytes() == outside.tobytes():
            break
        outside = grown
    inside = ImageChops.invert(ImageOps.crop(outside, 1)).resize(mask.size)
    return ImageChops.lighter(mask, inside.point([255 if v >= 128 else 0 for v in range(256)]))


def extent(mask: Image.Image) -> Box:
    """The subject's box without stray specks; everything when there is next to no subject."""
    w, h = mask.size
    across = mask.resize((w, 1), Image.Resampling.BOX).tobytes()
    down = mask.resize((1, h), Image.Resampling.BOX).tobytes()
    (x0, x1), (y0, y1) = _ends(across), _ends(down)
    if (x1 - x0) * (y1 - y0) < LEAST_SUBJECT * w * h:
        mask.paste(255, (0, 0, w, h))
        return 0, 0, w, h
    return x0, y0, x1, y1


def _ends(profile: bytes) -> tuple[int, int]:
    floor = max(2.0, max(profile) * 0.12)
    filled = [at for at, value in enumerate(profile) if value > floor]
    return (filled[0], filled[-1] + 1) if filled else (0, 0)


def squared(picture: Image.Image, mask: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Picture and mask in the middle of a square."""
    side = max(picture.size)
    at = ((side - picture.width) // 2, (side - picture.height) // 2)
    square, square_mask = Image.new("RGB", (side, side), NEUTRAL), Image.new("L", (side, side), 0)
    square.paste(picture, at)
    square_mask.paste(mask, at)
    return square, square_mask


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
