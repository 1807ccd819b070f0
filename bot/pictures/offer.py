"""An offer's picture made fit for Telegram's sendPhoto."""

from typing import Final

from PIL import Image

from bot.pictures.decoding import WHITE, decode, encode_jpeg

LONGEST: Final = 1280
MAX_JPEG_BYTES: Final = 1_000_000
# sendPhoto (Bot API): width + height at most 10000, ratio at most 20. A strip near that limit is
# unreadable in a chat, so it is padded well before.
MAX_RATIO: Final = 4
MIN_SIDE: Final = 64
_QUALITIES: Final = (88, 80, 70, 55, 40)


def fit_picture(data: bytes) -> bytes:
    """JPEG of at most 1280 pixels a side and 1,000,000 bytes that sendPhoto accepts.

    Strips wider than 4:1 and tiny pictures are padded with white, never cropped.

    Raises: NotAPicture, UnreadablePicture, PictureTooLarge.
    """
    picture = decode(data, longest=LONGEST)
    least = max(MIN_SIDE, -(-max(picture.size) // MAX_RATIO))
    canvas_size = (max(picture.width, least), max(picture.height, least))
    if canvas_size != picture.size:
        canvas = Image.new("RGB", canvas_size, WHITE)
        corner = ((canvas.width - picture.width) // 2, (canvas.height - picture.height) // 2)
        canvas.paste(picture, corner)
        picture = canvas
    return encode_jpeg(picture, MAX_JPEG_BYTES, _QUALITIES)
