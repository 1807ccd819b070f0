"""What is no picture, broken, too large or too small is told apart, and costs no memory."""

import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest
from drawn_pictures import encoded, png, png_chunk, quarters
from PIL import Image

from bot.pictures import (
    NotAPicture,
    PictureError,
    PictureTooLarge,
    PictureTooSmall,
    UnreadablePicture,
)
from bot.pictures.decoding import MAX_BYTES, decode
from bot.pictures.intake import prepare_photo
from tests.tiers import SLOW

FORMATS = ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP", "TIFF"]


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("photo.jpg", encoded(quarters(), "JPEG"))
    return out.getvalue()


NO_PICTURES = {
    "nothing": b"",
    "one byte": b"\xff",
    "random": random.Random(1).randbytes(5000),
    "text": "一张照片".encode() * 50,
    "zip": zipped(),
    "pdf": b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF",
    "video": b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2mp41" + b"\0" * 500,
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\nshowpage\n",
}


@pytest.mark.parametrize("kind", NO_PICTURES)
def test_what_is_no_picture_is_said_to_be_none(kind):
    """Other files, and formats that need an interpreter, are NotAPicture."""
    with pytest.raises(NotAPicture):
        prepare_photo(NO_PICTURES[kind])


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_a_truncated_picture_is_unreadable(kind, share):
    """A file cut off within its header or its pixels is UnreadablePicture."""
    data = encoded(quarters(600, 400), kind)
    with pytest.raises(UnreadablePicture):
        prepare_photo(data[: max(16, int(len(data) * share))])


def _jpegs() -> dict[str, bytes]:
    noise = Image.frombytes("RGB", (400, 300), random.Random(7).randbytes(400 * 300 * 3))
    turned = Image.Exif()
    turned[0x0112] = 6
    return {
        f"{name} {how or 'baseline'}": encoded(picture, "JPEG", **({how: True} if how else {}))
        for name, picture in (("flat", quarters(600, 400)), ("noise", noise))
        for how in ("", "progressive", "optimize")
    } | {
        "grey": encoded(noise.convert("L"), "JPEG"),
        "cmyk": encoded(noise.convert("CMYK"), "JPEG"),
        "full colour": encoded(noise, "JPEG", subsampling=0),
        "restarts": encoded(noise, "JPEG", restart_marker_blocks=4),
        "turned": encoded(noise, "JPEG", exif=turned),
        "coarse": encoded(noise, "JPEG", quality=1),
    }


JPEGS = _jpegs()


@pytest.mark.parametrize("kind", JPEGS)
def test_a_jpeg_without_its_end_mark_is_taken(kind):
    """Some programs write none; every pixel is there, and it comes out the same."""
    whole = JPEGS[kind]
    assert whole.endswith(b"\xff\xd9")
    assert prepare_photo(whole[:-2]) == prepare_photo(whole)
    assert decode(whole[:-1], longest=300).tobytes() == decode(whole, longest=300).tobytes()


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("behind", [bytes(10), b"\r\n", b"junk" * 50])
def test_what_stands_behind_a_jpeg_changes_nothing(kind, behind):
    """Whether its end mark is there or not."""
    whole = JPEGS[kind]
    expected = decode(whole, longest=300).tobytes()
    assert decode(whole + behind, longest=300).tobytes() == expected
    assert decode(whole[:-2] + behind, longest=300).tobytes() == expected


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("missing", [60, 200, 1000])
def test_a_jpeg_that_lacks_more_is_unreadable(kind, missing):
    """What is missing of its pixels is not made up."""
    whole = JPEGS[kind]
    with pytest.raises(UnreadablePicture):
        prepare_photo(whole[: -2 - min(missing, len(whole) // 3)])


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_bytes_never_raise_anything_else(kind):
    """Whatever bytes are flipped, the outcome is a picture or a PictureError."""
    chance = random.Random(kind)
    data = encoded(quarters(200, 140), kind)
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            # Mostly the header, where parsers are most easily led astray.
            place = chance.choice(
                (chance.randrange(min(400, len(data))), chance.randrange(len(data)))
            )
            damaged[place] = chance.randrange(256)
        try:
            photo = prepare_photo(bytes(damaged))
        except PictureError:
            continue
        assert photo.jpeg.startswith(b"\xff\xd8")


def test_more_than_twenty_megabytes_are_refused():
    """One byte over Telegram's download limit is too large; at the limit it is looked at."""
    data = encoded(quarters(), "JPEG")
    padded = data + b"\0" * (MAX_BYTES - len(data))
    assert prepare_photo(padded).width == 120
    with pytest.raises(PictureTooLarge) as caught:
        prepare_photo(padded + b"\0")
    assert caught.value.what == "bytes"


@pytest.mark.parametrize(("width", "height"), [(31, 200), (200, 31), (1, 1), (8000, 33)])
def test_a_picture_too_small_to_search_is_refused(width, height):
    """Under 32 pixels a side, also after scaling a long strip down, is PictureTooSmall."""
    with pytest.raises(PictureTooSmall):
        prepare_photo(encoded(quarters(width, height), "PNG"))
    assert prepare_photo(encoded(quarters(32, 32), "PNG")).width == 32


def patched(data: bytes, at: int, form: str, side: int) -> bytes:
    """`data` with both sides replaced at `at`."""
    return data[:at] + struct.pack(form, side, side) + data[at + struct.calcsize(form) :]


def huge_webp(small: bytes) -> bytes:
    side = (16_000 - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + side * 2 + small[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def huge_tiff(small: bytes) -> bytes:
    data = bytearray(small)
    start = struct.unpack_from("<I", data, 4)[0]
    for entry in range(struct.unpack_from("<H", data, start)[0]):
        at = start + 2 + entry * 12
        if struct.unpack_from("<H", data, at)[0] in (256, 257):
            struct.pack_into("<HIHH", data, at + 2, 3, 1, 40_000, 0)
    return bytes(data)


def huge(kind: str) -> bytes:
    """A few hundred bytes that declare a picture of hundreds of megapixels."""
    small = encoded(quarters(), kind) if kind != "PNG" else b""
    match kind:
        case "PNG":
            data = png(30_000, 30_000)
        case "JPEG":
            data = patched(small, small.index(b"\xff\xc0") + 5, ">HH", 60_000)
        case "GIF":
            data = patched(small, 6, "<HH", 65_000)
        case "BMP":
            data = patched(small, 18, "<ii", 40_000)
        case "WEBP":
            data = huge_webp(small)
        case "TIFF":
            data = huge_tiff(small)
        case _:
            data = patched(small, small.index(b"ispe") + 8, ">II", 30_000)
    return data


HUGE = ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"]


@pytest.mark.parametrize("kind", HUGE)
def test_a_bomb_is_refused_from_its_header(kind):
    """A small file that declares hundreds of megapixels is PictureTooLarge."""
    data = huge(kind)
    assert len(data) < 60_000
    with pytest.raises(PictureTooLarge) as caught:
        prepare_photo(data)
    assert caught.value.what == "pixels"


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_a_bomb_in_a_container_is_refused(kind):
    """HEIC and AVIF name their size twice; a lie about it is refused either way."""
    with pytest.raises((PictureTooLarge, UnreadablePicture)):
        prepare_photo(huge(kind))


@pytest.mark.parametrize(("width", "height"), [(20_001, 40), (5_001, 5_000)])
def test_the_bounds_are_a_side_and_an_area(width, height):
    """20,000 a side and 25 megapixels are the limits for what is held whole."""
    with pytest.raises(PictureTooLarge):
        prepare_photo(png(width, height))


def test_a_camera_photo_may_be_larger():
    """42 megapixels are taken as JPEG, which is decoded at a fraction of its size."""
    photo = prepare_photo(encoded(Image.new("L", (7000, 6000), 90), "JPEG"))
    assert (photo.width, photo.height) == (1280, 1097)


def text_bomb() -> bytes:
    """Text chunks that would inflate to 400 MB."""
    content = b"Comment\0\0" + zlib.compress(b"a" * 40_000_000, 1)
    pixels = b"".join(b"\0" + b"\x80" * 192 for _ in range(64))
    return png(64, 64, *[png_chunk(b"zTXt", content)] * 10, pixels=pixels)


def pixel_bomb() -> bytes:
    """Pixels that inflate to 400 MB in a picture of 64 by 64."""
    return png(64, 64, pixels=b"\0" * 400_000_000)


def profile_bomb() -> bytes:
    """A colour profile that would inflate to 200 MB."""
    content = b"icc\0\0" + zlib.compress(b"\0" * 200_000_000, 1)
    pixels = b"".join(b"\0" + b"\x80" * 192 for _ in range(64))
    return png(64, 64, png_chunk(b"iCCP", content), pixels=pixels)


MEASURE = """
import resource, sys
from pathlib import Path
from bot.pictures import PictureError
from bot.pictures.intake import prepare_photo
files = [Path(name).read_bytes() for name in sys.argv[1:]]
prepare_photo(files[0])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for data in files[1:]:
    try:
        prepare_photo(data)
    except PictureError:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@SLOW
def test_no_bomb_takes_memory(tmp_path):
    """All bombs together raise the process's peak memory by less than 60 MB."""
    bombs = [huge(kind) for kind in (*HUGE, "HEIF", "AVIF")]
    bombs += [text_bomb(), pixel_bomb(), profile_bomb()]
    names = []
    for number, data in enumerate([encoded(quarters(2000, 1500), "PNG"), *bombs]):
        names.append(tmp_path / str(number))
        names[-1].write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, names)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert int(done.stdout) < 60 * 1024
