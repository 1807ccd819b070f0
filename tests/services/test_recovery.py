"""What became of an order without a clear answer: judged by its number and its goods."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import MarketplaceOrderId, SkuId, SpecId
from bot.domain.orders import FailedLine, OrderStatus, Placing
from bot.marketplace.errors import GatewayFailed, RefusalReason, Refused, Unreachable
from bot.marketplace.port import FoundLine, FoundOrder
from bot.services.placing.extras import cancel_doubles
from bot.services.placing.listing import is_ours
from bot.services.placing.recovery import Finding, adopted, judge, look_up
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.services.agreed import (
    BLACK,
    FIRST,
    LINES,
    NUMBER,
    OFFER,
    SECOND,
    WHITE,
    consent,
    found,
    line,
)

ORDER = consent(Placing.UNCERTAIN)
OTHER = "S261123-AAAAAAAA"

specs = st.sampled_from([SpecId(letter * 32) for letter in "abcd"])
lines_of_an_order = st.dictionaries(specs, st.integers(1, 50), min_size=1, max_size=4)


def ordered(goods: dict[SpecId, int]) -> tuple[OrderLine, ...]:
    return tuple(line(spec, quantity) for spec, quantity in goods.items())


def numbered(*goods: dict[SpecId, int]) -> list[FoundOrder]:
    return [
        found(MarketplaceOrderId(str(2257 * 10**15 + index)), ordered(each))
        for index, each in enumerate(goods)
    ]


def goods_in(orders) -> Counter:
    return sum(
        (Counter({it.spec_id: it.quantity for it in each.lines}) for each in orders), Counter()
    )


@given(goods=lines_of_an_order, doubles=st.integers(0, 3))
def test_exactly_the_goods_are_adopted_once(goods, doubles) -> None:
    """However many whole copies there are, one is kept and the others are doubles."""
    finding = judge(consent().replace(lines=ordered(goods)), numbered(*[goods] * (doubles + 1)))
    assert len(finding.adopt) == 1
    assert len(finding.doubles) == doubles
    assert finding.whole
    assert not finding.doubtful


@given(goods=lines_of_an_order, cut=st.integers(0, 3))
def test_a_split_order_is_adopted_whole_or_as_what_is_there(goods, cut) -> None:
    """Parts with different goods belong together; what no part has is missing."""
    parts = [{spec: quantity} for spec, quantity in goods.items()]
    seen = parts[: max(1, len(parts) - cut)]
    finding = judge(consent().replace(lines=ordered(goods)), numbered(*seen))
    assert len(finding.adopt) == len(seen)
    assert finding.doubles == ()
    missing = {spec for _, spec in finding.missing}
    assert missing == set(goods) - {spec for each in seen for spec in each}


@given(goods=lines_of_an_order, orders=st.lists(lines_of_an_order, max_size=4), data=st.data())
def test_nothing_is_adopted_that_was_not_agreed_to(goods, orders, data) -> None:
    """Adopted goods never exceed the consent, doubles are whole copies, order plays no part."""
    wanted = Counter(goods)
    candidates = numbered(*orders)
    finding = judge(consent().replace(lines=ordered(goods)), candidates)
    assert goods_in(finding.adopt) <= wanted
    assert all(goods_in([each]) == wanted for each in finding.doubles)
    assert not finding.doubles or finding.whole
    assert finding.doubtful == (bool(orders) and not finding.adopt)
    shuffled = data.draw(st.permutations(candidates))
    assert judge(consent().replace(lines=ordered(goods)), shuffled) == finding


def test_nothing_found_is_nothing_decided() -> None:
    """No order is neither adopted nor doubtful."""
    assert judge(ORDER, []) == Finding()


def test_a_paid_double_is_kept_and_an_open_one_goes_before_a_closed_one() -> None:
    """Money that was paid is never left on a double."""
    closed = found(FIRST, status=OrderStatus.CANCELLED)
    unpaid = found(SECOND)
    paid = found(MarketplaceOrderId("2257000000000000003"), status=OrderStatus.AWAITING_SHIPMENT)
    assert judge(ORDER, [closed, unpaid, paid]).adopt == (paid,)
    assert judge(ORDER, [closed, unpaid]).adopt == (unpaid,)


def test_lines_without_a_spec_are_known_by_their_sku() -> None:
    """A list that leaves `specId` out still tells the goods."""
    by_sku = tuple(
        FoundLine(offer_id=OFFER, sku_id=each.sku_id, quantity=each.quantity) for each in LINES
    )
    assert judge(ORDER, [found().replace(lines=by_sku)]).whole
    unknown = tuple(each.replace(sku_id=SkuId(1)) for each in by_sku)
    assert judge(ORDER, [found().replace(lines=unknown)]).doubtful


@pytest.mark.parametrize(
    ("fields", "ours"),
    [
        ({"remark": f"请发顺丰 {NUMBER}"}, True),
        ({"remark": "", "feedback": NUMBER}, True),
        ({"remark": "", "out_order_id": NUMBER}, True),
        ({"remark": f"{NUMBER} again please {OTHER}"}, False),
        ({"remark": f"like {OTHER} please {NUMBER}"}, True),
        ({"remark": f"x {NUMBER}", "out_order_id": OTHER}, False),
        ({"remark": f"x {NUMBER}", "out_order_id": "gateway-4711"}, True),
        ({"remark": ""}, False),
    ],
)
def test_our_number_is_the_last_of_the_message(fields, ours) -> None:
    """A number quoted in another order's note does not make that order ours."""
    assert is_ours(found().replace(**fields), NUMBER) is ours


async def test_the_number_alone_is_enough_when_everything_is_there() -> None:
    """The time of creation is not asked for then."""
    marketplace = ScriptedMarketplace(lists=[(found(),)])
    assert (await look_up(marketplace, ORDER)).whole
    assert marketplace.calls == ["find by number"]


async def test_a_filter_that_shows_nothing_is_helped_by_the_time() -> None:
    """The order is found among those of its hour, other people's are left alone."""
    marketplace = ScriptedMarketplace(by_time=[(found(SECOND, number=OTHER), found())])
    finding = await look_up(marketplace, ORDER)
    assert [each.order_id for each in finding.adopt] == [FIRST]
    assert finding.doubles == ()


async def test_parts_listed_in_different_ways_come_together() -> None:
    """One by number, the other by time: the order is whole, no part counts twice."""
    first, second = found(FIRST, LINES[:1]), found(SECOND, LINES[1:])
    marketplace = ScriptedMarketplace(lists=[(first,)], by_time=[(first, second)])
    finding = await look_up(marketplace, ORDER)
    assert [each.order_id for each in finding.adopt] == [FIRST, SECOND]


async def test_an_order_listed_without_lines_is_read_in_full() -> None:
    """Goods are compared, never assumed."""
    bare = found().replace(lines=())
    marketplace = ScriptedMarketplace(lists=[(bare,)], details={FIRST: found()})
    assert (await look_up(marketplace, ORDER)).whole
    assert marketplace.count("detail") == 1


async def test_a_look_up_without_an_answer_is_no_finding() -> None:
    """The error reaches the caller."""
    marketplace = ScriptedMarketplace(lists=[GatewayFailed("502", endpoint="find_orders")])
    with pytest.raises(GatewayFailed):
        await look_up(marketplace, ORDER)


def test_the_adopted_order_has_the_amounts_that_were_found() -> None:
    """Parts with number, total, freight and state; missing goods as failed lines."""
    finding = judge(ORDER, [found(lines=LINES[:1], status=OrderStatus.AWAITING_SHIPMENT)])
    order = adopted(ORDER, finding)
    assert order.placing is Placing.PLACED
    assert (order.parts[0].total, order.parts[0].freight) == (10_500, 500)
    assert order.parts[0].status is OrderStatus.AWAITING_SHIPMENT
    assert order.failed_lines == (FailedLine(offer_id=OFFER, spec_id=BLACK, doubtful=True),)
    assert WHITE != BLACK


class Pauses:
    """Counts pauses instead of making them."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def test_a_double_too_young_to_be_cancelled_is_waited_for() -> None:
    """Cancelling is refused within ten seconds of the creation, and then asked again."""
    marketplace, pauses = ScriptedMarketplace(too_soon=2), Pauses()
    await cancel_doubles(marketplace, [found(SECOND)], pause=pauses)
    assert marketplace.cancelled == [SECOND]
    assert sum(pauses.seconds) <= 10


async def test_waiting_for_a_double_has_an_end() -> None:
    """It closes unpaid by itself in the worst case."""
    marketplace, pauses = ScriptedMarketplace(too_soon=99), Pauses()
    await cancel_doubles(marketplace, [found(SECOND)], pause=pauses)
    assert marketplace.cancelled == []
    assert 10 < sum(pauses.seconds) < 30


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("down", endpoint="cancel"),
        Refused("paid", endpoint="cancel", reason=RefusalReason.NOT_CANCELLABLE),
    ],
)
async def test_a_double_that_cannot_be_cancelled_is_left(error) -> None:
    """The order that is kept does not wait for it."""
    marketplace, pauses = ScriptedMarketplace(cancel_error=error), Pauses()
    await cancel_doubles(marketplace, [found(SECOND)], pause=pauses)
    assert marketplace.count("cancel") == 1
    assert pauses.seconds == []


async def test_only_unpaid_doubles_are_cancelled() -> None:
    """Paid or closed ones are not touched."""
    marketplace = ScriptedMarketplace()
    paid = found(FIRST, status=OrderStatus.AWAITING_SHIPMENT)
    closed = found(SECOND, status=OrderStatus.CANCELLED)
    await cancel_doubles(marketplace, [paid, closed])
    assert marketplace.calls == []
