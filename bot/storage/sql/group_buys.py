"""Group buys in SQL: decided inside the transaction that stores them.

Names, amounts and addresses are sealed; numbers, states, counts and moments are not. Joining reads
one row and a few sums, so that the thousandth claim costs what the first did.
"""

from datetime import datetime, timedelta

from bot.domain.group_buys.buys import (
    DONE_BY_ITSELF,
    BuyRefused,
    Decide,
    GroupBuy,
)
from bot.domain.group_buys.claims import Claim
from bot.domain.group_buys.joining import Taken, Wanted, admitted
from bot.domain.group_buys.showing import Progress
from bot.domain.identifiers import BuyId, SpecId, UserId
from bot.domain.ledger import Books, LedgerError
from bot.storage.codec import to_micros
from bot.storage.group_ports import BuysCensus
from bot.storage.places import place_of_claim
from bot.storage.ports import VersionConflict
from bot.storage.sql.batch import Work, executing
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.group_census import count_buys
from bot.storage.sql.group_rows import BUY, JOINED, GroupRows

_TAKEN = (
    "SELECT COALESCE(SUM(taken) FILTER (WHERE spec_id = :spec), 0),"
    " COALESCE(SUM(taken + queued) FILTER (WHERE user_id = :user), 0),"
    " COUNT(*) FILTER (WHERE spec_id = :spec AND queued > 0)"
    " FROM group_claims WHERE buy_id = :buy"
    " AND (spec_id = :spec OR user_id = :user)"
)
_BANNED = (
    "SELECT COUNT(*) FROM group_claims JOIN group_buys USING (buy_id)"
    " WHERE banned = 1 AND user_id = :user"
    " AND organiser = (SELECT organiser FROM group_buys WHERE buy_id = :buy)"
)
_BY_ITSELF = ", ".join(f"'{each.value}'" for each in sorted(DONE_BY_ITSELF))


class GroupBuys:
    """Implements `GroupBuyPort`."""

    def __init__(self, database: Database, rows: GroupRows) -> None:
        self._database = database
        self._rows = rows

    async def buy(self, buy_id: BuyId) -> GroupBuy | None:
        """Return a buy with all its claims."""
        return await self._database.read(lambda connection: self._rows.whole(connection, buy_id))

    async def head(self, token: str) -> GroupBuy | None:
        """Return the buy that a link opens, without its claims."""
        row = await self._database.row(f"{BUY} WHERE token = ?", token)
        return None if row is None else self._rows.head(*row)

    async def progress(self, buy_id: BuyId) -> Progress:
        """Count what is spoken for."""
        rows = await self._database.rows(
            "SELECT spec_id, SUM(taken) FROM group_claims WHERE buy_id = ? GROUP BY spec_id",
            buy_id,
        )
        people, queued = await self._database.row(
            "SELECT COUNT(DISTINCT CASE WHEN taken > 0 THEN user_id END),"
            " COUNT(*) FILTER (WHERE queued > 0)"
            " FROM group_claims WHERE buy_id = ?",
            buy_id,
        ) or (0, 0)
        pieces = {spec: taken for spec, taken in rows if taken}
        return Progress(pieces=pieces, people=people, queued=queued or 0)

    async def taken(self, buy_id: BuyId, user_id: UserId, spec_id: SpecId | None) -> Taken:
        """Count what decides whether one more claim fits."""
        return await self._database.read(
            lambda connection: _taken(connection, buy_id, user_id, spec_id)
        )

    async def buys_of(self, organiser: UserId, limit: int) -> list[GroupBuy]:
        """Return an organiser's buys without their claims, newest first."""
        rows = await self._database.rows(
            f"{BUY} WHERE organiser = ? ORDER BY buy_id DESC LIMIT ?", organiser, limit
        )
        return [self._rows.head(*row) for row in rows]

    async def joined_by(self, user_id: UserId, limit: int) -> list[GroupBuy]:
        """Return the buys that a person has claims in, with these alone, newest first."""

        def read(connection: Connection) -> list[GroupBuy]:
            rows = connection.execute(
                JOINED + " ORDER BY buy_id DESC LIMIT ?",
                (user_id, limit),
            ).fetchall()
            return [
                self._rows.with_claims(connection, self._rows.head(*row), user_id) for row in rows
            ]

        return await self._database.read(read)

    async def bans_of(self, organiser: UserId, limit: int) -> list[GroupBuy]:
        """Return an organiser's buys with the claims alone that a ban stands with, newest first."""
        return await self._database.read(
            lambda connection: self._banned(connection, "", (organiser, limit))
        )

    async def ban_on(self, organiser: UserId, user_id: UserId) -> GroupBuy | None:
        """Return the buy that says why an organiser takes no claims from somebody, with that."""

        def read(connection: Connection) -> GroupBuy | None:
            found = self._banned(connection, " AND user_id = ?", (organiser, user_id, 1))
            return found[0] if found else None

        return await self._database.read(read)

    def _banned(
        self, connection: Connection, whose: str, parameters: tuple[int, ...]
    ) -> list[GroupBuy]:
        rows = connection.execute(
            "SELECT buy_id, token, version, group_buys.body, number, group_claims.body"  # noqa: S608 - named above
            " FROM group_claims JOIN group_buys USING (buy_id)"
            f" WHERE banned = 1 AND organiser = ?{whose} ORDER BY buy_id DESC, number LIMIT ?",
            parameters,
        ).fetchall()
        found: dict[int, GroupBuy] = {}
        for buy_id, token, version, body, number, claim in rows:
            buy = found.get(buy_id) or self._rows.head(buy_id, token, version, body)
            one = self._database.unseal(Claim, claim, place_of_claim(buy_id, number))
            found[buy_id] = buy.replace(claims=(*buy.claims, one))
        return list(found.values())

    async def books_of_buy(self, buy_id: BuyId) -> Books:
        """Return a buy's books, oldest operation first."""
        return await self._database.read(lambda connection: self._rows.books(connection, buy_id))

    async def change(self, buy_id: BuyId, decide: Decide) -> GroupBuy:
        """Store what `decide` makes of a buy; return it as it is then."""
        return await self._database.write(
            lambda connection: self._rows.change(connection, buy_id, decide)
        )

    def opening(self, buy: GroupBuy) -> Work:
        """Return what stores a new buy; one whose token is there already changes nothing."""

        def open_(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO group_buys"
                " (token, organiser, state, version, order_no, next_at, since, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (token) DO NOTHING",
                (buy.token, buy.organiser, *self._rows.columns(buy)),
            )

        return open_

    def joining(self, buy_id: BuyId, wanted: Wanted) -> Work:
        """Return what adds a claim; `VersionConflict` where it no longer fits."""

        def join(connection: Connection) -> None:
            row = connection.execute(f"{BUY} WHERE buy_id = ?", (buy_id,)).fetchone()
            if row is None:
                raise VersionConflict(f"group buy {buy_id} is gone")
            taken = _taken(connection, buy_id, wanted.user_id, wanted.spec_id)
            try:
                claim = admitted(self._rows.head(*row), wanted, taken)
            except BuyRefused as error:
                raise VersionConflict(f"group buy {buy_id}: {error.why}") from error
            self._rows.put_claims(connection, buy_id, [claim])
            connection.execute(
                "UPDATE group_buys SET version = version + 1 WHERE buy_id = ?", (buy_id,)
            )

        return join

    def changing(self, buy_id: BuyId, decide: Decide) -> Work:
        """Return what carries a change out; `VersionConflict` where it is refused by now."""

        def change(connection: Connection) -> None:
            try:
                self._rows.change(connection, buy_id, decide)
            except (BuyRefused, LedgerError) as error:
                raise VersionConflict(f"group buy {buy_id}: {type(error).__name__}") from error

        return change

    async def buys_census(self, now: datetime) -> BuysCensus:
        """Count how group buys stand at that moment."""
        return await self._database.read(lambda connection: count_buys(connection, now))

    async def organiser_reached(self, buy_id: BuyId, *, reached: bool) -> None:
        """Remember whether a buy's organiser could be told something."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE group_buys SET unreachable = ? WHERE buy_id = ? AND unreachable <> ?",
                (not reached, buy_id, not reached),
            )
        )

    async def due(self, now: datetime, limit: int) -> list[BuyId]:
        """Return the buys that something is to be done for by itself, the longest due first."""
        rows = await self._database.rows(
            "SELECT buy_id FROM group_buys WHERE next_at <= ? ORDER BY next_at LIMIT ?",
            to_micros(now),
            limit,
        )
        return [BuyId(buy_id) for (buy_id,) in rows]

    async def moved(self, limit: int) -> list[tuple[BuyId, int]]:
        """Return the buys that moved, or whose orders did, and how often since they were `seen`."""
        rows = await self._database.rows(
            "SELECT buy_id, moved FROM group_buys WHERE moved > 0 ORDER BY buy_id LIMIT ?", limit
        )
        return [(BuyId(buy_id), times) for buy_id, times in rows]

    async def seen(self, buy_id: BuyId, times: int) -> None:
        """Take it that a buy was looked at with its orders, as they were moved so many times."""
        await self._database.write(
            executing(
                "UPDATE group_buys SET moved = 0 WHERE buy_id = ? AND moved = ?", buy_id, times
            )
        )

    def clock_set_back(self, connection: Connection, now: datetime, by: timedelta) -> None:
        """Have buys wait that much less for what nobody was promised."""
        rows = connection.execute(
            f"{BUY} WHERE state IN ({_BY_ITSELF}) AND (next_at > ? OR since > ?)",
            (to_micros(now), to_micros(now)),
        ).fetchall()
        for row in rows:
            buy = self._rows.head(*row).clock_set_back(now, by)
            *_, next_at, since, body = self._rows.columns(buy)
            connection.execute(
                "UPDATE group_buys SET next_at = ?, since = ?, body = ? WHERE buy_id = ?",
                (next_at, since, body, buy.buy_id),
            )


def _taken(connection: Connection, buy_id: BuyId, user_id: UserId, spec_id: SpecId | None) -> Taken:
    (others,) = connection.execute(
        "SELECT COUNT(DISTINCT spec_id) FROM group_claims"
        " WHERE buy_id = ? AND taken + queued > 0 AND spec_id <> ?",
        (buy_id, spec_id or ""),
    ).fetchone()
    counts = connection.execute(
        _TAKEN, {"buy": buy_id, "user": user_id, "spec": spec_id or ""}
    ).fetchone()
    (banned,) = connection.execute(_BANNED, {"buy": buy_id, "user": user_id}).fetchone()
    (latest,) = connection.execute(
        "SELECT COALESCE(MAX(number), 0) FROM group_claims WHERE buy_id = ?", (buy_id,)
    ).fetchone()
    of_variant, mine, queued = counts
    return Taken(
        of_variant=of_variant,
        other_variants=others,
        mine=mine,
        queued=queued,
        next_number=latest + 1,
        banned=bool(banned),
    )
