"""Group buys in SQLite: decided inside the transaction that stores them.

Names, amounts and addresses are sealed; numbers, states, counts and moments are not. Joining reads
one row and a few sums, so that the thousandth claim costs what the first did.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.group_buys.buys import (
    DONE_BY_ITSELF,
    ENDED,
    FORGOTTEN_AT_ONCE,
    BuyRefused,
    Change,
    Decide,
    GroupBuy,
    Why,
)
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.joining import Taken, Wanted, admitted, withdrawn
from bot.domain.group_buys.news import News, NewsOf, StoredNews
from bot.domain.group_buys.showing import Card, Progress
from bot.domain.identifiers import BuyId, ChatId, MerchantOrderNo, SpecId, UserId
from bot.domain.ledger import Books, LedgerError, Operation
from bot.domain.writes import ChangeBuy, JoinBuy, OpenBuy, ShowBuy
from bot.storage.codec import to_micros
from bot.storage.group_ports import BuysCensus
from bot.storage.places import place_of_buy, place_of_claim, place_of_group_operation
from bot.storage.ports import VersionConflict
from bot.storage.sql.batch import Work, executing
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.group_census import count_buys
from bot.storage.sql.orders_of_buys import hand_over

_BUY = "SELECT buy_id, token, version, body FROM group_buys"
_JOINED = _BUY + " WHERE buy_id IN (SELECT buy_id FROM group_claims WHERE user_id = ?)"  # noqa: S608 - named above
_CARD = "SELECT cards.buy_id, chat_id, message_id, topic, language, with_picture, shown"
_BEING_POSTED = -1
_MOST_OPENED = 64
_BETWEEN_CARDS = timedelta(seconds=3.1)
_PUT_CLAIM = (
    "INSERT INTO group_claims"
    " (buy_id, number, user_id, state, spec_id, taken, queued, banned, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (buy_id, number) DO UPDATE SET"
    " state = excluded.state, taken = excluded.taken, queued = excluded.queued,"
    " banned = excluded.banned, body = excluded.body"
)
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


class GroupBuys:
    """Implements `GroupBuyPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opened: dict[str, tuple[bytes, GroupBuy]] = {}

    async def buy(self, buy_id: BuyId) -> GroupBuy | None:
        """Return a buy with all its claims."""
        return await self._database.read(lambda connection: self._whole(connection, buy_id))

    async def head(self, token: str) -> GroupBuy | None:
        """Return the buy that a link opens, without its claims."""
        row = await self._database.row(f"{_BUY} WHERE token = ?", token)
        return None if row is None else self._head(*row)

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
            f"{_BUY} WHERE organiser = ? ORDER BY buy_id DESC LIMIT ?", organiser, limit
        )
        return [self._head(*row) for row in rows]

    async def joined_by(self, user_id: UserId, limit: int) -> list[GroupBuy]:
        """Return the buys that a person has claims in, with these alone, newest first."""

        def read(connection: Connection) -> list[GroupBuy]:
            rows = connection.execute(
                _JOINED + " ORDER BY buy_id DESC LIMIT ?",
                (user_id, limit),
            ).fetchall()
            return [self._with_claims(connection, self._head(*row), user_id) for row in rows]

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
            buy = found.get(buy_id) or self._head(buy_id, token, version, body)
            one = self._database.unseal(Claim, claim, place_of_claim(buy_id, number))
            found[buy_id] = buy.replace(claims=(*buy.claims, one))
        return list(found.values())

    async def buy_of_order(self, order_no: MerchantOrderNo) -> BuyId | None:
        """Return the buy that an order was made for."""
        row = await self._database.row("SELECT buy_id FROM group_buys WHERE order_no = ?", order_no)
        return None if row is None else BuyId(row[0])

    async def books_of_buy(self, buy_id: BuyId) -> Books:
        """Return a buy's books, oldest operation first."""
        return await self._database.read(lambda connection: self._books(connection, buy_id))

    async def change(self, buy_id: BuyId, decide: Decide) -> GroupBuy:
        """Store what `decide` makes of a buy; return it as it is then."""
        return await self._database.write(
            lambda connection: self._change(connection, buy_id, decide)
        )

    def carrying_out(self, write: OpenBuy | JoinBuy | ChangeBuy | ShowBuy) -> Work:
        """Return what carries out a write of a conversation's step."""
        match write:
            case OpenBuy(buy):
                return self.opening(buy)
            case JoinBuy(buy_id, wanted):
                return self.joining(buy_id, wanted)
            case ChangeBuy(buy_id, decide):
                return self.changing(buy_id, decide)
            case ShowBuy(card):
                return self.showing(card)

    def opening(self, buy: GroupBuy) -> Work:
        """Return what stores a new buy; one whose token is there already changes nothing."""

        def open_(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO group_buys"
                " (token, organiser, state, version, order_no, next_at, since, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (token) DO NOTHING",
                (buy.token, buy.organiser, *self._columns(buy)),
            )

        return open_

    def joining(self, buy_id: BuyId, wanted: Wanted) -> Work:
        """Return what adds a claim; `VersionConflict` where it no longer fits."""

        def join(connection: Connection) -> None:
            row = connection.execute(f"{_BUY} WHERE buy_id = ?", (buy_id,)).fetchone()
            if row is None:
                raise VersionConflict(f"group buy {buy_id} is gone")
            taken = _taken(connection, buy_id, wanted.user_id, wanted.spec_id)
            try:
                claim = admitted(self._head(*row), wanted, taken)
            except BuyRefused as error:
                raise VersionConflict(f"group buy {buy_id}: {error.why}") from error
            self._put_claims(connection, buy_id, [claim])
            connection.execute(
                "UPDATE group_buys SET version = version + 1 WHERE buy_id = ?", (buy_id,)
            )

        return join

    def changing(self, buy_id: BuyId, decide: Decide) -> Work:
        """Return what carries a change out; `VersionConflict` where it is refused by now."""

        def change(connection: Connection) -> None:
            try:
                self._change(connection, buy_id, decide)
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

    async def put_card(self, card: Card) -> Card | None:
        """Keep where a buy is shown in a chat; return the card that was there before."""

        def put(connection: Connection) -> Card | None:
            row = connection.execute(
                f"{_CARD} FROM group_cards AS cards WHERE buy_id = ? AND chat_id = ?",
                (card.buy_id, card.chat_id),
            ).fetchone()
            connection.execute(
                "INSERT INTO group_cards (buy_id, chat_id, message_id, topic, language,"
                " with_picture, shown, not_before) VALUES (?, ?, ?, ?, ?, ?, ?, 0)"
                " ON CONFLICT (buy_id, chat_id) DO UPDATE SET message_id = excluded.message_id,"
                " topic = excluded.topic, language = excluded.language,"
                " with_picture = excluded.with_picture, shown = excluded.shown, not_before = 0",
                (
                    card.buy_id,
                    card.chat_id,
                    card.message_id,
                    card.topic,
                    card.language,
                    card.with_picture,
                    card.shown,
                ),
            )
            return None if row is None else _card(*row)

        return await self._database.write(put)

    async def cards_to_draw(self, now: datetime, limit: int) -> list[Card]:
        """Return the cards that show an older version and may be edited now."""
        rows = await self._database.rows(
            f"{_CARD} FROM group_cards AS cards JOIN group_buys USING (buy_id)"
            " WHERE message_id >= 0 AND shown < version AND not_before <= ?"
            " ORDER BY not_before LIMIT ?",
            to_micros(now),
            limit,
        )
        return [_card(*row) for row in rows]

    async def cards_of(self, buy_id: BuyId) -> list[Card]:
        """Return where a buy is shown, or is to be."""
        rows = await self._database.rows(
            f"{_CARD} FROM group_cards AS cards WHERE buy_id = ? ORDER BY chat_id", buy_id
        )
        return [_card(*row) for row in rows]

    async def claim_card(self, card: Card) -> bool:
        """Mark a card as being posted, durably; False when it no longer waits for that."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE group_cards SET message_id = ?"
                    " WHERE buy_id = ? AND chat_id = ? AND message_id = 0",
                    (_BEING_POSTED, card.buy_id, card.chat_id),
                ).rowcount
                == 1
            )
        )

    async def give_up_cards(self) -> list[Card]:
        """Forget what an earlier run was posting: it may be there. Return it."""

        def give_up(connection: Connection) -> list[Card]:
            rows = connection.execute(
                f"{_CARD} FROM group_cards AS cards WHERE message_id = ?", (_BEING_POSTED,)
            ).fetchall()
            connection.execute("DELETE FROM group_cards WHERE message_id = ?", (_BEING_POSTED,))
            return [_card(*row) for row in rows]

        return await self._database.write(give_up)

    def showing(self, card: Card) -> Work:
        """Return what has a buy shown in a chat; where it is already it is drawn once more."""
        return executing(
            "INSERT INTO group_cards (buy_id, chat_id, message_id, topic, language, with_picture,"
            " shown, not_before) VALUES (?, ?, 0, ?, ?, 0, -1, 0)"
            " ON CONFLICT (buy_id, chat_id) DO UPDATE SET shown = -1",
            card.buy_id,
            card.chat_id,
            card.topic,
            card.language,
        )

    async def card_drawn(self, card: Card, version: int, again_at: datetime) -> None:
        """Remember which version a card shows, and when it may be edited next.

        Other cards of that chat wait some seconds, as the chat's own limit counts all of them.
        """
        soon = to_micros(self._database.now() + _BETWEEN_CARDS)

        def drawn(connection: Connection) -> None:
            connection.execute(
                "UPDATE group_cards SET not_before = ? WHERE chat_id = ? AND not_before < ?",
                (soon, card.chat_id, soon),
            )
            connection.execute(
                "UPDATE group_cards SET shown = ?, not_before = ?,"
                " failing_since = CASE WHEN shown < ? THEN NULL"
                " ELSE COALESCE(failing_since, ?) END"
                " WHERE buy_id = ? AND chat_id = ? AND message_id = ?",
                (
                    version,
                    to_micros(again_at),
                    version,
                    to_micros(self._database.now()),
                    card.buy_id,
                    card.chat_id,
                    card.message_id,
                ),
            )

        await self._database.write(drawn)

    async def drop_card(self, card: Card) -> None:
        """Forget a card whose message is gone."""
        await self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM group_cards WHERE buy_id = ? AND chat_id = ? AND message_id IN (?, ?)",
                (card.buy_id, card.chat_id, card.message_id, card.message_id or _BEING_POSTED),
            )
        )

    async def news_to_tell(self, now: datetime, limit: int) -> list[StoredNews]:
        """Return what may be told now, oldest first."""
        rows = await self._database.rows(
            "SELECT news_id, buy_id, user_id, kind, detail FROM group_news"
            " WHERE state = 'waiting' AND not_before <= ? ORDER BY news_id LIMIT ?",
            to_micros(now),
            limit,
        )
        return [
            StoredNews(
                news_id=news_id,
                buy_id=BuyId(buy_id),
                news=News(kind=NewsOf(kind), user_id=UserId(user_id), detail=detail),
            )
            for news_id, buy_id, user_id, kind, detail in rows
        ]

    async def claim_news(self, news_id: int) -> bool:
        """Mark news as being told, durably; False when it is no longer waiting."""
        return await self._move_news(news_id, "waiting", "claimed")

    async def end_news(self, news_id: int) -> None:
        """Record that news was told, or that nobody is left to tell."""
        await self._move_news(news_id, "claimed", "over")

    async def put_back_news(self, news_id: int, until: datetime) -> None:
        """Have news that was certainly not told wait again."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE group_news SET state = 'waiting', not_before = ?"
                " WHERE news_id = ? AND state <> 'over'",
                (to_micros(until), news_id),
            )
        )

    async def give_up_news(self) -> int:
        """End what an earlier run was telling: it may have been told. Return how many."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE group_news SET state = 'over' WHERE state = 'claimed'"
                ).rowcount
            )
        )

    def clock_set_back(self, connection: Connection, now: datetime, by: timedelta) -> None:
        """Have buys wait that much less for what nobody was promised."""
        rows = connection.execute(
            f"{_BUY} WHERE state IN ({_BY_ITSELF}) AND (next_at > ? OR since > ?)",
            (to_micros(now), to_micros(now)),
        ).fetchall()
        for row in rows:
            buy = self._head(*row).clock_set_back(now, by)
            *_, next_at, since, body = self._columns(buy)
            connection.execute(
                "UPDATE group_buys SET next_at = ?, since = ?, body = ? WHERE buy_id = ?",
                (next_at, since, body, buy.buy_id),
            )

    def forget(self, connection: Connection, user_id: UserId) -> None:
        """Delete a person's claims where a buy has ended, and end those that are still free.

        What money hangs on stays until the buy has ended; an organiser's buys likewise.
        """
        now = self._database.now()
        rows = connection.execute(
            _JOINED,
            (user_id,),
        ).fetchall()
        for row in rows:
            buy = self._head(*row)
            if buy.state in ENDED:
                _forget_in(connection, buy.buy_id, user_id)
                continue
            if buy.is_free_to_leave(now):
                self._leave(connection, buy.buy_id, user_id, now)
            whole = self._whole(connection, buy.buy_id)
            mine = whole.claims_of(user_id) if whole else ()
            books = self._books(connection, buy.buy_id)
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

        self._change(connection, buy_id, leave)

    def _change(self, connection: Connection, buy_id: BuyId, decide: Decide) -> GroupBuy:
        before = self._whole(connection, buy_id)
        if before is None:
            raise BuyRefused(Why.NOT_YOURS)
        books = self._books(connection, buy_id)
        change = decide(before, books)
        after = change.buy
        new = [each for each in change.booked if books.post(each)]
        if after == before and not new and not change.news:
            return before
        moved = bool(new or change.news) or after.moved_from(before)
        after = after.replace(version=before.version + moved)
        known = {each.number: each for each in before.claims}
        changed = [each for each in after.claims if known.get(each.number) != each]
        self._put_claims(connection, buy_id, changed)
        connection.execute(
            "UPDATE group_buys SET state = ?, version = ?, order_no = ?, next_at = ?, since = ?,"
            " body = ? WHERE buy_id = ?",
            (*self._columns(after), buy_id),
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

    def _columns(self, buy: GroupBuy) -> tuple[object, ...]:
        return (
            buy.state.value,
            buy.version,
            buy.order_no,
            None if buy.next_at is None else to_micros(buy.next_at),
            to_micros(buy.since),
            self._database.seal(buy.replace(claims=()), place_of_buy(buy.token)),
        )

    def _put_claims(self, connection: Connection, buy_id: BuyId, claims: Iterable[Claim]) -> None:
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

    def _head(self, buy_id: int, token: str, version: int, body: bytes) -> GroupBuy:
        """Read a row. While a thousand join, its sealed part stays as it is, and is opened once."""
        sealed, buy = self._opened.get(token, (b"", None))
        if buy is None or sealed != body:
            buy = self._database.unseal(GroupBuy, body, place_of_buy(token))
            if len(self._opened) >= _MOST_OPENED:
                self._opened.clear()
            self._opened[token] = (body, buy)
        return buy.replace(buy_id=BuyId(buy_id), version=version)

    def _whole(self, connection: Connection, buy_id: BuyId) -> GroupBuy | None:
        row = connection.execute(f"{_BUY} WHERE buy_id = ?", (buy_id,)).fetchone()
        return None if row is None else self._with_claims(connection, self._head(*row))

    def _with_claims(
        self, connection: Connection, buy: GroupBuy, user_id: UserId | None = None
    ) -> GroupBuy:
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

    def _books(self, connection: Connection, buy_id: BuyId) -> Books:
        rows = connection.execute(
            "SELECT key, body FROM group_ledger WHERE buy_id = ? ORDER BY entry_id", (buy_id,)
        ).fetchall()
        return Books(
            self._database.unseal(Operation, body, place_of_group_operation(key))
            for key, body in rows
        )

    async def _move_news(self, news_id: int, before: str, after: str) -> bool:
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE group_news SET state = ? WHERE news_id = ? AND state = ?",
                    (after, news_id, before),
                ).rowcount
                == 1
            )
        )


_GONE = frozenset(
    {ClaimState.WITHDRAWN, ClaimState.LAPSED, ClaimState.DECLINED, ClaimState.REFUNDED}
)


_BY_ITSELF = ", ".join(f"'{each.value}'" for each in sorted(DONE_BY_ITSELF))
_ENDED = ", ".join(f"'{each.value}'" for each in sorted(ENDED))
_AT_ONCE = ", ".join(f"'{each.value}'" for each in sorted(FORGOTTEN_AT_ONCE))
_FORGOTTEN = (
    "SELECT DISTINCT buy_id, user_id FROM group_claims JOIN group_buys USING (buy_id)"  # noqa: S608 - states
    f" WHERE group_claims.forgotten = 1 AND group_buys.state IN ({_ENDED})"
)


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


def _card(
    buy_id: int,
    chat_id: int,
    message_id: int,
    topic: int | None,
    language: str,
    with_picture: int,
    shown: int,
) -> Card:
    return Card(
        buy_id=BuyId(buy_id),
        chat_id=ChatId(chat_id),
        message_id=message_id,
        topic=topic,
        language=language,
        with_picture=bool(with_picture),
        shown=shown,
    )
