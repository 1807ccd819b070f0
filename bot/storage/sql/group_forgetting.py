"""What group buys keep of people who asked to be forgotten, and until when."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.group_buys.buys import (
    ENDED,
    FORGOTTEN_AT_ONCE,
    Change,
    GroupBuy,
)
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.joining import withdrawn
from bot.domain.identifiers import BuyId, UserId
from bot.domain.ledger import Books
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.group_rows import JOINED, GroupRows

_GONE = frozenset(
    {ClaimState.WITHDRAWN, ClaimState.LAPSED, ClaimState.DECLINED, ClaimState.REFUNDED}
)
_ENDED = ", ".join(f"'{each.value}'" for each in sorted(ENDED))
_AT_ONCE = ", ".join(f"'{each.value}'" for each in sorted(FORGOTTEN_AT_ONCE))
_FORGOTTEN = (
    "SELECT DISTINCT buy_id, user_id FROM group_claims JOIN group_buys USING (buy_id)"  # noqa: S608 - states
    f" WHERE group_claims.forgotten = 1 AND group_buys.state IN ({_ENDED})"
)


class GroupForgetting:
    """Deletes what is a person's where nothing hangs on it any more."""

    def __init__(self, database: Database, rows: GroupRows) -> None:
        self._database = database
        self._rows = rows

    def forget(self, connection: Connection, user_id: UserId) -> None:
        """Delete a person's claims where a buy has ended, and end those that are still free.

        What money hangs on stays until the buy has ended; an organiser's buys likewise.
        """
        now = self._database.now()
        rows = connection.execute(JOINED, (user_id,)).fetchall()
        for row in rows:
            buy = self._rows.head(*row)
            if buy.state in ENDED:
                _forget_in(connection, buy.buy_id, user_id)
                continue
            if buy.is_free_to_leave(now):
                self._leave(connection, buy.buy_id, user_id, now)
            whole = self._rows.whole(connection, buy.buy_id)
            mine = whole.claims_of(user_id) if whole else ()
            books = self._rows.books(connection, buy.buy_id)
            if all(each.state in _GONE for each in mine) and not _open(books, mine, buy):
                _forget_in(connection, buy.buy_id, user_id)
            connection.execute(
                "UPDATE group_claims SET forgotten = 1 WHERE buy_id = ? AND user_id = ?",
                (buy.buy_id, user_id),
            )
        connection.execute("UPDATE group_buys SET forgotten = 1 WHERE organiser = ?", (user_id,))
        drop_forgotten(connection)

    def _leave(self, connection: Connection, buy_id: BuyId, user_id: UserId, now: datetime) -> None:
        def leave(buy: GroupBuy, _: Books) -> Change:
            change = Change(buy)
            for each in buy.claims_of(user_id):
                if each.state in {ClaimState.HELD, ClaimState.WAITING}:
                    more = withdrawn(change.buy, user_id, each.number, now)
                    change = Change(more.buy, (*change.news, *more.news))
            return change

        self._rows.change(connection, buy_id, leave)


def drop_forgotten(connection: Connection) -> int:
    """Delete what is kept in ended buys of those who asked to be forgotten; return how many buys.

    A buy goes with its organiser; of a member, what is theirs.
    """
    for buy_id, user_id in connection.execute(_FORGOTTEN).fetchall():
        _forget_in(connection, buy_id, user_id)
    return connection.execute(
        f"DELETE FROM group_buys WHERE forgotten = 1 AND state IN ({_AT_ONCE})"  # noqa: S608 - states
    ).rowcount


def _forget_in(connection: Connection, buy_id: BuyId, user_id: UserId) -> None:
    for table in ("group_claims", "group_ledger", "group_news"):
        connection.execute(
            f"DELETE FROM {table} WHERE buy_id = ? AND user_id = ?",  # noqa: S608 - named above
            (buy_id, user_id),
        )


def _open(books: Books, mine: Iterable[Claim], buy: GroupBuy) -> bool:
    accounts = {buy.replace(claims=tuple(mine)).account_of(each.user_id) for each in mine}
    open_ = books.open_orders(buy.terms.rate.currency)
    return any(each in open_ for each in accounts)
