"""From a photo to its subject: bounded decoding, screenshot bars, background, cutting out."""

import math
from io import BytesIO

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError

MAX_PIXELS = 50_000_000
SIDE = 112
LEAST_SIDE = 16
BORDER_COLOURS = 10
SAME_COLOUR = 34
BACKGROUND_SHARE = 0.2
LEAST_SUBJECT = 0.02
CLOSING = 7
BAR_NOISE, BAR_FILL = 14, 0.97
PLAIN = 22
GLOW = 14
NEUTRAL = (128, 128, 128)
Box = tuple[int, int, int, int]


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
    picture = without_bars(picture)
    if min(picture.size) >= LEAST_SIDE:
        return picture
    return picture.resize((max(LEAST_SIDE, picture.width), max(LEAST_SIDE, picture.height)))


def without_bars(picture: Image.Image) -> Image.Image:
    """A screenshot less its plain bars: what they enclose fills its rectangle, goods do not."""
    corner = picture.getpixel((0, 0))
    flat = Image.new("RGB", picture.size, corner if isinstance(corner, tuple) else NEUTRAL)
    other = worst_channel(picture, flat).point([255 if v > BAR_NOISE else 0 for v in range(256)])
    w, h = picture.size
    x0, y0, x1, y1 = other.filter(ImageFilter.MedianFilter(3)).getbbox() or (0, 0, w, h)
    enclosed = (x0 > 1 and x1 < w - 1) or (y0 > 1 and y1 < h - 1)
    filled = ImageStat.Stat(other.crop((x0, y0, x1, y1))).mean[0] / 255
    if enclosed and filled > BAR_FILL:
        return picture.crop((x0 + 1, y0 + 1, x1 - 1, y1 - 1))
    return picture


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
