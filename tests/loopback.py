"""HTTP clients for servers that tests run on this machine, and the time they wait for them."""

import asyncio
import ssl
from typing import Any

import httpx
from httpx_aiohttp import HttpxAiohttpClient

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: reading the trust roots takes 27 ms, longer than most tests."""


def http_client(**options: Any) -> httpx.AsyncClient:
    """Return a client for plain HTTP; the options are those of `httpx.AsyncClient`.

    It sends over aiohttp, which takes less than half of the CPU a request.
    """
    return HttpxAiohttpClient(**{"verify": NO_TLS, "timeout": 60, **options})


def time_flies(seconds: float) -> None:
    """Have the running loop's clock stand so much later: what waits for a time-out waits no more.

    A time-out of real milliseconds would measure how busy the machine is.
    """
    loop = asyncio.get_running_loop()
    before = loop.time
    loop.time = lambda: before() + seconds  # type: ignore[method-assign]
