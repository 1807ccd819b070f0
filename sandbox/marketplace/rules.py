"""What preview and create refuse, with the official 500_00x codes (contract 5.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.marketplace.catalogue import CatalogueOffer
from sandbox.marketplace.envelope import OrderRefusal
from sandbox.marketplace.money import fen
from sandbox.marketplace.order_request import RequestedLine
from sandbox.marketplace.quoting import Line, price_lines
from sandbox.marketplace.shelf import Shelf, stock_of
from sandbox.marketplace.switches import Switches

NOT_TRADABLE = "500_001"
SPEC_MISSING = "500_002"
WRONG_SPEC = "500_003"
NO_STOCK = "500_004"
BELOW_MINIMUM = "500_005"
MIX_NOT_MET = "500_006"
NO_CONSIGNMENT = "500_007"
PRICE_ZERO = "500_008"
WHOLESALE_MINIMUM = "500_009"

NO_STOCK_TEXT = "商品库存不足"


@dataclass(frozen=True)
class FailedLine:
    """A line left out of an order, as `failedOfferList` names it."""

    offer_id: int
    spec_id: str | None
    code: str = NO_STOCK
    message: str = NO_STOCK_TEXT


def check_flow(flow: str | None) -> None:
    """Only the wholesale flow has a price here; consignment flows need a relation."""
    if flow not in (None, "general"):
        raise OrderRefusal(NO_CONSIGNMENT, "未与卖家建立代销关系，无法下单")


def resolve(shelf: Shelf, requested: Sequence[RequestedLine]) -> tuple[Line, ...]:
    """The goods behind the lines. Raises OrderRefusal 500_001, 500_002 or 500_003."""
    lines = tuple(_resolve_one(shelf, wanted) for wanted in requested)
    if len({line.offer.seller.seller_open_id for line in lines}) > 1:
        raise OrderRefusal(
            SPEC_MISSING,
            "不同卖家的商品不能在同一订单中下单",
            tuple((line.offer_id, line.spec_id) for line in lines),
        )
    return lines


def without_stock(lines: Sequence[Line]) -> tuple[FailedLine, ...]:
    """The lines whose variant has fewer pieces than the whole order asks for."""
    wanted: defaultdict[tuple[int, str | None], int] = defaultdict(int)
    for line in lines:
        wanted[line.offer_id, line.spec_id] += line.quantity
    return tuple(
        FailedLine(line.offer_id, line.spec_id)
        for line in lines
        if wanted[line.offer_id, line.spec_id] > stock_of(line.offer, line.sku)
    )


def check_stock(lines: Sequence[Line]) -> None:
    """Raises OrderRefusal 500_004 naming the lines."""
    if failed := without_stock(lines):
        raise OrderRefusal(
            NO_STOCK, NO_STOCK_TEXT, tuple((line.offer_id, line.spec_id) for line in failed)
        )


def check_quantities(lines: Sequence[Line], switches: Switches) -> None:
    """Raises OrderRefusal 500_005, 500_006, 500_008 or 500_009."""
    priced = price_lines(lines, switches)
    for item in priced:
        if item.list_unit_fen == 0:
            raise _refusal(PRICE_ZERO, "商品SKU价格为0，无法下单", item.line.offer)
    mixed = _mix_reached(
        lines[0].offer,
        sum(line.quantity for line in lines),
        sum(item.list_unit_fen * item.line.quantity for item in priced),
    )
    totals: dict[int, tuple[CatalogueOffer, int]] = {}
    for line in lines:
        _, before = totals.get(line.offer_id, (line.offer, 0))
        totals[line.offer_id] = (line.offer, before + line.quantity)
    for offer, quantity in totals.values():
        _check_offer(offer, quantity, mixed=mixed, switches=switches)


def _check_offer(offer: CatalogueOffer, quantity: int, *, mixed: bool, switches: Switches) -> None:
    batch = offer.batch_number
    if batch and quantity % batch and switches.batch_multiple == "enforced":
        raise _refusal(BELOW_MINIMUM, f"购买数量必须为{batch}的整数倍", offer)
    if mixed:
        return
    minimum = offer.min_order_quantity
    if quantity < minimum and offer.mix.allowed:
        raise _refusal(
            MIX_NOT_MET,
            f"不满足混批条件：需满{offer.mix.amount}元或{offer.mix.number}件，"
            f"或单个商品满{minimum}{offer.unit.zh}",
            offer,
        )
    if quantity < minimum:
        raise _refusal(BELOW_MINIMUM, f"购买数量小于最小起订量{minimum}{offer.unit.zh}", offer)
    if offer.tiers and quantity < offer.tiers[0].start_quantity:
        first = offer.tiers[0].start_quantity
        raise _refusal(WHOLESALE_MINIMUM, f"不满足批发起批量{first}{offer.unit.zh}", offer)


def _mix_reached(offer: CatalogueOffer, pieces: int, goods_fen: int) -> bool:
    mix = offer.mix
    return mix.allowed and (pieces >= mix.number or goods_fen >= fen(str(mix.amount)))


def _resolve_one(shelf: Shelf, wanted: RequestedLine) -> Line:
    offer = shelf.get(wanted.offer_id)
    at_fault = ((wanted.offer_id, wanted.spec_id),)
    if offer is None or offer.status != "published":
        raise OrderRefusal(NOT_TRADABLE, "商品不存在或已下架", at_fault)
    if not offer.tradable:
        raise OrderRefusal(NOT_TRADABLE, "商品不支持在线交易", at_fault)
    if not offer.skus:
        if wanted.spec_id is not None:
            raise OrderRefusal(WRONG_SPEC, "商品规格不存在", at_fault)
        return Line(offer, None, wanted.quantity)
    if wanted.spec_id is None:
        raise OrderRefusal(SPEC_MISSING, "商品规格specId不能为空", at_fault)
    sku = offer.sku(wanted.spec_id)
    if sku is None:
        raise OrderRefusal(WRONG_SPEC, "商品规格不存在", at_fault)
    return Line(offer, sku, wanted.quantity)


def _refusal(code: str, message: str, offer: CatalogueOffer) -> OrderRefusal:
    return OrderRefusal(code, message, ((offer.offer_id, None),))
