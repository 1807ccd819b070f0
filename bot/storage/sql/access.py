"""Invitations and whom they let in. Of a token only its hash is kept."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from bot.domain.identifiers import UserId
from bot.domain.invites import Admission, Invite
from bot.storage.codec import from_micros, to_micros
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_KEPT = timedelta(days=30)  # an ended invitation, so that late bearers hear what became of it
_COLUMNS = "invite_id, made_by, made_at, expires_at, uses_allowed, uses, revoked"


class Invitations:
    """Implements `AccessPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_invite(
        self, token_hash: bytes, made_by: UserId, expires_at: datetime, uses: int
    ) -> Invite:
        """Store an invitation; the ones that ended long ago go."""
        now = self._database.now()

        def add(connection: Connection) -> Invite:
            connection.execute(
                "DELETE FROM invites WHERE expires_at < ?", (to_micros(now - _KEPT),)
            )
            inserted = connection.execute(
                "INSERT INTO invites (token_hash, made_by, made_at, expires_at, uses_allowed)"
                " VALUES (?, ?, ?, ?, ?) RETURNING invite_id",
                (token_hash, made_by, to_micros(now), to_micros(expires_at), uses),
            ).fetchone()
            return Invite(
                invite_id=inserted[0],
                made_by=made_by,
                made_at=now,
                expires_at=expires_at,
                uses_allowed=uses,
            )

        return await self._database.write(add)

    async def live_invites(self, limit: int = 20) -> list[Invite]:
        """Return the invitations that can still let somebody in, newest first."""
        rows = await self._database.rows(
            f"SELECT {_COLUMNS} FROM invites"  # noqa: S608 - a constant
            " WHERE revoked = 0 AND uses < uses_allowed AND expires_at > ?"
            " ORDER BY invite_id DESC LIMIT ?",
            to_micros(self._database.now()),
            limit,
        )
        return [_invite(row) for row in rows]

    async def revoke_invite(self, invite_id: int) -> bool:
        """End an invitation; return whether it was live. Whom it let in stays in."""
        now = to_micros(self._database.now())
        return await self._database.write(
            lambda connection: bool(
                connection.execute(
                    "UPDATE invites SET revoked = 1 WHERE invite_id = ? AND revoked = 0"
                    " AND uses < uses_allowed AND expires_at > ?",
                    (invite_id, now),
                ).rowcount
            )
        )

    async def revoke_invites_of_others(self, operators: Collection[UserId]) -> int:
        """End the live invitations of everybody else; return how many there were."""
        parameters = (to_micros(self._database.now()), json.dumps(sorted(operators)))
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE invites SET revoked = 1 WHERE revoked = 0 AND uses < uses_allowed"
                    " AND expires_at > ? AND made_by NOT IN"
                    " (SELECT CAST(value AS BIGINT) FROM json_each(?))",
                    parameters,
                ).rowcount
            )
        )

    async def redeem_invite(self, token_hash: bytes, user_id: UserId) -> Admission:
        """Let a person in, or say why not. Counts a use only for who was not in yet."""
        now = self._database.now()

        def redeem(connection: Connection) -> Admission:
            # One writer: no other use is counted between the look and the change.
            known = connection.execute("SELECT 1 FROM members WHERE user_id = ?", (user_id,))
            if known.fetchone():
                return Admission.ALREADY_IN
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM invites WHERE token_hash = ?",  # noqa: S608 - a constant
                (token_hash,),
            ).fetchone()
            if row is None:
                return Admission.UNKNOWN
            invite = _invite(row)
            refused = invite.refused(now)
            if refused is not None:
                return refused
            connection.execute(
                "UPDATE invites SET uses = uses + 1 WHERE invite_id = ?", (invite.invite_id,)
            )
            connection.execute(
                "INSERT INTO members (user_id, invite_id, joined_at) VALUES (?, ?, ?)",
                (user_id, invite.invite_id, to_micros(now)),
            )
            return Admission.ADMITTED

        return await self._database.write(redeem)

    async def is_member(self, user_id: UserId) -> bool:
        """Tell whether an invitation let that person in."""
        return (
            await self._database.row("SELECT 1 FROM members WHERE user_id = ?", user_id) is not None
        )


def _invite(row: tuple[Any, ...]) -> Invite:
    invite_id, made_by, made_at, expires_at, uses_allowed, uses, revoked = row
    return Invite(
        invite_id=invite_id,
        made_by=made_by,
        made_at=from_micros(made_at),
        expires_at=from_micros(expires_at),
        uses_allowed=uses_allowed,
        uses=uses,
        revoked=bool(revoked),
    )
