"""Reading a Bot API request: query, JSON, form or multipart, into raw parameters and uploads."""

import json
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from .errors import BadRequestError, TooLargeError

ATTACH: Final = "attach://"


@dataclass(frozen=True)
class Upload:
    """One file part of a multipart request."""

    file_name: str
    content_type: str
    data: bytes

    def summary(self) -> dict[str, Any]:
        """What the journal keeps of it."""
        return {
            "file_name": self.file_name,
            "content_type": self.content_type,
            "bytes": len(self.data),
        }


async def read_parameters(request: web.Request) -> dict[str, Any]:
    """Everything that the caller sent, by name; file parts as Upload.

    Raises BadRequestError for a body that cannot be read, TooLargeError for one over the limit.
    """
    raw: dict[str, Any] = dict(request.query)
    if request.method == "GET" or not request.can_read_body:
        return raw
    try:
        if request.content_type == "application/json":
            raw.update(await read_json(request))
        elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
            raw.update(await read_form(request))
    except web.HTTPRequestEntityTooLarge:
        raise TooLargeError from None
    return raw


async def read_json(request: web.Request) -> dict[str, Any]:
    """A JSON object."""
    body = await request.read()
    try:
        content = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        raise BadRequestError("can't parse request JSON object") from None
    if not isinstance(content, dict):
        raise BadRequestError("request JSON must be an object")
    return content


async def read_form(request: web.Request) -> dict[str, Any]:
    """Form fields and file parts."""
    try:
        form = await request.post()
    except (ValueError, UnicodeDecodeError, LookupError):
        raise BadRequestError("can't parse the request's form") from None
    fields: dict[str, Any] = {}
    for name, value in form.items():
        if isinstance(value, web.FileField):
            fields[name] = Upload(value.filename, value.content_type, value.file.read())
        elif isinstance(value, bytes | bytearray):
            fields[name] = Upload(name, "application/octet-stream", bytes(value))
        else:
            fields[name] = value
    return fields
