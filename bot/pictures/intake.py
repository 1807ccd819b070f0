"""A person's photo made ready for the marketplace's image search."""

from typing import Final

from bot.pictures.decoding import decode, encode_jpeg
from bot.pictures.outcomes import PreparedPhoto

LONGEST: Final = 1280
_ENOUGH: Final = 960
MIN_SIDE: Final = 32
# Upload image (api-207114140) takes at most 3 MB and does not say whether before or after Base64:
# below 2.2 MB satisfies both readings; 1.5 MB more is invisible at this size.
MAX_JPEG_BYTES: Final = 1_500_000
_QUALITIES: Final = (90, 85, 75, 60, 45)


def prepare_photo(data: bytes) -> PreparedPhoto:
    """Make an upright sRGB JPEG of at most 1,500,000 bytes and 1280 pixels a side.

    Of a large JPEG it has 960 at least, if that spares scaling it: a search compares smaller ones.

    Takes JPEG, PNG, WebP, HEIC/HEIF, AVIF, and the first frame of GIF, BMP and TIFF. Nothing of
    the original's metadata (where and when it was taken, by which device) survives.

    Raises: NotAPicture, UnreadablePicture, PictureTooLarge, PictureTooSmall.
    """
    picture = decode(data, longest=LONGEST, min_side=MIN_SIDE, enough=_ENOUGH)
    jpeg = encode_jpeg(picture, MAX_JPEG_BYTES, _QUALITIES)
    return PreparedPhoto(jpeg, picture.width, picture.height)
