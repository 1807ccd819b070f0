"""Freight estimates: asked for once, never waited for long, silent when they fail."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from structlog.testing import capture_logs

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.finding import FreightEstimate
from bot.domain.identifiers import OfferId, SkuId
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.marketplace.errors import MarketplaceError, Unreachable
from bot.services.finding.freight import Freight

HERE = Address(
    full_name="欧阳铁柱",
    mobile="13987654321",
    province="浙江省",
    city="杭州市",
    district="滨江区",
    street="网商路699号",
    district_code="330108",
)
THERE = HERE.replace(district="上城区", district_code="330102")


class Market:
    """So many fen a piece, offer by offer; `gate` holds answers back, `errors` are by offer."""

    def __init__(self, each: int = 100) -> None:
        self.each = each
        self.asked: list[tuple[OfferId, int, str]] = []
        self.errors: dict[int, MarketplaceError] = {}
        self.gate: asyncio.Event | None = None

    async def estimate_freight(
        self, lines: Sequence[OrderLine], address: Address
    ) -> FreightEstimate:
        units = sum(line.quantity for line in lines)
        self.asked.append((lines[0].offer_id, units, address.district_code))
        if self.gate is not None:
            await self.gate.wait()
        if error := self.errors.get(lines[0].offer_id):
            raise error
        return FreightEstimate(offer_id=lines[0].offer_id, freight=Fen(self.each * units))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def line(offer: int = 1, sku: int = 1, quantity: int = 2) -> OrderLine:
    return OrderLine(
        offer_id=OfferId(offer), sku_id=SkuId(sku), title=Wording(zh="杯"), quantity=quantity
    )


def freight(market: Market, **options: Any) -> Freight:
    return Freight(cast("Any", market), **options)


async def test_offers_are_asked_for_one_by_one_and_added() -> None:
    """Lines of one offer go together: its template counts them as one parcel."""
    market = Market()
    lines = [line(1, 1, 2), line(2, 5, 3), line(1, 2, 4)]
    assert await freight(market).estimate(lines, HERE) == 900
    assert sorted(market.asked) == [
        (OfferId(1), 6, "330108"),
        (OfferId(2), 3, "330108"),
    ]


async def test_the_same_goods_to_the_same_district_are_asked_for_once() -> None:
    """Another quantity, variant or district is another question; a street is not."""
    market = Market()
    estimates = freight(market)
    for address in (HERE, HERE.replace(street="别处1号", full_name="李"), HERE):
        assert await estimates.estimate([line()], address) == 200
    assert len(market.asked) == 1
    await estimates.estimate([line(quantity=3)], HERE)
    await estimates.estimate([line(sku=2)], HERE)
    await estimates.estimate([line()], THERE)
    assert len(market.asked) == 4


async def test_free_is_known_and_not_missing() -> None:
    """Nothing to pay is an answer."""
    assert await freight(Market(each=0)).estimate([line()], HERE) == 0


async def test_a_slow_answer_is_not_waited_for_and_serves_the_next_screen() -> None:
    """Meanwhile nobody else waits either; the call that is under way is not made twice."""
    market, clock = Market(), Clock()
    market.gate = asyncio.Event()
    estimates = freight(market, patience=0.02, clock=clock)
    assert await estimates.estimate([line()], HERE) is None
    assert await estimates.estimate([line(), line(offer=2)], HERE) is None
    assert len(market.asked) == 1
    market.gate.set()
    await asyncio.sleep(0.01)
    assert await estimates.estimate([line()], HERE) == 200
    assert len(market.asked) == 1
    clock.now += 60
    assert await estimates.estimate([line(offer=2)], HERE) == 200


async def test_a_failure_is_logged_without_the_person_and_rests_for_a_while() -> None:
    """A template that can't be read does not cost every screen a call."""
    market, clock = Market(), Clock()
    market.errors[OfferId(1)] = Unreachable("no answer", endpoint="estimate_freight")
    estimates = freight(market, clock=clock)
    with capture_logs() as logs:
        assert await estimates.estimate([line()], HERE) is None
        assert await estimates.estimate([line()], HERE) is None
    assert len(market.asked) == 1
    assert [each["event"] for each in logs] == ["freight_estimate_failed"]
    assert not any(private in str(logs) for private in ("欧阳", "139", "网商路", "330108"))
    market.errors.clear()
    clock.now += 61
    assert await estimates.estimate([line()], HERE) == 200


async def test_a_sum_with_a_part_missing_is_no_sum() -> None:
    """Half of the freight would be a promise that is not kept."""
    market = Market()
    market.errors[OfferId(2)] = Unreachable("no answer", endpoint="estimate_freight")
    assert await freight(market).estimate([line(1), line(2)], HERE) is None


async def test_nothing_to_send_costs_nothing_to_ask() -> None:
    """No line, no call."""
    market = Market()
    assert await freight(market).estimate([], HERE) is None
    assert market.asked == []


async def test_goods_without_variants_are_asked_for_as_well() -> None:
    """Whether the marketplace takes them is its answer to give."""
    bare = OrderLine(offer_id=OfferId(3), title=Wording(zh="尺"), quantity=5)
    assert await freight(Market()).estimate([bare], HERE) == 500
