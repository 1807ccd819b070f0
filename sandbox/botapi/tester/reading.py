"""Reading requests of the tester API."""

import json
from typing import Any, Final

from aiohttp import web

from sandbox.botapi.errors import TesterError

MAX_WAIT: Final = 60


async def json_body(request: web.Request) -> dict[str, Any]:
    """A JSON object, empty when there is no body. Raises TesterError."""
    body = await request.read()
    if not body:
        return {}
    try:
        content = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        raise TesterError("the body must be JSON") from None
    if not isinstance(content, dict):
        raise TesterError("the body must be a JSON object")
    return content


def whole(value: Any, name: str, default: int | None = None) -> int:
    """A whole number, also as text. Raises TesterError."""
    if value in (None, "") and default is not None:
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise TesterError(f"{name} must be a whole number") from None


def path_number(request: web.Request, name: str) -> int:
    """A number of the path."""
    return whole(request.match_info[name], name)


def patience(request: web.Request, default: float) -> float:
    """For how many seconds a request is to wait, by its `timeout`. Raises TesterError."""
    try:
        return min(max(float(request.query.get("timeout", default)), 0), MAX_WAIT)
    except ValueError:
        raise TesterError("timeout must be a number of seconds") from None


def words(value: Any, name: str) -> str:
    """A string. Raises TesterError."""
    if not isinstance(value, str):
        raise TesterError(f"{name} must be text")
    return value
