"""Where a request goes: an address taken apart, once for each origin."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from bot.http.errors import BadAddress
from bot.http.proxies import Proxies, Proxy

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_ORIGIN: Final = re.compile(r"https?://[^/?#\\\s]+(?=[/?#]|$)", re.IGNORECASE)
_MOST_KNOWN: Final = 1000
NO_ADDRESS: Final = "not an address that can be asked"


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Scheme, host and port, with the proxy they are asked through. IPv6 is without brackets."""

    secure: bool
    host: str
    port: int
    proxy: Proxy | None
    authority: str
    """Host and port, as CONNECT names them."""
    before_target: str
    """What stands before the path on the request line: an http proxy wants the whole address."""
    fields: str = field(repr=False)
    """The header fields of every request to here."""


class Origins:
    """Origins by what an address begins with; proxies are looked up once for each."""

    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies
        self._known: dict[str, Origin] = {}

    def of(self, url: str) -> tuple[Origin, str]:
        """Return an address's origin and its target, such as `/path?query`.

        Raises `BadAddress` for what is none or not encoded, and `UnusableProxy`.
        """
        end = url.find("/", len("https://"))
        origin = self._known.get(url[:end]) if end > 0 else None
        if origin is None:
            found = _ORIGIN.match(url)
            if found is None:
                raise BadAddress(NO_ADDRESS)
            end = found.end()
            origin = self._known.get(found[0]) or self._learned(found[0])
        target, _, _ = url[end:].partition("#")
        if not (target.isascii() and target.isprintable()) or " " in target:
            raise BadAddress(NO_ADDRESS)
        return origin, target if target[:1] == "/" else f"/{target}"

    def _learned(self, start: str) -> Origin:
        try:
            parts = urlsplit(start)
            host = (parts.hostname or "").encode("ascii" if start.isascii() else "idna").decode()
            port = parts.port
        except ValueError:  # brackets that do not match, a port that is none, no name at all
            raise BadAddress(NO_ADDRESS) from None
        if not host or port == 0 or not host.isprintable():
            raise BadAddress(NO_ADDRESS)
        usual = _DEFAULT_PORTS[parts.scheme]
        port = port or usual
        proxy = self._proxies.proxy_for(parts.scheme, host, port)
        secure = parts.scheme == "https"
        shown = f"[{host}]" if ":" in host else host
        authority = f"{shown}:{port}"
        named = shown if port == usual else authority
        fields = f"Host: {named}\r\n"
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            fields += f"Authorization: Basic {b64encode(pair.encode()).decode()}\r\n"
        if proxy is not None and proxy.authorization and not secure:
            fields += f"Proxy-Authorization: {proxy.authorization}\r\n"
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        before = f"http://{named}" if proxy is not None and not secure else ""
        origin = Origin(secure, host, port, proxy, authority, before, fields)
        self._known[start] = origin
        return origin
