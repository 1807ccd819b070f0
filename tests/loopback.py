"""HTTP clients for servers that tests run on this machine."""

import ssl
from typing import Any

import httpx

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: reading the trust roots takes 27 ms, longer than most tests."""


def http_client(**options: Any) -> httpx.AsyncClient:
    """Return a client for plain HTTP; the options are those of `httpx.AsyncClient`."""
    return httpx.AsyncClient(verify=NO_TLS, **options)
