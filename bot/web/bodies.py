"""Reading what strangers send: bounded in time, and no error of ours when it breaks off."""

import asyncio

import structlog
from aiohttp import web

_WITHIN = 20.0  # seconds; Telegram and the marketplace send a body in one go
_log = structlog.get_logger(__name__)


async def body_of(request: web.Request, within: float = _WITHIN) -> bytes:
    """Return a request's body.

    Raises `web.HTTPRequestEntityTooLarge` over the server's bound, `web.HTTPRequestTimeout` when it
    has not come `within` seconds, and `web.HTTPBadRequest` when it ends early or makes no sense.
    """
    try:
        async with asyncio.timeout(within):
            return await request.read()
    except TimeoutError as error:
        _log.warning("body_refused", reason="slow")
        raise web.HTTPRequestTimeout from error
    except (web.RequestPayloadError, ConnectionError) as error:
        _log.info("body_refused", reason=type(error).__name__)
        raise web.HTTPBadRequest from error
