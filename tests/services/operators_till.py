"""An operator who pays with the agreement, over a marketplace that takes the money."""

from collections.abc import Awaitable
from datetime import datetime, timedelta

import pytest

from bot.domain.identifiers import MarketplaceOrderId, UserId
from bot.domain.money import Fen
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.payment_attempts import AttemptState, Block, Settled
from bot.marketplace.errors import (
    GatewayFailed,
    OutcomeUnclear,
)
from bot.marketplace.port import PaymentAnswer
from bot.services.following.tracking import Tracking
from bot.services.paying.agreement import Blocked, OperatorPayments
from tests.fakes.memory_storage import MemoryStorage
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.services.agreed import FIRST, NOW, SECOND, consent, found, stored

BOSS, GUEST = UserId(7), UserId(8)


UNCLEAR = OutcomeUnclear(GatewayFailed("502", endpoint="pay_without_password"))


NO = PaymentAnswer(paid=False)


DUE = Fen(10_500)


class Till(ScriptedMarketplace):
    """A marketplace whose order changes when it is paid."""

    pays = False  # whether a call takes the money, whatever it answers
    then_paying = False

    async def pay_without_password(
        self, order_id: MarketplaceOrderId, amount: Fen | None = None
    ) -> PaymentAnswer:
        if self.pays:
            self.details[order_id] = found(order_id, status=OrderStatus.AWAITING_SHIPMENT)
        elif self.then_paying:
            self.details[order_id] = found(order_id, paying=True)
        return await super().pay_without_password(order_id, amount)


class Desk:
    def __init__(self, storage: MemoryStorage, limit: int) -> None:
        self.storage, self.market = storage, Till(details={FIRST: found(), SECOND: found(SECOND)})
        self.now = NOW + timedelta(minutes=1)
        storage.now = self.now
        self.tracking = Tracking(self.market, storage, clock=self._clock)  # type: ignore[arg-type]
        self.payments = self.another(limit)

    def another(self, limit: int = 0) -> OperatorPayments:
        """The service as a run of the bot has it."""
        return OperatorPayments(
            self.market,  # type: ignore[arg-type]  # plays what paying calls
            self.storage,
            self.tracking,
            operators=[BOSS],
            daily_limit=Fen(limit),
            clock=self._clock,
        )

    def _clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        self.storage.now = self.now
        return self.now

    async def order(self) -> Order:
        order = await self.storage.order(consent().order_no)
        assert order is not None
        return order

    async def agree(self, number: int = 1) -> str:
        _, offered = await self.payments.offer(BOSS, await self.order(), number)
        assert offered.amount == DUE
        return offered.agreed

    async def pay(self, agreed: str | None = None, number: int = 1) -> Settled:
        agreed = agreed or await self.agree(number)
        return await self.payments.pay(BOSS, await self.order(), number, agreed)

    async def states(self) -> list[AttemptState]:
        return [each.state for each in await self.storage.payments_of(FIRST)]


async def desk(limit: int = 0) -> Desk:
    parts = tuple(OrderPart(order_id=each, total=DUE) for each in (FIRST, SECOND))
    return Desk(await stored(consent(Placing.PLACED, parts=parts)), limit)


async def blocked(paying: Awaitable[object]) -> Block:
    with pytest.raises(Blocked) as caught:
        await paying
    return caught.value.block
