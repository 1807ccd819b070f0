"""An address pasted where words are expected is never sent to the marketplace as a search."""

import httpx
import pytest

_ADDRESS = "欧阳娜娜 138 1234 5678 广东省东莞市虎门镇 长安路8号"


@pytest.mark.parametrize(
    "before", ["/start", "杯子", "https://detail.1688.com/offer/748177702248.html"]
)
async def test_an_address_pasted_anywhere_is_offered_for_saving(
    before: str, person, marketplace: httpx.AsyncClient
) -> None:
    """At the start, among results and on an offer, the address form opens; nothing is searched."""
    anna = await person()
    await anna.say(before, ".")
    await marketplace.delete("/sandbox/calls")
    await anna.say(_ADDRESS, "looks like an address.*欧阳娜娜.*东莞市")
    calls = (await marketplace.get("/sandbox/calls")).json()
    assert not calls["counts"].get("keyword_search")
    await anna.do("Save", "address is saved")
    await anna.say("/address", "Your addresses")
    assert any("欧阳娜娜" in label for label in (await anna.screen()).labels)


async def test_an_address_pasted_on_the_order_is_where_it_goes(person) -> None:
    """On the order's lines a pasted address leads straight to the binding total."""
    anna = await person("zh-hans")
    await anna.say("https://detail.1688.com/offer/748177702248.html", "马克杯")
    await anna.do("选规格", "请选择")
    await anna.tap("红")
    await anna.sees("容量")
    await anna.tap("350")
    await anna.sees("要多少")
    await anna.say("2", "待下单")
    await anna.say(_ADDRESS, "这看起来是收货地址")
    await anna.do("保存", "请核对订单.*欧阳娜娜")
    await anna.say("李四 13912345678 上海市浦东新区张江路8号", "这看起来是收货地址.*李四")
    await anna.do("保存", "请核对订单.*李四.*浦东新区")
    await anna.say("748177702248", "马克杯.*起订量")
