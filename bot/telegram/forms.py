"""A call with files as a form of several parts, byte for byte as httpx writes it."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from bot.http.messages import Upload

_TO_BE_QUOTED: Final = re.compile(r'["\\\x00-\x1f\x7f]')


def form_of(fields: Mapping[str, str], files: Mapping[str, Any]) -> tuple[str, Upload] | None:
    """Return the content's type and the form; None for what is left to httpx.

    That is a file that is no bytes with its name and type, and names that have to be quoted.
    """
    boundary = secrets.token_hex(16)
    pieces: list[bytes] = []
    written = b""
    for name, value in fields.items():
        if _TO_BE_QUOTED.search(name):
            return None
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        written += f"{head}{value}\r\n".encode()
    for name, file in files.items():
        match file:
            case (str(called), bytes(content), str(kind)):
                pass
            case _:
                return None
        if _TO_BE_QUOTED.search(f"{name}{called}{kind}"):
            return None
        shown = f'form-data; name="{name}"; filename="{called}"'
        head = f"--{boundary}\r\nContent-Disposition: {shown}\r\nContent-Type: {kind}\r\n\r\n"
        pieces += (written + head.encode(), content)
        written = b"\r\n"
    pieces.append(written + f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", Upload(pieces, sum(map(len, pieces)))
