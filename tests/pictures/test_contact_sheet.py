"""Search hits on one numbered sheet that is readable on a phone."""

import pytest
from drawn_pictures import BLUE, GREEN, RED, encoded, near, noise, opened, quarters
from PIL import Image, ImageChops, ImageStat

from bot.pictures.sheet import contact_sheet

WHITE = (255, 255, 255)
SHAPES = {1: [1], 2: [2], 4: [2, 2], 5: [2, 3], 6: [3, 3], 7: [2, 2, 3], 8: [2, 3, 3]}
SHAPES |= {9: [3, 3, 3], 10: [3, 3, 4]}


def plain(colour: tuple[int, int, int], width: int = 300, height: int = 300) -> bytes:
    return encoded(Image.new("RGB", (width, height), colour), "PNG")


def cells(sheet: Image.Image, count: int) -> list[Image.Image]:
    """The sheet cut along its rows and columns, as a person's eye does."""
    if count == 3:
        return three_cells(sheet)
    tops, found = 12, []
    for row in SHAPES[count]:
        side = (sheet.width - 12 * (row + 1)) // row
        for column in range(row):
            left = 12 + round(column * (sheet.width - 12) / row)
            found.append(sheet.crop((left, tops, left + side, tops + side)))
        tops += side + 12
    assert tops == sheet.height
    return found


def three_cells(sheet: Image.Image) -> list[Image.Image]:
    """One large cell, and two small ones at its right."""
    large = sheet.height - 24
    small = (large - 12) // 2
    left = large + 24
    boxes = [(12, 12, 12 + large, 12 + large)]
    boxes += [(left, top, left + small, top + small) for top in (12, small + 24)]
    assert left + small + 12 == sheet.width
    return [sheet.crop(box) for box in boxes]


@pytest.mark.parametrize("count", range(1, 11))
def test_each_hit_has_its_own_cell_in_order(count):
    """One to ten pictures stand in order, each filling its cell, with white between them."""
    colours = [(25 * n, 255 - 25 * n, (90 * n) % 256) for n in range(count)]
    sheet = opened(contact_sheet([plain(colour) for colour in colours]))
    assert max(sheet.size) <= 1280
    assert sheet.height <= sheet.width * 4 / 3 + 1
    assert sheet.width <= sheet.height * 2, "a phone crops it at both sides"
    for cell, colour in zip(cells(sheet, count), colours, strict=True):
        middle = [
            cell.getpixel((round(cell.width * x), cell.height // 2)) for x in (0.02, 0.5, 0.98)
        ]
        assert near(middle, [colour] * 3)
    assert near([sheet.getpixel((3, 3)), sheet.getpixel((3, sheet.height - 3))], [WHITE, WHITE])


def badge(cell: Image.Image) -> Image.Image:
    return cell.crop((12, 12, 96, 96)).convert("L")


@pytest.mark.parametrize("colour", [(0, 0, 0), WHITE, RED, GREEN])
def test_a_number_stands_out_on_any_colour(colour):
    """The badge holds both near-black and white, so that it reads on every picture."""
    shades = badge(cells(opened(contact_sheet([plain(colour)] * 9)), 9)[0]).histogram()
    assert sum(shades[:60]) > 1500
    assert sum(shades[220:]) > 600


def test_numbers_count_from_the_first_one_given():
    """Number 6 looks the same as the sixth of a sheet from 1 and as the first of one from 6."""
    from_one = cells(opened(contact_sheet([None] * 6)), 6)
    from_six = cells(opened(contact_sheet([None] * 6, first_number=6)), 6)
    same = ImageChops.difference(badge(from_one[5]), badge(from_six[0]))
    other = ImageChops.difference(badge(from_one[0]), badge(from_six[0]))
    assert ImageStat.Stat(same).mean[0] < 4
    assert ImageStat.Stat(other).mean[0] > 10


def test_every_number_up_to_a_hundred_looks_different():
    """No two numbers share a badge, and three digits still fit."""
    seen = set()
    for first in range(1, 101, 10):
        sheet = opened(contact_sheet([None] * 10, first_number=first))
        seen |= {cell.crop((12, 12, 140, 96)).tobytes() for cell in cells(sheet, 10)}
    assert len(seen) == 100


@pytest.mark.parametrize("bad", [None, b"", b"not a picture", encoded(quarters(), "JPEG")[:200]])
def test_a_missing_or_broken_picture_keeps_its_place(bad):
    """It becomes a grey placeholder with its number; the others are as without it."""
    sheet = cells(opened(contact_sheet([plain(RED), bad, plain(BLUE)])), 3)
    assert near([sheet[1].getpixel((sheet[1].width // 2, 20))], [(236, 237, 240)], slack=6)
    assert near([sheet[0].getpixel((200, 300)), sheet[2].getpixel((200, 300))], [RED, BLUE])
    assert badge(sheet[1]).getextrema()[0] < 60


def test_a_long_picture_is_shown_whole():
    """A tall or wide picture is not cropped: all four quarters stay visible."""
    tall = encoded(quarters(300, 900), "PNG")
    cell = cells(opened(contact_sheet([tall] * 2)), 2)[0]
    across = [cell.getpixel((x, cell.height - 30)) for x in (20, cell.width // 2 - 40)]
    assert near(across, [(236, 237, 240), BLUE])


def test_the_worst_sheet_is_small_enough():
    """Ten pictures of noise stay within 300,000 bytes."""
    data = encoded(noise(500, 500), "JPEG", quality=90)
    assert len(contact_sheet([data] * 10)) <= 300_000


@pytest.mark.parametrize("count", [0, 11])
def test_a_sheet_of_none_or_of_eleven_is_a_mistake(count):
    """The caller pages by ten; anything else is a ValueError."""
    with pytest.raises(ValueError, match="1 to 10"):
        contact_sheet([None] * count)


def test_no_room_of_pixels_is_kept():
    """What one picture's pixels took the next one's take, and the system has it at the end."""
    Image.core.reset_stats()
    contact_sheet([plain(RED, 500, 500)] * 4)
    told = Image.core.get_stats()
    assert told["reused_blocks"] > 4
    assert told["blocks_cached"] == 0
