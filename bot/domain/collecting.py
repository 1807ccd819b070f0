"""Collecting money from a shop's customers: proofs that they send, and where an order stands.

A proof changes what waits for the operator and books nothing; only a confirmation does, with the
amount that the operator saw.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.domain.currencies import Money
from bot.domain.identifiers import MerchantOrderNo, ProofId, UserId
from bot.domain.ledger import OrderAccount
from bot.domain.model import Value
from bot.domain.order_actions import CLOSED
from bot.domain.orders import Order, OrderStatus, Placing

LONGEST_PROOF = 200
"""Characters of a transfer's number or a few words about it."""

LARGEST_PROOF = 20 * 1024 * 1024
"""Bytes; Telegram lets bots fetch no larger file, so an operator could not open it by us."""

MOST_WAITING_PROOFS = 10
"""So many proofs of one order may wait at a time."""

_CODE = 5


class ProofKind(StrEnum):
    """What a customer sends to show that they paid."""

    PHOTO = "photo"
    FILE = "file"
    TEXT = "text"  # a transaction's number, or words


class ProofState(StrEnum):
    """What became of a proof."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class NewProof(Value):
    """What a customer sent; `message_id` is the message's, so that it is taken once.

    `file_id` and `file_unique_id` are Telegram's, empty for words.
    """

    order_no: MerchantOrderNo
    user_id: UserId
    message_id: int
    kind: ProofKind
    file_id: str = ""
    file_unique_id: str = ""
    text: str = Field(default="", max_length=LONGEST_PROOF)
    sent_at: AwareDatetime


class Decision(Value):
    """What an operator made of a proof: the amount that came in, or None for none."""

    amount: Money | None
    by: UserId
    name: str = ""  # how the other operators know who it was
    at: AwareDatetime


class Proof(NewProof):
    """A proof on record. `seen_before`: the same file or number was sent for a payment before.

    `doubted`: it waited in a copy that was put back, and may have been decided on since.
    """

    proof_id: ProofId
    state: ProofState = ProofState.WAITING
    seen_before: bool = False
    doubted: bool = False
    decision: Decision | None = None


class Standing(StrEnum):
    """Where an order of a shop stands, in the order in which somebody has to act on it."""

    PROOF = "proof"  # the operator has a proof to look at
    TO_PAY_THERE = "to_pay_there"  # the customer paid; the marketplace was not paid yet
    OWED = "owed"  # money is owed to the customer
    TO_PAY = "to_pay"  # the customer has to pay
    UNDER_WAY = "under_way"  # paid everywhere; the goods are on their way
    OVER = "over"  # nothing is open any more


FOR_OPERATORS = (Standing.PROOF, Standing.TO_PAY_THERE, Standing.OWED)
"""What waits for a person at the desk, first things first."""


def standing_of(order: Order, account: OrderAccount, waiting_proofs: int) -> Standing:
    """Return where a placed order stands, by its state and by what the books say of it."""
    open_there = any(part.status is OrderStatus.AWAITING_PAYMENT for part in order.parts)
    closed = bool(order.parts) and all(part.status in CLOSED for part in order.parts)
    if waiting_proofs:
        return Standing.PROOF
    if open_there and account.is_covered:
        return Standing.TO_PAY_THERE
    if account.balance.units < 0:
        return Standing.OWED
    if account.balance.units > 0:
        return Standing.TO_PAY
    if closed or all(part.status is OrderStatus.COMPLETED for part in order.parts):
        return Standing.OVER
    return Standing.UNDER_WAY


def may_be_paid_there(order: Order, account: OrderAccount) -> bool:
    """Tell whether the marketplace may be paid for an order: only once its customer has paid."""
    return order.placing is Placing.PLACED and account.is_covered


def payment_code(order_no: MerchantOrderNo) -> str:
    """Return the few characters that a customer writes on the transfer.

    The end of our own number, whose letters nobody mistakes for one another.
    """
    return order_no[-_CODE:]


def closes_at(order: Order) -> datetime | None:
    """Return when the marketplace closes the first unpaid part of an order, if that is known."""
    ends = [
        part.pay_before
        for part in order.parts
        if part.pay_before is not None and part.status is OrderStatus.AWAITING_PAYMENT
    ]
    return min(ends, default=None)


def pay_before(order: Order) -> datetime | None:
    """Return until when a customer has to pay: the shop's time or the marketplace's, if sooner."""
    charge = order.quote.charge
    if charge is None:
        return None
    ends = closes_at(order)
    ours = order.created_at + charge.pay_within
    return ours if ends is None else min(ours, ends)
