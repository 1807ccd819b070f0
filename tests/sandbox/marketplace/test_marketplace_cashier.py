"""The cashier page, as the person with the payment link meets it."""

import re

import httpx
from marketplace_client import LINKS, Caller
from marketplace_goods import MUG, MUG_BLACK, MUG_WHITE, PENCIL, PENCIL_2B


async def order(market: Caller, third: str, *lines: tuple[int, str | None, int]) -> str:
    return (await market.create(*lines or ((MUG, MUG_WHITE, 3),), third=third))["data"]["orderId"]


async def cashier(market: Caller, *order_ids: str) -> str:
    answer = await market.get(LINKS, orderIdList=f"[{','.join(order_ids)}]")
    return answer["data"]["payUrl"]


def shown(page: str, test_id: str) -> list[str]:
    return re.findall(rf'data-testid="{test_id}"[^>]*>([^<]*)', page)


async def press_pay(market: Caller, address: str, page: str) -> httpx.Response:
    total = re.search(r'name="total" value="(\d+)"', page)
    assert total is not None
    return await market.http.post(address, data={"total": total[1]}, follow_redirects=True)


async def test_the_page_shows_what_is_paid_and_takes_it(market: Caller) -> None:
    """Lines, goods, discount, freight and total in yuan; Pay turns the page into Paid."""
    order_id = await order(market, "A", (PENCIL, PENCIL_2B, 60))
    address = await cashier(market, order_id)
    page = (await market.http.get(address)).text
    assert order_id in page
    assert "绘图画画考试2B铅笔" in page
    assert shown(page, "goods") == ["¥108.00"]
    assert shown(page, "discount") == ["−¥0.48"]
    assert shown(page, "freight") == ["¥14.00"]
    assert shown(page, "total") == shown(page, "to-pay") == ["¥121.52"]
    assert 'data-testid="paid"' not in page
    assert 'data-testid="pay-button"' in page
    picture = re.search(r'<img src="([^"]+)"', page)
    assert picture is not None
    assert (await market.http.get(picture[1])).headers["content-type"] == "image/jpeg"
    paid = await press_pay(market, address, page)
    assert paid.status_code == 200
    assert "支付成功" in paid.text
    assert 'data-testid="paid"' in paid.text
    assert 'data-testid="pay-button"' not in paid.text
    assert (await market.detail(order_id))["baseInfo"]["status"] == "waitsellersend"


async def test_several_orders_are_paid_together(market: Caller) -> None:
    """Two orders on one link: one button, one sum, both paid."""
    both = [await order(market, "A"), await order(market, "B", (MUG, MUG_BLACK, 4))]
    address = await cashier(market, *both)
    page = (await market.http.get(address)).text
    assert len(shown(page, "total")) == 2
    assert shown(page, "to-pay") == ["¥70.70"]
    await press_pay(market, address, page)
    assert {o["status"] for o in await market.orders()} == {"waitsellersend"}


async def test_paying_twice_changes_nothing(market: Caller) -> None:
    """A second press of an old page shows Paid again, with the first time of payment."""
    address = await cashier(market, await order(market, "A"))
    page = (await market.http.get(address)).text
    await press_pay(market, address, page)
    first = (await market.orders())[0]["paidMs"]
    await market.advance(5)
    again = await press_pay(market, address, page)
    assert 'data-testid="paid"' in again.text
    assert (await market.orders())[0]["paidMs"] == first


async def test_a_changed_total_is_shown_before_it_is_paid(market: Caller) -> None:
    """The seller moved the price after the page was drawn: nothing is paid yet."""
    order_id = await order(market, "A")
    address = await cashier(market, order_id)
    page = (await market.http.get(address)).text
    await market.http.post(f"/sandbox/orders/{order_id}/price", json={"goodsDelta": 500})
    answer = await press_pay(market, address, page)
    assert 'data-testid="changed"' in answer.text
    assert (await market.orders())[0]["status"] == "waitbuyerpay"
    await press_pay(market, address, answer.text)
    assert (await market.orders())[0]["status"] == "waitsellersend"


async def test_a_closed_order_offers_no_button(market: Caller) -> None:
    """Closed by the clock: the page says so, and a press of the old page pays nothing."""
    address = await cashier(market, await order(market, "A"))
    page = (await market.http.get(address)).text
    await market.advance(43_200)
    closed = (await market.http.get(address)).text
    assert 'data-testid="closed"' in closed
    assert 'data-testid="pay-button"' not in closed
    await press_pay(market, address, page)
    assert (await market.orders())[0]["status"] == "cancel"


async def test_texts_of_others_are_escaped(market: Caller) -> None:
    """An order number that is markup is not shown as markup; unknown orders are not found."""
    answer = await market.http.get("/order/cashier.htm", params={"orderId": "<script>"})
    assert answer.status_code == 404
    assert "<script>" not in answer.text
    assert 'data-testid="missing"' in answer.text
    assert (await market.http.get("/order/cashier.htm")).status_code == 404
