"""Sessions, what their screens show, and the commit of a step."""

import sqlite3
from collections.abc import Callable
from typing import Any, assert_never

from bot.domain.identifiers import ChatId, OfferId, UserId
from bot.domain.offers import Offer, SearchPage
from bot.domain.orders import Order
from bot.domain.sessions import Session
from bot.domain.writes import (
    ClaimOrder,
    DeleteAddress,
    ForgetPerson,
    KeepOffer,
    KeepResults,
    MarkTold,
    SaveAddress,
    Write,
)
from bot.storage.codec import pack, to_micros, unpack
from bot.storage.ports import StepCommit, VersionConflict
from bot.storage.sqlite.lately import Lately
from bot.storage.sqlite.places import place_of_results, place_of_session
from bot.storage.sqlite.rights import Rights

_Statement = Callable[[sqlite3.Connection], object]

# Sessions and pages of results are of people who are here now, offers of all of them together.
_SESSIONS, _RESULTS, _OFFERS = 512, 256, 128

_KEEP_RESULTS = (
    "INSERT INTO results (session_id, body, touched_at) VALUES (?, ?, ?)"
    " ON CONFLICT (session_id) DO UPDATE"
    " SET body = excluded.body, touched_at = excluded.touched_at"
)
_KEEP_OFFER = (
    "INSERT INTO offers (offer_id, body, touched_at) VALUES (?, ?, ?)"
    " ON CONFLICT (offer_id) DO UPDATE"
    " SET body = excluded.body, touched_at = excluded.touched_at"
)
_UPDATE_COMMITTED = "UPDATE inbox SET committed = 1 WHERE update_id = ?"
_DELETE_ADDRESS = "DELETE FROM addresses WHERE user_id = ? AND address_id = ?"
_MARK_TOLD = "UPDATE orders SET told = 1 WHERE order_no = ? AND placing = ? AND user_id = ?"


class Conversations(Rights):
    """Implements `ConversationPort`; a step may touch orders and addresses as well."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._sessions: Lately[tuple[ChatId, UserId], Session] = Lately(_SESSIONS)
        self._results: Lately[str, SearchPage] = Lately(_RESULTS)
        self._offers: Lately[OfferId, Offer] = Lately(_OFFERS)

    async def close(self) -> None:
        """Close; the file may be another one when it is opened again."""
        await super().close()
        self._read_anew()

    async def load_session(self, chat_id: ChatId, user_id: UserId) -> Session | None:
        """Return the conversation of that person in that chat."""
        known = self._sessions.get((chat_id, user_id))
        if known is not None:
            return known
        began = self._sessions.moment
        row = await self._row(
            "SELECT body FROM sessions WHERE chat_id = ? AND user_id = ?", chat_id, user_id
        )
        if row is None:
            return None
        session = self._unseal(Session, row[0], place_of_session(chat_id, user_id))
        self._sessions.read((chat_id, user_id), session, began)
        return session

    async def commit_step(self, commit: StepCommit) -> None:
        """Commit one step. Raises `VersionConflict` or `AlreadyClaimed`, then nothing changed."""
        statements = self._statements_of(commit)

        def run(connection: sqlite3.Connection) -> None:
            for statement in statements:
                statement(connection)

        try:
            await self._write(run)
        except BaseException:
            # Somebody else wrote, or a caller that was cancelled does not learn whether it did.
            self._doubt(commit)
            raise
        self._keep(commit)
        if any(isinstance(each, ForgetPerson | DeleteAddress) for each in commit.writes):
            await self._empty_log()

    async def results_of(self, session_id: str) -> SearchPage | None:
        """Return the session's current page of results."""
        known = self._results.get(session_id)
        if known is not None:
            return known
        began = self._results.moment
        row = await self._row("SELECT body FROM results WHERE session_id = ?", session_id)
        if row is None:
            return None
        page = unpack(SearchPage, self._unseal_bytes(row[0], place_of_results(session_id)))
        self._results.read(session_id, page, began)
        return page

    async def offer(self, offer_id: OfferId) -> Offer | None:
        """Return an offer as last committed."""
        known = self._offers.get(offer_id)
        if known is not None:
            return known
        began = self._offers.moment
        row = await self._row("SELECT body FROM offers WHERE offer_id = ?", offer_id)
        if row is None:
            return None
        offer = unpack(Offer, row[0])
        self._offers.read(offer_id, offer, began)
        return offer

    async def forget(self, user_id: UserId) -> list[Order]:
        """Delete what is kept of a person; return the open orders, which stay until they close."""
        try:
            return await super().forget(user_id)
        finally:
            self._read_anew()

    def _read_anew(self) -> None:
        """Take nothing for granted: rows went that no step wrote."""
        self._sessions.clear()
        self._results.clear()
        self._offers.clear()
        self._forget_fresh()

    def _keep(self, commit: StepCommit) -> None:
        """Remember what is committed."""
        session = commit.session
        key = (session.chat_id, session.user_id)
        if ForgetPerson() in commit.writes:
            self._read_anew()
        before = self._sessions.get(key)
        if commit.expected_revision is not None and (
            before is None or before.session_id != session.session_id
        ):
            # With a session's old id go the results that were kept under it.
            self._results.clear()
        self._sessions.written(key, session)
        for write in commit.writes:
            match write:
                case KeepResults(page):
                    self._results.written(session.session_id, page)
                case KeepOffer(offer):
                    self._offers.written(offer.offer_id, offer)

    def _doubt(self, commit: StepCommit) -> None:
        session = commit.session
        self._sessions.doubt((session.chat_id, session.user_id))
        self._results.doubt(session.session_id)
        for write in commit.writes:
            if isinstance(write, KeepOffer):
                self._offers.doubt(write.offer.offer_id)
            if isinstance(write, ForgetPerson):
                self._read_anew()

    def _statements_of(self, commit: StepCommit) -> list[_Statement]:
        """Prepare everything that takes no connection, so that the transaction is short."""
        prepared = [(each, self._prepared(each, commit)) for each in commit.writes]
        claims = [do for each, do in prepared if isinstance(each, ClaimOrder)]
        forgetting = [do for each, do in prepared if isinstance(each, ForgetPerson)]
        others = [do for each, do in prepared if not isinstance(each, ClaimOrder | ForgetPerson)]
        if commit.update_id is not None:
            others.append(_executing(_UPDATE_COMMITTED, commit.update_id))
        # Claims come first: of two taps the second hears of the order. What a step keeps of
        # somebody whom it forgets stays.
        saving = self._saving(commit.session, commit.expected_revision)
        return [*claims, saving, *forgetting, *others]

    def _prepared(self, write: Write, commit: StepCommit) -> _Statement:
        session, now = commit.session, to_micros(self._clock())
        match write:
            case ClaimOrder(order):
                prepared: _Statement = self._claiming(order, session)
            case ForgetPerson():
                prepared = self._forgetting(session.user_id, session.chat_id, commit.update_id)
            case KeepResults(page):
                sealed = self._sealer.seal(pack(page), place_of_results(session.session_id))
                prepared = _executing(_KEEP_RESULTS, session.session_id, sealed, now)
            case KeepOffer(offer):
                prepared = _executing(_KEEP_OFFER, offer.offer_id, pack(offer), now)
            case SaveAddress(saved):
                prepared = self._saving_address(saved, session.user_id)
            case DeleteAddress(address_id):
                prepared = _executing(_DELETE_ADDRESS, session.user_id, address_id)
            case MarkTold(order_no, placing):
                prepared = _executing(_MARK_TOLD, order_no, placing.value, session.user_id)
            case _:
                assert_never(write)
        return prepared

    def _saving(self, session: Session, expected_revision: int | None) -> _Statement:
        if expected_revision is not None and session.revision != expected_revision + 1:
            raise ValueError(f"revision {session.revision} does not follow {expected_revision}")
        now = to_micros(self._clock())
        sealed = self._seal(session, place_of_session(session.chat_id, session.user_id))

        def save(connection: sqlite3.Connection) -> None:
            try:
                if expected_revision is None:
                    stored = connection.execute(
                        "INSERT INTO sessions"
                        " (session_id, revision, body, touched_at, chat_id, user_id)"
                        " VALUES (?, ?, ?, ?, ?, ?)",
                        (
                            session.session_id,
                            session.revision,
                            sealed,
                            now,
                            session.chat_id,
                            session.user_id,
                        ),
                    )
                else:
                    stored = connection.execute(
                        "UPDATE sessions SET session_id = ?, revision = ?, body = ?, touched_at = ?"
                        " WHERE chat_id = ? AND user_id = ? AND revision = ?",
                        (
                            session.session_id,
                            session.revision,
                            sealed,
                            now,
                            session.chat_id,
                            session.user_id,
                            expected_revision,
                        ),
                    )
            except sqlite3.IntegrityError as error:
                # A row exists already, or another conversation has this id: load again.
                raise VersionConflict(f"{session.session_id} {session.revision}") from error
            if not stored.rowcount:
                raise VersionConflict(f"{session.session_id} is not at {expected_revision}")

        return save


def _executing(sql: str, *parameters: object) -> _Statement:
    return lambda connection: connection.execute(sql, parameters)
