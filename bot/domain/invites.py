"""Invitations: who hands them out, how many people they let in, and until when."""

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from bot.domain.identifiers import UserId
from bot.domain.model import Value

PREFIX = "i-"
"""What the payload of an invitation's `?start=` link begins with."""

_TOKEN_BYTES = 24  # 32 characters: with the prefix well under Telegram's 64


class Invite(Value):
    """An invitation as its operator sees it. Its token is known to nobody but its bearer."""

    invite_id: int
    made_by: UserId
    made_at: datetime
    expires_at: datetime
    uses_allowed: int = Field(ge=1)
    uses: int = Field(default=0, ge=0)
    revoked: bool = False

    def refused(self, now: datetime) -> "Admission | None":
        """Say why it lets nobody in, None while it does."""
        if self.revoked:
            return Admission.REVOKED
        if self.uses >= self.uses_allowed:
            return Admission.USED_UP
        return Admission.EXPIRED if now >= self.expires_at else None


class Admission(StrEnum):
    """What became of showing an invitation."""

    ADMITTED = "admitted"
    ALREADY_IN = "already_in"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED_UP = "used_up"
    REVOKED = "revoked"

    @property
    def lets_in(self) -> bool:
        """Tell whether its bearer may enter."""
        return self in {Admission.ADMITTED, Admission.ALREADY_IN}


def is_invitation(arguments: list[str] | None) -> bool:
    """Tell whether `/start` came by an invitation's link."""
    return arguments is not None and any(each.startswith(PREFIX) for each in arguments[:1])


def new_token() -> str:
    """Return 192 random bits in the characters that a `?start=` payload may have."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """Return what is stored of a token. It is random, so that one plain round is enough."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
