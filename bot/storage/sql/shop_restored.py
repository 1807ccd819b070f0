"""What a copy of a shop can't know once it is put back: proofs, receipts and news since then.

What was in flight is told to nobody again; the operators hear which orders it may concern, and
customers who had still to pay that a proof since then has to be sent again. Numbers jump ahead, so
that none stands for two things: a button or a reply of before finds nothing, never somebody
else's.
"""

import secrets

from bot.domain.collecting import Proof, Standing
from bot.domain.shop_events import EventKind
from bot.storage.codec import to_micros
from bot.storage.places import place_of_proof
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_NUMBERED = ("proofs", "shop_events", "questions", "question_words")
_JUMPS = range(10_000, 1_000_000)
_TOLD = {
    Standing.PROOF: EventKind.RESTORED,
    Standing.TO_PAY_THERE: EventKind.RESTORED,
    Standing.OWED: EventKind.RESTORED,
    Standing.TO_PAY: EventKind.RESEND,
}
_TELL = (
    "INSERT INTO shop_events (order_no, kind, detail, not_before) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)


def doubt_shop(connection: Connection, database: Database) -> None:
    """Make what a restored shop has in flight uncertain, within a transaction under way."""
    jump, now = secrets.choice(_JUMPS), to_micros(database.now())
    for table in _NUMBERED:
        database.skip_numbers(connection, table, jump)
    rows = connection.execute(
        "SELECT proof_id, body FROM proofs WHERE state = 'waiting'"
    ).fetchall()
    for proof_id, body in rows:
        place = place_of_proof(proof_id)
        proof = database.unseal(Proof, body, place).replace(doubted=True)
        connection.execute(
            "UPDATE proofs SET body = ? WHERE proof_id = ?",
            (database.seal(proof, place), proof_id),
        )
    connection.execute("UPDATE shop_events SET state = 'over' WHERE state <> 'over'")
    connection.execute("UPDATE question_words SET state = 'over' WHERE state = 'claimed'")
    for order_no, standing in connection.execute(
        "SELECT order_no, standing FROM shop_cases"
    ).fetchall():
        kind = _TOLD.get(Standing(standing))
        if kind is not None:
            connection.execute(_TELL, (order_no, kind.value, str(now), now))
