"""Results side by side."""

import re

import pytest
from buying import Market


@pytest.mark.parametrize(
    ("language", "button", "title", "freight"),
    [
        ("en", "Compare", "Side by side", "once you have saved an address"),
        ("zh-hans", "比一比", "比一比", "保存收货地址后"),
    ],
)
async def test_results_are_compared_at_a_quantity(
    person, marketplace, language, button, title, freight
):
    """One table, ten calls at most; another quantity asks for freight alone; a number opens one."""
    buyer, market = await person(language), Market(marketplace)
    await buyer.say("杯子", "“杯子”")
    before = await market.count("product_detail")
    table = await buyer.do(button, title)
    assert freight in table.text
    assert not re.search("not given by|没有提供", table.text)  # all else is known of these
    assert re.search(r"\n1 +¥[\d.]+", table.text), "rows and columns"
    assert re.search("today|当天", table.text)
    assert "0 h" not in re.sub(r"\d0 h", "", table.text)
    assert await market.count("product_detail") - before <= 5
    read = await market.count("product_detail")
    more = await buyer.do("× 100", f"{title}|100")
    assert more.id == table.id
    assert more.text != table.text
    assert await market.count("product_detail") == read
    await buyer.do("^2$", "Minimum order|起订量")


async def test_a_marketplace_that_is_down_is_told(person, marketplace):
    """Nothing to compare with; the results stay."""
    buyer, market = await person(), Market(marketplace)
    await buyer.say("围巾", "“围巾”")
    await market.fault("http_500", "product_detail", times=None)
    shown = await buyer.say("女", "“女”")
    await buyer.do("Compare", "has a problem")
    await market.mend()
    assert shown.rows
