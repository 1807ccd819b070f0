"""Which proxy a request goes through: the usual variables, read in one way for everybody.

`http_proxy`, `https_proxy` and `all_proxy` name one, in lower or upper case (lower wins), with or
without `http://`, with credentials if need be. `no_proxy` names who is asked directly: hosts and
whatever is below them, addresses, networks (10.0.0.0/8), each with a port if need be, or `*`.
"""

import ipaddress
import re
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from bot.http.errors import UnusableProxy

HOW_TO_WRITE_IT: Final = "write the proxy as an http:// or https:// address"
_PORTS: Final = {"http": 80, "https": 443}
_PORT: Final = re.compile(r":(\d+)$")


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy; `secure` when it is itself spoken to over TLS. IPv6 is without brackets."""

    host: str
    port: int
    secure: bool = False
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address such as `https://user:pass@[::1]:3128` or `proxy:3128`.

        Raises `UnusableProxy` for other kinds, such as SOCKS, and for what is no address.
        """
        given = text.strip()
        try:
            parts = urlsplit(given if "://" in given else f"http://{given.removeprefix('//')}")
            host, port = parts.hostname, parts.port
        except ValueError:  # brackets that do not match, a port that is none
            raise UnusableProxy(HOW_TO_WRITE_IT) from None
        odd = port == 0 or parts.netloc.endswith(":") or re.search(r"\s", given)
        if parts.scheme not in _PORTS or not host or odd:
            raise UnusableProxy(HOW_TO_WRITE_IT)
        return cls(
            host=host,
            port=_PORTS[parts.scheme] if port is None else port,
            secure=parts.scheme == "https",
            user=None if parts.username is None else unquote(parts.username),
            password=unquote(parts.password or ""),
        )

    @property
    def authorization(self) -> str | None:
        """The value of Proxy-Authorization, None without credentials."""
        if self.user is None:
            return None
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()


class Proxies:
    """Tells the proxy for a host. `always` goes before whatever the variables say."""

    def __init__(self, variables: Mapping[str, str], *, always: str | None = None) -> None:
        """`variables`: by scheme, `all` and `no`, as `urllib.request.getproxies` returns them."""
        self._variables = variables
        self._always = always
        entries = re.split(r"[,\s]+", variables.get("no", "").lower())
        self._direct = [_Direct.parse(entry) for entry in entries if entry]

    @classmethod
    def from_environment(cls, *, always: str | None = None) -> Self:
        """Read the variables (where the system itself knows proxies, those as well)."""
        return cls(urllib.request.getproxies(), always=always)

    def proxy_for(self, scheme: str, host: str, port: int) -> Proxy | None:
        """Return the proxy, None to ask directly. Raises `UnusableProxy` naming the variable."""
        if self._always:
            return Proxy.parse(self._always)
        name = scheme if self._variables.get(scheme) else "all"
        given = self._variables.get(name, "").strip()
        if not given or any(entry.covers(host, port) for entry in self._direct):
            return None
        try:
            return Proxy.parse(given)
        except UnusableProxy as error:
            raise UnusableProxy(f"{name.upper()}_PROXY: {error}") from None


@dataclass(frozen=True, slots=True)
class _Direct:
    """One entry of `no_proxy`."""

    name: str
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None
    port: int | None

    @classmethod
    def parse(cls, entry: str) -> Self:
        port = None
        # Of `::1` the last colon is part of the address, of `[::1]:80` and `host:80` it is not.
        if (found := _PORT.search(entry)) and (entry.count(":") == 1 or entry[0] == "["):
            port, entry = int(found[1]), entry[: found.start()]
        entry = entry.strip("[]")
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            network = None
        name = entry if entry == "*" else entry.removeprefix("*").strip(".")
        return cls(_ascii(name), network, port)

    def covers(self, host: str, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.name == "*":
            return True
        if self.network is not None:
            try:
                return ipaddress.ip_address(host) in self.network
            except ValueError:
                return False
        asked = _ascii(host.lower().rstrip("."))
        return bool(self.name) and (asked == self.name or asked.endswith(f".{self.name}"))


def _ascii(name: str) -> str:
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
