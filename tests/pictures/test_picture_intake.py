"""A person's photo becomes an upright, plain JPEG without metadata."""

import io
import struct

import pytest
from drawn_pictures import CORNERS, GREEN, RED, corners, encoded, near, noise, opened, quarters
from PIL import Image, ImageCms, PngImagePlugin

from bot.pictures.intake import prepare_photo

FORMATS = {
    "JPEG": {"quality": 95},
    "PNG": {},
    "WEBP": {"lossless": True},
    "HEIF": {"quality": 90},
    "AVIF": {"quality": 90},
    "TIFF": {},
    "GIF": {},
    "BMP": {},
}
UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_becomes_the_same_jpeg_picture(kind):
    """Each accepted format gives a JPEG of the same size and colours."""
    photo = prepare_photo(encoded(quarters(), kind, **FORMATS[kind]))
    result = opened(photo.jpeg)
    assert (result.format, result.mode, result.size) == ("JPEG", "RGB", (120, 80))
    assert (photo.width, photo.height) == (120, 80)
    assert near(corners(result), CORNERS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_set_upright(kind, orientation):
    """All eight EXIF orientations show the same picture, whichever format carries them."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = quarters()
    if orientation in UNDO:
        stored = stored.transpose(UNDO[orientation])
    # As bytes, because only from these does the HEIF writer set the container's own rotation.
    data = encoded(stored, kind, exif=exif.tobytes(), **FORMATS[kind])
    result = opened(prepare_photo(data).jpeg)
    assert result.size == (120, 80)
    assert near(corners(result), CORNERS)


@pytest.mark.parametrize(
    ("size", "result"),
    [
        ((3000, 4000), (750, 1000)),  # a quarter is enough
        ((1500, 2000), (750, 1000)),
        ((2700, 3600), (960, 1280)),  # a quarter is too little, a half too much
        ((1440, 1920), (720, 960)),
        ((960, 1280), (960, 1280)),
    ],
)
def test_a_large_turned_photo_is_scaled_and_upright(size, result):
    """With at most 1280 pixels a side, and 960 where its decoder can make them by itself."""
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = quarters(*size).transpose(UNDO[6])
    photo = prepare_photo(encoded(stored, "JPEG", exif=exif))
    assert (photo.width, photo.height) == result
    assert near(corners(opened(photo.jpeg)), CORNERS)


def test_a_small_photo_is_not_enlarged():
    """Pixels are not invented."""
    photo = prepare_photo(encoded(quarters(40, 33), "PNG"))
    assert (photo.width, photo.height) == (40, 33)


MODES = {
    "alpha": ("RGBA", "PNG"),
    "alpha WebP": ("RGBA", "WEBP"),
    "grey alpha": ("LA", "PNG"),
    "palette": ("P", "PNG"),
    "palette GIF": ("P", "GIF"),
    "grey": ("L", "PNG"),
    "black and white": ("1", "PNG"),
    "CMYK JPEG": ("CMYK", "JPEG"),
    "CMYK TIFF": ("CMYK", "TIFF"),
}


@pytest.mark.parametrize("case", MODES)
def test_every_colour_mode_keeps_its_colours(case):
    """The mode changes to RGB, the colours stay."""
    mode, kind = MODES[case]
    source = quarters().quantize(16) if mode == "P" else quarters().convert(mode)
    wanted = corners(source.convert("RGB"))
    result = opened(prepare_photo(encoded(source, kind)).jpeg)
    assert result.mode == "RGB"
    assert near(corners(result), wanted)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_parts_become_white(kind):
    """What is see-through is white, not black, half of it half."""
    source = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    source.paste((200, 0, 0, 128), (0, 0, 100, 50))
    result = opened(prepare_photo(encoded(source, kind, lossless=True)).jpeg)
    assert near([result.getpixel((50, 80))], [(255, 255, 255)], slack=3)
    assert near([result.getpixel((50, 20))], [(227, 127, 127)], slack=6)


def test_a_transparent_palette_colour_becomes_white():
    """A GIF's or PNG's single transparent colour counts as see-through."""
    source = Image.new("P", (64, 64), 1)
    source.putpalette([10, 20, 30, 200, 30, 30])
    source.paste(0, (0, 0, 64, 32))
    result = opened(prepare_photo(encoded(source, "PNG", transparency=0)).jpeg)
    assert near([result.getpixel((32, 8))], [(255, 255, 255)], slack=6)
    assert near([result.getpixel((32, 56))], [(200, 30, 30)])


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_not_clipped(kind):
    """Half of 65535 is mid-grey."""
    row = struct.pack("<90H", *[0] * 30, *[32768] * 30, *[65535] * 30)
    source = Image.frombytes("I;16", (90, 90), row * 90)
    result = opened(prepare_photo(encoded(source, kind)).jpeg)
    seen = [result.getpixel((x, 45))[0] for x in (12, 45, 78)]
    assert seen == pytest.approx([0, 128, 255], abs=6)


def test_dark_sixteen_bit_grey_stays_dark():
    """A 16-bit picture is not taken for an 8-bit one because no value exceeds 255."""
    source = Image.frombytes("I;16", (64, 64), struct.pack("<H", 200) * 64 * 64)
    result = opened(prepare_photo(encoded(source, "PNG")).jpeg)
    assert result.getpixel((30, 30))[0] < 5


def test_floating_point_grey_is_scaled():
    """A TIFF whose white is 1.0 is not black."""
    source = Image.new("F", (64, 64), 0.0)
    source.paste(1.0, (32, 0, 64, 64))
    result = opened(prepare_photo(encoded(source, "TIFF")).jpeg)
    assert result.getpixel((10, 30))[0] < 10
    assert result.getpixel((54, 30))[0] > 245


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_of_several_frames_the_first_is_taken(kind):
    """An animation is searched by its first frame."""
    first, later = Image.new("RGB", (64, 64), RED), Image.new("RGB", (64, 64), GREEN)
    data = encoded(first, kind, save_all=True, append_images=[later] * 3)
    result = opened(prepare_photo(data).jpeg)
    assert near([result.getpixel((32, 32))], [RED])


def swapped_profile() -> bytes:
    """An RGB profile whose red and green primaries are exchanged."""
    primaries = {b"gXYZ": (0.436, 0.222, 0.014), b"rXYZ": (0.385, 0.717, 0.097)}
    primaries |= {b"bXYZ": (0.143, 0.061, 0.714), b"wtpt": (0.9642, 1.0, 0.8249)}
    tags = {
        name: b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in xyz))
        for name, xyz in primaries.items()
    }
    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags |= {b"rTRC": gamma, b"gTRC": gamma, b"bTRC": gamma}
    table, body, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(content))
        body += content
    header = bytearray(128)
    header[8:12] = b"\x02\x40\0\0"
    header[12:24] = b"mntrRGB XYZ "
    header[36:40] = b"acsp"
    header[68:80] = struct.pack(">3i", 63190, 65536, 54061)
    content = bytes(header) + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(content)) + content[4:]


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "JPEG"), ("RGB", "PNG"), ("RGBA", "PNG")])
def test_an_embedded_colour_profile_is_applied(mode, kind):
    """A picture whose profile exchanges red and green comes out with them exchanged."""
    source = Image.new(mode, (64, 64), RED)
    result = opened(prepare_photo(encoded(source, kind, icc_profile=swapped_profile())).jpeg)
    red, green, _ = result.getpixel((32, 32))
    assert green > red + 100


def test_a_profile_that_is_broken_or_of_another_kind_is_ignored():
    """A bad profile costs colour accuracy, not the picture."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (b"junk" * 50, lab, swapped_profile()[:150]):
        data = encoded(quarters(), "JPEG", quality=95, icc_profile=profile)
        assert near(corners(opened(prepare_photo(data).jpeg)), CORNERS)


def segments(jpeg: bytes) -> set[int]:
    """The markers before the pixels."""
    found, at = set(), 2
    while jpeg[at + 1] != 0xDA:
        found.add(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


@pytest.mark.parametrize("profile", [None, swapped_profile()], ids=["plain", "with profile"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "TIFF"])
def test_nothing_personal_leaves(kind, profile):
    """Neither place, device, comment, XMP nor profile of the original is in the result."""
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    options = {"exif": exif, "xmp": b"<x:xmpmeta>SecretXmp</x:xmpmeta>"}
    if kind == "JPEG":
        options["comment"] = b"SecretComment"
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "SecretText")
        options = {"exif": exif, "pnginfo": info}
    if profile:
        options["icc_profile"] = profile
    data = encoded(quarters(), kind, **options)
    assert b"Secret" in data or kind == "TIFF"
    jpeg = prepare_photo(data).jpeg
    assert b"Secret" not in jpeg
    assert len(Image.open(io.BytesIO(jpeg)).getexif()) == 0
    jfif, comments_and_apps = 0xE0, {0xFE, *range(0xE0, 0xF0)}
    assert segments(jpeg) & comments_and_apps == {jfif}


def test_the_worst_photo_stays_below_the_upload_limit():
    """Pure noise at full size is at most 1,500,000 bytes, hence below 2.2 MB in Base64."""
    photo = prepare_photo(encoded(noise(1600, 1600), "JPEG", quality=95))
    assert len(photo.jpeg) <= 1_500_000
    assert opened(photo.jpeg).size == (photo.width, photo.height) == (1280, 1280)
