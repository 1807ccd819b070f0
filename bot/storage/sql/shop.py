"""A shop in SQLite: books that only grow, proofs, and where each order stands.

Everything is sealed but for numbers, states and moments. What an order's state means for the
books is worked out inside the transaction that stores the state, from the books as they are then.
"""

import hashlib
from datetime import datetime
from typing import Any

from bot.domain.collecting import (
    Decision,
    NewProof,
    Proof,
    ProofState,
    Standing,
)
from bot.domain.identifiers import MerchantOrderNo, ProofId, UserId
from bot.domain.ledger import Books, Kind, Operation
from bot.domain.order_actions import amount_due
from bot.domain.order_books import asked_more, unbooked
from bot.domain.orders import Order, Placing
from bot.domain.shop_events import EventKind
from bot.domain.shop_terms import ShopTerms
from bot.storage.codec import from_micros, to_micros
from bot.storage.places import (
    place_of_proof,
    place_of_terms,
)
from bot.storage.ports import OrderMoved, VersionConflict
from bot.storage.shop_ports import Booking, ProofDecided, ShopCase
from bot.storage.sql.batch import Work
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.ledger import LedgerRows
from bot.storage.sql.shop_events import ShopEvents

_MARK = 6  # bytes: enough to see a repetition, too few to find out what was sent
_CASE = "SELECT order_no, user_id, standing, since FROM shop_cases"


class Shop:
    """Implements `ShopPort`."""

    def __init__(self, database: Database, rows: LedgerRows, events: ShopEvents) -> None:
        self._database = database
        self._rows = rows
        self._events = events

    async def terms(self) -> ShopTerms | None:
        """Return the terms that hold now, None before any were set."""
        return next(iter(await self.all_terms(1)), None)

    async def all_terms(self, limit: int = 100) -> list[ShopTerms]:
        """Return the terms that were set, newest first."""
        rows = await self._database.rows(
            "SELECT version, body FROM shop_terms ORDER BY version DESC LIMIT ?", limit
        )
        return [
            self._database.unseal(ShopTerms, body, place_of_terms(version))
            for version, body in rows
        ]

    def setting(self, terms: ShopTerms) -> Work:
        """Return what stores new terms; it raises `VersionConflict` when others came first."""
        row = (terms.version, self._database.seal(terms, place_of_terms(terms.version)))

        def set_(connection: Connection) -> None:
            (latest,) = connection.execute(
                "SELECT COALESCE(MAX(version), 0) FROM shop_terms"
            ).fetchone()
            if terms.version != latest + 1:
                raise VersionConflict(f"terms {terms.version} after {latest}")
            connection.execute("INSERT INTO shop_terms (version, body) VALUES (?, ?)", row)

        return set_

    async def books_of(self, user_id: UserId) -> Books:
        """Return a customer's books, oldest operation first."""
        return await self._database.read(lambda connection: self._rows.books(connection, user_id))

    async def operations(self, since: datetime | None = None) -> list[Operation]:
        """Return everybody's operations booked since then, oldest first."""
        rows = await self._database.rows(
            "SELECT key, body FROM ledger WHERE at >= ? ORDER BY entry_id",
            to_micros(since) if since else 0,
        )
        return [self._rows.operation(*row) for row in rows]

    async def book(
        self,
        order_no: MerchantOrderNo,
        booking: Booking,
        event: tuple[EventKind, str] | None = None,
    ) -> tuple[Operation, ...]:
        """Post what `booking` says, with an event to tell; return what is new."""

        def book(connection: Connection) -> tuple[Operation, ...]:
            made = self._rows.book(connection, order_no, booking)
            if event is not None and made:
                self._events.telling(connection, order_no, *event)
            return made

        return await self._database.write(book)

    def booking_state(self, order: Order) -> Work:
        """Return what books an order's state; nothing for a team's order or one not placed."""

        def book(connection: Connection) -> None:
            if order.quote.charge is None or order.placing is not Placing.PLACED:
                return
            books = self._rows.books(connection, order.user_id)
            new = unbooked(books, order, self._database.now())
            made = self._rows.post(connection, books, new)
            self._rows.restand(connection, books, {order.order_no: order}, made)
            kinds = {each.kind for each in made if each.order_no == order.order_no}
            if Kind.CHARGE in kinds:
                self._events.telling(connection, order.order_no, EventKind.NEW_ORDER)
            account = books.account_of(order.order_no, order.quote.charge.due.currency)
            if asked := asked_more(books, order) and amount_due(order.parts):
                for kind in (EventKind.DEARER, EventKind.DEARER_DESK):
                    self._events.telling(connection, order.order_no, kind, str(asked))
            if account.balance.units < 0 and kinds & {Kind.CREDIT, Kind.REVERSAL}:
                self._events.telling(connection, order.order_no, EventKind.OWED, made[-1].key)

        return book

    def sending(self, new: NewProof) -> Work:
        """Return what stores a proof; one whose message was taken already changes nothing."""
        mark = _mark(new)

        def send(connection: Connection) -> None:
            seen = connection.execute("SELECT 1 FROM proofs WHERE mark = ?", (mark,)).fetchone()
            row = connection.execute(
                "INSERT INTO proofs (order_no, user_id, message_id, sent_at, mark, body)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING proof_id",
                (new.order_no, new.user_id, new.message_id, to_micros(new.sent_at), mark, b""),
            ).fetchone()
            if row is None:
                return
            proof_id = ProofId(row[0])
            proof = Proof(proof_id=proof_id, seen_before=seen is not None, **dict(new))
            self._keep_proof(connection, proof)
            self._events.telling(connection, new.order_no, EventKind.PROOF, str(proof_id))
            books = self._rows.books(connection, new.user_id)
            self._rows.restand(connection, books, self._rows.orders(connection, {new.order_no}), ())

        return send

    async def proof(self, proof_id: ProofId) -> Proof | None:
        """Return one proof."""
        row = await self._database.row("SELECT body FROM proofs WHERE proof_id = ?", proof_id)
        return None if row is None else self._proof(proof_id, row[0])

    async def proofs_of(self, order_no: MerchantOrderNo) -> list[Proof]:
        """Return an order's proofs, oldest first."""
        rows = await self._database.rows(
            "SELECT proof_id, body FROM proofs WHERE order_no = ? ORDER BY proof_id", order_no
        )
        return [self._proof(*row) for row in rows]

    async def decide(self, proof_id: ProofId, decision: Decision, booking: Booking) -> Proof:
        """Store what an operator made of a waiting proof, with what is booked for it; tell it."""

        def decide(connection: Connection) -> Proof:
            row = connection.execute(
                "SELECT body FROM proofs WHERE proof_id = ?", (proof_id,)
            ).fetchone()
            if row is None:
                raise OrderMoved(f"proof {proof_id} is gone")
            proof = self._proof(proof_id, row[0])
            if proof.state is not ProofState.WAITING:
                raise ProofDecided(proof)
            confirmed = decision.amount is not None
            proof = proof.replace(
                state=ProofState.CONFIRMED if confirmed else ProofState.DECLINED,
                decision=decision,
            )
            self._keep_proof(connection, proof)
            self._rows.book(connection, proof.order_no, booking)
            kind = EventKind.RECEIVED if confirmed else EventKind.DECLINED
            self._events.telling(connection, proof.order_no, kind, str(proof_id))
            return proof

        return await self._database.write(decide)

    async def case(self, order_no: MerchantOrderNo) -> ShopCase | None:
        """Return where an order stands."""
        row = await self._database.row(f"{_CASE} WHERE order_no = ?", order_no)
        return None if row is None else _case(*row)

    async def cases(self, standing: Standing, limit: int, offset: int = 0) -> list[ShopCase]:
        """Return the orders that stand so, the longest waiting first."""
        rows = await self._database.rows(
            f"{_CASE} WHERE standing = ? ORDER BY since, order_no LIMIT ? OFFSET ?",
            standing.value,
            limit,
            offset,
        )
        return [_case(*row) for row in rows]

    async def count_cases(self) -> dict[Standing, int]:
        """Return how many orders stand so; none is left out."""
        rows = await self._database.rows(
            "SELECT standing, COUNT(*) FROM shop_cases GROUP BY standing"
        )
        return dict.fromkeys(Standing, 0) | {Standing(each): count for each, count in rows}

    def _proof(self, proof_id: ProofId, body: bytes) -> Proof:
        return self._database.unseal(Proof, body, place_of_proof(proof_id))

    def _keep_proof(self, connection: Connection, proof: Proof) -> None:
        connection.execute(
            "UPDATE proofs SET state = ?, body = ? WHERE proof_id = ?",
            (
                proof.state.value,
                self._database.seal(proof, place_of_proof(proof.proof_id)),
                proof.proof_id,
            ),
        )


def _mark(new: NewProof) -> bytes:
    """Return a few bytes that the same file, or the same number however spaced, has again."""
    words = "".join(each for each in new.text.casefold() if each.isalnum())
    what = new.file_unique_id or words
    return hashlib.blake2s(f"{new.kind.value}\n{what}".encode(), digest_size=_MARK).digest()


def _case(order_no: str, user_id: int, standing: str, since: int) -> ShopCase:
    values: dict[str, Any] = {"order_no": order_no, "user_id": user_id}
    return ShopCase(standing=Standing(standing), since=from_micros(since), **values)
