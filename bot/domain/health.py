"""How the marketplace is doing, as an operator wants to know it."""

from bot.domain.model import Value


class EndpointCalls(Value):
    """The calls of one endpoint since the start."""

    endpoint: str
    calls: int
    failed: int
    milliseconds: int  # of all of them together


class MarketplaceHealth(Value):
    """`last` is how the last call ended: `ok`, `unknown` before any, else the kind of failure."""

    last: str
    down: bool
    endpoints: tuple[EndpointCalls, ...] = ()
