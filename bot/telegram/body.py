"""A Bot API request's body."""

import asyncio
from collections.abc import Iterable
from typing import cast

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from telegram.request import RequestData
from yarl import URL

_NEVER_WAITS = 16 * 1024
"""A body of so many bytes is handed to the system without waiting for the connection to take it: a
time-out around that would be set and taken back for nothing."""


class Body(aiohttp.Payload):
    """A request body that says what httpx's would; each chunk is sent within the write time-out."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        content_type: str,
        size: int | None,
        write_timeout: float | None,
    ) -> None:
        super().__init__(chunks, content_type=content_type)
        self._size = size
        self._write_timeout = write_timeout

    @classmethod
    def of(cls, data: RequestData | None, write_timeout: float | None) -> "Body | None":
        """None for a request without parameters."""
        if data is None or not (data.json_parameters or data.contains_files):
            return None
        if not data.contains_files:
            # yarl quotes texts of many bytes several times faster than the standard library.
            form = URL.build(query=data.json_parameters).raw_query_string.encode()
            return cls((form,), "application/x-www-form-urlencoded", len(form), write_timeout)
        # The address is no part of a body, and the true one is better kept out of here.
        request = httpx.Request(
            "POST", "http://body", data=data.json_parameters, files=data.multipart_data
        )
        length = request.headers.get("Content-Length")
        size = None if length is None else int(length)
        stream = cast("Iterable[bytes]", request.stream)
        return cls(stream, request.headers["Content-Type"], size, write_timeout)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send it; raises TimeoutError when the connection takes a chunk too slowly."""
        small = self._size is not None and self._size <= _NEVER_WAITS
        for chunk in self._value:
            if small:
                await writer.write(chunk)
                continue
            async with asyncio.timeout(self._write_timeout):
                await writer.write(chunk)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The whole body as text, for aiohttp's diagnostics."""
        return b"".join(self._value).decode(encoding, errors)
