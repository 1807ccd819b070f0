"""How group buys stand, counted from columns that are not sealed."""

from datetime import datetime, timedelta

from bot.domain.group_buys.buys import BuyState
from bot.domain.identifiers import BuyId
from bot.storage.codec import to_micros
from bot.storage.group_ports import (
    CARD_FAILS_AFTER,
    NEWS_LATE_AFTER,
    OPEN_LONG_AFTER,
    OVERDUE_AFTER,
    BuysCensus,
)
from bot.storage.sql.connection import Connection

_MOST_NAMED = 20
_UNBALANCED = (BuyState.SETTLING.value, BuyState.CANCELLING.value)
_STATES = "SELECT state, COUNT(*) FROM group_buys GROUP BY state"
_OVERDUE = "SELECT COUNT(*) FROM group_buys WHERE next_at < ?"
_OPEN_LONG = "SELECT COUNT(*) FROM group_buys WHERE state IN (?, ?) AND since < ?"
_UNCERTAIN = (
    "SELECT COUNT(*) FROM group_buys JOIN orders ON orders.order_no = group_buys.order_no"
    " WHERE group_buys.state = 'ordering' AND orders.placing IN ('uncertain', 'unresolved')"
)
_FAILING = "SELECT COUNT(*) FROM group_cards WHERE failing_since < ?"
_LATE = "SELECT COUNT(*) FROM group_news WHERE state = 'waiting' AND not_before < ?"
_UNREACHABLE = (
    "SELECT buy_id FROM group_buys WHERE unreachable = 1"
    " AND state NOT IN ('closed', 'failed', 'cancelled') ORDER BY buy_id LIMIT ?"
)


def count_buys(connection: Connection, now: datetime) -> BuysCensus:
    """Count group buys as they stand at that moment."""

    def count(sql: str, *parameters: object) -> int:
        return int(connection.execute(sql, parameters).fetchone()[0])

    def before(age: timedelta) -> int:
        return to_micros(now - age)

    states = connection.execute(_STATES).fetchall()
    gone = connection.execute(_UNREACHABLE, (_MOST_NAMED,)).fetchall()
    return BuysCensus(
        states={BuyState(state): number for state, number in states},
        overdue=count(_OVERDUE, before(OVERDUE_AFTER)),
        uncertain=count(_UNCERTAIN),
        open_long=count(_OPEN_LONG, *_UNBALANCED, before(OPEN_LONG_AFTER)),
        cards_failing=count(_FAILING, before(CARD_FAILS_AFTER)),
        news_late=count(_LATE, before(NEWS_LATE_AFTER)),
        unreachable=tuple(BuyId(buy_id) for (buy_id,) in gone),
    )
