"""The numbers of a sheet's pictures: white digits on near-black with a white rim.

Their parts are drawn by `scripts/draw_badges.py`: a font's engine takes 3 MB for ten digits.
"""

import io
from functools import lru_cache
from importlib import resources
from typing import Final

from PIL import Image

BADGE: Final = 84  # pixels; a bubble is about 300 points wide on a phone: 20 points of 1280 there
ZOOM: Final = 4  # the parts are so much larger: what is reduced has smooth edges
DIGIT: Final = 139  # pixels from one digit to the next in the parts
STROKE: Final = 4  # pixels by which a digit reaches into its neighbours' room
PARTS: Final = "badges.png"
"""Masks beside each other: a disc, the disc within its rim, and the digits from 0 to 9."""

_SIDE: Final = BADGE * ZOOM
_WHITE: Final = (255, 255, 255)
_INK: Final = (23, 25, 30)


@lru_cache(maxsize=64)
def badge(number: str) -> Image.Image:
    """Return the badge of a number, with its transparency."""
    parts = _parts()
    wide = DIGIT * len(number)
    width = max(_SIDE, round(wide + _SIDE * 0.5))
    big = Image.new("RGBA", (width, _SIDE), (*_WHITE, 0))
    big.paste((*_WHITE, 255), mask=_stretched(parts.crop((0, 0, _SIDE, _SIDE)), width))
    big.paste((*_INK, 255), mask=_stretched(parts.crop((_SIDE, 0, 2 * _SIDE, _SIDE)), width))
    left, room = (width - wide) // 2 - STROKE, DIGIT + 2 * STROKE
    for place, digit in enumerate(number):
        begins = 2 * _SIDE + int(digit) * room
        mask = parts.crop((begins, 0, begins + room, _SIDE))
        big.paste((*_WHITE, 255), (left + place * DIGIT, 0), mask)
    return big.resize((width // ZOOM, BADGE), Image.Resampling.LANCZOS)


def _stretched(disc: Image.Image, width: int) -> Image.Image:
    """Return a disc drawn out to a width."""
    half = _SIDE // 2
    mask = Image.new("L", (width, _SIDE))
    mask.paste(disc.crop((half - 1, 0, half, _SIDE)).resize((width, _SIDE)))
    mask.paste(disc.crop((0, 0, half, _SIDE)))
    mask.paste(disc.crop((half, 0, _SIDE, _SIDE)), (width - half, 0))
    return mask


@lru_cache(maxsize=1)
def _parts() -> Image.Image:
    content = resources.files("bot.pictures").joinpath(PARTS).read_bytes()
    with Image.open(io.BytesIO(content), formats=("PNG",)) as opened:
        opened.load()
        return opened
