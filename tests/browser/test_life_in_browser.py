"""An order's whole life as two people live it: the seller at the desk, the buyer in the chat.

The real bot, the simulated marketplace and the page, each a process of its own.
"""

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from phones import held
from playwright.async_api import Browser, Locator, Page, expect

sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent / "journeys"))

from crashing import Clients, Own, own_world
from my_orders import two_lines

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDE = {"viewport": {"width": 1440, "height": 900}}
PAID, PART, SHIPPED = "✅ Paid: ", "part of your goods was shipped", "Your goods were shipped"
RECEIVED, COMPLETED = "Receipt was confirmed", "order is completed"
LIFE = (PAID, PART, SHIPPED, RECEIVED, COMPLETED)
SELDOM, OFTEN = "3600", "0.4"
SCHEDULE = ("POLL_SHORTEST_SECONDS", "POLL_UNPAID_SECONDS", "POLL_UNDER_WAY_SECONDS")
THRICE = {"push_times": 3, "push_order": "random", "push_delay_seconds": 0.1}
QUIET_FOR = 2_000  # ms in which another copy of a notice would come


@pytest.mark.parametrize(
    ("every", "pushes"),
    [
        pytest.param(SELDOM, {}, id="each-push-once"),
        pytest.param(SELDOM, THRICE, id="each-push-three-times-in-random-order"),
        pytest.param(OFTEN, None, id="no-push-at-all"),
    ],
)
async def test_each_step_at_the_desk_is_told_once_in_the_chat(
    chromium: Browser, every: str, pushes: dict[str, Any] | None
) -> None:
    """Paid, partly shipped, shipped, received, completed."""
    schedule = {**dict.fromkeys(SCHEDULE, every), "POLL_CALLS_PER_MINUTE": "6000"}
    with own_world(**schedule) as own:
        own.bot.start()
        await own.bot.ready()
        async with own.clients() as clients, held(chromium, own.world.chat, **WIDE) as phone:
            if pushes is not None:
                await _pushed_to(own, clients, **pushes)
            buyer = await clients.arrive("en")
            await two_lines(buyer)
            (order,) = await clients.orders.orders()
            page = await phone.open(buyer.id)
            await page.get_by_test_id("open-desk").click()
            await _lived(page, page.get_by_test_id(f"order-{order['orderId']}"))
            await page.wait_for_timeout(QUIET_FOR)
            for notice in LIFE:
                await expect(_messages(page, notice)).to_have_count(1)
        assert own.bot.stop() == 0


async def _pushed_to(own: Own, clients: Clients, **switches: Any) -> None:
    url = f"http://127.0.0.1:{own.bot.port}/marketplace/push"
    await clients.orders.switch(push_url=url, **switches)


async def _lived(page: Page, order: Locator) -> None:
    """Do at the desk what a seller does; the chat beside it tells each step before the next."""
    await order.get_by_test_id("do-pay").click()
    await expect(_messages(page, PAID)).to_be_visible()
    await order.get_by_test_id("order-line").first.check()
    await order.get_by_test_id("send-ship").click()
    await expect(_messages(page, PART)).to_be_visible()
    await order.get_by_test_id("send-ship").click()
    await expect(_messages(page, SHIPPED)).to_be_visible()
    await order.get_by_test_id("do-receive").click()
    await expect(_messages(page, RECEIVED)).to_be_visible()
    await order.get_by_test_id("do-complete").click()
    await expect(_messages(page, COMPLETED)).to_be_visible()


def _messages(page: Page, words: str) -> Locator:
    return page.locator('[data-testid^="message-"]').filter(has_text=re.compile(re.escape(words)))
