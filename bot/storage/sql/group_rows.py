"""Group buys as rows: how a buy, its claims and its books are sealed, read and changed."""

from collections.abc import Iterable

from bot.domain.group_buys.buys import (
    FOLLOWED,
    BuyRefused,
    Decide,
    GroupBuy,
    Why,
)
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.news import News
from bot.domain.identifiers import BuyId, UserId
from bot.domain.ledger import Books, Operation
from bot.storage.codec import to_micros
from bot.storage.places import place_of_buy, place_of_claim, place_of_group_operation
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.orders_of_buys import hand_over

BUY = "SELECT buy_id, token, version, body FROM group_buys"
JOINED = BUY + " WHERE buy_id IN (SELECT buy_id FROM group_claims WHERE user_id = ?)"  # noqa: S608 - named above
_MOST_OPENED = 64
_PUT_CLAIM = (
    "INSERT INTO group_claims"
    " (buy_id, number, user_id, state, spec_id, taken, queued, banned, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (buy_id, number) DO UPDATE SET"
    " state = excluded.state, taken = excluded.taken, queued = excluded.queued,"
    " banned = excluded.banned, body = excluded.body"
)


class GroupRows:
    """The one way in which rows become buys, and a buy's next state becomes rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opened: dict[str, tuple[bytes, GroupBuy]] = {}

    def head(self, buy_id: int, token: str, version: int, body: bytes) -> GroupBuy:
        """Read a row. While a thousand join, its sealed part stays as it is, and is opened once."""
        sealed, buy = self._opened.get(token, (b"", None))
        if buy is None or sealed != body:
            buy = self._database.unseal(GroupBuy, body, place_of_buy(token))
            if len(self._opened) >= _MOST_OPENED:
                self._opened.clear()
            self._opened[token] = (body, buy)
        return buy.replace(buy_id=BuyId(buy_id), version=version)

    def whole(self, connection: Connection, buy_id: BuyId) -> GroupBuy | None:
        """Return a buy with all its claims."""
        row = connection.execute(f"{BUY} WHERE buy_id = ?", (buy_id,)).fetchone()
        return None if row is None else self.with_claims(connection, self.head(*row))

    def with_claims(
        self, connection: Connection, buy: GroupBuy, user_id: UserId | None = None
    ) -> GroupBuy:
        """Return a buy that has been read with its claims, or with those of one person alone."""
        whose, parameters = (
            ("", (buy.buy_id,)) if user_id is None else (" AND user_id = ?", (buy.buy_id, user_id))
        )
        rows = connection.execute(
            f"SELECT number, body FROM group_claims WHERE buy_id = ?{whose} ORDER BY number",  # noqa: S608 - named above
            parameters,
        ).fetchall()
        claims = tuple(
            self._database.unseal(Claim, body, place_of_claim(buy.buy_id, number))
            for number, body in rows
        )
        return buy.replace(claims=claims)

    def books(self, connection: Connection, buy_id: BuyId) -> Books:
        """Return a buy's books, oldest operation first."""
        rows = connection.execute(
            "SELECT key, body FROM group_ledger WHERE buy_id = ? ORDER BY entry_id", (buy_id,)
        ).fetchall()
        return Books(
            self._database.unseal(Operation, body, place_of_group_operation(key))
            for key, body in rows
        )

    def change(self, connection: Connection, buy_id: BuyId, decide: Decide) -> GroupBuy:
        """Store what `decide` makes of a buy as it is now, what is booked and what is told.

        Raises what `decide` raises, `LedgerError`, and `BuyRefused` when there is no such buy.
        """
        before = self.whole(connection, buy_id)
        if before is None:
            raise BuyRefused(Why.NOT_YOURS)
        books = self.books(connection, buy_id)
        change = decide(before, books)
        after = change.buy
        new = [each for each in change.booked if books.post(each)]
        if after == before and not new and not change.news:
            return before
        moved = bool(new or change.news) or after.moved_from(before)
        after = after.replace(version=before.version + moved)
        known = {each.number: each for each in before.claims}
        changed = [each for each in after.claims if known.get(each.number) != each]
        self.put_claims(connection, buy_id, changed)
        connection.execute(
            "UPDATE group_buys SET state = ?, version = ?, order_no = ?, next_at = ?, since = ?,"
            " body = ?, moved = moved + ? WHERE buy_id = ?",
            # What its orders mean for it may be something else now.
            (*self.columns(after), int(moved and after.state in FOLLOWED), buy_id),
        )
        if after.organiser != before.organiser:
            connection.execute(
                "UPDATE group_buys SET organiser = ?, unreachable = 0, forgotten = 0"
                " WHERE buy_id = ?",
                (after.organiser, buy_id),
            )
            hand_over(connection, self._database, after)
        self._post(connection, buy_id, new)
        self._tell(connection, buy_id, change.news)
        return after

    def columns(self, buy: GroupBuy) -> tuple[object, ...]:
        """Return state, version, order_no, next_at, since and the sealed body, in this order."""
        return (
            buy.state.value,
            buy.version,
            buy.order_no,
            None if buy.next_at is None else to_micros(buy.next_at),
            to_micros(buy.since),
            self._database.seal(buy.replace(claims=()), place_of_buy(buy.token)),
        )

    def put_claims(self, connection: Connection, buy_id: BuyId, claims: Iterable[Claim]) -> None:
        """Write new claims, and those that changed."""
        connection.executemany(
            _PUT_CLAIM,
            [
                (
                    buy_id,
                    each.number,
                    each.user_id,
                    each.state.value,
                    each.spec_id or "",
                    each.served if each.is_in else 0,
                    each.pieces if each.state is ClaimState.WAITING else 0,
                    int(bool(each.banned)),
                    self._database.seal(each, place_of_claim(buy_id, each.number)),
                )
                for each in claims
            ],
        )

    def _post(self, connection: Connection, buy_id: BuyId, operations: Iterable[Operation]) -> None:
        connection.executemany(
            "INSERT INTO group_ledger (key, buy_id, user_id, at, body) VALUES (?, ?, ?, ?, ?)",
            [
                (
                    each.key,
                    buy_id,
                    each.user_id,
                    to_micros(each.at),
                    self._database.seal(each, place_of_group_operation(each.key)),
                )
                for each in operations
            ],
        )

    def _tell(self, connection: Connection, buy_id: BuyId, news: Iterable[News]) -> None:
        now = to_micros(self._database.now())
        connection.executemany(
            "INSERT INTO group_news (buy_id, user_id, kind, detail, not_before)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(buy_id, each.user_id, each.kind.value, each.detail, now) for each in news],
        )
