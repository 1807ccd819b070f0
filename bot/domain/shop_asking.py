"""What a shop's operator is being asked to type."""

from enum import StrEnum
from typing import Literal

from bot.domain.currencies import Money, StoredCurrency
from bot.domain.identifiers import ProofId
from bot.domain.model import Value
from bot.domain.rates import Rate


class AmountOf(StrEnum):
    """What an amount is of."""

    PROOF = "proof"  # came in, as a proof says
    RECEIPT = "receipt"  # came in without a proof
    REFUND = "refund"  # was sent back


class AmountAsked(Value):
    """The next text is an amount for the order in hand; `typed` waits for a yes."""

    kind: Literal["amount"] = "amount"
    of: AmountOf
    proof_id: ProofId | None = None
    typed: Money | None = None


class Term(StrEnum):
    """One of a shop's terms."""

    CURRENCY = "currency"
    RATE = "rate"
    FEE = "fee"
    FIXED = "fixed"
    ROUNDING = "rounding"
    TIME = "time"
    EN = "en"
    ZH = "zh"
    PICTURE = "picture"


class TermAsked(Value):
    """The next text is one of the terms.

    `currency` is one that was just chosen and holds with its rate; `readings` are the rates that
    a number may have meant, of which one is to be picked.
    """

    kind: Literal["term"] = "term"
    term: Term
    currency: StoredCurrency | None = None
    readings: tuple[Rate, ...] = ()
