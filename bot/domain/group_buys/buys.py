"""A group buy: its state, terms and claims as one versioned aggregate.

Every function of this room that changes one returns a `Change`: the buy as it is afterwards, what
is told to whom, and what is booked; all of it is stored together or not at all.

BuyRefused   it can't be done now; `why` says why
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.domain.group_buys.bills import Bill, Share, people_of
from bot.domain.group_buys.books import account_no
from bot.domain.group_buys.claims import Claim
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.terms import Terms
from bot.domain.identifiers import BuyId, ChatId, MerchantOrderNo, SpecId, UserId
from bot.domain.ledger import Books, Operation
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.quotes import Quote


class BuyState(StrEnum):
    """Where a group buy stands."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    LOCKED = "locked"  # joining and leaving ended
    CONFIRMING = "confirming"  # some are asked whether they take it as it came out
    COLLECTING = "collecting"
    ORDERING = "ordering"  # one consent, one order: the claims in it no longer change
    ORDERED = "ordered"
    BOUGHT = "bought"
    SHIPPED = "shipped"
    ARRIVED = "arrived"
    HANDING_OUT = "handing_out"
    SETTLING = "settling"
    CLOSED = "closed"
    FAILED = "failed"
    CANCELLING = "cancelling"  # money has to go back first
    CANCELLED = "cancelled"


_B = BuyState

_BEFORE_BOUGHT = frozenset({_B.DRAFT, _B.OPEN, _B.PAUSED, _B.LOCKED, _B.CONFIRMING, _B.COLLECTING})

_AFTER: dict[BuyState, frozenset[BuyState]] = {
    _B.DRAFT: frozenset({_B.OPEN}),
    _B.OPEN: frozenset({_B.PAUSED, _B.LOCKED, _B.FAILED}),
    _B.PAUSED: frozenset({_B.OPEN, _B.LOCKED, _B.FAILED}),
    _B.LOCKED: frozenset({_B.CONFIRMING, _B.COLLECTING, _B.FAILED}),
    _B.CONFIRMING: frozenset({_B.COLLECTING, _B.FAILED}),
    _B.COLLECTING: frozenset({_B.ORDERING, _B.FAILED}),
    # Back only when it is certain that no order exists; an unclear answer leaves it here.
    _B.ORDERING: frozenset({_B.ORDERED, _B.COLLECTING}),
    # Back when the marketplace's order was closed unpaid: nothing was bought.
    _B.ORDERED: frozenset({_B.BOUGHT, _B.COLLECTING}),
    _B.BOUGHT: frozenset({_B.SHIPPED, _B.ARRIVED}),
    _B.SHIPPED: frozenset({_B.ARRIVED}),
    _B.ARRIVED: frozenset({_B.HANDING_OUT}),
    _B.HANDING_OUT: frozenset({_B.SETTLING}),
    # Back when somebody was ticked off, or sold on, by mistake.
    _B.SETTLING: frozenset({_B.CLOSED, _B.HANDING_OUT}),
    _B.CLOSED: frozenset(),
    _B.FAILED: frozenset(),
    _B.CANCELLING: frozenset({_B.CANCELLED}),
    # Back when what ended it was booked by mistake: somebody's money is here after all.
    _B.CANCELLED: frozenset({_B.CANCELLING}),
}

AFTER_BOUGHT = (_B.BOUGHT, _B.SHIPPED, _B.ARRIVED, _B.HANDING_OUT, _B.SETTLING)

AFTER_ORDER = frozenset({_B.ORDERED, *AFTER_BOUGHT})

ENDED = frozenset({_B.CLOSED, _B.FAILED, _B.CANCELLED})

FORGOTTEN_AT_ONCE = ENDED | {_B.DRAFT}
"""Where a buy may go with its organiser's data: nobody else has anything in it."""

DONE_BY_ITSELF = frozenset({_B.LOCKED, _B.CONFIRMING, _B.ORDERING, _B.ORDERED, _B.BOUGHT})
"""Where a buy may wait for something that nobody has to do."""

ORGANISER_DECIDES = timedelta(hours=24)
"""So long a buy that has too few, or no numbers, waits for its organiser."""

FOLLOWED = frozenset({_B.ORDERING, _B.ORDERED, _B.BOUGHT})
"""Where a buy follows its orders at the marketplace."""

FOLLOWING = timedelta(minutes=5)
"""How often a buy looks at its orders, as stored, even if nothing says that one was stored anew."""

REMIND = timedelta(hours=24)
"""So long before paying ends, whoever has not paid is reminded, once."""


class Why(StrEnum):
    """Why something can't be done with a buy now."""

    STATE = "state"  # it is no longer, or not yet, where that is done
    OVER = "over"  # the deadline has passed
    NOT_OVER = "not_over"
    TERMS = "terms"  # they changed since the screen was drawn
    FULL = "full"
    MOST_EACH = "most_each"
    NOT_YOURS = "not_yours"
    NO_VARIANT = "no_variant"
    MANY_VARIANTS = "many_variants"  # one order takes no more of them
    NO_CONSENT = "no_consent"
    TOO_FEW = "too_few"
    UNPAID = "unpaid"
    UNBALANCED = "unbalanced"
    INCOMPLETE = "incomplete"
    AMOUNT = "amount"
    EXTENDED = "extended"
    ROW = "row"  # leaving would open a row that others count on
    DISPUTE = "dispute"
    TOO_SOON = "too_soon"
    BANNED = "banned"  # the organiser takes no new claims from that person


class BuyRefused(ValueError):
    """It can't be done now."""

    def __init__(self, why: Why, left: int = 0) -> None:
        super().__init__(why.value)
        self.why = why
        self.left = left


class Arrived(Value):
    """How many pieces of a variant were counted."""

    spec_id: SpecId | None
    pieces: int = Field(ge=0)


class GroupBuy(Value):
    """One group buy. `token` opens it by a link and says nothing.

    `bill` is what everybody is charged as of now. `asked` are those whose answer is awaited until
    `answer_before`. `frozen` are the numbers of the claims that are in the order `order_no`, and
    in `more_orders` where there are more variants than one takes; `lacking` are those of them that
    were not made, or closed unpaid, while others stand, `unresolved` those of which nobody knows
    yet whether they exist, `dropped` those that are gone without. `spare` is what came beyond what
    was ordered and nobody took; `spare_taken` what members pay of it for missing pieces, in fen.
    """

    buy_id: BuyId
    token: str
    organiser: UserId
    chat_id: ChatId
    language: str = "en"
    state: BuyState = BuyState.DRAFT
    version: int = 0
    terms: Terms
    earlier: tuple[Terms, ...] = ()
    claims: tuple[Claim, ...] = ()
    bill: Bill | None = None
    quote: Quote | None = None  # what the marketplace says of the order, as last read
    quotes: tuple[Quote, ...] = ()  # of each order, where there are several
    quoted_at: AwareDatetime | None = None
    renamed: dict[str, Wording] = Field(default_factory=dict)  # by variant: its name by then
    again_at: AwareDatetime | None = None  # when what failed by itself is tried again
    rounds: int = 0
    asked: tuple[UserId, ...] = ()
    answer_before: AwareDatetime | None = None
    pay_before: AwareDatetime | None = None
    reminded: bool = False
    extended: int = 0
    order_no: MerchantOrderNo | None = None
    more_orders: tuple[MerchantOrderNo, ...] = ()
    lacking: tuple[MerchantOrderNo, ...] = ()
    unresolved: tuple[MerchantOrderNo, ...] = ()
    dropped: tuple[MerchantOrderNo, ...] = ()
    frozen: tuple[int, ...] = ()
    arrived: tuple[Arrived, ...] = ()
    arrived_at: AwareDatetime | None = None
    spare: tuple[Arrived, ...] = ()
    spare_taken: Fen = Fen(0)
    reason: str = ""
    since: AwareDatetime
    created_at: AwareDatetime

    def moved(self, state: BuyState, at: datetime, **changes: object) -> "GroupBuy":
        """Return the buy in its next state. Raises `BuyRefused`."""
        cancels = state is BuyState.CANCELLING and self.state in _BEFORE_BOUGHT
        if not cancels and state not in _AFTER[self.state]:
            raise BuyRefused(Why.STATE)
        return self.replace(**{"state": state, "since": at, "again_at": None, **changes})

    def demand(self, *states: BuyState) -> None:
        """Raise `BuyRefused` unless the buy is in one of the states."""
        if self.state not in states:
            raise BuyRefused(Why.STATE)

    def is_free_to_leave(self, now: datetime) -> bool:
        """Tell whether whoever joined may still take that back."""
        return self.state in {BuyState.OPEN, BuyState.PAUSED} and now <= self.terms.deadline

    def claim(self, number: int) -> Claim:
        """Return the claim of that number. Raises `BuyRefused`."""
        for each in self.claims:
            if each.number == number:
                return each
        raise BuyRefused(Why.NOT_YOURS)

    def claims_of(self, user_id: UserId) -> tuple[Claim, ...]:
        """Return a person's claims, in the order of claiming."""
        return tuple(each for each in self.claims if each.user_id == user_id)

    @property
    def taken(self) -> tuple[Claim, ...]:
        """Return the claims that the group takes."""
        return tuple(each for each in self.claims if each.is_in)

    @property
    def pieces(self) -> int:
        """Return the pieces of all claims that the group takes."""
        return sum(each.served for each in self.claims if each.is_in)

    @property
    def members(self) -> tuple[UserId, ...]:
        """Return who has a claim that the group takes, by who claimed first."""
        return tuple(people_of(self.taken))

    @property
    def orders(self) -> tuple[MerchantOrderNo, ...]:
        """The numbers of all orders of the buy."""
        return (self.order_no, *self.more_orders) if self.order_no else ()

    @property
    def next_at(self) -> datetime | None:
        """Return when something is to be done without anybody's asking; None for never.

        `since` is when that was looked at last where the buy waits for somebody outside.
        """
        match self.state:
            case BuyState.OPEN | BuyState.PAUSED:
                return self.terms.deadline
            case BuyState.CONFIRMING:
                return self.answer_before if self.asked else self.again_at or self.since
            case BuyState.COLLECTING if self.pay_before is not None:
                return self.pay_before if self.reminded else self.pay_before - REMIND
            case BuyState.LOCKED:
                return self.again_at or self.since
        if self.state in FOLLOWED:
            return self.again_at or self.since + FOLLOWING
        return None

    def clock_set_back(self, now: datetime, by: timedelta) -> "GroupBuy":
        """Return the buy after a clock that was ahead by that much was set right.

        What is tried again by itself is, as soon as it would have been. What people were given
        time for by the right clock stays: the organiser's day to decide, deadlines.
        """
        if self.state not in DONE_BY_ITSELF:
            return self
        since, again_at = self.since, self.again_at
        is_news = since > now
        if again_at is not None and again_at > now:
            given = self.state is BuyState.LOCKED and again_at - since >= ORGANISER_DECIDES
            if is_news or not given:
                again_at = max(now, again_at - by)
        return self.replace(since=since - by if is_news else since, again_at=again_at)

    def moved_from(self, before: "GroupBuy") -> bool:
        """Tell whether more changed than when it is looked at next: what cards may show.

        A buy whose order is followed is looked at every few minutes, for days.
        """
        return self.replace(again_at=before.again_at) != before

    def with_claims(self, changed: Iterable[Claim]) -> "GroupBuy":
        """Return the buy with some of its claims replaced."""
        by_number = {each.number: each for each in changed}
        return self.replace(claims=tuple(by_number.get(each.number, each) for each in self.claims))

    def account_of(self, user_id: UserId) -> MerchantOrderNo:
        """Return the name of a member's account in the books."""
        first = min((each.number for each in self.claims_of(user_id)), default=0)
        return account_no(self.buy_id, first)

    @property
    def own_account(self) -> MerchantOrderNo:
        """The account of what concerns nobody but the organiser."""
        return account_no(self.buy_id, 0)

    def share_of(self, user_id: UserId) -> Share:
        """Return what a member is charged as of now."""
        if self.bill is None:
            return Share(user_id=user_id, pieces=0)
        return self.bill.share_of(user_id)

    def covered(self, books: Books, user_id: UserId) -> bool:
        """Tell whether what a member still owes is little enough to count as paid."""
        currency = self.terms.rate.currency
        balance = books.account_of(self.account_of(user_id), currency).balance
        return balance <= self.terms.rate.convert(self.terms.open_below)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a buy, and what is told and booked with it."""

    buy: GroupBuy
    news: tuple[News, ...] = ()
    booked: tuple[Operation, ...] = ()


def all_told(buy: GroupBuy, kind: NewsOf) -> tuple[News, ...]:
    """Return a piece of news for every member, but for the organiser."""
    people = [each for each in buy.members if each != buy.organiser]
    return tuple(News(kind=kind, user_id=each) for each in people)


Decide = Callable[[GroupBuy, Books], Change]
"""Says what becomes of a buy, given all its claims and its books. It may raise `BuyRefused`."""
