"""An offer travels: published in a channel, ordered from it and paid; and posted inline.

On phones 390 points wide, in both languages.
"""

import os
import re
import sys
from pathlib import Path

import pytest
from phones import held
from playwright.async_api import Browser, Locator, Page, expect

sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent / "journeys"))

from buying import ADDRESS, TAPE_MEASURE, at_offer
from crashing import Clients, own_world

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = {
    "en": {
        "publish": "Publish to …",
        "screen": "Publish this product",
        "words": "Fresh from the market today, ask me anything.",
        "to": "Publish to “Finds”",
        "posted": "Posted in “Finds”",
        "written": "Without my words",
        "order": "Order this",
        "choose": "Choose a quantity",
        "how_many": "How many",
        "checkout": "Continue",
        "where": "address yet",
        "save": "Save",
        "confirm": "Confirm order",
        "placed": "Order placed",
        "pay": "Pay ¥",
        "query": "mug",
    },
    "zh": {
        "publish": "发布到…",
        "screen": "发布这个商品",
        "words": "今天刚到的好货，有问题随时问我。",
        "to": "发布到“Finds”",
        "posted": "已发布到“Finds”",
        "written": "不要我写的文字",
        "order": "我要买",
        "choose": "选数量",
        "how_many": "点按钮或直接输入数字",
        "checkout": "下一步",
        "where": "还没有收货地址",
        "save": "保存",
        "confirm": "确认下单",
        "placed": "下单成功",
        "pay": "去付款 ¥",
        "query": "杯子",
    },
}


def _last(page: Page) -> Locator:
    return page.locator('[data-testid^="message-"]').last


async def _press(page: Page, label: str, shows: str) -> None:
    await page.get_by_test_id("button").filter(has_text=label).last.click()
    await expect(page.get_by_text(shows).last).to_be_visible()


async def _say(page: Page, text: str, shows: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(shows).last).to_be_visible()


async def _pictured(page: Page, name: str) -> None:
    """Keep what the phone shows, where somebody wants to look at it."""
    folder = os.environ.get("TRAVEL_PICTURES")
    if folder:
        await page.wait_for_timeout(700)
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def _channel(clients: Clients, owner: int, reader: int) -> int:
    body = {"type": "channel", "title": "Finds", "members": [owner, reader]}
    return int((await clients.telegram.post("/sandbox/chats", json=body)).json()["id"])


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_stranger_in_a_channel_orders_and_pays(chromium: Browser, language: str) -> None:
    """The operator publishes with a few words; whoever reads it ends on the paid page."""
    say = WORDS[language]
    with own_world(FLOOD_UPDATES="0") as own:
        async with own.clients() as clients, held(chromium, own.world.chat) as phone:
            operator, stranger = await clients.arrive(language), await clients.arrive(language)
            own.bot.environment["ADMIN_IDS"] = str(operator.id)
            own.bot.start()
            await own.bot.ready()
            channel = await _channel(clients, operator.id, stranger.id)
            await at_offer(operator, TAPE_MEASURE)
            page = await phone.open(operator.id)
            await _press(page, say["publish"], say["screen"])
            await _say(page, say["words"], say["written"])
            await _pictured(page, f"{language}-publish")
            await _press(page, say["to"], say["posted"])

            page = await phone.open(stranger.id, channel)
            await expect(_last(page)).to_contain_text(say["words"])
            await _pictured(page, f"{language}-channel")
            await page.get_by_test_id("button").filter(has_text=say["order"]).last.click()
            await expect(page.get_by_text(say["choose"]).last).to_be_visible()
            await _press(page, say["choose"], say["how_many"])
            await _say(page, "4", say["checkout"])
            await _press(page, say["checkout"], say["where"])
            await _say(page, ADDRESS, say["save"])
            await _press(page, say["save"], say["confirm"])
            await _press(page, say["confirm"], say["placed"])
            async with page.context.expect_page() as opened:
                await page.get_by_test_id("button").filter(has_text=say["pay"]).last.click()
            cashier = await opened.value
            await cashier.get_by_test_id("pay-button").click()
            await expect(cashier.get_by_test_id("paid")).to_be_visible()
            await cashier.close()
        assert own.bot.stop() == 0


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_is_typed_behind_the_bots_name_is_posted(
    chromium: Browser, language: str
) -> None:
    """Results above the field as one types; a tap posts the card in the person's name."""
    say = WORDS[language]
    with own_world(FLOOD_UPDATES="0") as own:
        own.bot.start()
        await own.bot.ready()
        async with own.clients() as clients, held(chromium, own.world.chat) as phone:
            person = await clients.arrive(language)
            world = (await clients.telegram.get("/sandbox/world")).json()
            body = {"type": "supergroup", "title": "Friends", "members": [person.id]}
            group = (await clients.telegram.post("/sandbox/chats", json=body)).json()["id"]
            page = await phone.open(person.id, int(group))
            await page.get_by_test_id("composer").press_sequentially(
                f"@{world['bot']['username']} {say['query']}"
            )
            first = page.get_by_test_id("inline-result").first
            await expect(first).to_be_visible()
            await _pictured(page, f"{language}-inline")
            await first.click()
            await expect(_last(page)).to_contain_text(re.compile("¥"))
            await expect(_last(page).get_by_test_id("button")).to_contain_text(say["order"])
        assert own.bot.stop() == 0
