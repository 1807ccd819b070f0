"""The whole journey as a person makes it: in a browser, from a photo to the paid page."""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from phones import held
from playwright.async_api import Browser, Locator, Page, expect

from tests.loopback import http_client
from tests.tiers import QUICK

sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent / "journeys"))

from chat import Person
from processes import BotProcess, SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

_SAMPLES = Path(__file__).resolve().parents[2] / "sandbox" / "chat" / "samples" / "samples.json"
_PICTURES = Path(os.environ.get("SNAPORDER_PICTURES", "test-artifacts"))
"""Where screenshots go; `SNAPORDER_PICTURES=docs/images` renews those of the README."""

_ADDRESS = "张三 13812345678 浙江省杭州市滨江区长河街道网商路699号"
_WORDS = {
    "en": {
        "person": 700000002,
        "similar": "These look similar",
        "variants": "Choose a variant",
        "how_many": "How many",
        "checkout": "Continue: address",
        "where": "no address yet",
        "right": "Is this right",
        "save": "Save",
        "check": "Please check",
        "confirm": "Confirm order",
        "placed": "Order placed",
        "pay": "Pay ¥",
        "paid": "I have paid",
        "thanks": "Paid. The seller",
    },
    "zh": {
        "person": 700000001,
        "similar": "外观相似的商品",
        "variants": "选规格",
        "how_many": "点按钮或直接输入数字",
        "checkout": "下一步：收货地址",
        "where": "还没有收货地址",
        "right": "请核对地址",
        "save": "保存",
        "check": "请核对订单",
        "confirm": "确认下单",
        "placed": "下单成功",
        "pay": "去付款 ¥",
        "paid": "我已付款",
        "thanks": "卖家正在备货",
    },
}


@pytest.fixture(scope="module")
def world() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="module")
def bot(world: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    bot = BotProcess(world, tmp_path_factory.mktemp("bot"))
    bot.start()
    yield bot
    assert bot.stop() == 0


def _last(page: Page) -> Locator:
    return page.locator('[data-testid^="message-"]').last


async def _press(page: Page, label: str) -> None:
    button = _last(page).get_by_test_id("button").filter(has_text=re.compile(label)).first
    await button.click()


async def _picture(page: Page, language: str, name: str) -> None:
    await page.wait_for_timeout(700)  # pictures arrive and the timeline scrolls to its end
    if await _last(page).count():
        await _last(page).evaluate("each => each.scrollIntoView({block: 'start'})")
        await page.wait_for_timeout(200)
    await page.screenshot(path=_PICTURES / f"{language}-{name}.png")


def _sample(name: str) -> str:
    files = [each["file"] for each in json.loads(_SAMPLES.read_text("utf-8"))]
    return f"sample-{files.index(name)}"


@pytest.mark.parametrize("language", [pytest.param("en", marks=QUICK), "zh"])
async def test_a_photo_shows_its_offer(
    language: str, chromium: Browser, world: SandboxProcess, bot: BotProcess
) -> None:
    """A person who wrote before sends a sample photo in the chat page and opens what is alike."""
    await bot.ready()
    words = _WORDS[language]
    async with http_client(base_url=world.chat) as telegram:
        person = await Person.arrive(telegram, language)
    async with held(chromium, world.chat) as phone:
        page = await phone.open(person.id)
        await page.get_by_role("button", name=re.compile("^(Start|开始)$")).click()
        await expect(_last(page)).to_contain_text("Snaporder")
        await _send_sneakers(page)
        await expect(_last(page)).to_contain_text(str(words["similar"]))
        await _press(page, "^1$")
        await expect(_last(page)).to_contain_text(re.compile("sneaker|鞋", re.IGNORECASE))
        await expect(_last(page)).to_contain_text(str(words["variants"]))


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_photo_becomes_a_paid_order(
    language: str, chromium: Browser, world: SandboxProcess, bot: BotProcess
) -> None:
    """A person sends a sample photo in the chat page and ends on the paid page."""
    await bot.ready()
    words = _WORDS[language]
    async with held(chromium, world.chat) as phone:
        page = await phone.open(int(words["person"]))
        await page.get_by_role("button", name=re.compile("^(Start|开始)$")).click()
        await expect(_last(page)).to_contain_text("Snaporder")
        await _picture(page, language, "start")

        await _send_sneakers(page)
        await expect(_last(page)).to_contain_text(str(words["similar"]))
        await expect(_last(page).locator("img")).to_be_visible()
        await _picture(page, language, "results")

        await _press(page, "^1$")
        await expect(_last(page)).to_contain_text(re.compile("sneaker|鞋", re.IGNORECASE))
        await _picture(page, language, "offer")
        await _press(page, str(words["variants"]))
        await _choose_white_36(page, language)
        await page.get_by_test_id("composer").fill("１２")
        await page.keyboard.press("Enter")
        await expect(_last(page)).to_contain_text("12")
        await _press(page, str(words["checkout"]))
        await expect(_last(page)).to_contain_text(str(words["where"]))

        await page.get_by_test_id("composer").fill(_ADDRESS)
        await page.keyboard.press("Enter")
        await expect(_last(page)).to_contain_text(str(words["right"]))
        await expect(_last(page)).to_contain_text("330108")
        await _press(page, str(words["save"]))
        await expect(_last(page)).to_contain_text(str(words["check"]))
        await _picture(page, language, "preview")

        await _press(page, str(words["confirm"]))
        await expect(_last(page)).to_contain_text(str(words["placed"]))
        await _picture(page, language, "payment")

        async with page.context.expect_page() as opened:
            await _press(page, str(words["pay"]))
        cashier = await opened.value
        await cashier.get_by_test_id("pay-button").click()
        await expect(cashier.get_by_test_id("paid")).to_be_visible()
        await _picture(cashier, language, "paid")
        await _press(page, str(words["paid"]))
        await expect(_last(page)).to_contain_text(str(words["thanks"]))


async def _send_sneakers(page: Page) -> None:
    await page.get_by_test_id("attach").click()
    await page.get_by_text(re.compile("Sample photos|示例照片")).first.click()
    await page.get_by_test_id(_sample("white-sneakers.jpg")).click()


async def _choose_white_36(page: Page, language: str) -> None:
    """Take the colour, then the size."""
    await expect(_last(page)).to_contain_text(re.compile("Choose: ?Color|请选择：颜色"))
    await _press(page, "White|白色")
    await expect(_last(page)).to_contain_text(re.compile("Choose: ?Size|请选择：尺码"))
    await _picture(page, language, "variant")
    await _press(page, "36")
    await expect(_last(page)).to_contain_text(str(_WORDS[language]["how_many"]))
    await _picture(page, language, "quantity")
