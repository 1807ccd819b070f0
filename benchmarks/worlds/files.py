"""Pictures that people send: made once, with as much detail as makes them as large as they are."""

import io
import random
from functools import cache
from typing import Any

from PIL import Image

Json = dict[str, Any]
_SIZES = {"photo": (1280, 960), "file": (4000, 3000)}
"""What Telegram makes of a photo, and what a phone's camera makes."""

_GRAIN = 4  # pixels to a point of noise
_THUMBS = ((90, 67), (320, 240), (800, 600))


@cache
def content_of(kind: str) -> bytes:
    """Return a picture's JPEG: about 0.3 MB as a photo, 3 MB as a file."""
    width, height = _SIZES[kind]
    small = (width // _GRAIN, height // _GRAIN)
    grain = random.Random(kind).randbytes(small[0] * small[1] * 3)
    picture = Image.frombytes("RGB", small, grain).resize(
        (width, height), Image.Resampling.BILINEAR
    )
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def as_sent(kind: str, number: int) -> Json:
    """Return how Telegram tells of it in a message; each is a file of its own."""
    if kind == "file":
        return {
            "document": {
                "file_name": "IMG_2041.jpg",
                "mime_type": "image/jpeg",
                **_file(kind, number),
            }
        }
    width, height = _SIZES[kind]
    thumbs = [
        {**_file(kind, number, f"{w}"), "width": w, "height": h, "file_size": w * h // 8}
        for w, h in _THUMBS
    ]
    return {"photo": [*thumbs, {**_file(kind, number), "width": width, "height": height}]}


def told_of(file_id: str) -> Json:
    """Return what `getFile` answers; the path says which picture it is."""
    kind, number, _ = file_id.split("-", 2)
    return {**_file(kind, int(number)), "file_path": f"pictures/{kind}-{number}.jpg"}


def _file(kind: str, number: int, size: str = "") -> Json:
    return {
        "file_id": f"{kind}-{number}-AgACAgIAAxkBAAIBY2ZRk9rZ00000000000000000000{size}",
        "file_unique_id": f"AQAD{kind}{number}{size}",
        "file_size": len(content_of(kind)),
    }
