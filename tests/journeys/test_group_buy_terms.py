"""The terms of a group buy as its organiser sets and changes them, and what members make of it."""

import re

import pytest
from buying import ADDRESS, SNEAKERS, SOCKS, Market, at_lines, at_offer
from chat import Person
from crashing import Clients
from group_buying import (
    GroupWorld,
    clients,
    closed_now,
    joined,
    market,
    opened,
    organiser,
    world_of_groups,
)

from tests.tiers import SLOW

__all__ = ["clients", "market", "organiser", "world_of_groups"]

SLIPPERS = 572973141645  # of the sneakers' seller, 16 variants, from 5


async def drafted(organiser: Person, offer_id: int = SNEAKERS) -> None:
    await at_offer(organiser, offer_id)
    await organiser.do("Group buy", "New group buy")


async def set_(organiser: Person, button: str, asked: str, typed: str, shown: str) -> None:
    await organiser.do(button, asked)
    await organiser.say(typed, shown)


async def test_every_term_has_a_button_and_the_screen_says_all_of_them(
    clients: Clients, organiser: Person
) -> None:
    await drafted(organiser)
    await set_(organiser, "Fee", "percent", "7.5", "fee: 7.5%")
    await set_(organiser, "Deadline", "Asia/Shanghai", "12h", "Closes")
    await set_(organiser, "Per person", "at most", "4", "At most 4 per person")
    await organiser.do("More terms", "New group buy")
    await set_(organiser, "Currency", "which currency", "1 CNY = 12.9 RUB", "1 CNY = 12.9 RUB")
    await set_(organiser, "Second leg", "freight abroad", "3.50", "Second leg, .* 3.50|Second leg")
    await set_(organiser, "Freight cap", "percent", "50", "New group buy")
    await organiser.do("Freight shared by", "shared by\\?")
    await organiser.do("By weight", "in grams")
    await organiser.say("1 2 3", "can't be used here")  # 29 variants
    await organiser.say("850", "shared by weight")
    await organiser.do("Sets", "sold whole")
    await organiser.do("One of each", "Sold in whole sets: 1 ×")
    await set_(organiser, "I fill holes", "missing pieces", "2", "takes up to 2")
    await organiser.do("How it is priced", "everything inside\\?")
    await organiser.do("A fixed price", "Freight and fee are inside")
    await set_(organiser, "Time to pay", "hours", "48", "48 h to pay")
    await set_(organiser, "Extensions", "How often", "12", "can't be used here")
    await organiser.say("2", "2 times")
    await organiser.do("Leave this page", "Sneaker|鞋")


async def test_bad_terms_leave_the_good_ones_standing(clients: Clients, organiser: Person) -> None:
    await drafted(organiser)
    for button, asked, typed in (
        ("Fee", "percent", "a lot"),
        ("Deadline", "close", "yesterday"),
        ("Minimum", "how many", "-3"),
        ("How to pay", "people pay", "x" * 301),
    ):
        await organiser.do(button, asked)
        await organiser.say(typed, "can't be used here")
        await organiser.do("Back", "New group buy")
    await organiser.do("More terms", "New group buy")
    for button, asked, typed in (
        ("Currency", "currency", "12.9"),
        ("Time zone", "clock", "Mars/Olympus"),
        ("More products", "link of another", "https://example.com"),
    ):
        await organiser.do(button, asked)
        await organiser.say(typed, "can't be used|no link|Please use the buttons")
        await organiser.do("Back", "New group buy")


async def test_worse_terms_are_agreed_to_or_end_the_claim(
    clients: Clients, organiser: Person
) -> None:
    """Better ones are told; a higher fee asks, and who stays has agreed to it."""
    _, payload = await opened(organiser)
    anna, ben = await clients.arrive(), await clients.arrive("zh")
    await joined(anna, payload, 3)
    await joined(ben, payload, 2)
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "5 .* so far")
    await organiser.do("Change the terms", "no. \\d+")
    await organiser.do("Fee", "percent")
    await organiser.say("10", "hold now")
    told = await anna.sees("something is worse for you")
    await ben.sees("条件有变")
    await anna.tap("Open", told)
    await anna.sees("terms got worse")
    await anna.do("I stay", "held for you")
    await organiser.do("Back", "5 .* so far")
    await closed_now(organiser)
    await ben.sees("没有在规定时间内答复")
    await anna.sees("Please pay")


async def test_a_limit_of_ones_own_a_substitute_and_fewer_pieces(
    clients: Clients, organiser: Person
) -> None:
    _, payload = await opened(organiser)
    member = await clients.arrive("zh")
    shown = await member.say(f"/start {payload}", "要哪一款")
    await member.do("全部条件", "始终适用的规则")
    shown = await member.do("返回", "要哪一款")
    await member.tap(re.escape(shown.labels[0]), shown)
    await member.sees("要几")
    await member.say("3", "最多")
    await member.do("自定上限", "每件最多")
    await member.say("many", "不是可入账|⚠️")
    await member.say("39.5", "39.50")
    shown = await member.do("没货怎么办", "卖家没货时怎么办")
    await member.tap("▫️ (?!少)", shown)
    await member.sees("没货时换")
    await member.do("少几件也行", "✂️ 少几件也行")
    await member.do("好了", "没货时换")
    await member.do("就这样参加", "已参加")
    await member.do("我的参团", "39.50")
    await member.do("修改", "保留你的位置")
    await member.do("减少件数", "改成几件")
    await member.say("5", "最多 3|⚠️")
    await member.say("2", "已修改")
    shown = await member.say("/buys", "你的拼团")
    assert "2" in shown.text
    assert "已占位" in shown.text


async def test_a_variant_is_taken_by_its_name(clients: Clients, organiser: Person) -> None:
    """As where one orders for oneself; what may be meant of several is left to a button."""
    _, payload = await opened(organiser)
    member = await clients.arrive("zh")
    await member.say(f"/start {payload}", "要哪一款")
    await member.say("黑色", "没有这个选项")
    await member.say("黑色 39", "黑色 / 39.*要几双")


async def test_words_on_the_page_of_a_buy_are_looked_for(
    clients: Clients, organiser: Person
) -> None:
    """Nobody has to leave a page first; a bare number is no search, but may be meant as money."""
    _, payload = await opened(organiser)
    member = await clients.arrive("zh")
    await joined(member, payload, 2)
    await member.say("围巾", "“围巾”")
    await member.say("/buys", "你的拼团")
    await member.do("🟢", "已占位")
    await member.say("12.50", "请用按钮")
    await member.say("围巾", "“围巾”")


async def test_the_organiser_takes_a_claim_out_for_a_reason(
    clients: Clients, organiser: Person
) -> None:
    _, payload = await opened(organiser)
    member = await clients.arrive()
    await joined(member, payload, 2)
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "2 .* so far")
    await organiser.do("1 person", "1 person")
    await organiser.do("Tester", "held for you")
    await organiser.do("Take out", "Why do you take")
    await organiser.say("You joined twice <b>", "0 people")
    await member.sees("You joined twice <b>")


async def test_an_address_is_asked_for_where_none_is_saved(
    clients: Clients, world_of_groups: GroupWorld
) -> None:
    """What was begun goes on with it; a pasted one replaces it later."""
    newcomer = await clients.arrive("zh")
    world_of_groups.own.bot.environment["ADMIN_IDS"] += f",{newcomer.id}"
    await world_of_groups.own.restart()
    await at_offer(newcomer, SNEAKERS)
    await newcomer.do("拼团", "货统一寄到哪里")
    await newcomer.do("返回|不填|地址", "起订量")
    await newcomer.do("拼团", "货统一寄到哪里")
    await newcomer.say(ADDRESS, "请核对地址")
    await newcomer.do("保存", "新拼团.*网商路699号")
    await newcomer.do("更多条件", "新拼团")
    await newcomer.do("收货地址", "粘贴新的")
    await newcomer.share(contact={"phone_number": "13912345678", "first_name": "李四"})
    await newcomer.sees("李四.*哪个省")
    await newcomer.say(ADDRESS.replace("699号", "700号"), "请核对地址")
    await newcomer.do("保存", "新拼团.*网商路700号")
    await newcomer.do("离开此页", "起订量")


@SLOW
async def test_a_buy_of_a_cart_has_several_products_of_one_seller(
    clients: Clients, organiser: Person, market: Market
) -> None:
    await at_offer(organiser, SNEAKERS)
    await at_lines(organiser, SOCKS, 10, *await _first_values(organiser, SOCKS))
    await organiser.do("Group buy of this", "New group buy")
    await organiser.do("More terms", "New group buy")
    await organiser.do("More products", "link of another")
    await organiser.say(f"https://detail.1688.com/offer/{SLIPPERS}.html", "another one's")
    await organiser.say("https://detail.1688.com/offer/727512328609.html", "\\+1")
    shown = await organiser.do("Open it", "Open for joining")
    payload = shown.button("Copy the link")["copy_text"]["text"].partition("start=")[2]
    member = await clients.arrive()
    shown = await member.say(f"/start {payload}", "Which one")
    assert len(shown.labels) >= 8  # 5 socks and 3 gloves


async def _first_values(person: Person, offer_id: int) -> list[str]:
    await at_offer(person, offer_id)
    shown = await person.do("Choose a variant", "Choose")
    return [re.escape(shown.labels[0])]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_label_ticks_off_for_its_organiser_alone(
    clients: Clients, organiser: Person, language: str
) -> None:
    """Scanned by somebody else it says whose it is, and before the goods are there it says so."""
    _, payload = await opened(organiser)
    member = await clients.arrive(language)
    await joined(member, payload, 2)
    label = f"h1-{payload.removeprefix('g1-')}-1"
    await member.say(f"/start {label}", "organiser to scan|由团长来扫")
    await organiser.say(f"/start {label}", "nothing to hand out")
    await organiser.say(f"/start {label}9", "no longer here|2 .* so far")
