"""Single pictures that Telegram takes: an offer's and a payment link's."""

import pytest
import segno
from drawn_pictures import CORNERS, corners, encoded, near, noise, opened, quarters
from PIL import Image

from bot.pictures import NotAPicture
from bot.pictures.offer import fit_picture
from bot.pictures.qr import qr_png


@pytest.mark.parametrize(
    ("width", "height"),
    [(800, 800), (4000, 3000), (20_000, 40), (40, 20_000), (3000, 10), (1, 1), (1280, 64)],
)
def test_any_shape_becomes_one_that_telegram_takes(width, height):
    """Sides up to 1280, ratio well below 20, nothing tiny, at most 1,000,000 bytes."""
    data = fit_picture(encoded(quarters(width, height), "PNG"))
    result = opened(data)
    assert result.format == "JPEG"
    assert max(result.size) <= 1280
    assert min(result.size) >= 64
    assert max(result.size) <= 4 * min(result.size)
    assert len(data) <= 1_000_000


def test_a_usual_picture_keeps_its_shape_and_colours():
    """Nothing is padded or cropped where Telegram needs no help."""
    result = opened(fit_picture(encoded(quarters(900, 600), "WEBP", lossless=True)))
    assert result.size == (900, 600)
    assert near(corners(result), CORNERS)


def test_a_strip_is_padded_with_white_not_cropped():
    """A 10:1 banner stands in the middle of a 4:1 white ground."""
    result = opened(fit_picture(encoded(quarters(1000, 100), "PNG")))
    assert result.size == (1000, 250)
    assert near([result.getpixel((500, 10)), result.getpixel((500, 240))], [(255, 255, 255)] * 2)
    assert near([result.getpixel((100, 90)), result.getpixel((900, 160))], [CORNERS[0], CORNERS[3]])


def test_noise_fits_too():
    """The worst picture is at most 1,000,000 bytes."""
    assert len(fit_picture(encoded(noise(1500, 1500), "JPEG", quality=95))) <= 1_000_000


def test_an_offer_picture_that_is_none_is_refused():
    """An error page in place of a picture is NotAPicture."""
    with pytest.raises(NotAPicture):
        fit_picture(b"<html>404</html>")


LINKS = ["https://pay.example/x", "https://pay.example/?a=" + "b" * 900, "支付链接"]


@pytest.mark.parametrize("text", LINKS)
def test_a_qr_code_shows_the_text_at_level_m_with_its_quiet_zone(text):
    """Every module's pixel is that of the code for this text, four white modules around it."""
    picture = opened(qr_png(text)).convert("L")
    code = segno.make(text, error="m", micro=False, boost_error=False, mask=0)
    assert code.error == "M"
    wanted = [list(row) for row in code.matrix_iter(border=4)]
    assert picture.width == picture.height >= 600
    assert picture.width % len(wanted) == 0
    scale = picture.width // len(wanted)
    seen = [[int(pixel < 128) for pixel in row] for row in _lines(picture)]
    assert seen[::scale] == [[each for each in row for _ in range(scale)] for row in wanted]
    assert all(seen[y] == seen[y - y % scale] for y in range(picture.height))
    assert not any(wanted[3])
    assert any(wanted[4])


def _lines(picture: Image.Image) -> list[bytes]:
    pixels = picture.tobytes()
    return [pixels[at : at + picture.width] for at in range(0, len(pixels), picture.width)]


@pytest.mark.parametrize("text", ["", "x" * 2332])
def test_a_text_that_is_no_qr_code_is_refused(text):
    """Nothing, or more than 2331 bytes, is a ValueError."""
    with pytest.raises(ValueError, match=r"nothing|does not fit|[Dd]ata"):
        qr_png(text)
