"""Addresses around a Bot API call: those to go through, and those to keep out of texts."""

import os
import urllib.request
from urllib.parse import urlsplit

import aiohttp


def proxy_from_environment(url: str) -> str | None:
    """The proxy that HTTP(S)_PROXY, ALL_PROXY and NO_PROXY name for `url`; ValueError as below."""
    address = urlsplit(url)
    if urllib.request.proxy_bypass(address.netloc.rpartition("@")[2]):
        return None
    known = urllib.request.getproxies()
    proxy = known.get(address.scheme) or known.get("all")
    return usable_proxy(proxy if not proxy or "://" in proxy else f"http://{proxy}")


def usable_proxy(proxy: str | None) -> str | None:
    """`proxy` itself. Raises ValueError for a kind that aiohttp does not speak, such as SOCKS."""
    if proxy and urlsplit(proxy).scheme not in {"http", "https"}:
        raise ValueError("the proxy must be an http:// or https:// address")
    return proxy


def harmless_text(err: Exception, url: str) -> str:
    """The error's own words, unless they name an address: tokens and passwords live there."""
    if isinstance(err, aiohttp.ClientResponseError):
        text = f"{err.status} {err.message}"
    else:
        text = str(err)
    secrets = [part for part in urlsplit(url).path.split("/") if part] + ["://"]
    if not any(secret in text for secret in secrets):
        return text
    number = err.errno if isinstance(err, OSError) else None
    return os.strerror(number) if number else "(text withheld: it names the address)"
