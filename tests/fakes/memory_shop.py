"""A shop in memory, as the SQLite storage keeps it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.bookings import set_offs
from bot.domain.collecting import (
    FOR_OPERATORS,
    Decision,
    NewProof,
    Proof,
    ProofState,
    Standing,
    standing_of,
)
from bot.domain.identifiers import MerchantOrderNo, ProofId, ShopEventId, UserId
from bot.domain.ledger import Books, Kind, Operation
from bot.domain.order_actions import amount_due
from bot.domain.order_books import asked_more, unbooked
from bot.domain.orders import Order, Placing
from bot.domain.shop_events import EventKind, ShopEvent
from bot.domain.shop_terms import ShopTerms
from bot.domain.writes import SendProof, SetTerms
from bot.storage.ports import OrderMoved, VersionConflict
from bot.storage.shop_ports import Booking, ProofDecided, ShopCase
from tests.fakes.memory_part import MemoryPart


@dataclass
class _Event:
    event: ShopEvent
    not_before: datetime
    state: str = "waiting"


@dataclass
class MemoryShop(MemoryPart):
    """Implements `ShopPort` and `ShopEventPort`."""

    _terms: list[ShopTerms] = field(default_factory=list)
    _ledger: list[Operation] = field(default_factory=list)
    _proofs: dict[ProofId, Proof] = field(default_factory=dict)
    _cases: dict[MerchantOrderNo, ShopCase] = field(default_factory=dict)
    _shop_events: list[_Event] = field(default_factory=list)

    async def terms(self) -> ShopTerms | None:
        self._answer()
        return self._terms[-1] if self._terms else None

    async def all_terms(self, limit: int = 100) -> list[ShopTerms]:
        self._answer()
        return self._terms[::-1][:limit]

    def carry_out(self, write: SendProof | SetTerms) -> None:
        if isinstance(write, SendProof):
            self.send_proof(write.proof)
        else:
            self._terms.append(write.terms)

    def refuse_terms(self, terms: ShopTerms) -> None:
        if terms.version != len(self._terms) + 1:
            raise VersionConflict(f"terms {terms.version}")

    async def books_of(self, user_id: UserId) -> Books:
        self._answer()
        return self._books(user_id)

    async def operations(self, since: datetime | None = None) -> list[Operation]:
        self._answer()
        return [each for each in self._ledger if since is None or each.at >= since]

    async def book(
        self,
        order_no: MerchantOrderNo,
        booking: Booking,
        event: tuple[EventKind, str] | None = None,
    ) -> tuple[Operation, ...]:
        self._answer()
        made = self._book(order_no, booking)
        if event is not None and made:
            self._tell(order_no, *event)
        return made

    def book_state(self, order: Order) -> None:
        charge = order.quote.charge
        if charge is None or order.placing is not Placing.PLACED:
            return
        books = self._books(order.user_id)
        made = self._post(books, unbooked(books, order, self._time()))
        self._restand(books, {order.order_no}, made)
        kinds = {each.kind for each in made if each.order_no == order.order_no}
        if Kind.CHARGE in kinds:
            self._tell(order.order_no, EventKind.NEW_ORDER)
        if asked := asked_more(books, order) and amount_due(order.parts):
            for kind in (EventKind.DEARER, EventKind.DEARER_DESK):
                self._tell(order.order_no, kind, str(asked))
        balance = books.account_of(order.order_no, charge.due.currency).balance
        if balance.units < 0 and kinds & {Kind.CREDIT, Kind.REVERSAL}:
            self._tell(order.order_no, EventKind.OWED, made[-1].key)

    def send_proof(self, new: NewProof) -> None:
        theirs = [each for each in self._proofs.values() if each.user_id == new.user_id]
        if any(each.message_id == new.message_id for each in theirs):
            return
        seen = any(_print_of(each) == _print_of(new) for each in self._proofs.values())
        proof_id = ProofId(len(self._proofs) + 1)
        self._proofs[proof_id] = Proof(proof_id=proof_id, seen_before=seen, **dict(new))
        self._tell(new.order_no, EventKind.PROOF, str(proof_id))
        self._restand(self._books(new.user_id), {new.order_no}, ())

    async def proof(self, proof_id: ProofId) -> Proof | None:
        self._answer()
        return self._proofs.get(proof_id)

    async def proofs_of(self, order_no: MerchantOrderNo) -> list[Proof]:
        self._answer()
        return [each for each in self._proofs.values() if each.order_no == order_no]

    async def decide(self, proof_id: ProofId, decision: Decision, booking: Booking) -> Proof:
        self._answer()
        proof = self._proofs.get(proof_id)
        if proof is None:
            raise OrderMoved(f"proof {proof_id} is gone")
        if proof.state is not ProofState.WAITING:
            raise ProofDecided(proof)
        confirmed = decision.amount is not None
        state = ProofState.CONFIRMED if confirmed else ProofState.DECLINED
        self._proofs[proof_id] = proof.replace(state=state, decision=decision)
        try:
            self._book(proof.order_no, booking)
        except BaseException:
            self._proofs[proof_id] = proof
            raise
        kind = EventKind.RECEIVED if confirmed else EventKind.DECLINED
        self._tell(proof.order_no, kind, str(proof_id))
        return self._proofs[proof_id]

    async def case(self, order_no: MerchantOrderNo) -> ShopCase | None:
        self._answer()
        return self._cases.get(order_no)

    async def cases(self, standing: Standing, limit: int, offset: int = 0) -> list[ShopCase]:
        self._answer()
        found = [each for each in self._cases.values() if each.standing is standing]
        found.sort(key=lambda each: (each.since, each.order_no))
        return found[offset : offset + limit]

    async def count_cases(self) -> dict[Standing, int]:
        self._answer()
        standings = [each.standing for each in self._cases.values()]
        return {each: standings.count(each) for each in Standing}

    async def tell_event(
        self, order_no: MerchantOrderNo, kind: EventKind, detail: str = ""
    ) -> None:
        self._answer()
        self._tell(order_no, kind, detail)

    async def events_to_tell(self, now: datetime, limit: int) -> list[ShopEvent]:
        self._answer()
        waiting = [each for each in self._shop_events if each.state == "waiting"]
        return [each.event for each in waiting if each.not_before <= now][:limit]

    async def claim_event(self, event_id: ShopEventId) -> bool:
        self._answer()
        return self._move_event(event_id, "waiting", "claimed")

    async def end_event(self, event_id: ShopEventId) -> None:
        self._answer()
        self._move_event(event_id, "claimed", "over")

    async def put_back_event(self, event_id: ShopEventId, until: datetime) -> None:
        self._answer()
        for each in self._shop_events:
            if each.event.event_id == event_id and each.state != "over":
                each.state, each.not_before = "waiting", until

    async def give_up_events(self) -> int:
        self._answer()
        claimed = [each for each in self._shop_events if each.state == "claimed"]
        for each in claimed:
            each.state = "over"
        return len(claimed)

    def _doubt_shop(self) -> None:
        waiting = [each for each in self._proofs.values() if each.state is ProofState.WAITING]
        for each in waiting:
            self._proofs[each.proof_id] = each.replace(doubted=True)
        for event in self._shop_events:
            event.state = "over"
        told = dict.fromkeys(FOR_OPERATORS, EventKind.RESTORED)
        told[Standing.TO_PAY] = EventKind.RESEND
        for case in list(self._cases.values()):
            if case.standing in told:
                self._tell(case.order_no, told[case.standing], self._time().isoformat())

    def unsettled(self, user_id: UserId) -> set[MerchantOrderNo]:
        books = self._books(user_id)
        return {order for each in books.currencies() for order in books.open_orders(each)}

    def forget_money(self, user_id: UserId, kept: Iterable[MerchantOrderNo]) -> None:
        books, stay, grown = self._books(user_id), set(kept), -1
        while grown != len(stay):
            grown = len(stay)
            for each in books:
                if each.to_order and {each.order_no, each.to_order} & stay:
                    stay |= {each.order_no, each.to_order}
        gone = [each for each in books if each.order_no not in stay]
        self._ledger = [each for each in self._ledger if each not in gone]
        theirs = {no for no, each in self._cases.items() if each.user_id == user_id}
        theirs |= {each.order_no for each in self._proofs.values() if each.user_id == user_id}
        for order_no in theirs - stay:
            self._cases.pop(order_no, None)
            proofs = self._proofs.items()
            self._proofs = {key: each for key, each in proofs if each.order_no != order_no}
            events = self._shop_events
            self._shop_events = [each for each in events if each.event.order_no != order_no]

    def _move_event(self, event_id: ShopEventId, before: str, after: str) -> bool:
        for each in self._shop_events:
            if each.event.event_id == event_id and each.state == before:
                each.state = after
                return True
        return False

    def _book(self, order_no: MerchantOrderNo, booking: Booking) -> tuple[Operation, ...]:
        claimed = self._orders.get(order_no)
        if claimed is None:
            raise OrderMoved(f"{order_no} is gone")
        order = claimed.order
        books = self._books(order.user_id)
        made = self._post(books, booking(books, order))
        made += self._post(books, set_offs(books, order.user_id, self._time()))
        self._restand(books, {order_no}, made)
        return made

    def _post(self, books: Books, operations: Sequence[Operation]) -> tuple[Operation, ...]:
        made = tuple(each for each in operations if books.post(each))
        self._ledger += made
        return made

    def _restand(
        self, books: Books, touched: set[MerchantOrderNo], made: Iterable[Operation]
    ) -> None:
        for each in made:
            touched |= {each.order_no, each.to_order or each.order_no}
        for order_no in touched:
            claimed = self._orders.get(order_no)
            charge = claimed.order.quote.charge if claimed else None
            if claimed is None or charge is None or claimed.order.placing is not Placing.PLACED:
                continue
            waiting = [
                each
                for each in self._proofs.values()
                if each.order_no == order_no and each.state is ProofState.WAITING
            ]
            account = books.account_of(order_no, charge.due.currency)
            standing = standing_of(claimed.order, account, len(waiting))
            before = self._cases.get(order_no)
            same = before if before is not None and before.standing is standing else None
            self._cases[order_no] = ShopCase(
                order_no=order_no,
                user_id=claimed.order.user_id,
                standing=standing,
                since=same.since if same else self._time(),
            )

    def _tell(self, order_no: MerchantOrderNo, kind: EventKind, detail: str = "") -> None:
        known = [each.event for each in self._shop_events]
        if any(
            (each.order_no, each.kind, each.detail) == (order_no, kind, detail) for each in known
        ):
            return
        event = ShopEvent(
            event_id=ShopEventId(len(known) + 1), order_no=order_no, kind=kind, detail=detail
        )
        self._shop_events.append(_Event(event, self._time()))

    def _books(self, user_id: UserId) -> Books:
        return Books(each for each in self._ledger if each.user_id == user_id)


def _print_of(proof: NewProof) -> tuple[str, str]:
    words = "".join(each for each in proof.text.casefold() if each.isalnum())
    return proof.kind.value, proof.file_unique_id or words
