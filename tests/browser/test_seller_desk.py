"""The seller's desk of the chat page, against a real simulated marketplace."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from chat_world import ANNA, XIAOYU
from desk_market import Market, open_market
from fake_sandbox import FakeSandbox, serving
from phones import Phone, held
from playwright.async_api import Browser, Locator, Page, expect
from seen_and_named import CONTRAST, NAMELESS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDE = {"viewport": {"width": 1440, "height": 900}}
NARROW = {"viewport": {"width": 390, "height": 844}}


@pytest_asyncio.fixture(loop_scope="session")
async def market(fake: FakeSandbox) -> AsyncIterator[Market]:
    async with open_market() as market:
        fake.marketplace = market.address
        yield market


@pytest_asyncio.fixture(loop_scope="session")
async def desk(chromium: Browser, fake: FakeSandbox, market: Market) -> AsyncIterator[Page]:
    """A wide page with the desk open."""
    async with serving(fake) as address, held(chromium, address, **WIDE) as phone:
        yield await opened(phone)


async def opened(phone: Phone, person: int = ANNA) -> Page:
    page = await phone.open(person)
    await page.get_by_test_id("open-desk").click()
    await expect(page.get_by_test_id("desk")).to_be_visible()
    return page


def card(page: Page, order_id: str) -> Locator:
    return page.get_by_test_id(f"order-{order_id}")


async def has_state(order: Locator, state: str) -> None:
    await expect(order.get_by_test_id("order-state")).to_have_text(state)


async def test_without_a_marketplace_there_is_no_desk(phone: Phone) -> None:
    """The page by itself has no way to it."""
    page = await phone.open(ANNA)
    await expect(page.get_by_test_id("open-desk")).to_be_hidden()


async def test_orders_stand_newest_first_with_state_and_total(desk: Page, market: Market) -> None:
    """What is ordered appears by itself; the newest one is unfolded; older ones by a tap."""
    await expect(desk.get_by_test_id("desk-orders")).to_contain_text("No orders yet")
    first, second = await market.order(), await market.order(lines=1)
    shown = desk.locator('[data-testid^="order-"][data-order]')
    await expect(shown).to_have_count(2)
    assert [await shown.nth(n).get_attribute("data-order") for n in (0, 1)] == [second, first]
    total = (await market.facts(second))["totalFen"]
    await expect(card(desk, second).get_by_test_id("order-total")).to_have_text(
        f"¥{total // 100}.{total % 100:02d}"
    )
    await has_state(card(desk, first), "To pay")
    await expect(card(desk, second).get_by_test_id("do-pay")).to_be_visible()
    await expect(card(desk, first).get_by_test_id("do-pay")).to_have_count(0)
    await card(desk, first).get_by_test_id("order-head").click()
    await expect(card(desk, first).get_by_test_id("do-pay")).to_be_visible()
    picture = card(desk, first).locator("img").first
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 80


async def test_the_seller_changes_a_price(desk: Page, market: Market) -> None:
    """Goods by a delta and freight outright; nonsense and too much change nothing and say so."""
    order_id = await market.order()
    before = await market.facts(order_id)
    order = card(desk, order_id)
    await order.get_by_test_id("form-price").click()
    for wrong, text in (("ten", "not an amount"), ("-999999", "below zero")):
        await order.get_by_test_id("field-goods").fill(wrong)
        await order.get_by_test_id("send-price").click()
        await expect(desk.get_by_test_id("toast")).to_contain_text(text)
    assert (await market.facts(order_id))["totalFen"] == before["totalFen"]
    await order.get_by_test_id("field-goods").fill("-1.5")
    await order.get_by_test_id("field-freight").fill("２")
    await order.get_by_test_id("send-price").click()
    await expect(order.get_by_test_id("field-goods")).to_have_count(0)
    after = await market.facts(order_id)
    assert after["freightFen"] == 200
    assert after["goodsFen"] == before["goodsFen"] - 150
    told = (await market.pushes(2))[-1]
    assert f'"orderId":{order_id}' in told
    assert "PRICE_MODIFY" in told


async def test_an_order_is_driven_through_its_life(desk: Page, market: Market) -> None:
    """Paid, one line shipped with a number of the seller's own, the rest, on its way, received."""
    order_id = await market.order()
    order = card(desk, order_id)
    await order.get_by_test_id("do-pay").click()
    await has_state(order, "To ship")
    suggested = await order.get_by_test_id("field-number").input_value()
    assert re.fullmatch(r"78\d{12}", suggested)
    await order.get_by_test_id("order-line").first.check()
    await expect(order.get_by_test_id("send-ship")).to_have_text("Ship 1 line")
    await order.get_by_test_id("field-carrier").select_option("SF")
    await order.get_by_test_id("field-number").fill("SF1234567890")
    await order.get_by_test_id("send-ship").click()
    await has_state(order, "Partly shipped")
    await expect(order).to_contain_text("顺丰速运 SF1234567890")
    await expect(order.get_by_test_id("order-line")).to_have_count(1)
    assert await order.get_by_test_id("field-number").input_value() not in ("", suggested)
    await order.get_by_test_id("send-ship").click()
    await has_state(order, "Shipped")
    facts = await market.facts(order_id)
    assert [parcel["carrierCode"] for parcel in facts["parcels"]] == ["SF", "ZTO"]
    assert [len(parcel["contents"]) for parcel in facts["parcels"]] == [1, 1]
    await order.get_by_test_id("do-trace").first.click()
    await expect(order).to_contain_text("handed over")
    await order.get_by_test_id("do-receive").click()
    await has_state(order, "Received")
    await order.get_by_test_id("do-complete").click()
    await has_state(order, "Completed")
    await expect(order.get_by_test_id("form-refund")).to_be_visible()
    await expect(order.get_by_test_id("do-terminate")).to_have_count(0)


async def test_a_parcel_may_go_without_a_carrier(desk: Page, market: Market) -> None:
    """No parcel service: nothing to trace."""
    order_id = await market.order(lines=1)
    await market.do(order_id, "pay")
    order = card(desk, order_id)
    await order.get_by_test_id("field-carrier").select_option("none")
    await order.get_by_test_id("send-ship").click()
    await has_state(order, "Shipped")
    await expect(order).to_contain_text("No parcel service")
    await expect(order.get_by_test_id("do-trace")).to_have_count(0)
    assert (await market.facts(order_id))["parcels"][0]["kind"] == "2"


@pytest.mark.parametrize(
    ("button", "operate_type", "text"),
    [
        ("do-close", "CLOSE_TRADE_BY_SELLER", "Closed by the seller"),
        ("do-expire", "CLOSE_TRADE_BY_BOPS", "Closed by the platform"),
    ],
)
async def test_an_unpaid_order_is_closed(
    desk: Page, market: Market, button: str, operate_type: str, text: str
) -> None:
    """By the seller or because its time is over; nothing more can be done with it."""
    order_id = await market.order()
    order = card(desk, order_id)
    await order.get_by_test_id(button).click()
    await has_state(order, "Closed")
    await expect(order).to_contain_text(text)
    assert (await market.facts(order_id))["closeOperateType"] == operate_type
    await expect(order.locator(".deed")).to_have_count(0)


async def test_a_refund_goes_its_steps(desk: Page, market: Market) -> None:
    """Asked for in part, refused, asked for whole, agreed: paid back and closed."""
    order_id = await market.order()
    await market.do(order_id, "pay")
    order = card(desk, order_id)
    await order.get_by_test_id("form-refund").click()
    await order.get_by_test_id("field-amount").fill("1")
    await order.get_by_test_id("send-refund").click()
    await expect(order.get_by_test_id("refunds")).to_contain_text("Refund ¥1.00: Asked for")
    await order.get_by_test_id("do-refund-reject").click()
    await expect(order.get_by_test_id("refunds")).to_contain_text("the buyer may ask again")
    await order.get_by_test_id("form-refund").click()
    await order.get_by_test_id("send-refund").click()
    await order.get_by_test_id("do-refund-agree").click()
    await has_state(order, "Closed")
    facts = await market.facts(order_id)
    assert facts["refundedFen"] == facts["totalFen"]


async def test_what_is_being_typed_survives_a_new_order(desk: Page, market: Market) -> None:
    """A card keeps its fields and the focus while others come before it."""
    order_id = await market.order()
    order = card(desk, order_id)
    await order.get_by_test_id("form-price").click()
    await order.get_by_test_id("field-goods").fill("-3")
    newer = await market.order()
    await expect(card(desk, newer)).to_be_visible()
    await expect(order.get_by_test_id("field-goods")).to_have_value("-3")
    await expect(order.get_by_test_id("field-goods")).to_be_focused()


async def test_pushes_are_held_and_sent_several_times(desk: Page, market: Market) -> None:
    """The switches show what holds; held pushes wait for the button; the list says what came."""
    await desk.get_by_test_id("desk-tab-pushes").click()
    await expect(desk.get_by_test_id("push_delivery-on")).to_have_attribute("aria-pressed", "true")
    for switch in ("push_delivery-held", "push_times-3", "push_order-random"):
        await desk.get_by_test_id(switch).click()
        await expect(desk.get_by_test_id(switch)).to_have_attribute("aria-pressed", "true")
    switches = await market.switches()
    assert (switches["push_delivery"], switches["push_times"]) == ("held", 3)
    order_id = await market.order()
    await market.do(order_id, "pay")
    await expect(desk.get_by_test_id("flush")).to_have_text("Send 2 held")
    assert market.pushed == []
    await desk.get_by_test_id("flush").click()
    await expect(desk.get_by_test_id("desk-pushes")).to_contain_text("taken 3×")
    assert len(await market.pushes(6)) == 6
    await expect(desk.get_by_test_id("flush")).to_have_count(0)
    newest = desk.locator('[data-testid^="push-"][data-part]').first
    await expect(newest).to_contain_text("Paid")
    await expect(newest).to_contain_text(f"…{order_id[-6:]}")
    await newest.get_by_test_id("push-again").click()
    await expect(desk.locator('[data-testid^="push-"][data-part]')).to_have_count(3)
    assert (await market.pushes(7))[-1] in market.pushed[:6]


async def test_beside_the_desk_the_chat_goes_on(desk: Page, fake: FakeSandbox) -> None:
    """On a wide screen a person writes to the bot while the desk is open; Escape closes it."""
    await fake.say("Hello")
    await desk.get_by_test_id("composer").fill("hi")
    await desk.keyboard.press("Enter")
    assert (await fake.received(fake.sent))[-1]["text"] == "hi"
    await desk.get_by_test_id("close-desk").focus()
    await desk.keyboard.press("Escape")
    await expect(desk.get_by_test_id("desk")).to_be_hidden()
    await expect(desk.get_by_test_id("open-desk")).to_be_focused()


async def test_on_a_phone_the_desk_lies_over_the_chat(
    chromium: Browser, fake: FakeSandbox, market: Market
) -> None:
    """Everything fits 390 pixels, in the person's language; closing gives the chat back."""
    order_id = await market.order(lines=2)
    await market.do(order_id, "pay")
    lines = (await market.facts(order_id))["lines"]
    await market.do(order_id, "ship", lines=[lines[0]["lineId"]])
    async with serving(fake) as address, held(chromium, address, **NARROW) as phone:
        page = await opened(phone, XIAOYU)
        await expect(page.get_by_test_id("desk")).to_contain_text("卖家工作台")
        await has_state(card(page, order_id), "部分发货")
        for tab in ("desk-tab-orders", "desk-tab-pushes"):
            await page.get_by_test_id(tab).click()
            await expect(page.get_by_test_id(tab)).to_have_attribute("aria-selected", "true")
            # A tab that was just opened may still be moving.
            await page.wait_for_function(
                "() => [...document.querySelectorAll('.desk *')]"
                ".every(each => each.getBoundingClientRect().right <= innerWidth + 0.5)"
            )
        await expect(page.locator("#conversation")).to_have_js_property("inert", value=True)
        await page.get_by_test_id("close-desk").click()
        await expect(page.locator("#conversation")).to_have_js_property("inert", value=False)


async def test_a_marketplace_that_is_gone_is_told(desk: Page, market: Market) -> None:
    """The list stays and a line says that nothing is heard; it goes with the next answer."""
    order_id = await market.order()
    await expect(card(desk, order_id)).to_be_visible()
    await desk.route("**/sandbox/marketplace/orders*", lambda route: route.abort())
    await expect(desk.get_by_test_id("desk-orders")).to_contain_text("does not answer")
    await expect(card(desk, order_id)).to_be_visible()
    await desk.unroute("**/sandbox/marketplace/orders*")
    await expect(desk.get_by_test_id("desk-orders")).not_to_contain_text("does not answer")


async def every_state(market: Market) -> None:
    """Orders in each state, and pushes with each fate."""
    ways = (
        ("close",),
        ("pay", "ship", "receive", "complete"),
        ("pay", "ship", "receive"),
        ("pay", "terminate"),
        ("pay", "ship"),
        ("pay",),
        (),
    )
    for way in ways:
        order_id = await market.order(lines=1)
        for action in way:
            await market.do(order_id, action)
    paying = await market.order(lines=1)
    await market.do(paying, "pay", payingSeconds=3600)
    for delivery in ("off", "held"):
        await market.http.patch("/sandbox/switches", json={"push_delivery": delivery})
        await market.order(lines=1)
    nowhere = {"push_url": "http://127.0.0.1:9/", "push_delivery": "on", "push_retries": 0}
    await market.http.patch("/sandbox/switches", json=nowhere)
    await market.order(lines=1)
    await market.http.patch("/sandbox/switches", json={"push_retries": 20})
    await market.order(lines=2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_desk_can_be_read_and_named_in_every_state(
    chromium: Browser, fake: FakeSandbox, market: Market, scheme: str
) -> None:
    """Every text has a contrast of 4.5, every control a name, on both tabs and both grounds."""
    await every_state(market)
    options = {"color_scheme": scheme, "viewport": {"width": 1440, "height": 2400}}
    async with serving(fake) as address, held(chromium, address, **options) as phone:
        page = await opened(phone)
        heads = page.get_by_test_id("order-head")
        await expect(heads).to_have_count(12)
        for n in range(1, 12):
            await heads.nth(n).click()
        await page.get_by_test_id("form-price").first.click()
        for tab in ("desk-tab-orders", "desk-tab-pushes"):
            await page.get_by_test_id(tab).click()
            await expect(page.locator(".desk .chip").locator("visible=true").first).to_be_visible()
            await page.wait_for_function(f"() => ({CONTRAST})().seen > 60")
            found = await page.evaluate(CONTRAST)
            assert found["poor"] == []
            assert [e for e in await page.evaluate(NAMELESS) if "samples-send" not in e] == []
