"""Pictures drawn for the tests: four coloured quarters tell how a picture was turned."""

import io
import struct
import zlib
from typing import Any, cast

import pillow_heif
from PIL import Image

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 40), (40, 40, 220), (235, 220, 40)
CORNERS = (RED, GREEN, BLUE, YELLOW)  # upper left, upper right, lower left, lower right


def quarters(width: int = 120, height: int = 80) -> Image.Image:
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(GREEN, (width // 2, 0, width, height))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    picture.paste(YELLOW, (width // 2, height // 2, width, height))
    return picture


def noise(width: int, height: int) -> Image.Image:
    """What compresses worst."""
    return Image.merge("RGB", [Image.effect_noise((width, height), 200) for _ in range(3)])


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    if kind == "HEIF":
        # Not as a plugin of Pillow's: that the bot can read it is to be the bot's own doing.
        pillow_heif.from_pillow(picture).save(out, **options)
    else:
        picture.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def corners(picture: Image.Image) -> list[tuple[int, int, int]]:
    """The colours in the middle of each quarter."""
    width, height = picture.size
    return [
        cast("tuple[int, int, int]", picture.getpixel((x, y)))
        for y in (height // 4, height * 3 // 4)
        for x in (width // 4, width * 3 // 4)
    ]


def near(seen: Any, wanted: Any, slack: int = 24) -> bool:
    return all(
        abs(a - b) <= slack
        for one, other in zip(seen, wanted, strict=True)
        for a, b in zip(one, other, strict=True)
    )


def png_chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(width: int, height: int, *chunks: bytes, pixels: bytes = b"\0" * 64) -> bytes:
    """A PNG that declares any size, with any chunks before its pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            *chunks,
            png_chunk(b"IDAT", zlib.compress(pixels, 1)),
            png_chunk(b"IEND", b""),
        )
    )
