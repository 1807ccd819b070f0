"""What the operator's desk asks of the storage. Its errors stand in `bot.storage.ports`."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime

from bot.domain.identifiers import MarketplaceOrderId, UserId
from bot.domain.invites import Admission, Invite
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.payment_attempts import Attempt, AttemptState, NewAttempt


class People(Value):
    """How many people there are: with a conversation, with an order, let in by an invitation."""

    known: int
    ordered: int
    invited: int


class ToldAlarm(Value):
    """That the operators were told of a trouble: what of it was named, and when."""

    about: frozenset[str]
    at: AwareDatetime


class PaymentPort(Protocol):
    """Password-free payments, on record before anything is sent."""

    async def claim_payment(
        self, new: NewAttempt, *, known: int, since: datetime, limit: Fen
    ) -> Attempt:
        """Record that a payment begins; no other of that order can until it has ended.

        `known` is how many attempts of that order the operator was shown: a consent is used up by
        the first claim. Raises `PaymentTaken` when there are others by now, and `OverLimit` when
        what was, or may have been, spent since then would exceed `limit` fen with it (0: none).
        """

    async def mark_payment(self, attempt_id: int, state: AttemptState) -> None:
        """Record how far a payment has come."""

    async def payments_of(self, order_id: MarketplaceOrderId) -> list[Attempt]:
        """Return all attempts to pay an order, oldest first."""

    async def spent_since(self, since: datetime) -> Fen:
        """Return the fen that were, or may have been, spent since then."""

    async def give_up_payments(self, before: datetime | None = None) -> list[Attempt]:
        """End what an earlier run left under way; return every attempt that is unclear.

        Where `before` is given, only what was claimed until then: the rest may be another's.
        """


class AlarmPort(Protocol):
    """What the operators were told of, so that a restart does not tell them again."""

    async def alarms_told(self) -> dict[str, ToldAlarm]:
        """Return every trouble that the operators were told of and that has not passed."""

    async def note_alarm(self, trouble: str, told: ToldAlarm) -> None:
        """Remember that a trouble is told, instead of what was remembered of it before."""

    async def drop_alarm(self, trouble: str) -> None:
        """Forget that a trouble was told: it has passed, or nobody could be reached."""


class AccessPort(Protocol):
    """Invitations and whom they let in; of a token only its hash is ever seen here."""

    async def add_invite(
        self, token_hash: bytes, made_by: UserId, expires_at: datetime, uses: int
    ) -> Invite:
        """Store an invitation."""

    async def live_invites(self, limit: int = 20) -> list[Invite]:
        """Return the invitations that can still let somebody in, newest first."""

    async def revoke_invite(self, invite_id: int) -> bool:
        """End an invitation; return whether it was live. Whom it let in stays in."""

    async def revoke_invites_of_others(self, operators: Collection[UserId]) -> int:
        """End the live invitations of everybody else; return how many there were."""

    async def redeem_invite(self, token_hash: bytes, user_id: UserId) -> Admission:
        """Let a person in, never more than the invitation allows; or say why not."""

    async def is_member(self, user_id: UserId) -> bool:
        """Tell whether an invitation let that person in."""
