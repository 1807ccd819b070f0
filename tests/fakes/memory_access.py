"""Invitations in memory, as the SQLite storage keeps them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.identifiers import UserId
from bot.domain.invites import Admission, Invite
from tests.fakes.memory_part import MemoryPart


@dataclass
class MemoryAccess(MemoryPart):
    """Implements `AccessPort`."""

    _invites: dict[bytes, Invite] = field(default_factory=dict)
    _members: dict[UserId, datetime] = field(default_factory=dict)

    async def add_invite(
        self, token_hash: bytes, made_by: UserId, expires_at: datetime, uses: int
    ) -> Invite:
        self._answer()
        invite = Invite(
            invite_id=len(self._invites) + 1,
            made_by=made_by,
            made_at=self._time(),
            expires_at=expires_at,
            uses_allowed=uses,
        )
        self._invites[token_hash] = invite
        return invite

    async def live_invites(self, limit: int = 20) -> list[Invite]:
        self._answer()
        live = [each for each in self._invites.values() if each.refused(self._time()) is None]
        return live[::-1][:limit]

    async def revoke_invite(self, invite_id: int) -> bool:
        self._answer()
        for token_hash, each in self._invites.items():
            if each.invite_id == invite_id and each.refused(self._time()) is None:
                self._invites[token_hash] = each.replace(revoked=True)
                return True
        return False

    async def revoke_invites_of_others(self, operators: Collection[UserId]) -> int:
        self._answer()
        live = [each for each in await self.live_invites(10**6) if each.made_by not in operators]
        return sum([await self.revoke_invite(each.invite_id) for each in live])

    async def redeem_invite(self, token_hash: bytes, user_id: UserId) -> Admission:
        self._answer()
        if user_id in self._members:
            return Admission.ALREADY_IN
        invite = self._invites.get(token_hash)
        if invite is None:
            return Admission.UNKNOWN
        refused = invite.refused(self._time())
        if refused is not None:
            return refused
        self._invites[token_hash] = invite.replace(uses=invite.uses + 1)
        self._members[user_id] = self._time()
        return Admission.ADMITTED

    async def is_member(self, user_id: UserId) -> bool:
        self._answer()
        return user_id in self._members

    def let_in_at(self, user_id: UserId) -> str | None:
        moment = self._members.get(user_id)
        return moment.isoformat() if moment else None
