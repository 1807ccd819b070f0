"""A clock that ran ahead and was set right again: what waits does not wait for it to catch up.

A moment that was stored meanwhile lies ahead by what the clock was off. The last sign of life was
stored by the same clock, so what a new one is earlier is what all of these come back by: what was
to be done at once then is due now, a delay is its own length again. Whatever was stored before
the clock ran ahead comes up that much early, which is why nothing is in here that people were
promised: deadlines stay (`GroupBuy.clock_set_back`), and who tells asks the quiet hours again.
"""

from typing import Final

from bot.storage.sql.connection import Connection

WAITS: Final = (
    ("inbox", "not_before", "state = 'waiting'"),
    ("pushes", "not_before", "state = 'waiting'"),
    ("orders", "look_at", "look_at IS NOT NULL"),
    ("notices", "not_before", "state = 'waiting'"),
    ("shop_events", "not_before", "state = 'waiting'"),
    ("question_words", "not_before", "state = 'waiting'"),
    ("group_news", "not_before", "state = 'waiting'"),
    ("group_cards", "not_before", "message_id >= 0"),
    ("posts", "look_at", "state IN ('waiting', 'ending', 'posted')"),
    ("watched_offers", "look_at", "look_at IS NOT NULL"),
    ("watches", "not_before", "state = 'to_tell'"),
)
"""Table, column and which of its rows wait for it. What waits in a sealed body is its part's."""


def bring_waits_back(connection: Connection, now: int, by: int) -> None:
    """Have all that waits beyond `now` wait `by` less. Both are in microseconds."""
    for table, column, waiting in WAITS:
        connection.execute(
            f"UPDATE {table} SET {column} = CASE WHEN {column} < ? THEN ? ELSE {column} - ? END"  # noqa: S608 - named above
            f" WHERE {waiting} AND {column} > ?",
            (now + by, now, by, now),
        )
    # How long a card could not be drawn is counted from a moment that has been.
    connection.execute(
        "UPDATE group_cards SET failing_since = ? WHERE failing_since > ?", (now, now)
    )
