"""A group buy of two orders on an organiser's phone: one is made once more, then gone without."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from phones import held, pictured
from playwright.async_api import Browser, Page

sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent / "journeys"))

from buying import Market, at_offer, at_preview
from chat import Person
from crashing import Clients, own_world, until
from group_buying import PHONE_CASES, says_paid, takes_a_page

IN_ALL, PEOPLE = 51, 5

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_one_of_two_orders_is_made_once_more_and_then_gone_without(
    chromium: Browser,
) -> None:
    """It closes unpaid twice: the organiser has it made again, then goes on without what is in it.

    Whoever took only of that order is told so, with their money back; the others get their goods.
    """
    settings = {"POLL_SHORTEST_SECONDS": "0.5", "POLL_UNPAID_SECONDS": "1"}
    with own_world(
        LOOKUP_DELAYS="0.1,0.1", FLOOD_UPDATES="0", GROUP_BUYS="operators", **settings
    ) as own:
        async with own.clients() as clients, held(chromium, own.world.chat) as phone:
            market = Market(clients.market)
            organiser = await clients.arrive("zh")
            own.bot.environment["ADMIN_IDS"] = str(organiser.id)
            own.bot.start()
            await own.bot.ready()
            members = await all_say_they_paid(clients, organiser)
            page = await phone.open(organiser.id)

            await pressed_on_page(page, organiser, f"{PEOPLE} 人说已付款")
            await pressed(page, "全部到账")
            await pressed_on_page(page, organiser, "核对订单")
            await pressed(page, "就按这个下单")
            made = await orders(market, 2)
            first, last = sorted(made, key=lambda each: -len(each["lines"]))
            assert (len(first["lines"]), len(last["lines"])) == (IN_ALL - 1, 1)
            await organiser.sees("已下单，现在")
            await market.order(last["orderId"], "close")
            await organiser.sees("有一单没下成或未付款就关闭了")
            await pressed_on_page(page, organiser, "补下这一单", "zh-12-lacking")
            await page.get_by_text("多出的钱由你承担").last.wait_for()
            await pressed(page, "就按这个下单")
            again = (await orders(market, 3))[-1]
            assert skus(again) == skus(last)
            await market.order(again["orderId"], "close")
            await organiser.sees("有一单没下成或未付款就关闭了")
            await pressed_on_page(page, organiser, "不要这单")
            await page.get_by_text("确认后不能撤销").last.wait_for()
            await pictured(page, "zh-13-without")
            await pressed(page, "确定不要这单")
            await page.get_by_text("已去掉这一单").last.wait_for()
            await market.order(first["orderId"], "pay")
            await members[-1].sees("could not be ordered at 1688")
            await members[0].sees("goods are bought")
            assert len(await market.orders()) == len([first, last, again])
        assert own.bot.stop() == 0


async def all_say_they_paid(clients: Clients, organiser: Person) -> list[Person]:
    """Have 51 variants joined for, by five people who all say that they paid."""
    await Market(clients.market).change(PHONE_CASES, stock=50)
    await at_preview(organiser)
    await at_offer(organiser, PHONE_CASES)
    await organiser.do("👥", "新拼团")
    shown = await organiser.do("🚀", "可以参加")
    payload = shown.button("🔗")["copy_text"]["text"].partition("start=")[2]
    members = [await clients.arrive() for _ in range(PEOPLE)]
    takers = (takes_a_page(each, payload, at, IN_ALL) for at, each in enumerate(members))
    await asyncio.gather(*takers)
    await organiser.say("/buys", "你的拼团")
    await organiser.do("🟢", f"{IN_ALL} 种规格.*拆成 2 单")
    await organiser.do("🔒 现在截止", "不能再加入或退出")
    await organiser.do("🔒 确定截止", "🔒|收款中")
    await asyncio.gather(*(says_paid(each) for each in members))
    return members


async def pressed(page: Page, label: str) -> None:
    """Press the newest button of that name on a phone, once it is there."""
    await page.get_by_test_id("button").filter(has_text=label).last.click()


async def pressed_on_page(page: Page, organiser: Person, label: str, picture: str = "") -> None:
    """Open the buy until its page has that button, and press it on the phone."""

    async def is_there() -> bool:
        listed = await organiser.say("/buys", "你的拼团")
        await organiser.tap("·", listed)
        shown = await organiser.sees("👥 拼团")
        return shown.has_button(label)

    await until(is_there)
    await page.get_by_test_id("button").filter(has_text=label).last.wait_for()
    if picture:
        await pictured(page, picture)
    await pressed(page, label)


async def orders(market: Market, count: int) -> list[dict[str, Any]]:
    """Return the marketplace's orders once there are so many."""

    async def are_there() -> bool:
        return len(await market.orders()) == count

    await until(are_there)
    return await market.orders()


def skus(order: dict[str, Any]) -> list[int]:
    return [each["skuId"] for each in order["lines"]]
