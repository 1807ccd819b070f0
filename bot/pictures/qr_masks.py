"""The modules of a QR code, its mask chosen by the penalties of ISO/IEC 18004, 7.8.3.

segno makes the code; left to itself it also weighs the eight masks module by module, which takes
three quarters of its time. Here a code is one number with a bit for each module, dark ones set, so
that a shift compares every module with its neighbour at once. The mask is the one that segno
would take: the tests compare.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import segno

QUIET_ZONE: Final = 4  # modules, as the standard asks; also what keeps the rows apart here
_VERSIONS: Final = 40
_MASKS: Final = 8
_SMALLEST_WITH_VERSION: Final = 45  # modules a side: version 7
_DIGITS: Final = bytes.maketrans(b"\x00\x01", b"01")


@dataclass(frozen=True, slots=True)
class Modules:
    """A code with its quiet zone: `side` modules a row, each row filled up to whole bytes.

    The first module is the most significant bit of `bits`.
    """

    bits: int
    side: int

    def packed(self) -> bytes:
        """Return a bit for each module, light ones set, as a bilevel picture wants them."""
        row = _row_bits(self.side)
        return (self.bits ^ (1 << row * self.side) - 1).to_bytes(row // 8 * self.side, "big")


def modules_of(text: str) -> Modules:
    """Return the code of a text at error level M.

    Raises: ValueError if the text does not fit into a QR code.
    """
    code = segno.make(text, error="m", micro=False, boost_error=False, mask=0)
    bits = _bits_of(code.matrix)
    layout = _layout(int(code.version))
    best = min(layout.masks, key=lambda each: _penalty(layout, (bits ^ each) & layout.weighed))
    return Modules(bits ^ best, layout.side)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What all codes of one size have in common, as numbers in the shape of `Modules.bits`.

    `masks` exchange mask 0 for another, in what tells a reader of the mask as well; `weighed` is
    without that and the version, which the standard adds after the masks are weighed. `across`
    and `down` are the modules that have a neighbour to the right and below.
    """

    side: int
    row: int
    masks: tuple[int, ...]
    weighed: int
    across: int
    down: int


@lru_cache(maxsize=_VERSIONS)
def _layout(version: int) -> _Layout:
    size = 17 + 4 * version
    made = [
        segno.make("0", version=version, error="m", boost_error=False, mask=number)
        for number in range(_MASKS)
    ]
    codes = [_bits_of(each.matrix) for each in made]
    every = [(y, x) for y in range(size) for x in range(size)]
    told_later = {*_format_places(size), *_version_places(size)}
    return _Layout(
        side=size + 2 * QUIET_ZONE,
        row=_row_bits(size + 2 * QUIET_ZONE),
        masks=tuple(each ^ codes[0] for each in codes),
        weighed=_bits_at(size, (place for place in every if place not in told_later)),
        across=_bits_at(size, ((y, x) for y, x in every if x < size - 1)),
        down=_bits_at(size, ((y, x) for y, x in every if y < size - 1)),
    )


def _format_places(size: int) -> Iterable[tuple[int, int]]:
    """Where the error level and the mask are told, and the one module that is always dark."""
    near = [at for at in range(9) if at != 6]  # noqa: PLR2004 - the timing pattern's line
    far = range(size - 8, size)
    yield from ((at, 8) for at in (*near, *far))
    yield from ((8, at) for at in (*near, *far))


def _version_places(size: int) -> Iterable[tuple[int, int]]:
    if size >= _SMALLEST_WITH_VERSION:
        yield from ((y, x) for y in range(6) for x in range(size - 11, size - 8))
        yield from ((y, x) for x in range(6) for y in range(size - 11, size - 8))


def _penalty(layout: _Layout, bits: int) -> int:
    row, size = layout.row, layout.side - 2 * QUIET_ZONE
    across = ~(bits ^ bits << 1) & layout.across
    down = ~(bits ^ bits << row) & layout.down
    blocks = (across & across << row & down).bit_count()
    dark = bits.bit_count() / size**2
    return (
        _long_runs(across, 1)
        + _long_runs(down, row)
        + 3 * blocks
        + 40 * (_like_finders(bits, 1) + _like_finders(bits, row))
        + 10 * int(abs(dark * 100 - 50) / 5)
    )


def _long_runs(same: int, step: int) -> int:
    """Points for five and more modules of one colour: three, and one for each above five.

    `same` has the modules whose next one, `step` further, is of their colour.
    """
    five = same & same << step & same << 2 * step & same << 3 * step
    first = five & ~(five >> step)
    return five.bit_count() + 2 * first.bit_count()


def _like_finders(bits: int, step: int) -> int:
    """How often 1:1:3:1:1 stands beside four light modules; of two that overlap, once."""
    dark = bits & bits << 2 * step & bits << 3 * step & bits << 4 * step & bits << 6 * step
    found = dark & ~(bits << step | bits << 5 * step)
    before = bits >> step | bits >> 2 * step | bits >> 3 * step | bits >> 4 * step
    after = bits << 7 * step | bits << 8 * step | bits << 9 * step | bits << 10 * step
    found &= ~(before & after)
    return (found & ~(found >> 4 * step | found >> 6 * step)).bit_count()


def _bits_of(matrix: Sequence[bytearray]) -> int:
    side = len(matrix) + 2 * QUIET_ZONE
    row = _row_bits(side)
    margin = b"0" * (row * QUIET_ZONE)
    lines = [(bytes(QUIET_ZONE) + each).translate(_DIGITS).ljust(row, b"0") for each in matrix]
    return int(b"".join((margin, *lines, margin)), 2)


def _bits_at(size: int, places: Iterable[tuple[int, int]]) -> int:
    matrix = [bytearray(size) for _ in range(size)]
    for y, x in places:
        matrix[y][x] = 1
    return _bits_of(matrix)


def _row_bits(side: int) -> int:
    return -(-side // 8) * 8
