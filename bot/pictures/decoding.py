"""Bytes of unknown origin to an upright sRGB picture, within bounds."""

import io
import re
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from bot.pictures.outcomes import (
    NotAPicture,
    PictureError,
    PictureTooLarge,
    PictureTooSmall,
    UnreadablePicture,
)

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
BOXED_FORMATS: Final = ("HEIF", "AVIF")
MAX_BYTES: Final = 20 * 1024 * 1024  # what a bot can download (Bot API, getFile)
MAX_SIDE: Final = 20_000
# A JPEG is decoded at a fraction of its size. The others are held whole, several times over while
# they are converted; phone cameras write HEIC of up to 48 megapixels.
MAX_PIXELS: Final = {"JPEG": 64_000_000, "MPO": 64_000_000, "HEIF": 50_000_000}
MAX_PIXELS_OTHERWISE: Final = 25_000_000
WHITE: Final = (255, 255, 255)
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIGNATURES: Final = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n|GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP"
    rb"|....ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1|avi[fs])",
    re.DOTALL,
)
_BOXED: Final = re.compile(rb"....ftyp", re.DOTALL)
_JPEG, _END_MARK = b"\xff\xd8\xff", b"\xff\xd9"
_FILLINGS: Final = (b"", b"\x55\xaa" * 32, b"\x0f\xf0" * 32)
_WIDE_TOP: Final = 65535  # white in 16 bits
_TOP: Final = 255  # white in 8 bits

# Once for the process: warnings.catch_warnings is not safe in the worker's threads.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


Shape = Callable[[Image.Image], Image.Image]
"""Scales a picture before its colours are converted; what it does must not depend on the turn."""


def decode(
    data: bytes,
    *,
    longest: int,
    min_side: int = 1,
    shape: Shape | None = None,
    enough: int | None = None,
) -> Image.Image:
    """Decode the first frame: upright, sRGB on white, scaled so that no side exceeds `longest`.

    Never enlarges. The result carries no metadata. Bounds are checked from the header, before any
    pixel is decoded. `shape` does the scaling, if given, of a picture that has at least `longest`
    pixels a side, or all that it ever had. A JPEG whose decoder can make a half, a quarter or an
    eighth of it with `enough` pixels on its longer side is left so: scaling it once more takes as
    long as decoding it.

    A JPEG that lacks nothing but its end mark, as some programs write it, is taken.

    Raises: NotAPicture, UnreadablePicture, PictureTooLarge, PictureTooSmall.
    """
    if len(data) > MAX_BYTES:
        raise PictureTooLarge("bytes")
    try:
        return _decode(data, longest, min_side, shape, enough)
    except UnreadablePicture:
        ended = _ended(data, longest)
        if ended is None:
            raise
    return _decode(ended, longest, min_side, shape, enough)


def _decode(
    data: bytes, longest: int, min_side: int, shape: Shape | None, enough: int | None
) -> Image.Image:
    with _pillow_errors(data), Image.open(io.BytesIO(data), formats=_formats(data)) as opened:
        _check_size(opened, min_side)
        opened.draft(None, _drafted(opened.size, longest, enough))
        opened.load()
        turn = _TURNS.get(_orientation(opened))
        profile = opened.info.get("icc_profile")
        plain = _plain_mode(opened)
        picture = shape(plain) if shape else _scaled(plain, longest)
        picture = _on_white(_to_srgb(picture, profile))
    if turn is not None:
        picture = picture.transpose(turn)
    if min(picture.size) < min(min_side, longest):
        raise PictureTooSmall(f"scaled to {picture.width}x{picture.height}")
    picture.info = {}
    return picture


def _drafted(size: tuple[int, int], longest: int, enough: int | None) -> tuple[int, int]:
    """Return the least size to ask a JPEG's decoder for; other formats are not asked."""
    width, height = size
    for part in (2, 4, 8):
        if enough is not None and enough <= max(size) // part <= longest:
            return max(1, width // part), max(1, height // part)
    return longest, longest


def _ended(data: bytes, longest: int) -> bytes | None:
    """Return a JPEG with the end mark that it lacks; None when more of it is missing.

    Bits that the decoder does not need change nothing. So whatever is put before the mark, the
    pixels stay the same, unless some of them would have been in what is missing.
    """
    if not data.startswith(_JPEG) or data.endswith(_END_MARK):
        return None
    data = data.removesuffix(_END_MARK[:1])
    first: bytes | None = None
    for filled in _FILLINGS:
        try:
            pixels = _pixels(data + filled + _END_MARK, longest)
        except PictureError:
            return None
        if first is not None and pixels != first:
            return None
        first = pixels
    return data + _END_MARK


def _pixels(jpeg: bytes, longest: int) -> bytes:
    with _pillow_errors(jpeg), Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as opened:
        _check_size(opened, 1)
        opened.draft(None, (longest, longest))
        return opened.tobytes()


def encode_jpeg(picture: Image.Image, max_bytes: int, qualities: tuple[int, ...]) -> bytes:
    """JPEG of at most `max_bytes`, at the first of `qualities` that fits; shrinks if none does."""
    while True:
        for quality in qualities:
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality)
            if out.tell() <= max_bytes:
                return out.getvalue()
        picture = picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)))


def _formats(data: bytes) -> tuple[str, ...]:
    if not _BOXED.match(data):
        return FORMATS
    _load_heif()
    return BOXED_FORMATS


@cache
def _load_heif() -> None:
    """Teach Pillow to read HEIC."""
    from pillow_heif import register_heif_opener  # noqa: PLC0415 - megabytes, for few photos

    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=2)


@contextmanager
def _pillow_errors(data: bytes) -> Iterator[None]:
    """Pillow's and its plugins' errors as ours."""
    try:
        yield
    except UnidentifiedImageError as err:
        if _SIGNATURES.match(data):
            raise UnreadablePicture("broken before its size is known") from err
        raise NotAPicture("no known picture format") from err
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as err:
        raise PictureTooLarge("pixels") from err
    except PictureError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, LookupError) as err:
        raise UnreadablePicture(f"{type(err).__name__} while decoding") from err
    except (TypeError, ArithmeticError, AttributeError, AssertionError, struct.error) as err:
        # Pillow's Python parsers meet nonsense in corrupt headers with these.
        raise UnreadablePicture(f"{type(err).__name__} while decoding") from err


def _check_size(picture: ImageFile.ImageFile, min_side: int) -> None:
    most = MAX_PIXELS.get(picture.format or "", MAX_PIXELS_OTHERWISE)
    if max(picture.size) > MAX_SIDE or picture.width * picture.height > most:
        raise PictureTooLarge("pixels")
    if min(picture.size) < min_side:
        raise PictureTooSmall(f"{picture.width}x{picture.height}")


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 when absent or when the EXIF block is corrupt: pixels matter more."""
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, ValueError, TypeError, SyntaxError, LookupError, struct.error):
        return 1


def _plain_mode(picture: Image.Image) -> Image.Image:
    """RGB, RGBA, L or CMYK: the modes that scale well and that colour profiles describe."""
    mode = picture.mode
    if mode == "RGBA":
        return picture  # convert would copy, which large pictures cannot afford
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if mode in {"RGB", "L", "CMYK"}:
        return picture
    if mode in {"1", "LA", "La"}:
        return picture.convert("L")
    if mode == "F" or mode.startswith("I"):
        return _eight_bit_grey(picture)
    return picture.convert("RGB")


def _eight_bit_grey(picture: Image.Image) -> Image.Image:
    """Greys wider than 8 bits to L; Pillow's own conversion clips instead of scaling."""
    wide = picture.convert("I") if picture.mode.startswith("I;") else picture
    brightest = float(wide.getextrema()[1])  # type: ignore[arg-type] # one band gives two numbers
    if picture.mode.startswith("I;16") or _TOP < brightest <= _WIDE_TOP:
        scale = _TOP / _WIDE_TOP
    elif brightest <= 1:
        scale = float(_TOP)
    else:
        scale = min(1.0, _TOP / brightest)
    return wide.point(lambda value: value * scale).convert("L")


def _scaled(picture: Image.Image, longest: int) -> Image.Image:
    factor = longest / max(picture.size)
    if factor >= 1:
        return picture
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _to_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Apply an embedded colour profile; one that is broken or does not fit is ignored."""
    if not isinstance(profile, bytes) or picture.mode == "L":
        return picture
    from PIL import ImageCms  # noqa: PLC0415 - for the few pictures that have a profile

    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    try:
        colours = picture.convert("RGB") if alpha else picture
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(colours, source, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    if turned is None:
        return picture
    if alpha:
        turned.putalpha(alpha)
    return turned


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB" and not isinstance(picture, ImageFile.ImageFile):
        return picture  # scaled or converted already: another copy would be as large again
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    flat = Image.new("RGB", picture.size, WHITE)
    flat.paste(picture, mask=picture.getchannel("A"))
    return flat
