"""Draw `bot/pictures/badges.png`, the parts of the numbers on a sheet, with Pillow's own font.

    python scripts/draw_badges.py

The font is Aileron, CC0. The bot only puts the parts together: ten digits need no font's engine in
memory.
"""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.pictures.badges import BADGE, DIGIT, PARTS, STROKE, ZOOM

TARGET = Path(__file__).resolve().parent.parent / "bot" / "pictures" / PARTS
_SIDE = BADGE * ZOOM
_RIM = 5 * ZOOM
_FONT_SIZE = 60 * ZOOM
_WHITE = 255


def parts() -> Image.Image:
    """Return the masks, beside each other."""
    font = ImageFont.load_default(_FONT_SIZE)
    room = DIGIT + 2 * STROKE
    sheet = Image.new("L", (2 * _SIDE + 10 * room, _SIDE))
    for place, rim in enumerate((0, _RIM)):
        disc = Image.new("L", (_SIDE, _SIDE))
        ImageDraw.Draw(disc).rounded_rectangle(
            (rim, rim, _SIDE - 1 - rim, _SIDE - 1 - rim), radius=_SIDE // 2 - rim, fill=_WHITE
        )
        sheet.paste(disc, (place * _SIDE, 0))
    for digit in range(10):
        drawn = Image.new("L", (room, _SIDE))
        ImageDraw.Draw(drawn).text(
            (room / 2, _SIDE / 2),
            str(digit),
            fill=_WHITE,
            font=font,
            anchor="mm",
            stroke_width=STROKE,
        )
        sheet.paste(drawn, (2 * _SIDE + digit * room, 0))
    return sheet


def content() -> bytes:
    """Return them as a PNG."""
    out = io.BytesIO()
    parts().save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    TARGET.write_bytes(content())
