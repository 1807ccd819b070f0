"""What an operator paid without a password, and what may have been paid (contract 6.2)."""

from datetime import datetime, timedelta, timezone
from enum import StrEnum, auto

from pydantic import AwareDatetime

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.model import Value
from bot.domain.money import ZERO, Fen
from bot.domain.orders import Order, OrderPart

MOST_ATTEMPTS = 3
"""So many payments of one order are sent at most; the vendor's advice (contract 6.2)."""

_CHINA = timezone(timedelta(hours=8))


class AttemptState(StrEnum):
    """How far one payment has come. Each state is durable before the next begins."""

    CLAIMED = "claimed"  # nothing was sent yet
    SENT = "sent"  # the call may have been made; never make it again by itself
    PAID = "paid"  # answered with a clear yes, or seen as paid afterwards
    UNCLEAR = "unclear"  # the money may have been taken
    REFUSED = "refused"  # a clear no: no money was taken
    UNSENT = "unsent"  # it never left: no money was taken


TAKES_NOTHING = frozenset({AttemptState.REFUSED, AttemptState.UNSENT})
UNDER_WAY = frozenset({AttemptState.CLAIMED, AttemptState.SENT})


class NewAttempt(Value):
    """A payment that an operator agreed to, in fen."""

    order_id: MarketplaceOrderId
    order_no: MerchantOrderNo
    operator: UserId
    amount: Fen


class Attempt(NewAttempt):
    """A payment on record. `at` is when it was claimed."""

    attempt_id: int
    state: AttemptState = AttemptState.CLAIMED
    at: AwareDatetime


class Block(StrEnum):
    """Why an order can't be paid now; nothing was sent."""

    NOT_COVERED = auto()  # a shop's customer has not paid for it yet
    NOT_OPEN = auto()  # it does not await payment
    PAYING = auto()  # a payment of it is being worked on
    NO_TOTAL = auto()  # nobody knows how much it costs
    TOO_MANY = auto()  # it was tried as often as it may be
    WAIT = auto()  # the last try was unclear, and a moment ago
    OVER_LIMIT = auto()  # more than may be spent in a day
    CHANGED = auto()  # not what was agreed to any more, or that consent was used
    TOO_OLD = auto()  # the question was asked too long ago to be a consent now
    BEYOND = auto()  # the marketplace asks more than the buyer agreed to


class AttemptResult(StrEnum):
    """What became of a payment that was agreed to."""

    PAID = auto()
    PAYING = auto()  # no clear answer; the marketplace is working on it
    UNCLEAR = auto()  # no clear answer; the order shows no payment yet
    UNREAD = auto()  # no clear answer, and the order could not be read
    REFUSED = auto()  # a clear no: `reason`
    UNSENT = auto()  # it never left


class Offered(Value):
    """What an operator is asked to agree to. `agreed` stands for all of it, in a button.

    `agreed_beyond` stands for it in the second question, asked where more is asked than agreed.
    `buyer_agreed` is what the person who ordered agreed to pay for the whole order, `asked` what
    the marketplace asks for all of it now, and `gone` what was paid for its other parts, or may
    have been. `after_restore` where a payment of before a restore may not be on record.
    """

    part: OrderPart
    amount: Fen
    agreed: str
    agreed_beyond: str
    buyer_agreed: Fen
    asked: Fen
    gone: Fen = ZERO
    known: int  # attempts on record
    tries_before: int  # of them, those that were sent
    spent: Fen
    limit: Fen
    after_restore: bool = False

    @property
    def beyond(self) -> Fen:
        """Return the fen by which this payment would go above what was agreed to."""
        return Fen(max(0, self.gone + self.amount - self.buyer_agreed))


class Settled(Value):
    """What became of a payment. `order` is as it is known now."""

    order: Order
    outcome: AttemptResult
    amount: Fen
    reason: str = ""
    tries_left: int = 0


def start_of_day(now: datetime) -> datetime:
    """Return when the day began in China, where the money is spent."""
    return now.astimezone(_CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
