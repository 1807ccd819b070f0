"""A group buy's whole life on phones: an organiser, who pays, leaves, won't pay, wants it cheaper.

What stands on the screens is looked at in both languages; `GROUP_PICTURES` keeps it as pictures.
"""

import os
import sys
from pathlib import Path

import pytest
from phones import held, pictured
from playwright.async_api import Browser

sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent / "journeys"))

from buying import SNEAKERS, Market, at_offer, at_preview
from channels import POSTING, Channel
from chat import Person, Shown
from crashing import own_world

XIAOYU, BOSS, CHANNEL = 700000001, 700000004, -1001700000020

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def at_consent(member: Person, payload: str, pieces: int) -> Shown:
    shown = await member.say(f"/start {payload}", "Which one|要哪一款")
    await member.tap(shown.labels[0].split("(")[0].strip(), shown)
    await member.sees("How many|要几")
    return await member.say(str(pieces), "at most|最多")


async def joins(member: Person, payload: str, pieces: int) -> None:
    await at_consent(member, payload, pieces)
    await member.do("Join with this|就这样参加", "You are in|已参加")


async def opens_news(who: Person, news: str, shows: str) -> Shown:
    told = await who.sees(news)
    await who.tap("^📋", told)
    return await who.sees(shows)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_group_buy_from_the_offer_to_the_closed_books(  # noqa: PLR0915 - a whole life
    chromium: Browser, language: str
) -> None:
    """One pays and fetches; the others are out, each for a reason of their own."""
    settings = {"POLL_SHORTEST_SECONDS": "0.5", "POLL_UNPAID_SECONDS": "1"}
    with own_world(
        LOOKUP_DELAYS="0.1,0.1", FLOOD_UPDATES="0", GROUP_BUYS="operators", **settings
    ) as own:
        async with own.clients() as clients, held(chromium, own.world.chat) as phone:
            market = Market(clients.market)
            organiser = await clients.arrive(language)
            own.bot.environment["ADMIN_IDS"] = str(organiser.id)
            own.bot.start()
            await own.bot.ready()
            channel = await Channel.of(clients, organiser.id, "Shoes")
            await channel.bot_is("administrator", POSTING)
            await at_preview(organiser)
            await at_offer(organiser, SNEAKERS)
            await organiser.do("👥", "New group buy|新拼团")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-1-terms")
            await organiser.do("⚙️", "New group buy|新拼团")
            await organiser.do("🚢", "freight abroad|国际运费")
            await organiser.say("2", "🚢")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-1-terms-more")
            shown = await organiser.do("🚀", "Open for joining|可以参加")
            payload = shown.button("🔗")["copy_text"]["text"].partition("start=")[2]
            await organiser.do("📣", "being posted|正在发到")
            pays, leaves, owes, cheap = [await clients.arrive(language) for _ in range(4)]
            await joins(pays, payload, 3)
            await joins(owes, payload, 2)
            await joins(leaves, payload, 1)
            await leaves.do("My part|我的参团", "held for you|已占位")
            await leaves.do("✏️", "keep your place|保留你的位置")
            await leaves.do("Take back|退出", "you left|已退出")
            await at_consent(cheap, payload, 2)
            await cheap.do("29.90", "29.90")
            page = await phone.open(cheap.id)
            await pictured(page, f"{language}-2-consent")
            await cheap.do("Join with this|就这样参加", "You are in|已参加")
            await channel.one_card("7 (pairs|双)|7双")
            page = await phone.open(organiser.id, channel.id)
            await pictured(page, f"{language}-3-card")
            await organiser.say("/buys", "Your group buys|你的拼团")
            await organiser.do("🟢", "🟢")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-4-open")
            await organiser.do("🔒", "Nobody can join or leave|不能再加入或退出")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-4-closing")
            await organiser.do("🔒", "🔒")
            await cheap.sees("above what you wanted|高于你的上限")
            await opens_news(pays, "Please pay|请在", "To pay|待付")
            await pays.do("💸", "Send a picture|请发转账")
            await pays.say("No. 77", "organiser will check|等团长核对")
            page = await phone.open(pays.id)
            await pictured(page, f"{language}-5-paying")
            shown = await opens_news(organiser, "says they have paid|人说已付款", "💰")
            await organiser.tap("🧾 Tester", shown)
            shown = await organiser.sees("No. 77")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-6-member")
            await organiser.tap("came in$|收到 ¥", shown)
            shown = await organiser.sees("1 person has to pay|1 人没付款")
            assert "Leave out" not in "".join(shown.labels)  # not before what was promised
            await organiser.tap("Remind|提醒未付", shown)
            await opens_news(owes, "A reminder|提醒：", "To pay|待付")
            await owes.do("I won't pay|不参加了", "owe nothing|不用再付款")
            await owes.do("leave me out|确定退出", "You are out|已退出")
            shown = await opens_news(
                organiser, "who is left has paid|剩下的人都付", "都付款了|has paid"
            )
            await organiser.tap("Check the order|核对订单", shown)
            shown = await organiser.sees("Fewer people share|人少了")
            await organiser.tap("⏳ Tester", shown)
            await organiser.tap("came in$|收到 ¥", await organiser.sees("owe |还欠|应退"))
            shown = await organiser.sees("Everybody has paid|都付款了")
            await organiser.tap("Check the order|核对订单", shown)
            shown = await organiser.sees("One order for 1|1 人合并")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-7-order")
            await organiser.tap("Order exactly|就按这个", shown)
            placed = await organiser.sees("order is placed|已下单，现在")
            order = await market.only_order()
            await market.order(order["orderId"], "pay")
            await pays.sees("goods are bought|货已采购")
            await market.order(order["orderId"], "ship")
            await pays.sees("seller has sent|卖家已发货")
            await organiser.tap("^📋", placed)
            shown = await organiser.sees("🚚 On its way|🚚 已发货")
            await organiser.tap("Everything arrived|全部到齐", shown)
            await organiser.sees("Did everything arrive|全部到齐了吗")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-7-arrived")
            shown = await organiser.do("Yes, all of it|确定，全到了", "📦 Arrived|📦 已到货")
            await organiser.tap("📋.*(list|清单)", shown)
            await organiser.tap("🚢", shown)
            await organiser.sees("second leg cost|第二程运费总共")
            await organiser.say("6.00", "1 person is told so|会通知 1 人")
            shown = await organiser.do("Yes, ¥6.00|确定，¥6.00", "Arrived|已到货")
            await opens_news(pays, "second leg is known|第二程运费已确定", "To pay|待付")
            page = await phone.open(pays.id)
            await pictured(page, f"{language}-8-second-leg")
            await organiser.tap("⏳ Tester|👥", shown)
            await organiser.tap("⏳ Tester", await organiser.sees("1 person|4 people|人</b>|人"))
            await organiser.tap("came in$|收到 ¥", await organiser.sees("owe |还欠|应退"))
            shown = await organiser.sees("Arrived|已到货")
            await organiser.tap("🏷", shown)
            label = f"h1-{payload.removeprefix('g1-')}-1"
            shown = await organiser.say(f"/start {label}", "Ticked off: Tester|已交货：Tester")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-9-ticked")
            await opens_news(pays, "handed out to you|货已交给你", "handed out|已交货|结算中")
            await pays.do("💬", "What is wrong|哪里有问题")
            await pays.say("One sole is loose", "organiser was told|已告诉团长")
            shown = await opens_news(organiser, "something is wrong|有问题", "1 complaint|1 个问题")
            await organiser.tap("💬 Tester", shown)
            shown = await organiser.sees("One sole is loose")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-10-complaint")
            await organiser.tap("💸", shown)
            await organiser.sees("compensation|补偿多少元")
            await organiser.say("5", "settles their complaint|问题随之了结")
            shown = await organiser.do("✅", "Being settled|结算中")
            await pays.sees("gives you ¥5.00 as compensation|团长补偿你 ¥5.00")
            await organiser.tap("Tester", shown)
            await organiser.tap("↩️", await organiser.sees("owe |还欠|应退"))
            shown = await organiser.sees("Being settled|结算中")
            await organiser.tap("🏁", shown)
            await organiser.sees("Nothing can be booked after that|不能再记账")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-11-closing")
            await organiser.do("🏁", "🏁 Closed|🏁 已结束")
            page = await phone.open(organiser.id)
            await pictured(page, f"{language}-11-closed")
            await pays.sees("books are settled|账已结清")
            await channel.one_card("🏁")
        assert own.bot.stop() == 0


@pytest.mark.timeout(200)
async def test_a_second_administrator_writes_there_and_deletes_the_card(chromium: Browser) -> None:
    """Who leads the channel without a bot deletes what it posted; the organiser posts it again."""
    with own_world(FLOOD_UPDATES="0", GROUP_BUYS="operators") as own:
        async with own.clients() as clients, held(chromium, own.world.chat) as phone:
            organiser = Person(clients.telegram, BOSS, "zh")
            own.bot.environment["ADMIN_IDS"] = str(BOSS)
            own.bot.start()
            await own.bot.ready()
            channel = Channel(clients, CHANNEL, BOSS)
            await channel.bot_is("administrator", POSTING)
            await at_preview(organiser)
            await at_offer(organiser, SNEAKERS)
            await organiser.do("👥", "新拼团")
            shown = await organiser.do("🚀", "可以参加")
            payload = shown.button("🔗")["copy_text"]["text"].partition("start=")[2]
            await organiser.do("📣.*好货", "正在发到")
            card = await channel.one_card("可以参加")
            page = await phone.open(XIAOYU, CHANNEL)
            await page.get_by_test_id("composer").fill("今晚开团")
            await page.get_by_test_id("send").click()
            await page.locator("#timeline").get_by_text("今晚开团").wait_for()
            bubble = page.get_by_test_id(f"message-{card.id}")
            await bubble.hover()
            await bubble.locator("[data-action=remove]").click()
            await bubble.wait_for(state="detached")
            member = await clients.arrive("zh")
            await joins(member, payload, 3)
            told = await organiser.sees("卡片不见了")
            await organiser.tap("^📋", told)
            await organiser.sees("已报 3 双")
            await organiser.tap("📣.*好货|🔄.*好货")
            await channel.one_card("已报 3 双")
            await page.get_by_test_id("bot-rights").click()
            await page.locator("#chat-subtitle").get_by_text("机器人禁言").wait_for()
        assert own.bot.stop() == 0
