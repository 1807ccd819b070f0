"""Single pictures that Telegram takes: an offer's and a payment link's."""

import pytest
import zxingcpp
from drawn_pictures import CORNERS, corners, encoded, near, noise, opened, quarters

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


LINKS = {
    "https://pay.example/x": "https://pay.example/x",
    "https://pay.example/?a=" + "b" * 900: "https://pay.example/?a=" + "b" * 900,
    "https://pay.example/上海?名=é&a=%20b#c": (
        "https://pay.example/%E4%B8%8A%E6%B5%B7?%E5%90%8D=%C3%A9&a=%20b#c"
    ),
    "https://pay.example/东京": "https://pay.example/%E4%B8%9C%E4%BA%AC",
}


@pytest.mark.parametrize(("link", "read"), LINKS.items())
def test_a_qr_code_is_read_as_its_link_at_level_m(link, read):
    """Chinese comes percent-encoded: a reader cannot know the character set of a code's bytes."""
    picture = opened(qr_png(link)).convert("L")
    code = zxingcpp.read_barcode(picture)
    assert code.bytes.decode("ascii") == read
    assert code.format == zxingcpp.BarcodeFormat.QRCode
    assert code.ec_level == "M"


@pytest.mark.parametrize("link", LINKS)
def test_a_qr_code_is_as_many_whole_pixels_a_module_with_its_quiet_zone(link):
    """At least 600 pixels a side, four white modules around, no module cut."""
    picture = opened(qr_png(link)).convert("L")
    side = picture.width
    assert picture.height == side >= 600
    pixels = picture.tobytes()
    lines = [pixels[at : at + side] for at in range(0, len(pixels), side)]
    margin = next(n for n, line in enumerate(lines) if 0 in line)
    scale = margin // 4
    assert margin == 4 * scale
    assert side % scale == 0
    assert all(line[:margin] == b"\xff" * margin == line[-margin:] for line in lines)
    assert all(line == b"\xff" * side for line in lines[-margin:])
    # The finder pattern in the corner: seven dark modules across.
    assert lines[margin][margin : margin + 8 * scale] == bytes(7 * scale) + b"\xff" * scale
    assert all(lines[y] == lines[y - y % scale] for y in range(side))


@pytest.mark.parametrize("text", ["", "x" * 2332])
def test_a_text_that_is_no_qr_code_is_refused(text):
    """Nothing, or more than 2331 bytes, is a ValueError."""
    with pytest.raises(ValueError, match=r"empty|too long"):
        qr_png(text)
