"""Password-free payments in SQLite."""

from datetime import datetime
from typing import Any

from bot.domain.identifiers import MarketplaceName, MarketplaceOrderId
from bot.domain.money import Fen
from bot.domain.payment_attempts import Attempt, AttemptState, NewAttempt
from bot.storage.codec import from_micros, to_micros
from bot.storage.ports import OverLimit, PaymentTaken
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_COLUMNS = "attempt_id, marketplace, part_id, order_no, operator_id, amount, state, at"
_SPENT = (
    "SELECT COALESCE(SUM(amount), 0) FROM payment_attempts"
    " WHERE at >= ? AND state NOT IN ('refused', 'unsent')"
)


_EVER = 2**62


class PaymentAttempts:
    """Implements `PaymentPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim_payment(
        self, new: NewAttempt, *, known: int, since: datetime, limit: Fen
    ) -> Attempt:
        """Record that a payment begins. Raises `PaymentTaken` or `OverLimit`."""
        now = self._database.now()

        def claim(connection: Connection) -> Attempt:
            # One writer: nothing is claimed between the look and the change.
            (there,) = connection.execute(
                "SELECT COUNT(*) FROM payment_attempts WHERE marketplace = ? AND part_id = ?",
                (new.order_id.marketplace, new.order_id.id),
            ).fetchone()
            if there != known:
                raise PaymentTaken(str(new.order_id))
            (spent,) = connection.execute(_SPENT, (to_micros(since),)).fetchone()
            if limit and spent + new.amount > limit:
                raise OverLimit(Fen(spent))
            part = (new.order_id.marketplace, new.order_id.id)
            values = (*part, new.order_no, new.operator, new.amount, to_micros(now))
            try:
                row = connection.execute(
                    "INSERT INTO payment_attempts"
                    " (marketplace, part_id, order_no, operator_id, amount, at)"
                    " VALUES (?, ?, ?, ?, ?, ?) RETURNING attempt_id",
                    values,
                ).fetchone()
            except connection.IntegrityError as error:
                raise PaymentTaken(str(new.order_id)) from error
            return Attempt(attempt_id=row[0], at=now, **dict(new))

        return await self._database.write(claim)

    async def mark_payment(self, attempt_id: int, state: AttemptState) -> None:
        """Record how far a payment has come."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE payment_attempts SET state = ? WHERE attempt_id = ?",
                (state.value, attempt_id),
            )
        )

    async def payments_of(self, order_id: MarketplaceOrderId) -> list[Attempt]:
        """Return all attempts to pay an order, oldest first."""
        rows = await self._database.rows(
            f"SELECT {_COLUMNS} FROM payment_attempts WHERE marketplace = ? AND part_id = ?"  # noqa: S608 - a constant
            " ORDER BY attempt_id",
            order_id.marketplace,
            order_id.id,
        )
        return [_attempt(row) for row in rows]

    async def spent_since(self, since: datetime) -> Fen:
        """Return the fen that were, or may have been, spent since then."""
        (spent,) = await self._database.row(_SPENT, to_micros(since)) or (0,)
        return Fen(spent)

    async def give_up_payments(self, before: datetime | None = None) -> list[Attempt]:
        """End what an earlier run left under way; return every attempt that is unclear."""
        latest = _EVER if before is None else to_micros(before)

        def give_up(connection: Connection) -> None:
            connection.execute(
                "UPDATE payment_attempts SET state ="
                " CASE state WHEN 'sent' THEN 'unclear' ELSE 'unsent' END"
                " WHERE state IN ('claimed', 'sent') AND at < ?",
                (latest,),
            )

        await self._database.write(give_up)
        rows = await self._database.rows(
            f"SELECT {_COLUMNS} FROM payment_attempts WHERE state = 'unclear' ORDER BY attempt_id"  # noqa: S608 - a constant
        )
        return [_attempt(row) for row in rows]


def _attempt(row: tuple[Any, ...]) -> Attempt:
    attempt_id, marketplace, part_id, order_no, operator, amount, state, at = row
    return Attempt(
        attempt_id=attempt_id,
        order_id=MarketplaceOrderId(part_id, MarketplaceName(marketplace)),
        order_no=order_no,
        operator=operator,
        amount=amount,
        state=AttemptState(state),
        at=from_micros(at),
    )
