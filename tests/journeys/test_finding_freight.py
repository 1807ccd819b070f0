"""Domestic freight before the quote, once it is known where to."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import (
    BASKETBALL,
    GIFT_BAG,
    TAPE_MEASURE,
    Market,
    at_lines,
    at_offer,
    at_quantity,
    has_address,
)
from chat import Person

Arrive = Callable[..., Awaitable[Person]]

PILLOW = 765559648345  # sent free of charge
# The bot remembers estimates by district, and all tests share one bot.
ELSEWHERE = ("拱墅区1号路5号", "西湖区2号路6号", "余杭区3号路7号")


async def test_without_an_address_nothing_is_said_or_asked(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Freight depends on where to."""
    buyer = await person()
    shown = await at_quantity(buyer, TAPE_MEASURE)
    assert "reight" not in shown.text
    assert await Market(marketplace).count("freight_estimate") == 0


@pytest.mark.parametrize(
    ("code", "line", "all_lines"),
    [
        (
            "en",
            "Freight for 2 pieces to Hangzhou: about ¥3.50",
            "Freight to Hangzhou: about ¥20.00",
        ),
        ("zh-hans", "2 个寄到杭州市，运费约 ¥3.50", "寄到杭州市，运费约 ¥20.00"),
    ],
)
async def test_the_default_address_is_enough(
    code: str, line: str, all_lines: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """For the smallest order first, then for what stands on the order."""
    buyer = await has_address(await person(code))
    shown = await at_quantity(buyer, TAPE_MEASURE)
    assert line in shown.text
    shown = await buyer.say("60", "Your order|待下单")
    assert all_lines in shown.text


async def test_several_offers_are_added_up(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """Each by its own template; the quote tells the binding sum."""
    buyer = await has_address(await person())
    await at_lines(buyer, TAPE_MEASURE, 60)
    await at_quantity(buyer, BASKETBALL, ".")
    shown = await buyer.say("1", "Your order")
    assert "Freight to Hangzhou: about ¥25.00" in shown.text


async def test_free_postage_is_said_so(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """An estimate of nothing is an answer as well."""
    buyer = await has_address(await person())
    await at_offer(buyer, PILLOW)
    shown = await buyer.do("Choose a quantity", "How many")
    assert "Freight to Hangzhou: most likely free" in shown.text


@pytest.mark.parametrize(
    ("kind", "place"), [*zip(("http_500", "cut_before", "refuse"), ELSEWHERE, strict=True)]
)
async def test_a_failure_is_silent(
    kind: str, place: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The screen says everything else, and the order goes on."""
    buyer, market = await has_address(await person(), place), Market(marketplace)
    more = {"code": 500, "message": "系统繁忙"} if kind == "refuse" else {}
    await market.fault(kind, "freight_estimate", times=None, **more)
    shown = await at_quantity(buyer, GIFT_BAG)
    assert await market.count("freight_estimate") > 0
    assert "reight" not in shown.text
    assert "⚠️" not in shown.text
    await buyer.say("24", "Your order")
