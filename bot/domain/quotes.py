"""The marketplace's binding numbers for a draft, and how two of them differ (contract 5.1)."""

from pydantic import Field, model_validator

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId, SpecId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.shop_terms import Charge


class QuoteLine(Value):
    """What one line costs: `amount` fen after promotions, `unit_price` fen before them."""

    offer_id: OfferId
    spec_id: SpecId | None = None
    amount: Fen
    unit_price: Fen


class Quote(Value):
    """A preview's numbers, all in fen: total = goods + freight + additional.

    `goods` is after discounts; `discount` says how much was taken off (already inside
    `goods`). `parts` is how many orders the marketplace would make of it. `charge` is what a
    shop asks its customer for it; a team has none.
    """

    lines: tuple[QuoteLine, ...]
    goods: Fen = Field(ge=0)
    freight: Fen = Field(ge=0)
    discount: Fen = Field(default=Fen(0), ge=0)
    additional: Fen = Fen(0)
    total: Fen = Field(ge=0)
    parts: int = Field(default=1, ge=1)
    charge: Charge | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> "Quote":
        if self.goods + self.freight + self.additional != self.total:
            raise ValueError("goods, freight and additional fees do not make the total")
        return self

    def line_for(self, line: OrderLine) -> QuoteLine | None:
        """Return the quoted numbers of a draft's line."""
        wanted = (line.offer_id, line.spec_id)
        return next((each for each in self.lines if (each.offer_id, each.spec_id) == wanted), None)

    @property
    def whole(self) -> Fen:
        """All that a person pays for it in fen: a shop's fee is on top of the total."""
        return self.charge.total if self.charge else self.total

    def priced_as(self, agreed: "Quote") -> "Quote":
        """Return the quote with a shop's charge by the terms that another was agreed under."""
        if agreed.charge is None:
            return self
        return self.replace(charge=agreed.charge.again(self.goods, self.total))


class QuoteChange(Value):
    """How a newer quote differs from the one that was agreed to, in fen (new minus old)."""

    goods: int
    freight: int
    total: int
    lines_changed: bool

    @property
    def is_none(self) -> bool:
        """Tell whether the person would pay exactly the same for exactly the same."""
        return not (self.goods or self.freight or self.total or self.lines_changed)


def change_between(agreed: Quote, current: Quote) -> QuoteChange:
    """Compare two quotes of the same draft."""
    return QuoteChange(
        goods=current.goods - agreed.goods,
        freight=current.freight - agreed.freight,
        total=current.total - agreed.total,
        lines_changed=_amounts(agreed) != _amounts(current),
    )


def _amounts(quote: Quote) -> dict[tuple[OfferId, SpecId | None], Fen]:
    return {(line.offer_id, line.spec_id): line.amount for line in quote.lines}
