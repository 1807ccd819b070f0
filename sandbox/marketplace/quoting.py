"""From lines to amounts: tiers, PLUS prices, carriage and the split into several orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

from sandbox.marketplace.catalogue import CatalogueOffer, CatalogueSku, FreightTemplate
from sandbox.marketplace.money import fen
from sandbox.marketplace.switches import Switches

SKUS_IN_ONE_ORDER = 50


@dataclass(frozen=True)
class Line:
    """A requested line with the goods it names."""

    offer: CatalogueOffer
    sku: CatalogueSku | None
    quantity: int

    @property
    def offer_id(self) -> int:
        """The offer's id."""
        return self.offer.offer_id

    @property
    def spec_id(self) -> str | None:
        """The variant's id, None without variants."""
        return self.sku.spec_id if self.sku else None

    @property
    def weight_kg(self) -> Decimal:
        """Weight of all pieces."""
        return (self.sku.weight_kg if self.sku else self.offer.weight_kg) * self.quantity


@dataclass(frozen=True)
class PricedLine:
    """A line with its unit price before promotions and its total after them, in fen."""

    line: Line
    list_unit_fen: int
    amount_fen: int

    @property
    def saved_fen(self) -> int:
        """What the promotion takes off."""
        return self.list_unit_fen * self.line.quantity - self.amount_fen


@dataclass(frozen=True)
class QuotedOrder:
    """One order that create would make."""

    lines: tuple[PricedLine, ...]
    carriage_fen: int

    @property
    def goods_fen(self) -> int:
        """Goods after promotions."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def total_fen(self) -> int:
        """What is to be paid."""
        return self.goods_fen + self.carriage_fen


def plus_price(offer: CatalogueOffer, price: str) -> str | None:
    """The PLUS price of a list price, in yuan with two decimals; None without a promotion."""
    if offer.plus_rate is None:
        return None
    lowered = Decimal(price) * Decimal(offer.plus_rate)
    return str(lowered.quantize(Decimal("0.01"), ROUND_HALF_UP))


def price_lines(lines: Sequence[Line], switches: Switches) -> tuple[PricedLine, ...]:
    """Each line at the tier that the order's quantity reaches."""
    per_offer: defaultdict[int, int] = defaultdict(int)
    for line in lines:
        per_offer[line.offer_id] += line.quantity
    priced = []
    for line in lines:
        counted = per_offer[line.offer_id] if switches.tiers_count == "per_offer" else line.quantity
        price = line.offer.unit_price(line.spec_id, counted)
        listed = fen(price) * line.quantity
        rate = line.offer.plus_rate if switches.promotions == "on" else None
        # Rounded once per line: both published samples (13.90 and 5 x 1.80) come out so.
        amount = (listed * Decimal(rate or 1)).quantize(Decimal(1), ROUND_HALF_UP)
        priced.append(PricedLine(line, fen(price), int(amount)))
    return tuple(priced)


def carriage_fen(lines: Sequence[Line], province_code: str) -> int:
    """Carriage to a province: each template once, over the lines that share it."""
    shared: defaultdict[FreightTemplate, list[Line]] = defaultdict(list)
    for line in lines:
        shared[line.offer.freight].append(line)
    return sum(
        template.fee_fen(
            province_code,
            sum(line.quantity for line in group),
            sum((line.weight_kg for line in group), Decimal(0)),
        )
        for template, group in shared.items()
    )


def quote(lines: Sequence[Line], district_code: str, switches: Switches) -> tuple[QuotedOrder, ...]:
    """The orders that these lines make; the first one bears the carriage (example 10)."""
    priced = price_lines(lines, switches)
    carriage = carriage_fen(lines, district_code)
    return tuple(
        QuotedOrder(part, carriage if number == 0 else 0)
        for number, part in enumerate(_split(priced, switches))
    )


def _split(priced: tuple[PricedLine, ...], switches: Switches) -> list[tuple[PricedLine, ...]]:
    parts = ceil(len(priced) / SKUS_IN_ONE_ORDER)
    if switches.split_orders == "always" and len(priced) > 1:
        parts = max(parts, 2)
    size = ceil(len(priced) / parts)
    return [priced[start : start + size] for start in range(0, len(priced), size)]
