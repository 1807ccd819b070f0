"""One call of the client: attempts, what a write's failure means, the log and the observer."""

import re
import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from bot.marketplace.daji.config import OnCall
from bot.marketplace.daji.endpoints import Endpoint
from bot.marketplace.daji.envelope import Answer
from bot.marketplace.daji.retry import Retry
from bot.marketplace.daji.signing import Parameters
from bot.marketplace.daji.transport import Exchange
from bot.marketplace.errors import (
    ClockSkewed,
    CredentialsRefused,
    MarketplaceError,
    OutcomeUnclear,
    Refused,
    Unreachable,
    Unreadable,
)

T = TypeVar("T")
OK = "ok"
CANCELLED = "cancelled"

# After these nothing was done, so a write may raise them as they are.
_CERTAIN = (Unreachable, CredentialsRefused, Refused, OutcomeUnclear)
_BEFORE_CAPITALS = re.compile(r"(?<!^)(?=[A-Z])")

_CLOCK_IS_OFF = 30.0  # seconds; no tolerance is documented, and none is likely to be less

log = structlog.get_logger(__name__)


class Caller:
    """Sends calls and tells how they went, without ever naming what was in them."""

    def __init__(self, exchange: Exchange, retry: Retry, on_call: OnCall | None) -> None:
        self._exchange = exchange
        self._retry = retry
        self._on_call = on_call

    async def call(
        self, endpoint: Endpoint, parameters: Parameters, read: Callable[[Answer], T]
    ) -> T:
        """Send, repeat if it is a read, and return what `read` makes of the answer."""

        async def attempt() -> T:
            return await self._attempt(endpoint, parameters, read)

        return await (attempt() if endpoint.writes else self._retry.run(attempt))

    async def _attempt(
        self, endpoint: Endpoint, parameters: Parameters, read: Callable[[Answer], T]
    ) -> T:
        started = time.perf_counter()
        trace_id = ""
        outcome, error = CANCELLED, None
        try:
            answer = await self._exchange.send(endpoint, parameters)
            trace_id = answer.trace_id
            result = read(answer)
        except Exception as raised:
            error = _settled(self._seen_by_the_clock(raised), endpoint)
            outcome = outcome_of(error)
            if error is raised:
                raise
            raise error from raised
        else:
            outcome = OK
            return result
        finally:
            seconds = time.perf_counter() - started
            self._tell(endpoint, outcome, seconds, error, trace_id)

    def _seen_by_the_clock(self, error: Exception) -> Exception:
        """Return a refused signature that holds a time as what it is when the clock is off."""
        if not isinstance(error, CredentialsRefused) or error.there is None:
            return error
        ahead = self._exchange.now() - error.there
        if not self._exchange.depends_on_clock or abs(ahead) < _CLOCK_IS_OFF:
            return error
        skewed = ClockSkewed(error, ahead)
        skewed.__cause__ = error
        return skewed

    def _tell(
        self,
        endpoint: Endpoint,
        outcome: str,
        seconds: float,
        error: Exception | None,
        trace_id: str,
    ) -> None:
        code = ""
        if isinstance(error, MarketplaceError):
            code, trace_id = error.code, error.trace_id or trace_id
        log.info(
            "marketplace call",
            endpoint=endpoint.name,
            outcome=outcome,
            ms=round(seconds * 1000),
            code=code,
            trace_id=trace_id,
        )
        if self._on_call is None:
            return
        try:
            self._on_call(endpoint.name, outcome, seconds)
        except Exception:
            # A broken meter must not lose an order that exists.
            log.exception("marketplace observer failed", endpoint=endpoint.name)


def outcome_of(error: Exception) -> str:
    """Return the kind of an error as one word, such as `outcome_unclear`."""
    return _BEFORE_CAPITALS.sub("_", type(error).__name__).lower()


def _settled(error: Exception, endpoint: Endpoint) -> Exception:
    """Return what a failed attempt raises: a write that may have happened is unclear.

    That holds for a mistake of our own in reading the answer as well.
    """
    if not endpoint.writes or isinstance(error, _CERTAIN):
        return error
    if isinstance(error, MarketplaceError):
        return OutcomeUnclear(error)
    return OutcomeUnclear(Unreadable(type(error).__name__, endpoint=endpoint.name))
