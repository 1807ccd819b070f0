"""What a caller sees of a fault."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.marketplace.calls import CallRecord
from sandbox.marketplace.envelope import envelope, json_response, json_text
from sandbox.marketplace.faults import Fault

BAD_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
NOT_JSON_PAGE = "<!DOCTYPE html><title>系统升级中</title>"
_END_MARK = 8  # bytes: checksum and size, RFC 1952
_UNTIL_IT_ARRIVED = 0.05  # seconds; a reset can overtake what is still on its way
ID_FIELDS = frozenset({"orderId", "imageId", "payUrl", "offerId", "id", "idOfStr"})


async def faulty_answer(
    fault: Fault,
    request: web.Request,
    record: CallRecord,
    body: dict[str, Any] | None,
    at_ms: int,
) -> web.StreamResponse:
    """The answer that the fault makes of a call; `body` is the real one if it was worked on."""
    if fault.kind == "refuse":
        record.outcome, record.code, record.message = "refused", fault.code, fault.message
        return json_response(envelope(fault.code, fault.message, None, at_ms))
    if fault.kind in _BROKEN_OFF:
        record.outcome = "cut"
        return await _BROKEN_OFF[fault.kind](request, json_text(body).encode())
    if fault.kind in ("cut_before", "answer_lost"):
        return cut(request, record)
    if fault.kind == "null_data":
        return json_response({**(body or {}), "data": None})
    if fault.kind == "missing_ids":
        return json_response(_without_ids(body))
    return _no_envelope(fault, record)


def _no_envelope(fault: Fault, record: CallRecord) -> web.Response:
    if fault.kind == "not_json":
        return web.Response(text=NOT_JSON_PAGE, content_type="text/html")
    if fault.kind == "http_502_html":
        record.outcome = "http_502"
        return web.Response(status=502, text=BAD_GATEWAY_PAGE, content_type="text/html")
    if fault.kind == "throttle_429":
        record.outcome = "http_429"
        wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.Response(status=429, text="Too Many Requests", headers=wait)
    record.outcome = "http_500"
    return web.Response(status=500, text="Internal Server Error")


def cut(request: web.Request, record: CallRecord) -> web.Response:
    """Break the connection without a byte of answer."""
    record.outcome = "cut"
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half_answer(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _reset_answer(request: web.Request, body: bytes) -> web.StreamResponse:
    """All of it, but without a length, and then a reset: nobody can know that it was all."""
    transport = request.transport
    if transport is not None:
        # aiohttp would say a length or send chunks.
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        transport.write(head + body)
        await asyncio.sleep(_UNTIL_IT_ARRIVED)
        held: socket.socket | None = transport.get_extra_info("socket")
        if held is not None:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _cut_gzip(_: web.Request, body: bytes) -> web.StreamResponse:
    """Compressed, of the length it says, and without the mark that it is whole."""
    return web.Response(
        body=gzip.compress(body)[:-_END_MARK],
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )


_BROKEN_OFF: dict[str, Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]] = {
    "cut_mid_answer": _half_answer,
    "reset_after_answer": _reset_answer,
    "cut_gzip": _cut_gzip,
}


def _without_ids(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: None if name in ID_FIELDS else _without_ids(item) for name, item in value.items()
        }
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    return value
