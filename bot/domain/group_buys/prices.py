"""Prices that fall as more people join."""

from collections.abc import Iterable
from typing import Self

from pydantic import model_validator

from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import PriceTier


class StepsNotFalling(ValueError):
    """More pieces would cost more each: who leaves would then change who can stay."""


class PriceSteps(Value):
    """Price tiers as seen, in the order of their quantities; each is no dearer than the one before.

    Below the first one the first price holds, as the marketplace shows it (contract 4.4).
    """

    tiers: tuple[PriceTier, ...]

    @model_validator(mode="after")
    def _falling(self) -> Self:
        if not self.tiers:
            raise StepsNotFalling("no price at all")
        for one, other in zip(self.tiers, self.tiers[1:], strict=False):
            if one.start_quantity >= other.start_quantity or one.price < other.price:
                raise StepsNotFalling("prices do not fall")
        return self

    @classmethod
    def of(cls, tiers: Iterable[PriceTier]) -> "PriceSteps":
        """Return the steps of an offer's tiers. Raises `pydantic.ValidationError`."""
        return cls(tiers=tuple(sorted(tiers, key=lambda each: each.start_quantity)))

    @property
    def first_price(self) -> Fen:
        """The price of the first step in fen: the dearest that the group can come to pay."""
        return self.tiers[0].price

    def price_at(self, pieces: int) -> Fen:
        """Return the price of one piece in fen when the group takes so many."""
        reached = [each for each in self.tiers if each.start_quantity <= pieces]
        return reached[-1].price if reached else self.first_price

    def missing_to_next(self, pieces: int) -> tuple[int, Fen] | None:
        """Return the pieces to the next cheaper step, and its price in fen; None at the last."""
        now = self.price_at(pieces)
        for tier in self.tiers:
            if tier.start_quantity > pieces and tier.price < now:
                return tier.start_quantity - pieces, tier.price
        return None
