"""What a person is about to order: lines of one seller."""

from collections.abc import Iterable
from types import EllipsisType

from pydantic import Field, model_validator

from bot.domain.addresses import Address
from bot.domain.identifiers import OfferId, SellerId, SkuId, SpecId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import MixedBatch, Wording


class OtherSeller(ValueError):
    """The line is of another seller: one order has one seller (contract 5.1)."""


class OrderLine(Value):
    """`quantity` units of one variant. `spec_id` is None for offers without variants.

    `unit_price` is the estimate in fen when the line was taken; the quote binds. `minimum` is
    the offer's minimum then, over all its variants, and `mixed_batch` its shop's rule.
    """

    offer_id: OfferId
    sku_id: SkuId | None = None
    spec_id: SpecId | None = None
    title: Wording
    variant: Wording = Wording.model_construct(zh="")
    unit: Wording = Wording.model_construct(zh="件", translated="Piece")
    picture_url: str | None = None
    quantity: int = Field(gt=0)
    unit_price: Fen | None = None
    minimum: int = Field(default=1, ge=1)
    mixed_batch: MixedBatch = MixedBatch.model_construct()

    @property
    def goods(self) -> tuple[OfferId, SpecId | None]:
        """The variant that is ordered."""
        return (self.offer_id, self.spec_id)


class Draft(Value):
    """Lines of one seller, each variant once, and the note to that seller.

    `orders_made` counts the orders that were made of a draft too long for one. `address` is
    where it goes when that was settled beforehand, as for an order that is made again.
    """

    seller_id: SellerId | None = None
    lines: tuple[OrderLine, ...] = ()
    note: str = ""
    orders_made: int = Field(default=0, ge=0)
    address: Address | None = None

    @model_validator(mode="after")
    def _seller_belongs_to_lines(self) -> "Draft":
        if bool(self.lines) != (self.seller_id is not None):
            raise ValueError("a draft has a seller exactly when it has lines")
        return self

    def put(self, lines: Iterable[OrderLine], seller_id: SellerId) -> "Draft":
        """Add `lines`, or give their variants the new quantities where they are on the draft.

        Raises `OtherSeller`.
        """
        if self.lines and seller_id != self.seller_id:
            raise OtherSeller(seller_id)
        by_goods = {each.goods: each for each in self.lines}
        by_goods.update((each.goods, each) for each in lines)
        after = tuple(by_goods.values())
        if len(after) == len(self.lines):
            return self.replace(lines=after)
        return self.replace(seller_id=seller_id, lines=after, orders_made=0)

    def remove(self, index: int) -> "Draft":
        """Drop the line at `index`. Raises `IndexError` when there is none."""
        if not 0 <= index < len(self.lines):
            raise IndexError(index)
        return self._left_with(self.lines[:index] + self.lines[index + 1 :])

    def without(self, goods: Iterable[OrderLine]) -> "Draft":
        """Drop the lines of the same variants; what is not on the draft is passed over."""
        gone = {each.goods for each in goods}
        return self._left_with(tuple(each for each in self.lines if each.goods not in gone))

    def _left_with(self, lines: tuple[OrderLine, ...]) -> "Draft":
        return self.replace(lines=lines) if lines else Draft()

    def units_of(
        self, offer_id: OfferId, *, except_spec: SpecId | EllipsisType | None = ...
    ) -> int:
        """Return the units of an offer on all lines, or without the line of one variant.

        `except_spec` of None leaves out the line of an offer without variants.
        """
        return sum(
            line.quantity
            for line in self.lines
            if line.offer_id == offer_id and line.spec_id != except_spec
        )

    @property
    def estimate(self) -> Fen | None:
        """Return the estimated goods total in fen, or None when a price is missing."""
        return estimate_of(self.lines)


def estimate_of(lines: Iterable[OrderLine]) -> Fen | None:
    """Return what lines are likely to cost together in fen, or None when a price is missing."""
    total = 0
    for line in lines:
        if line.unit_price is None:
            return None
        total += line.unit_price * line.quantity
    return Fen(total)
