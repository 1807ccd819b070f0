"""Picture files as people have them, made from one sample."""

import io
import struct
import zlib

from PIL import ExifTags, Image
from pillow_heif import from_pillow


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Encode a picture."""
    out = io.BytesIO()
    if kind == "HEIC":
        from_pillow(picture.convert("RGB")).save(out, quality=80)
    else:
        picture.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """Decode a sample."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def lying_on_its_side(data: bytes) -> bytes:
    """The same photo as a phone stores it: turned, with an EXIF note that says so."""
    turned = opened(data).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    return saved(turned, "JPEG", exif=exif, quality=92)


def animation() -> bytes:
    """A GIF of two frames."""
    frames = [Image.new("RGB", (200, 200), colour) for colour in ("white", "red")]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:])


def bomb() -> bytes:
    """A PNG of a few kilobytes that claims 50,000 by 50,000 pixels."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND")


def _chunk(name: bytes, data: bytes = b"") -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check
