"""The DajiSaaS gateway as a `Marketplace`."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from bot.domain.identifiers import ALIBABA_1688
from bot.marketplace.daji.calls import Caller
from bot.marketplace.daji.config import ClientConfig, OnCall
from bot.marketplace.daji.goods_calls import GoodsCalls
from bot.marketplace.daji.order_calls import OrderCalls
from bot.marketplace.daji.retry import Retry
from bot.marketplace.daji.transport import Carrier, Exchange
from bot.marketplace.values import Capabilities


class DajiClient(GoodsCalls, OrderCalls):
    """A `bot.marketplace.port.Marketplace` over HTTP; see there for what the methods promise.

    Keep one for the whole process and close it at the end, or use it as a context manager:
    connections are kept alive between calls.
    """

    name = ALIBABA_1688
    # Contract 5.1, 6.1, 6.2, 5.2 (an order that awaits payment, with its number), 4.4.
    capabilities = Capabilities(
        preview=True,
        payment_link=True,
        pays_by_agreement=True,
        create_is_payment=False,
        asynchronous_create=False,
        tiers=True,
    )

    def __init__(
        self,
        config: ClientConfig,
        carrier: Carrier | None = None,
        *,
        on_call: OnCall | None = None,
        retry: Retry | None = None,
        on_date: Callable[[str], None] | None = None,
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        """`on_date` hears what the marketplace's clock shows, at each answer.

        `may_send` is asked before each call leaves.
        """
        self._exchange = Exchange(config, carrier, on_date, may_send)
        caller = Caller(self._exchange, retry or Retry(attempts=config.read_attempts), on_call)
        super().__init__(config, caller)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the pool of connections."""
        await self._exchange.close()
