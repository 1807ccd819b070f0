"""What a shop asks of the storage: terms, books, proofs, what waits for whom, what is told.

An order's state and what it means for the books are stored in one transaction by the ports that
store orders (`OrderPort.save_order`, `TrackingPort.save_tracked`), without being asked to.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime

from bot.domain.collecting import Decision, Proof, Standing
from bot.domain.identifiers import MerchantOrderNo, ProofId, ShopEventId, UserId
from bot.domain.ledger import Books, Operation
from bot.domain.model import Value
from bot.domain.orders import Order
from bot.domain.shop_events import EventKind, ShopEvent
from bot.domain.shop_terms import ShopTerms

Booking = Callable[[Books, Order], Sequence[Operation]]
"""Says what to book of an order, given all books of its customer. It may raise `LedgerError`."""


class ProofDecided(Exception):
    """Somebody decided on the proof before. `proof` says who, and what."""

    def __init__(self, proof: Proof) -> None:
        super().__init__(str(proof.proof_id))
        self.proof = proof


class ShopCase(Value):
    """An order of a shop, and where it has stood since when."""

    order_no: MerchantOrderNo
    user_id: UserId
    standing: Standing
    since: AwareDatetime


class ShopPort(Protocol):
    """A shop's terms and books. Nothing booked is ever changed."""

    async def terms(self) -> ShopTerms | None:
        """Return the terms that hold now, None before any were set."""

    async def all_terms(self, limit: int = 100) -> list[ShopTerms]:
        """Return the terms that were set, newest first."""

    async def books_of(self, user_id: UserId) -> Books:
        """Return a customer's books, oldest operation first."""

    async def operations(self, since: datetime | None = None) -> list[Operation]:
        """Return everybody's operations booked since then, oldest first."""

    async def book(
        self,
        order_no: MerchantOrderNo,
        booking: Booking,
        event: tuple[EventKind, str] | None = None,
    ) -> tuple[Operation, ...]:
        """Post what `booking` says in one transaction, with an event to tell; return what is new.

        Raises what `booking` raises, `LedgerError`, and `OrderMoved` when the order is gone.
        """

    async def proof(self, proof_id: ProofId) -> Proof | None:
        """Return one proof."""

    async def proofs_of(self, order_no: MerchantOrderNo) -> list[Proof]:
        """Return an order's proofs, oldest first."""

    async def decide(self, proof_id: ProofId, decision: Decision, booking: Booking) -> Proof:
        """Store what an operator made of a waiting proof, with what is booked for it; tell it.

        Raises `ProofDecided` when somebody decided before, and as `book` does.
        """

    async def case(self, order_no: MerchantOrderNo) -> ShopCase | None:
        """Return where an order stands."""

    async def cases(self, standing: Standing, limit: int, offset: int = 0) -> list[ShopCase]:
        """Return the orders that stand so, the longest waiting first."""

    async def count_cases(self) -> dict[Standing, int]:
        """Return how many orders stand so; none is left out."""


class ShopEventPort(Protocol):
    """What a shop tells. What is claimed is told by whoever claimed it, or by nobody."""

    async def tell_event(
        self, order_no: MerchantOrderNo, kind: EventKind, detail: str = ""
    ) -> None:
        """Have something told that no booking brings about; a repeat changes nothing."""

    async def events_to_tell(self, now: datetime, limit: int) -> list[ShopEvent]:
        """Return what may be told now, oldest first."""

    async def claim_event(self, event_id: ShopEventId) -> bool:
        """Mark an event as being told, durably; False when it is no longer waiting."""

    async def end_event(self, event_id: ShopEventId) -> None:
        """Record that an event was told, or that nobody is left to tell."""

    async def put_back_event(self, event_id: ShopEventId, until: datetime) -> None:
        """Have an event that was certainly not told wait again."""

    async def give_up_events(self) -> int:
        """End what an earlier run was telling: it may have been told. Return how many."""
