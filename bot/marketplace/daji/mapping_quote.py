"""From a preview to a quote, with every sum checked (contract 1.2 and 5.1)."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId, SpecId
from bot.domain.money import ZERO, Fen, estimate_from_yuan
from bot.domain.quotes import Quote, QuoteLine
from bot.marketplace.daji.wire_orders import Cargo, PreviewEntry

_Key = tuple[OfferId, SpecId | None]


def quote(entries: Sequence[PreviewEntry], asked: Sequence[OrderLine]) -> Quote:
    """Map a preview of `asked`.

    Raises `ValueError` when an entry's sums do not hold, a line that was asked for is missing
    or one that was not asked for costs something.
    """
    for entry in entries:
        _check(entry)
    cargo = _by_line([each for entry in entries for each in entry.cargo_list])
    wanted = {(line.offer_id, line.spec_id): line for line in asked}
    missing = wanted.keys() - cargo.keys()
    if missing:
        raise ValueError(f"{len(missing)} of {len(wanted)} lines are missing in the preview")
    if any(sum(each.amount for each in cargo[key]) for key in cargo.keys() - wanted.keys()):
        raise ValueError("the preview charges for a line that was not asked for")
    goods = sum(entry.sum_payment_no_carriage for entry in entries)
    freight = sum(entry.sum_carriage for entry in entries)
    total = sum(entry.sum_payment for entry in entries)
    listed = sum((_listed(cargo[key], line) for key, line in wanted.items()), Decimal(0))
    before = int((listed * 100).to_integral_value(rounding=ROUND_FLOOR))
    return Quote(
        lines=tuple(_line(key, cargo[key], line) for key, line in wanted.items()),
        goods=Fen(goods),
        freight=Fen(freight),
        discount=Fen(max(0, before - goods)),
        additional=Fen(total - goods - freight),
        total=Fen(total),
        parts=len(entries),
    )


def _check(entry: PreviewEntry) -> None:
    parts = entry.sum_payment_no_carriage + entry.sum_carriage
    # Whether the additional fee is inside the goods already is not said, so both may hold.
    if entry.sum_payment not in {parts, parts + entry.additional_fee}:
        raise ValueError("goods, carriage and additional fee do not make the sum to pay")
    lines = sum(each.amount for each in entry.cargo_list)
    if lines == entry.sum_payment_no_carriage:
        return
    promoted = bool(entry.shop_promotion_list or entry.discount_fee)
    if not promoted or lines < entry.sum_payment_no_carriage:
        raise ValueError("the lines do not add up to the goods, and no promotion explains it")


def _by_line(cargo: Sequence[Cargo]) -> dict[_Key, list[Cargo]]:
    """Group by variant: a line may stand in several parts of a split order."""
    lines: dict[_Key, list[Cargo]] = {}
    for each in cargo:
        spec_id = SpecId(each.spec_id) if each.spec_id else None
        lines.setdefault((each.offer_id, spec_id), []).append(each)
    return lines


def _listed(cargo: Sequence[Cargo], line: OrderLine) -> Decimal:
    """Return the line's yuan before promotions; what it costs when no unit price is named."""
    unit = cargo[0].final_unit_price
    if unit is None:
        return Decimal(sum(each.amount for each in cargo)) / 100
    return unit * line.quantity


def _line(key: _Key, cargo: Sequence[Cargo], line: OrderLine) -> QuoteLine:
    amount = sum((each.amount for each in cargo), ZERO)
    unit = cargo[0].final_unit_price
    per_unit = Decimal(amount) / 100 / line.quantity if unit is None else unit
    return QuoteLine(
        offer_id=key[0],
        spec_id=key[1],
        amount=Fen(amount),
        unit_price=estimate_from_yuan(per_unit),
    )
