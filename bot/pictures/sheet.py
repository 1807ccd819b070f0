"""Search hits as one numbered picture."""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog
from PIL import Image

from bot.pictures.badges import badge
from bot.pictures.decoding import WHITE, decode, encode_jpeg
from bot.pictures.outcomes import PictureError

LONGEST: Final = 1280
MAX_JPEG_BYTES: Final = 300_000
# Cells of each row: as large as they can be while the sheet stays at most a third taller than wide,
# beyond which Telegram's phone apps shrink a picture instead of showing it at full bubble width.
# One much wider than high they crop at both sides: three do not stand in a row.
_BESIDE: Final = 3
_ROWS: Final = {
    1: (1,),
    2: (2,),
    4: (2, 2),
    5: (2, 3),
    6: (3, 3),
    7: (2, 2, 3),
    8: (2, 3, 3),
    9: (3, 3, 3),
    10: (3, 3, 4),
}
_GUTTER: Final = 12
_NEUTRAL: Final = (236, 237, 240)
_NEUTRAL_INK: Final = (196, 199, 206)
_QUALITIES: Final = (85, 78, 70, 60, 50, 40)
# A picture this close to its cell's shape fills it; one further away is shown whole.
_MAX_CROP: Final = 1.2
# Of what is made smaller a filter of little reach loses nothing that is seen in a cell.
_SMALLER: Final = Image.Resampling.HAMMING
_STRIP: Final = 128  # lines
_BLOCKS: Final = 2  # more spare nothing
_ROOM: Final = Image.core  # type: ignore[attr-defined]  # documented, not exported

Box = tuple[int, int, int, int]
_LOG: Final = structlog.get_logger(__name__)


@contextmanager
def _pixels_used_again() -> Iterator[None]:
    """Have one picture's pixels take the room of the one before.

    Asked of the system for each, its zeroed pages are a sixth of a sheet's CPU
    (https://pillow.readthedocs.io/en/stable/reference/block_allocator.html). At the end nothing is
    kept; a sheet that another thread is composing then merely asks the system again.
    """
    _ROOM.set_blocks_max(_BLOCKS)
    try:
        yield
    finally:
        _ROOM.set_blocks_max(0)


@_pixels_used_again()
def contact_sheet(pictures: Sequence[bytes | None], first_number: int = 1) -> bytes:
    """One JPEG with up to 10 pictures, each with its number in the upper left corner.

    At most 1280 pixels a side and 300,000 bytes. A picture that is None or cannot be decoded
    becomes a neutral placeholder that keeps its number.

    Raises: ValueError for no pictures or more than 10.
    """
    count = len(pictures)
    if count != _BESIDE and count not in _ROWS:
        raise ValueError(f"a sheet shows 1 to {max(_ROWS)} pictures, not {count}")
    size, boxes = _beside() if count == _BESIDE else _layout(count)
    sheet = Image.new("RGB", size, WHITE)
    for offset, (data, box) in enumerate(zip(pictures, boxes, strict=True)):
        _fill(sheet, data, box)
        number = badge(str(first_number + offset))
        sheet.paste(number, (box[0] + _GUTTER, box[1] + _GUTTER), number)
    return encode_jpeg(sheet, MAX_JPEG_BYTES, _QUALITIES)


def _layout(count: int) -> tuple[tuple[int, int], list[Box]]:
    """The sheet's size and each cell's box; rows of square cells, all rows equally wide."""
    rows = _ROWS[count]
    width = LONGEST
    while _height(rows, width) > LONGEST:
        width -= 1
    boxes: list[Box] = []
    top = _GUTTER
    for cells in rows:
        side = _side(cells, width)
        for cell in range(cells):
            left = _GUTTER + round(cell * (width - _GUTTER) / cells)
            boxes.append((left, top, left + side, top + side))
        top += side + _GUTTER
    return (width, top), boxes


def _beside() -> tuple[tuple[int, int], list[Box]]:
    """The sheet of three: a large square, and at its right two small ones, one above the other."""
    small = (LONGEST - 4 * _GUTTER) // 3
    large = 2 * small + _GUTTER
    left, top = large + 2 * _GUTTER, small + 2 * _GUTTER
    boxes = [
        (_GUTTER, _GUTTER, _GUTTER + large, _GUTTER + large),
        (left, _GUTTER, left + small, _GUTTER + small),
        (left, top, left + small, top + small),
    ]
    return (left + small + _GUTTER, large + 2 * _GUTTER), boxes


def _side(cells: int, width: int) -> int:
    return (width - _GUTTER * (cells + 1)) // cells


def _height(rows: Sequence[int], width: int) -> int:
    return _GUTTER + sum(_side(cells, width) + _GUTTER for cells in rows)


def _fill(sheet: Image.Image, data: bytes | None, box: Box) -> None:
    """Draw a cell. Its picture ends with it: the next one is decoded without it in memory."""
    picture = _decoded(data, box)
    if picture is None:
        _draw_placeholder(sheet, box)
    else:
        _place(sheet, picture, box)


def _decoded(data: bytes | None, box: Box) -> Image.Image | None:
    if data is None:
        return None
    side = box[2] - box[0]
    try:
        return decode(data, longest=side, shape=functools.partial(_shaped, side=side))
    except PictureError as err:
        _LOG.warning("sheet_picture_unusable", reason=str(err), kind=type(err).__name__)
        return None


def _shaped(picture: Image.Image, side: int) -> Image.Image:
    """Scale once, to fill the cell if that crops little, else to fit whole into it.

    What is to be made larger is left as it is, see `_place`.
    """
    width, height = picture.size
    short, long = sorted(picture.size)
    if long <= short * _MAX_CROP:
        left, top = (width - short) / 2, (height - short) / 2
        crop = (left, top, left + short, top + short)
        if short < side:
            return picture.crop((round(left), round(top), round(left) + short, round(top) + short))
        return picture.resize((side, side), _SMALLER, crop, reducing_gap=2.0)
    if long < side:
        return picture
    return picture.resize(_within(picture, side), _SMALLER, reducing_gap=2.0)


def _within(picture: Image.Image, side: int) -> tuple[int, int]:
    """Return a picture's size when its longer side is as long as a cell's."""
    ratio = side / max(picture.size)
    return max(1, round(picture.width * ratio)), max(1, round(picture.height * ratio))


def _place(sheet: Image.Image, picture: Image.Image, box: Box) -> None:
    """Put a picture into its cell's middle; what it does not fill is neutral ground."""
    side = box[2] - box[0]
    width, height = _within(picture, side)
    if (width, height) != (side, side):
        sheet.paste(_NEUTRAL, box)
    left, top = box[0] + (side - width) // 2, box[1] + (side - height) // 2
    if picture.size == (width, height):
        sheet.paste(picture, (left, top))
        return
    # In strips: made larger at once, one picture of three takes as much memory as its sheet.
    for begin in range(0, height, _STRIP):
        end = min(begin + _STRIP, height)
        of = (0, begin * picture.height / height, picture.width, end * picture.height / height)
        strip = picture.resize((width, end - begin), Image.Resampling.BICUBIC, of)
        sheet.paste(strip, (left, top + begin))


def _draw_placeholder(sheet: Image.Image, box: Box) -> None:
    """A framed landscape, the usual sign for a picture that is not there."""
    from PIL import ImageDraw  # noqa: PLC0415 - with a font's engine, for few sheets

    draw = ImageDraw.Draw(sheet)
    left, top, right, bottom = box
    draw.rectangle((left, top, right - 1, bottom - 1), fill=_NEUTRAL)
    unit = (right - left) / 100
    x, y = left + 50 * unit, top + 50 * unit
    draw.rounded_rectangle(
        (x - 22 * unit, y - 17 * unit, x + 22 * unit, y + 17 * unit),
        radius=4 * unit,
        outline=_NEUTRAL_INK,
        width=max(2, round(2 * unit)),
    )
    draw.ellipse((x - 14 * unit, y - 10 * unit, x - 6 * unit, y - 2 * unit), fill=_NEUTRAL_INK)
    hills = ((-16, 11), (-5, 1), (1, 6), (8, -4), (17, 11))
    draw.polygon([(x + dx * unit, y + dy * unit) for dx, dy in hills], fill=_NEUTRAL_INK)
