"""A sheet's numbers, put together from parts, look as if the font had drawn them at once."""

import importlib.util
import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from bot.pictures.badges import BADGE, DIGIT, PARTS, ZOOM, badge

ROOT = Path(__file__).resolve().parents[2]


def test_the_parts_are_those_that_the_script_draws():
    spec = importlib.util.spec_from_file_location("draw", ROOT / "scripts/draw_badges.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    kept = Image.open(io.BytesIO((ROOT / "bot/pictures" / PARTS).read_bytes()))
    difference = ImageChops.difference(kept, script.parts())
    assert difference.getextrema()[1] <= 8  # another FreeType rounds another way


@pytest.mark.parametrize("number", ["1", "10", "100"])
def test_a_badge_is_what_the_font_draws(number):
    made = badge(number)
    height = BADGE * ZOOM
    width = max(height, round(DIGIT * len(number) + height * 0.5))
    drawn = Image.new("L", (width, height), 23)
    ImageDraw.Draw(drawn).text(
        (drawn.width / 2, drawn.height / 2),
        number,
        fill=255,
        font=ImageFont.load_default(60 * ZOOM),
        anchor="mm",
        stroke_width=ZOOM,
    )
    middle = (24, 20, made.width - 24, BADGE - 20)  # within the rim
    theirs = drawn.resize(made.size, Image.Resampling.LANCZOS).crop(middle)
    apart = ImageChops.difference(made.getchannel("R").crop(middle), theirs)
    assert apart.getextrema()[1] <= 8
