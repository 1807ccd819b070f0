"""Freight templates: what a seller asks for the domestic leg, to which province."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

Charge = Literal["weight", "pieces"]


def yuan_to_fen(yuan: str) -> int:
    """A decimal string in yuan ("13.9", "4") as integer fen, halves rounded up.

    Raises `decimal.InvalidOperation` when the text is no number.
    """
    return int((Decimal(yuan) * 100).quantize(Decimal(1), ROUND_HALF_UP))


class FreightRate(BaseModel):
    """First and following units; units are kg or pieces, fees are yuan decimal strings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_unit: str
    first_fee: str
    next_unit: str
    next_fee: str

    def fee_fen(self, amount: Decimal) -> int:
        """`firstFee + ceil((amount - firstUnit) / nextUnit) * nextFee`, in fen (contract 4.8)."""
        beyond = max(Decimal(0), amount - Decimal(self.first_unit))
        steps = int((beyond / Decimal(self.next_unit)).to_integral_value("ROUND_CEILING"))
        return yuan_to_fen(self.first_fee) + steps * yuan_to_fen(self.next_fee)


class FreightTemplate(BaseModel):
    """One seller's template; `remote` replaces `rate` for the provinces it names.

    `remote_provinces` holds two-digit division codes ("65" is Xinjiang).
    A free template stays free for remote provinces unless it has a `remote` rate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    template_id: int
    name: str
    charge: Charge
    free_postage: bool
    rate: FreightRate
    remote: FreightRate | None
    remote_provinces: tuple[str, ...]

    def rate_for(self, province_code: str) -> FreightRate | None:
        """The rate for a six-digit or two-digit division code; None means free."""
        if self.remote is not None and province_code[:2] in self.remote_provinces:
            return self.remote
        return None if self.free_postage else self.rate

    def fee_fen(self, province_code: str, pieces: int, weight_kg: Decimal) -> int:
        """Carriage in fen for `pieces` weighing `weight_kg` together, to that province."""
        rate = self.rate_for(province_code)
        if rate is None:
            return 0
        return rate.fee_fen(weight_kg if self.charge == "weight" else Decimal(pieces))
