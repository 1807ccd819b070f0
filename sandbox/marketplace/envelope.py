"""The envelope around every answer, and the refusals that end a call early.

Refusal                 a call that gets no ordinary answer
├── GatewayRefusal      the gateway says no: bad parameter, bad signature, unknown record
└── OrderRefusal        the trade rules say no: stock, minimum quantity, not tradable
"""

from __future__ import annotations

import json
import secrets
from decimal import Decimal
from typing import Any

from aiohttp import web

SUCCESS_CODE = 200
SUCCESS_MESSAGE = "操作成功"
BAD_PARAMETER = 400
UNAUTHORISED = 401
NOT_FOUND = 404
VALIDATION_ERROR = 405
BUSINESS_ERROR = 1009


class Refusal(Exception):
    """A call that gets no ordinary answer."""


class GatewayRefusal(Refusal):
    """The gateway refuses: envelope code, Chinese message and optional data."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class OrderRefusal(Refusal):
    """The trade rules refuse: a 500_00x code, its Chinese text, and the lines at fault."""

    def __init__(
        self, code: str, message: str, lines: tuple[tuple[int, str | None], ...] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.lines = lines


def envelope(code: int, message: str, data: object, at_ms: int) -> dict[str, Any]:
    """`{code, message, data, timestamp, traceId}` (contract section 1)."""
    return {
        "code": code,
        "message": message,
        "data": data,
        "timestamp": at_ms,
        "traceId": secrets.token_hex(6),
    }


def json_text(value: object) -> str:
    """JSON as the gateway writes it: Chinese unescaped, yuan decimals as bare numbers."""
    return json.dumps(value, ensure_ascii=False, default=_number, separators=(",", ":"))


def _number(value: object) -> float:
    # A two-decimal amount prints back exactly from the nearest double, so this only formats it.
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not a JSON value: {value!r}")


def json_response(value: object, status: int = 200) -> web.Response:
    """The value as an `application/json` answer."""
    return web.Response(text=json_text(value), status=status, content_type="application/json")
