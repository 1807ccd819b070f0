"""Password-free payments in memory, as the SQLite storage keeps them."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.money import Fen
from bot.domain.payment_attempts import (
    TAKES_NOTHING,
    UNDER_WAY,
    Attempt,
    AttemptState,
    NewAttempt,
)
from bot.storage.ports import OverLimit, PaymentTaken
from tests.fakes.memory_part import MemoryPart


@dataclass
class MemoryPayments(MemoryPart):
    """Implements `PaymentPort`."""

    _attempts: dict[int, Attempt] = field(default_factory=dict)

    async def claim_payment(
        self, new: NewAttempt, *, known: int, since: datetime, limit: Fen
    ) -> Attempt:
        self._answer()
        there = await self.payments_of(new.order_id)
        if len(there) != known or any(each.state in UNDER_WAY for each in there):
            raise PaymentTaken(new.order_id)
        spent = await self.spent_since(since)
        if limit and spent + new.amount > limit:
            raise OverLimit(spent)
        at = self._time()
        attempt = Attempt(attempt_id=len(self._attempts) + 1, at=at, **dict(new))
        self._attempts[attempt.attempt_id] = attempt
        return attempt

    async def mark_payment(self, attempt_id: int, state: AttemptState) -> None:
        self._answer()
        self._attempts[attempt_id] = self._attempts[attempt_id].replace(state=state)

    async def payments_of(self, order_id: MarketplaceOrderId) -> list[Attempt]:
        self._answer()
        return [each for each in self._attempts.values() if each.order_id == order_id]

    async def spent_since(self, since: datetime) -> Fen:
        self._answer()
        return Fen(
            sum(
                each.amount
                for each in self._attempts.values()
                if each.at >= since and each.state not in TAKES_NOTHING
            )
        )

    async def give_up_payments(self, before: datetime | None = None) -> list[Attempt]:
        self._answer()
        for attempt_id, each in self._attempts.items():
            if each.state in UNDER_WAY and (before is None or each.at < before):
                sent = each.state is AttemptState.SENT
                state = AttemptState.UNCLEAR if sent else AttemptState.UNSENT
                self._attempts[attempt_id] = each.replace(state=state)
        return [each for each in self._attempts.values() if each.state is AttemptState.UNCLEAR]

    def _doubt_payments(self) -> None:
        for attempt_id, each in self._attempts.items():
            if each.state in UNDER_WAY:
                self._attempts[attempt_id] = each.replace(state=AttemptState.UNCLEAR)
