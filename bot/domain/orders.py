"""An order from consent to the marketplace's answer, and the marketplace's own states after it."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import (
    ChatId,
    LineId,
    MarketplaceName,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
    SellerId,
    SpecId,
    UserId,
)
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.parcels import ClosedBy, Parcel, RefundStage
from bot.domain.quotes import Quote

CONSENT_LASTS = timedelta(minutes=15)
"""An older consent (the bot was down meanwhile) is asked for again instead of acted on."""


class Placing(StrEnum):
    """How far one consent has come. Each state is durable before the next begins."""

    CLAIMED = "claimed"  # the person agreed; nothing was sent
    CREATING = "creating"  # create may have been sent; never send it again blindly
    UNCERTAIN = "uncertain"  # no clear answer; being looked up at the marketplace
    UNRESOLVED = "unresolved"  # the look-ups found nothing certain; a person decides
    PLACED = "placed"  # at least one order exists at the marketplace
    REFUSED = "refused"  # the marketplace said no; no order exists
    CHANGED = "changed"  # the re-check differed from the consent; nothing was sent


_PLACING: dict[Placing, frozenset[Placing]] = {
    Placing.CLAIMED: frozenset({Placing.CREATING, Placing.CHANGED, Placing.REFUSED}),
    Placing.CREATING: frozenset({Placing.PLACED, Placing.REFUSED, Placing.UNCERTAIN}),
    # Back to CREATING only when it is sure that no order exists (decision 9).
    Placing.UNCERTAIN: frozenset(
        {
            Placing.PLACED,
            Placing.UNRESOLVED,
            Placing.CREATING,
            Placing.CHANGED,
            Placing.REFUSED,
        }
    ),
    Placing.UNRESOLVED: frozenset({Placing.PLACED, Placing.REFUSED, Placing.UNCERTAIN}),
    Placing.PLACED: frozenset(),
    Placing.REFUSED: frozenset(),
    Placing.CHANGED: frozenset(),
}


class OrderStatus(StrEnum):
    """The marketplace's states (contract 7); anything unknown stays `UNKNOWN`."""

    AWAITING_PAYMENT = "waitbuyerpay"
    AWAITING_SHIPMENT = "waitsellersend"
    AWAITING_RECEIPT = "waitbuyerreceive"
    RECEIVED = "confirm_goods"
    COMPLETED = "success"
    CANCELLED = "cancel"
    TERMINATED = "terminated"
    UNKNOWN = "unknown"

    @classmethod
    def from_wire(cls, raw: str) -> "OrderStatus":
        """Map the wire's text; the receipt push carries a longer name for received."""
        if raw == "confirm_goods_and_has_subsidy":
            return cls.RECEIVED
        try:
            return cls(raw)
        except ValueError:
            return cls.UNKNOWN


_RANK = {
    OrderStatus.UNKNOWN: -1,
    OrderStatus.AWAITING_PAYMENT: 0,
    OrderStatus.AWAITING_SHIPMENT: 1,
    OrderStatus.AWAITING_RECEIPT: 2,
    OrderStatus.RECEIVED: 3,
    OrderStatus.COMPLETED: 4,
    OrderStatus.CANCELLED: 5,
    OrderStatus.TERMINATED: 5,
}


def rank_of(status: OrderStatus) -> int:
    """Return how far a state is on the way (contract 7); states only ever move up."""
    return _RANK[status]


ENDED = frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.TERMINATED})


class InvalidTransition(ValueError):
    """A step that the transition table does not have."""


class PartLine(Value):
    """A line as the marketplace keeps it. `amount` is what is paid for it, in fen."""

    line_id: LineId | None = None
    offer_id: OfferId
    spec_id: SpecId | None = None
    quantity: int | None = None
    amount: Fen | None = None
    status: OrderStatus | None = None  # its own: lines are shipped and received one by one
    refund: RefundStage | None = None


class OrderPart(Value):
    """One order at the marketplace. Amounts in fen; `total` includes `freight`.

    Everything below `status` is as last read from the order's detail (contract 5.4), empty until
    then. `raw_status` is the marketplace's own word, kept for states that we do not know.
    """

    order_id: MarketplaceOrderId
    total: Fen | None = None
    freight: Fen | None = None
    status: OrderStatus = OrderStatus.AWAITING_PAYMENT
    raw_status: str = ""
    lines: tuple[PartLine, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    refund: RefundStage | None = None
    refunded: Fen | None = None
    closed_by: ClosedBy | None = None
    close_reason: str = ""
    paying: bool = False  # a payment is being worked on: another one must wait
    placed_at: AwareDatetime | None = None
    pay_before: AwareDatetime | None = None
    paid_at: AwareDatetime | None = None
    shipped_at: AwareDatetime | None = None
    received_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    modified_at: AwareDatetime | None = None
    read_at: AwareDatetime | None = None

    def seen(self, status: OrderStatus) -> "OrderPart":
        """Return the part with a newer status; an older or unknown one changes nothing."""
        return self.replace(status=status) if _RANK[status] > _RANK[self.status] else self


class FailedLine(Value):
    """A line that the marketplace did not order, with its code and words.

    `doubtful` when nobody said so: the line was only missing where the order was looked up.
    """

    offer_id: OfferId | None = None
    spec_id: SpecId | None = None
    code: str = ""
    message: str = ""
    doubtful: bool = False


class Refusal(Value):
    """Why the marketplace said no: its code and words, and the trace for support."""

    code: str = ""
    message: str = ""
    trace_id: str = ""


class Order(Value):
    """One consent: the exact lines, quote, address and note that the person agreed to."""

    order_no: MerchantOrderNo
    user_id: UserId
    chat_id: ChatId
    placing: Placing = Placing.CLAIMED
    lines: tuple[OrderLine, ...]
    seller_id: SellerId | None = None  # None in orders of earlier versions
    quote: Quote
    address: Address
    note: str = ""
    language: str = "en"
    message_id: int | None = None  # the message in its chat that says how placing it goes
    below_picture: bool = False  # whether that message has a picture, and the words below it
    buyer_name: str = ""  # how the person is called in Telegram, for a shop's operator
    buyer_username: str = ""
    created_at: datetime
    quoted_at: AwareDatetime | None = None  # when the numbers were read that were agreed to
    parts: tuple[OrderPart, ...] = ()
    failed_lines: tuple[FailedLine, ...] = ()
    refusal: Refusal | None = None
    newer_quote: Quote | None = None  # when CHANGED: what it would cost now
    newer_quoted_at: AwareDatetime | None = None
    sent_at: datetime | None = None  # when create was last about to be sent
    # what the marketplace's own clock showed just before create was sent first
    first_sent_there: AwareDatetime | None = None
    lookups: int = 0  # how often it was looked up since
    sent_again: bool = False  # create was sent a second time, under the same number
    doubted_since: bool = False  # a copy was put back: what was sent meanwhile is not known
    vouched: bool = False  # an operator says that no order exists: create it once more
    vouched_by: UserId | None = None  # who says so; None for who has the command line
    group_buy: int | None = None  # whose one order it is

    @property
    def marketplace(self) -> MarketplaceName:
        """Return where it is ordered; one order is of one marketplace."""
        return self.lines[0].offer_id.marketplace

    def moved(self, placing: Placing, **changes: object) -> "Order":
        """Return the order in its next state. Raises `InvalidTransition`."""
        if placing not in _PLACING[self.placing]:
            raise InvalidTransition(f"{self.placing} -> {placing}")
        return self.replace(placing=placing, **changes)

    def doubted(self) -> "Order":
        """Return an unfinished order as a copy that was put back has it: it may have been sent.

        What was claimed or looked up then may have been sent since, and sent again.
        """
        return self.replace(
            placing=Placing.UNCERTAIN,
            lookups=0,
            sent_again=self.placing is not Placing.CLAIMED,
            doubted_since=True,
            vouched=False,
        )

    def sending(self, at: datetime, there: datetime | None = None) -> "Order":
        """Return the order as create is about to be sent: once, and once more by itself.

        `there` is what the marketplace's clock shows. Every further time needs an operator who
        vouches that no order exists. Raises `InvalidTransition`.
        """
        again = self.placing is Placing.UNCERTAIN
        if again and self.sent_again and not self.vouched:
            raise InvalidTransition(f"{self.placing} -> {Placing.CREATING}, a third time")
        return self.moved(
            Placing.CREATING,
            sent_at=at,
            # Where the first time is not known there, the second one's says too little.
            first_sent_there=self.first_sent_there if again else there,
            lookups=0,
            sent_again=again,
            vouched=False,
            vouched_by=None,
        )

    @property
    def ordered_lines(self) -> tuple[OrderLine, ...]:
        """Return the lines that are, or may be, ordered: all but those the marketplace refused.

        A failure that names no variant tells of a line only where its offer has just one; what
        was merely not found may have been ordered all the same.
        """
        failed = [each for each in self.failed_lines if not each.doubtful]
        return tuple(
            line for line in self.lines if not any(self._tells_of(each, line) for each in failed)
        )

    def _tells_of(self, failed: FailedLine, line: OrderLine) -> bool:
        if failed.offer_id != line.offer_id:
            return False
        alone = sum(each.offer_id == line.offer_id for each in self.lines) == 1
        return failed.spec_id == line.spec_id or (failed.spec_id is None and alone)

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing more will happen without a person."""
        return not _PLACING[self.placing] or self.placing is Placing.UNRESOLVED

    @property
    def consented_at(self) -> datetime:
        """Return how old the consent is: as old as the numbers on the screen it was given on.

        The press may have waited anywhere since, such as for a bot that was down.
        """
        return min(self.quoted_at or self.created_at, self.created_at)

    @property
    def agreed_total(self) -> Fen:
        """Return the fen agreed to for what is ordered: without the lines that were refused.

        What is left after that is never more than the whole, which is what a person saw.
        """
        ordered = self.ordered_lines
        if len(ordered) == len(self.lines):
            return self.quote.total
        quoted = [self.quote.line_for(each) for each in ordered]
        goods = sum(each.amount for each in quoted if each is not None)
        rest = goods + self.quote.freight + self.quote.additional
        return Fen(max(0, min(rest, self.quote.total)))

    @property
    def is_short(self) -> bool:
        """Tell whether what is placed may be only a part of what was agreed to.

        So it is while goods are missing that nobody refused, or the parts together cost less.
        """
        totals = [part.total for part in self.parts]
        known = bool(totals) and None not in totals
        costs_less = known and sum(filter(None, totals)) < self.agreed_total
        return costs_less or any(each.doubtful for each in self.failed_lines)

    @property
    def may_have_extra(self) -> bool:
        """Tell whether another order may still show up under this number: wanted, or not."""
        if self.placing is Placing.PLACED:
            return self.sent_again or self.doubted_since or self.is_short
        ended = self.placing in {Placing.REFUSED, Placing.CHANGED}
        return ended and (self.sent_again or self.doubted_since or self.lookups > 0)

    @property
    def is_open(self) -> bool:
        """Tell whether goods or money are still, or may still be, under way."""
        if self.placing is Placing.PLACED:
            return not all(part.status in ENDED for part in self.parts)
        return self.placing not in {Placing.REFUSED, Placing.CHANGED}

    @property
    def paid(self) -> bool:
        """Tell whether every part has left the state of awaiting payment for a paid one."""
        return bool(self.parts) and all(
            _RANK[OrderStatus.AWAITING_SHIPMENT]
            <= _RANK[part.status]
            <= _RANK[OrderStatus.COMPLETED]
            for part in self.parts
        )


def settled_states() -> frozenset[Placing]:
    """Return the states that no automatic step leaves."""
    return frozenset(state for state, after in _PLACING.items() if not after) | {Placing.UNRESOLVED}
