"""What a shop asks for, and the price that one order was agreed at under those terms."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from bot.domain.currencies import CNY, Money, StoredCurrency
from bot.domain.identifiers import UserId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.rates import YUAN_RATE, Rate

PPM = 1_000_000
HIGHEST_FEE_PPM = PPM
HIGHEST_FIXED_FEE = Fen(100_000_000)
LARGEST_ROUNDING = 10_000_000
LONGEST_INSTRUCTIONS = 1000
MOST_PICTURES = 3
SHORTEST_TIME, LONGEST_TIME = timedelta(minutes=10), timedelta(days=14)


class ShopTerms(Value):
    """One version of a shop's terms; a change is a new version.

    `fee_ppm` millionths of the goods after discounts and `fee_fixed` fen an order make the fee.
    Totals in `currency` are rounded to the nearest `rounding` minor units. `instructions` say
    how to pay, by language; `pictures` are Telegram's file ids of payment codes.
    """

    version: int = Field(default=0, ge=0)
    currency: StoredCurrency = CNY
    rate: Rate = YUAN_RATE
    fee_ppm: int = Field(default=0, ge=0, le=HIGHEST_FEE_PPM)
    fee_fixed: Fen = Field(default=Fen(0), ge=0, le=HIGHEST_FIXED_FEE)
    rounding: int = Field(default=1, ge=1, le=LARGEST_ROUNDING)
    pay_within: timedelta = Field(default=timedelta(hours=24), ge=SHORTEST_TIME, le=LONGEST_TIME)
    instructions: dict[str, Annotated[str, Field(max_length=LONGEST_INSTRUCTIONS)]] = Field(
        default_factory=dict
    )
    pictures: tuple[str, ...] = Field(default=(), max_length=MOST_PICTURES)
    set_by: UserId | None = None
    set_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _rate_is_of_the_currency(self) -> Self:
        if self.rate.currency is not self.currency:
            raise ValueError("the rate is of another currency")
        return self

    @property
    def are_complete(self) -> bool:
        """Tell whether customers can be asked to pay under them."""
        return any(text.strip() for text in self.instructions.values())

    def instructions_in(self, language: str) -> str:
        """Return the instructions in a language, else in the first that there are."""
        told = self.instructions.get(language, "").strip()
        others = (text for text in self.instructions.values() if text.strip())
        return told or next(others, "")

    def changed(self, by: UserId, at: datetime, **changes: object) -> "ShopTerms":
        """Return the next version. Raises `pydantic.ValidationError`."""
        return self.replace(version=self.version + 1, set_by=by, set_at=at, **changes)

    def price(self, goods: Fen, total: Fen) -> "Charge":
        """Return what a customer pays for goods and a total of the marketplace, in fen."""
        fee = _fee(goods, self.fee_ppm, self.fee_fixed)
        return Charge(
            terms=self.version,
            rate=self.rate,
            fee_ppm=self.fee_ppm,
            fee_fixed=self.fee_fixed,
            rounding=self.rounding,
            goods=goods,
            marketplace=total,
            fee=fee,
            due=self.rate.convert(total + fee, self.rounding),
            pay_within=self.pay_within,
        )


class Charge(Value):
    """What one customer pays for one order, and by which terms; in fen but for `due`.

    `marketplace` is the quote's total and `due` the whole, converted and rounded once. It keeps
    what is needed to price the same draft again, whatever the shop's terms are by then.
    """

    terms: int
    rate: Rate
    fee_ppm: int
    fee_fixed: Fen
    rounding: int
    goods: Fen
    marketplace: Fen
    fee: Fen
    due: Money
    pay_within: timedelta

    @property
    def total(self) -> Fen:
        """The whole in fen."""
        return Fen(self.marketplace + self.fee)

    def again(self, goods: Fen, total: Fen) -> "Charge":
        """Price other numbers of the same draft by the same terms."""
        fee = _fee(goods, self.fee_ppm, self.fee_fixed)
        due = self.rate.convert(total + fee, self.rounding)
        return self.replace(goods=goods, marketplace=total, fee=fee, due=due)

    def raised(self, extra: Fen) -> "Charge":
        """Price so many fen more of the marketplace's; the fee stays what was agreed."""
        due = self.rate.convert(self.total + extra, self.rounding) if extra else self.due
        return self.replace(marketplace=Fen(self.marketplace + extra), due=due)

    def fee_given_back(self, refunded: Fen) -> Fen:
        """Return the fee in fen that goes back with so many fen of goods; the fixed part stays."""
        left = max(self.goods - refunded, 0)
        return Fen(self.fee_ppm * self.goods // PPM - self.fee_ppm * left // PPM)


def _fee(goods: int, ppm: int, fixed: int) -> Fen:
    """Cut, never rounded up: a fee must not exceed the percent that was agreed."""
    return Fen(ppm * goods // PPM + fixed)
