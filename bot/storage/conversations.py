"""Sessions, what their screens show, and the commit of a step."""

import sqlite3
from collections.abc import Callable
from functools import lru_cache, partial

from bot.domain.identifiers import ChatId, OfferId, UserId
from bot.domain.offers import Offer, SearchPage
from bot.domain.sessions import Session
from bot.storage.codec import pack, to_micros, unpack
from bot.storage.ports import StepCommit, VersionConflict
from bot.storage.rights import Rights, place_of_session

_Write = Callable[[sqlite3.Connection], object]

# Keyed by the stored bytes, so an entry can be unused but never stale. Values are immutable.
_parsed_offer = lru_cache(maxsize=128)(partial(unpack, Offer))
_parsed_page = lru_cache(maxsize=128)(partial(unpack, SearchPage))


class Conversations(Rights):
    """Implements `ConversationPort`; a step may touch orders and addresses as well."""

    async def load_session(self, chat_id: ChatId, user_id: UserId) -> Session | None:
        """Return the conversation of that person in that chat."""
        row = await self._row(
            "SELECT body FROM sessions WHERE chat_id = ? AND user_id = ?", chat_id, user_id
        )
        return (
            None
            if row is None
            else self._unseal(Session, row[0], place_of_session(chat_id, user_id))
        )

    async def commit_step(self, commit: StepCommit) -> None:
        """Commit one step. Raises `VersionConflict` or `AlreadyClaimed`, then nothing changed."""
        writes = self._writes_of(commit)

        def run(connection: sqlite3.Connection) -> None:
            for write in writes:
                write(connection)

        await self._write(run)

    async def results_of(self, session_id: str) -> SearchPage | None:
        """Return the session's current page of results."""
        row = await self._row("SELECT body FROM results WHERE session_id = ?", session_id)
        return None if row is None else _parsed_page(row[0])

    async def offer(self, offer_id: OfferId) -> Offer | None:
        """Return an offer as last committed."""
        row = await self._row("SELECT body FROM offers WHERE offer_id = ?", offer_id)
        return None if row is None else _parsed_offer(row[0])

    def _writes_of(self, commit: StepCommit) -> list[_Write]:
        """Prepare everything that takes no connection, so that the transaction is short."""
        session, now = commit.session, to_micros(self._clock())
        writes: list[_Write] = []
        if commit.claim is not None:  # first: of two taps the second hears of the order
            writes.append(self._claiming(commit.claim, session))
        writes.append(self._saving(session, commit.expected_revision))
        if commit.forget:
            writes.append(self._forgetting(session.user_id, session.chat_id, commit.update_id))
        if commit.update_id is not None:
            writes.append(
                _executing("UPDATE inbox SET committed = 1 WHERE update_id = ?", commit.update_id)
            )
        if commit.results is not None:
            writes.append(
                _executing(
                    "INSERT INTO results (session_id, body, touched_at) VALUES (?, ?, ?)"
                    " ON CONFLICT (session_id) DO UPDATE"
                    " SET body = excluded.body, touched_at = excluded.touched_at",
                    session.session_id,
                    pack(commit.results),
                    now,
                )
            )
        if commit.offer is not None:
            writes.append(
                _executing(
                    "INSERT INTO offers (offer_id, body, touched_at) VALUES (?, ?, ?)"
                    " ON CONFLICT (offer_id) DO UPDATE"
                    " SET body = excluded.body, touched_at = excluded.touched_at",
                    commit.offer.offer_id,
                    pack(commit.offer),
                    now,
                )
            )
        if commit.save_address is not None:
            writes.append(self._saving_address(commit.save_address, session.user_id))
        if commit.delete_address is not None:
            writes.append(
                _executing(
                    "DELETE FROM addresses WHERE user_id = ? AND address_id = ?",
                    session.user_id,
                    commit.delete_address,
                )
            )
        if commit.told is not None:
            writes.append(
                _executing(
                    "UPDATE orders SET told = 1 WHERE order_no = ? AND placing = ? AND user_id = ?",
                    commit.told[0],
                    commit.told[1].value,
                    session.user_id,
                )
            )
        return writes

    def _saving(self, session: Session, expected_revision: int | None) -> _Write:
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


def _executing(sql: str, *parameters: object) -> _Write:
    return lambda connection: connection.execute(sql, parameters)
