"""A shop in the browser: the customer's phone and the operator's, in both languages.

Photo, order, proof, confirmed, 1688 paid, shipped, received, and the books are even.
"""

import os
import re
import sys
from pathlib import Path

import pytest
from phones import held
from playwright.async_api import Browser, Page, expect

sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent / "journeys"))

from buying import Market, at_preview
from chat import Person
from crashing import own_world

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SAMPLE = Path(__file__).resolve().parents[2] / "sandbox" / "chat" / "samples"
POLLED = {
    "POLL_SHORTEST_SECONDS": "0.4",
    "POLL_UNPAID_SECONDS": "0.4",
    "POLL_UNDER_WAY_SECONDS": "0.4",
    "POLL_CALLS_PER_MINUTE": "6000",
}
WORDS = {
    "en": {
        "confirm": "Confirm order",
        "pay": "Please pay the shop",
        "paid": "I have paid",
        "ask": "Send the proof",
        "checking": "is checking your payment",
        "open": "Open",
        "came": r"\d came in",
        "booked": "Booked",
        "there": "Pay 1688",
        "sure": "without a password",
        "received": "The shop received",
        "shipped": "Your goods were shipped",
        "done": "Receipt was confirmed",
        "even": "Nothing is open in USD",
    },
    "zh": {
        "confirm": "确认下单",
        "pay": "请向店主付款",
        "paid": "我已付款",
        "ask": "的凭证",
        "checking": "店主正在核对",
        "open": "打开",
        "came": "已收到",
        "booked": "已记账",
        "there": "付 1688",
        "sure": "免密",
        "received": "店主已收到",
        "shipped": "已发货",
        "done": "确认收货",
        "even": "USD 账户已结清",
    },
}


async def pressed(page: Page, label: str, shows: str) -> None:
    """Press the newest button of that name and wait for what it leads to."""
    await page.get_by_role("button", name=re.compile(label)).last.click()
    await expect(page.get_by_text(shows).last).to_be_visible()


async def pictured(page: Page, name: str) -> None:
    """Keep what the phone shows, where somebody wants to look at it."""
    folder = os.environ.get("SHOP_PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_shop_from_the_order_to_the_receipt(chromium: Browser, language: str) -> None:
    """Two phones 390 points wide; the books are even at the end."""
    say = WORDS[language]
    with own_world(LOOKUP_DELAYS="0.1,0.1", FLOOD_UPDATES="0", PAYMENT="shop", **POLLED) as own:
        async with own.clients() as clients, held(chromium, own.world.chat) as phone:
            operator = await clients.arrive(language)
            own.bot.environment["ADMIN_IDS"] = str(operator.id)
            own.bot.start()
            await own.bot.ready()
            await opened(operator)
            customer = await clients.arrive(language)
            await at_preview(customer)
            page = await phone.open(customer.id)
            await pictured(page, f"{language}-1-preview")
            await pressed(page, say["confirm"], say["pay"])
            await pictured(page, f"{language}-2-pay")
            await pressed(page, say["paid"], say["ask"])
            await customer.photo(next(SAMPLE.glob("*.jpg")).read_bytes())
            await expect(page.get_by_text(say["checking"]).last).to_be_visible()
            await pictured(page, f"{language}-3-proof")
            page = await phone.open(operator.id)
            await pressed(page, say["open"], "1 USD = 7.2 CNY")
            await pictured(page, f"{language}-4-case")
            await pressed(page, say["came"], say["booked"])
            await pictured(page, f"{language}-5-booked")
            await pressed(page, say["there"], say["sure"])
            await pictured(page, f"{language}-6-sure")
            market = Market(clients.market)
            order = await market.only_order()
            await market.order(order["orderId"], "pay")
            page = await phone.open(customer.id)
            await expect(page.get_by_text(say["received"]).last).to_be_visible()
            await market.order(order["orderId"], "ship")
            await expect(page.get_by_text(say["shipped"]).last).to_be_visible()
            await market.order(order["orderId"], "receive")
            await expect(page.get_by_text(say["done"]).last).to_be_visible()
            await pictured(page, f"{language}-7-told")
            await customer.say("/balance", say["even"])
            await expect(page.get_by_text(say["even"]).last).to_be_visible()
            await pictured(page, f"{language}-8-balance")
            await operator.say("/admin", "1688")
            page = await phone.open(operator.id)
            await pictured(page, f"{language}-9-desk")
        assert own.bot.stop() == 0


async def opened(operator: Person) -> None:
    """The operator sets rate and explanation by commands alone."""
    await operator.say("/rate 1 USD = 7.2 CNY", "1 USD = 7.2 CNY")
    await operator.say("/shop en Send it to card 4000 1234", "4000 1234")
    await operator.say("/shop zh 请转账到卡号 4000 1234", "请转账")
