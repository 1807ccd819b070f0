"""A draft while 1688 is slow, and totals as tables: on a phone 390 points wide, both languages."""

import os
import re
import sys
from pathlib import Path

import pytest
from phones import held
from playwright.async_api import Browser, Locator, Page, expect

sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent / "journeys"))

from buying import ADDRESS, TAPE_MEASURE, at_offer
from crashing import own_world

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = {
    "en": ("Choose a quantity", "Continue", "Save", "Total to pay", "Confirm order", "Total"),
    "zh": ("选数量", "下一步", "保存", "应付总额", "确认下单", "合计"),
}


def _last(page: Page) -> Locator:
    return page.locator('[data-testid^="message-"]').last


async def _press(page: Page, label: str) -> None:
    await _last(page).get_by_test_id("button").filter(has_text=label).first.click()


async def _say(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.keyboard.press("Enter")


async def _has_table(page: Page, total: str) -> None:
    """The table is no wider than its bubble, and its last row is the total."""
    table = _last(page).locator("table")
    await expect(table.locator("tr").last).to_have_text(re.compile(rf"^{total}¥[\d,]+\.\d\d"))
    assert await table.evaluate("each => each.scrollWidth <= each.parentElement.clientWidth + 1")


async def _pictured(page: Page, name: str, shown: Locator | None = None) -> None:
    """Keep what the phone shows, where somebody wants to look at it."""
    folder = os.environ.get("SNAPORDER_PICTURES")
    if folder:
        await page.wait_for_timeout(700)
        where = "{block: 'end'}" if shown else "{block: 'start'}"
        await (shown or _last(page)).evaluate(f"each => each.scrollIntoView({where})")
        await page.wait_for_timeout(200)
        await page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_is_confirmed_stands_in_a_table(chromium: Browser, language: str) -> None:
    """So does the order afterwards; Confirm orders exactly what the table says."""
    choose, checkout, save, total, confirm, total_of_order = WORDS[language]
    with own_world(RICH_MESSAGES="true") as own:
        async with own.clients() as clients, held(chromium, own.world.chat) as phone:
            own.bot.start()
            await own.bot.ready()
            person = await clients.arrive(language)
            await at_offer(person, TAPE_MEASURE)
            page = await phone.open(person.id)
            await clients.market_fault("keyword_search", "slow", seconds=3)
            await _say(page, "背包")
            await expect(page.get_by_test_id("draft")).to_contain_text(
                "“背包” …" if language == "en" else "“背包”…"
            )
            await _pictured(page, f"{language}-waiting", page.get_by_test_id("draft"))
            await expect(page.get_by_test_id("draft")).to_have_count(0)
            await clients.no_faults()
            await at_offer(person, TAPE_MEASURE)
            await expect(_last(page)).to_contain_text(choose)
            await _press(page, choose)
            await expect(_last(page)).not_to_contain_text(choose)
            await _say(page, "4")
            await expect(_last(page)).to_contain_text(checkout)
            await _press(page, checkout)
            await _say(page, ADDRESS)
            await expect(_last(page)).to_contain_text(save)
            await _press(page, save)
            await _has_table(page, total)
            await expect(_last(page).locator("img")).to_have_count(1)
            await _pictured(page, f"{language}-table")
            await _press(page, confirm)
            await expect(_last(page)).to_contain_text(re.compile("Order placed|下单成功"))
            await _say(page, "/orders")
            await expect(_last(page)).to_contain_text(re.compile("My orders|我的订单"))
            await _press(page, "1")
            await _has_table(page, total_of_order)
            await _pictured(page, f"{language}-order-table")
