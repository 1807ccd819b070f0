"""Who may order: everybody, the invited, or the listed; the operators always."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum, auto

import structlog

from bot.domain.identifiers import UserId
from bot.domain.invites import Admission, Invite, hash_of, new_token
from bot.domain.recent import Recent
from bot.storage.operator_ports import AccessPort

MOST_USES = 1000
MOST_DAYS = 365
_REMEMBERED = 10_000  # people; about 2 MB
_log = structlog.get_logger(__name__)


class AccessMode(StrEnum):
    """`ACCESS`: whom the bot serves."""

    OPEN = "open"
    INVITE = "invite"
    ALLOWLIST = "allowlist"


class _Standing(Enum):
    MEMBER = auto()
    STRANGER = auto()


class Access:
    """Answers from memory where it can. Nobody ceases to be a member.

    Where `shared`, another process may let somebody in: then a no is asked for again.
    """

    def __init__(
        self,
        mode: AccessMode,
        store: AccessPort,
        *,
        operators: Iterable[int] = (),
        allowed: Iterable[int] = (),
        remembered: int = _REMEMBERED,
        shared: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.mode = mode
        self._store = store
        self._operators = frozenset(operators)
        self._always = self._operators | frozenset(allowed)
        self._known: Recent[UserId, _Standing] = Recent(remembered)
        self._changes = 0
        self._shared = shared
        self._clock = clock

    def is_operator(self, user_id: UserId) -> bool:
        """Tell whether that person runs this bot."""
        return user_id in self._operators

    @property
    def operators(self) -> frozenset[int]:
        """Who runs this bot."""
        return self._operators

    async def lets_in(self, user_id: UserId) -> bool:
        """Tell whether that person may order. Raises `StorageUnavailable`."""
        if self.mode is AccessMode.OPEN or user_id in self._always:
            return True
        if self.mode is AccessMode.ALLOWLIST:
            return False
        known = self._known.get(user_id)
        if known is not None:
            return known is _Standing.MEMBER
        changes = self._changes
        member = await self._store.is_member(user_id)
        # What was read before somebody came in may be old by now.
        if changes == self._changes and (member or not self._shared):
            self._known.put(user_id, _Standing.MEMBER if member else _Standing.STRANGER)
        return member

    async def redeem(self, user_id: UserId, token: str) -> Admission:
        """Let a person in by an invitation, durably. Raises `StorageUnavailable`."""
        admission = await self._store.redeem_invite(hash_of(token), user_id)
        if admission.lets_in:
            self._changes += 1
            self._known.put(user_id, _Standing.MEMBER)
        _log.info("invite_shown", outcome=admission)
        return admission

    async def invite(self, operator: UserId, uses: int, days: int) -> tuple[Invite, str]:
        """Make an invitation; return it with its token, which nobody can be told again.

        Raises `PermissionError` for anybody but an operator.
        """
        self._only(operator)
        token = new_token()
        expires_at = self._clock() + timedelta(days=days)
        invite = await self._store.add_invite(hash_of(token), operator, expires_at, uses)
        _log.info("invite_made", invite=invite.invite_id, uses=uses, days=days)
        return invite, token

    async def invites(self, operator: UserId) -> list[Invite]:
        """Return the live invitations, newest first. Raises `PermissionError`, as `invite`."""
        self._only(operator)
        return await self._store.live_invites()

    async def revoke(self, operator: UserId, invite_id: int) -> bool:
        """End an invitation; return whether it was live. Raises `PermissionError`."""
        self._only(operator)
        revoked = await self._store.revoke_invite(invite_id)
        _log.info("invite_revoked", invite=invite_id, was_live=revoked)
        return revoked

    def _only(self, user_id: UserId) -> None:
        if not self.is_operator(user_id):
            raise PermissionError("only an operator may do this")
