"""What a client is configured with, and what it tells its observer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bot.marketplace.daji.endpoints import Endpoint
from bot.marketplace.daji.signing import TIMED, Credentials, Signing

PRODUCTION_URL = "https://openapi.dajisaas.com"
LANGUAGES = frozenset({"ar", "en", "es", "fr", "id", "ja", "ko", "pt", "ru", "th", "vi"})
"""What translated fields can be asked for in; the vendor activates each (contract 3)."""


class ListNotation(StrEnum):
    """How several order ids are written into one parameter (contract 6.1, unconfirmed)."""

    JSON = "json"  # [1,2]
    COMMA = "comma"  # 1,2


@dataclass(frozen=True, slots=True)
class NavigationLocale:
    """What search navigation wants to know of the reader (contract 4.7).

    The documents show these values; one real client sends `zh_CN`, `CN` and `CNY`.
    """

    language: str = "en_US"
    region: str = "US"
    currency: str = "USD"


OnCall: TypeAlias = Callable[[str, str, float], None]
"""Called after each HTTP exchange with endpoint name, outcome and seconds; must not block."""


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """Everything about the gateway that differs between installations.

    `success_codes`: the documents say 200, one real client takes 0 as well (contract 1).
    `send_trade_id`: cancel then names the order as `tradeID` too (contract 5.3).
    `pay_guard`: password-free payment then names the amount that may be taken, an option that is
    official but not documented for this gateway (contract 6.2).
    `division_codes`: what is sent in place of a district's code of ours (decision 4).
    `seconds` overrides an endpoint's time-out by its name.
    """

    app_key: str
    app_secret: str = field(repr=False)
    base_url: str = PRODUCTION_URL
    signing: Signing = Signing.JSON
    country: str = "en"
    success_codes: frozenset[int] = frozenset({200})
    list_notation: ListNotation = ListNotation.JSON
    division_codes: Mapping[str, str] = field(default_factory=dict)
    navigation: NavigationLocale = NavigationLocale()
    send_trade_id: bool = False
    pay_guard: bool = False
    connect_seconds: float = 5.0
    seconds: Mapping[str, float] = field(default_factory=dict)
    read_attempts: int = 3
    max_connections: int = 50
    keepalive_seconds: float = 120.0
    now: Callable[[], float] = field(default=time.time, repr=False, compare=False)

    @property
    def credentials(self) -> Credentials:
        """Return who calls."""
        return Credentials(self.app_key, self.app_secret, self.signing, self.now)

    @property
    def depends_on_clock(self) -> bool:
        """Tell whether a host's clock that is off has requests refused."""
        return self.signing in TIMED

    def seconds_for(self, endpoint: Endpoint) -> float:
        """Return how long one attempt at `endpoint` may take in all."""
        return self.seconds.get(endpoint.name, endpoint.seconds)
