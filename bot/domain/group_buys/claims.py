"""What somebody wants of a group buy, how far it has come, and what they agreed to."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.domain.collecting import LONGEST_PROOF, ProofKind
from bot.domain.group_buys.terms import Terms
from bot.domain.identifiers import SpecId, UserId
from bot.domain.model import Value
from bot.domain.money import Fen


class ClaimState(StrEnum):
    """How far a claim has come; the last six are its ends."""

    WAITING = "waiting"  # in the queue: nothing is left for it yet
    HELD = "held"
    CONFIRMED = "confirmed"  # in the group's order as the prices came out
    DUE = "due"
    PROOF = "proof"  # says it is paid; the organiser has not seen the money
    PAID = "paid"
    BOUGHT = "bought"
    SHORT = "short"  # the seller sent less, or nothing
    SUBSTITUTED = "substituted"
    ARRIVED = "arrived"
    HANDED = "handed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DECLINED = "declined"
    REFUNDED = "refunded"
    RESOLD = "resold"


_S = ClaimState
_AFTER: dict[ClaimState, frozenset[ClaimState]] = {
    _S.WAITING: frozenset({_S.HELD, _S.WITHDRAWN, _S.LAPSED}),
    _S.HELD: frozenset({_S.CONFIRMED, _S.WITHDRAWN, _S.LAPSED, _S.DECLINED}),
    _S.CONFIRMED: frozenset({_S.DUE, _S.LAPSED, _S.DECLINED}),
    _S.DUE: frozenset({_S.PROOF, _S.PAID, _S.LAPSED, _S.DECLINED}),
    _S.PROOF: frozenset({_S.DUE, _S.PAID, _S.LAPSED}),
    _S.PAID: frozenset({_S.BOUGHT, _S.DUE, _S.REFUNDED}),
    _S.BOUGHT: frozenset({_S.ARRIVED, _S.SHORT, _S.SUBSTITUTED, _S.REFUNDED}),
    _S.SHORT: frozenset({_S.REFUNDED, _S.SUBSTITUTED}),
    _S.SUBSTITUTED: frozenset({_S.ARRIVED, _S.SHORT}),
    _S.ARRIVED: frozenset({_S.HANDED, _S.SHORT, _S.RESOLD}),
    # Back to where it was when that was booked by mistake.
    _S.HANDED: frozenset({_S.REFUNDED, _S.ARRIVED}),
    _S.WITHDRAWN: frozenset(),
    _S.LAPSED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.REFUNDED: frozenset(),
    _S.RESOLD: frozenset({_S.ARRIVED}),
}

OUT = frozenset({_S.WITHDRAWN, _S.LAPSED, _S.DECLINED, _S.REFUNDED, _S.RESOLD})
"""Claims that want nothing of the group any more."""

IN = frozenset(_S) - OUT - {_S.WAITING, _S.SHORT}
"""Claims whose pieces the group takes: they count towards prices and limits."""


class ClaimMoved(ValueError):
    """A step that a claim can't take from where it is."""


class Consent(Value):
    """What was agreed to, and when; each amount (fen) binds on its own.

    `goods` is for all pieces together. `arrival` is the latest that was agreed to. `shown` are
    the numbers of the screen on which it was given, for whoever asks later.
    """

    terms: int
    goods: Fen
    freight: Fen
    fee_ppm: int
    other: Fen = Fen(0)
    arrival: AwareDatetime | None = None
    shown: str = ""
    at: AwareDatetime


class SentProof(Value):
    """What a member sent to show that they paid; `seen_before` when somebody sent it before."""

    kind: ProofKind
    file_id: str = ""
    file_unique_id: str = ""
    text: str = Field(default="", max_length=LONGEST_PROOF)
    seen_before: bool = False
    at: AwareDatetime

    def is_the_same(self, other: "SentProof") -> bool:
        """Tell whether both are one file, or one number however it is spaced."""
        if self.file_unique_id or other.file_unique_id:
            return self.file_unique_id == other.file_unique_id
        return _plain(self.text) == _plain(other.text) != ""


class DisputeState(StrEnum):
    """How far a complaint about what was handed out has come."""

    OPENED = "opened"
    ANSWERED = "answered"  # by the organiser, and not agreed to yet
    AGREED = "agreed"
    TO_OPERATOR = "to_operator"


class Dispute(Value):
    """What somebody says is wrong with what they got, and what the organiser answers.

    It holds back that person's balance, and nobody else's.
    """

    state: DisputeState = DisputeState.OPENED
    text: str = Field(default="", max_length=LONGEST_PROOF)
    file_id: str = ""
    is_photo: bool = True
    answer: str = Field(default="", max_length=LONGEST_PROOF)
    at: AwareDatetime

    @property
    def is_open(self) -> bool:
        """Tell whether it is not agreed on."""
        return self.state is not DisputeState.AGREED


def _plain(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


class Swapped(Value):
    """Pieces of another variant that somebody takes for missing ones, at `unit` fen each."""

    spec_id: SpecId | None
    pieces: int = Field(ge=1)
    unit: Fen = Field(ge=0)


class Claim(Value):
    """So many pieces of a variant, each for `ceiling` fen at most.

    `number` is its place in the buy: the order of claiming. `name` is how the organiser knows
    the person. `renew` marks one whose terms got worse since it was agreed to: without a new
    consent it ends with the lock. `served` is what a shortage left of `pieces`, with what was
    `swapped` among them; `unit` what a piece costs, once that is known.
    """

    number: int = Field(ge=1)
    user_id: UserId
    name: str = ""
    username: str = ""
    language: str = "en"
    spec_id: SpecId | None = None
    pieces: int = Field(ge=1)
    ceiling: Fen = Field(ge=0)
    partly: bool = False
    alternatives: tuple[SpecId, ...] = ()
    state: ClaimState = ClaimState.HELD
    consent: Consent
    at: AwareDatetime
    unit: Fen | None = None
    short: int = Field(default=0, ge=0)
    swapped: tuple[Swapped, ...] = ()
    handed: int = Field(default=0, ge=0)
    handed_at: AwareDatetime | None = None
    renew: bool = False
    proof: SentProof | None = None
    dispute: Dispute | None = None
    reason: str = ""  # why the organiser changed it, as the person is told
    banned: str = ""  # why its person joins no further buy of the organiser's, as they are told

    @property
    def is_in(self) -> bool:
        """Tell whether the group takes its pieces."""
        return self.state in IN

    @property
    def is_borne(self) -> bool:
        """Tell whether its person bears what it cost: also of what was sold on for them."""
        return self.is_in or self.state is ClaimState.RESOLD

    @property
    def served(self) -> int:
        """The pieces that came, or are to come."""
        return self.pieces - self.short

    @property
    def gets(self) -> tuple[tuple[SpecId | None, int], ...]:
        """The pieces that came, or are to come, by variant: what was claimed, then what instead."""
        instead = tuple((each.spec_id, each.pieces) for each in self.swapped)
        as_claimed = self.served - sum(pieces for _, pieces in instead)
        return ((self.spec_id, as_claimed), *instead) if as_claimed else instead

    def worth(self, unit: Fen) -> Fen:
        """Return what its pieces cost, at `unit` fen for one of the variant that was claimed."""
        instead = sum(each.pieces * each.unit for each in self.swapped)
        swapped = sum(each.pieces for each in self.swapped)
        return Fen((self.served - swapped) * unit + instead)

    def moved(self, state: ClaimState, **changes: object) -> "Claim":
        """Return the claim in its next state. Raises `ClaimMoved`."""
        if state not in _AFTER[self.state]:
            raise ClaimMoved(f"{self.state} -> {state}")
        return self.replace(state=state, **changes)


class Adverse(StrEnum):
    """Why somebody has to be asked once more."""

    UNIT = "unit"
    FREIGHT = "freight"
    FEE = "fee"
    OTHER = "other"
    TOTAL = "total"
    ARRIVAL = "arrival"
    RATE = "rate"
    TIME = "time"  # less time to pay or to complain


class Asked(Value):
    """What somebody would pay as things came out, in fen."""

    units: tuple[tuple[Fen, Fen], ...]  # of each claim: what a piece costs, and its ceiling
    goods: Fen
    freight: Fen
    fee: Fen
    other: Fen = Fen(0)
    arrival: datetime | None = None


def agreed_together(amounts: Iterable[Fen], terms: Terms) -> Fen:
    """Return what several consents of one person come to, for a part that is shared by the key.

    All of it is fen. Where heads count it is one share, however many claims they have.
    """
    return Fen(max(amounts, default=0) if terms.by_heads else sum(amounts))


def adverse(consents: tuple[Consent, ...], asked: Asked, terms: Terms) -> frozenset[Adverse]:
    """Return in what things came out worse than a person agreed to; nothing where only better.

    A component above its cap is worse even where the total fell: another may be given back to
    nobody. `consents` are those of the person's claims that are in.
    """
    goods = sum(each.goods for each in consents)
    freight = agreed_together((each.freight for each in consents), terms)
    other = agreed_together((each.other for each in consents), terms)
    fee_ppm = min((each.fee_ppm for each in consents), default=0)
    fee = fee_ppm * goods // 1_000_000
    latest = min((each.arrival for each in consents if each.arrival is not None), default=None)
    total = asked.goods + asked.freight + asked.fee + asked.other
    worse = {
        Adverse.UNIT: any(unit > ceiling for unit, ceiling in asked.units),
        Adverse.FREIGHT: asked.freight > freight,
        Adverse.FEE: asked.fee > fee_ppm * asked.goods // 1_000_000,
        Adverse.OTHER: asked.other > other,
        Adverse.TOTAL: total > goods + freight + fee + other,
        Adverse.ARRIVAL: latest is not None
        and asked.arrival is not None
        and asked.arrival > latest,
    }
    return frozenset(each for each, is_worse in worse.items() if is_worse)


def adverse_terms(claim: Claim, agreed: Terms, terms: Terms) -> frozenset[Adverse]:
    """Return in what new terms are worse for a claim than those it agreed to."""
    consent, variant = claim.consent, terms.variant(claim.spec_id)
    later = terms.arrival is not None and (
        consent.arrival is not None and terms.arrival > consent.arrival
    )
    one, other = agreed.rate, terms.rate
    dearer = variant is None or (terms.is_fixed and terms.fixed_price(variant) > claim.ceiling)
    worse = {
        Adverse.UNIT: dearer,
        Adverse.FEE: terms.charged_fee_ppm > consent.fee_ppm,
        Adverse.FREIGHT: terms.freight_most(claim.pieces, variant) > consent.freight,
        Adverse.OTHER: terms.abroad_most(claim.pieces, variant) > consent.other,
        Adverse.ARRIVAL: later,
        Adverse.RATE: one.currency is not other.currency or other.ratio > one.ratio,
        Adverse.TIME: terms.pay_within < agreed.pay_within
        or terms.dispute_within < agreed.dispute_within,
    }
    return frozenset(each for each, is_worse in worse.items() if is_worse)
