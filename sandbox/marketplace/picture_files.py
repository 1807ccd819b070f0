"""The offers' pictures: their addresses, their files and the small copies of them."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image

ROUTE = "/img/"
SIZES = frozenset({80, 310, 460})
_NAME = re.compile(r"(?P<stem>[A-Za-z0-9][A-Za-z0-9_-]*)(?:\.(?P<edge>\d+)x(?P=edge))?\.jpg")


def picture_url(base_url: str, name: str) -> str:
    """Absolute address of a picture file."""
    return f"{base_url}{ROUTE}{name}"


def small_url(base_url: str, name: str, edge: int = 80) -> str:
    """Absolute address of its small copy, `….80x80.jpg` as 1688 names them."""
    return picture_url(base_url, f"{name.removesuffix('.jpg')}.{edge}x{edge}.jpg")


def name_in(address: str) -> str | None:
    """The file name in an address that this marketplace serves, else None."""
    path = urlsplit(address).path
    name = path.removeprefix(ROUTE)
    return name if path != name and _NAME.fullmatch(name) else None


def read_picture(folder: Path, name: str) -> bytes | None:
    """The JPEG bytes of a picture or of a small copy; None when there is none."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    file = folder / f"{match['stem']}.jpg"
    if not file.is_file():
        return None
    if match["edge"] is None:
        return file.read_bytes()
    edge = int(match["edge"])
    return _small_copy(file, edge) if edge in SIZES else None


@lru_cache(maxsize=256)
def _small_copy(file: Path, edge: int) -> bytes:
    with Image.open(file) as picture:
        picture.thumbnail((edge, edge))
        small = io.BytesIO()
        picture.convert("RGB").save(small, "JPEG", quality=85)
    return small.getvalue()
