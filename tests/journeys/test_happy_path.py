"""From the first message to the paid order, in both languages, by every way in."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import ADDRESS, Market
from chat import Person, Shown

from tests.tiers import slow_but

Arrive = Callable[..., Awaitable[Person]]

TEAPOT = 718092053690  # no variants, from 1
LANGUAGES = ("en", "zh-hans")
WORDS = {
    "en": {
        "similar": "look similar",
        "offer": "Minimum order",
        "quantity": "How many",
        "lines": "Your order",
        "no_address": "address yet",
        "check": "Is this right",
        "preview": "Total to pay",
        "placed": "Order placed",
        "paid": "Paid",
    },
    "zh-hans": {
        "similar": "外观相似",
        "offer": "起订量",
        "quantity": "要多少",
        "lines": "待下单",
        "no_address": "还没有收货地址",
        "check": "请核对地址",
        "preview": "应付总额",
        "placed": "下单成功",
        "paid": "已付款",
    },
}


async def buy(buyer: Person, words: dict[str, str]) -> Shown:
    """Order one of the offer on the screen, deliver to a new address, confirm."""
    choosing = await buyer.do("Choose a|选", "How many|要多少|Choose:|请选择")
    while not re.search(words["quantity"], choosing.text):
        label = next(each for each in choosing.labels if "✕" not in each)
        choosing = await buyer.do(re.escape(label), "How many|要多少|Choose:|请选择")
    lines = await buyer.do(r"^\d+$", words["lines"])
    assert lines.has_picture is False
    await buyer.do("Continue|下一步", words["no_address"])
    await buyer.say(ADDRESS, words["check"])
    preview = await buyer.do("Save|保存", words["preview"])
    confirm = preview.button("Confirm|确认")["text"]
    placed = await buyer.do("Confirm|确认", words["placed"])
    total = re.search(r"¥[\d,.]+", confirm)
    assert total, confirm
    assert total[0] in placed.button("Pay|付款")["text"]
    return placed


async def pay(http: httpx.AsyncClient, placed: Shown) -> None:
    """Pay on the marketplace's own page, as in a browser."""
    page = await http.get(placed.url("Pay|付款"))
    total = re.search(r'name="total" value="(\d+)"', page.text)
    assert total, page.text
    paid = await http.post(page.url, data={"total": total[1]}, follow_redirects=True)
    assert 'data-testid="paid"' in paid.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", slow_but(["photo", "link"], ["photo", "keyword", "link", "number"]))
async def test_every_way_in_ends_in_a_paid_order(
    way: str,
    language: str,
    person: Arrive,
    marketplace: httpx.AsyncClient,
    samples: dict[str, bytes],
) -> None:
    """Whatever a person starts with, the same taps lead to one order that the bot calls paid."""
    buyer, words = await person(language), WORDS[language]
    await buyer.say("/start", "Snaporder")
    if way == "photo":
        await buyer.photo(samples["white-sneakers.jpg"])
        await buyer.sees(words["similar"])
        await buyer.do("^1$", words["offer"])
    elif way == "keyword":
        await buyer.say("茶壶", "茶壶")
        await buyer.do("^1$", words["offer"])
    elif way == "link":
        await buyer.say(f"https://detail.1688.com/offer/{TEAPOT}.html?spm=a1", words["offer"])
    else:
        await buyer.say(str(TEAPOT), words["offer"])
    placed = await buy(buyer, words)
    await pay(marketplace, placed)
    await buyer.do("I have paid|我已付款", words["paid"])
    order = await Market(marketplace).only_order()
    assert order["status"] == "waitsellersend"


@pytest.mark.parametrize(
    "text",
    [
        "https://detail.1688.com/offer/{n}.html",
        "看看这个 https://detail.1688.com/offer/{n}.html?spm=a2615.2177701.0.0&x=1 怎么样",
        "m.1688.com/offer/{n}.html",
        "https://detail.m.1688.com/page/index.html?offerId={n}&sk=consign",
        "这个：detail.1688.com/offer/{n}.html，要100个",
        "https://login.1688.com/signin?Done=https%3A%2F%2Fdetail.1688.com%2Foffer%2F{n}.html",
        "{n}",
        "  {n} ",
        "７１８０９２０５３６９０",
    ],
)
async def test_a_link_or_number_in_any_form_opens_its_offer(
    text: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """What people paste names an offer in many ways."""
    buyer = await person()
    shown = await buyer.say(text.format(n=TEAPOT), "Minimum order")
    assert "玻璃" in shown.text
