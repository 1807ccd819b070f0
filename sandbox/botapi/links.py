"""Web addresses as Telegram checks and writes them."""

import ipaddress
import re
from urllib.parse import urlsplit


def wrong_url(url: str, *, refuse_local: bool = False) -> str | None:
    """What Telegram finds wrong with an address, or None."""
    url = url.strip()
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "Wrong HTTP URL"
    if parts.scheme not in ("http", "https", "tg"):
        return "Unsupported URL protocol"
    if not host:
        return "URL host is empty"
    is_spaced = any(char.isspace() or ord(char) < 32 for char in url)
    is_host = parts.scheme == "tg" or "." in host or ":" in host or is_local(host)
    is_refused = refuse_local and parts.scheme != "tg" and is_local(host)
    return "Wrong HTTP URL" if is_spaced or not is_host or is_refused else None


def canonical(url: str) -> str:
    """The address with its scheme and a path, as messages show it."""
    url = url.strip()
    scheme, mark, rest = url.partition("://")
    if not mark:
        scheme, rest = "http", url
    if scheme == "tg":
        return url
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(host) :]
    return f"{scheme}://{host}{path if path.startswith('/') else '/' + path}"


def is_local(host: str) -> bool:
    """Whether the host is this machine or a private network."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback
