"""The offer's own screen: what decides whether to order here."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import Market, at_offer
from chat import Person
from steps import PLACES

Arrive = Callable[..., Awaitable[Person]]

SNEAKERS = 692428411078  # three tiers
MUG = 748177702248  # priced by variant
TEAPOT = 718092053690  # skus: []
CLOCK = 815329235932  # skus: null
PILLOW = 765559648345  # one variant
GIFT_BAG = 822434767613  # lots of 12
LANTERN = 740704492529  # expired


async def test_an_offer_shows_what_decides(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """Picture, both titles, tiers, minimum, stock with its unit, the seller and the shipping."""
    buyer = await person()
    shown = await at_offer(buyer, SNEAKERS)
    assert shown.has_picture
    assert "Canvas Shoes" in shown.text
    assert "百搭帆布鞋" in shown.text
    assert shown.text.count("From ") == 3
    assert "Minimum order: 3 pairs" in shown.text
    assert "In stock: 10,150 pairs" in shown.text
    assert "buy again" in shown.text
    assert "ships from" in shown.text
    assert shown.url("1688") == f"https://detail.1688.com/offer/{SNEAKERS}.html"


async def test_chinese_readers_see_one_title(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The original needs no translation beside it."""
    buyer = await person("zh-hans")
    shown = await at_offer(buyer, SNEAKERS)
    assert shown.text.count("百搭帆布鞋") == 1
    assert "Canvas" not in shown.text


async def test_prices_by_variant_are_a_span(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """Where each variant has its own price, the lowest and the highest are shown."""
    buyer = await person()
    shown = await at_offer(buyer, MUG)
    assert "by variant" in shown.text


async def test_lots_are_said_before_they_bite(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Goods sold by the dozen say so on their first screen."""
    buyer = await person()
    assert "lots of 12" in (await at_offer(buyer, GIFT_BAG)).text


@pytest.mark.parametrize("offer_id", [TEAPOT, CLOCK, PILLOW])
async def test_with_nothing_to_choose_the_quantity_comes_next(
    offer_id: int, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """No variants (whichever way the gateway writes it) or a single one: no empty step."""
    buyer = await person()
    await at_offer(buyer, offer_id)
    await buyer.do("Choose a quantity", "How many")
    await buyer.do("Back", "Minimum order")


async def test_an_expired_offer_can_be_seen_but_not_ordered(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """It says why, and offers no way into a dead end."""
    buyer = await person()
    shown = await at_offer(buyer, LANTERN)
    assert "no longer on sale" in shown.text
    assert not [label for label in shown.labels if "Choose" in label]


async def test_an_offer_without_stock_can_be_seen_but_not_ordered(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Out of stock is said on the first screen, not after choosing."""
    buyer = await person()
    await Market(marketplace).change(MUG, stock=0)
    shown = await at_offer(buyer, MUG)
    assert "Out of stock" in shown.text
    assert not [label for label in shown.labels if "Choose" in label]


async def test_stock_is_read_again_before_the_quantity(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """An offer that sold out, or was taken down, since it was shown is not gone on with."""
    buyer, market = await person(), Market(marketplace)
    await at_offer(buyer, TEAPOT)
    await market.change(TEAPOT, stock=0)
    await buyer.do("Choose a quantity", "Out of stock")
    await market.change(CLOCK, stock=5)
    await at_offer(buyer, CLOCK)
    await market.change(CLOCK, status="expired")
    await buyer.do("Choose a quantity", "no longer on sale")


@pytest.mark.parametrize("step", ["start", "results", "variant", "lines"])
async def test_an_unknown_number_is_told(
    step: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The person stays where they were and knows which number was not found."""
    buyer = await person()
    await PLACES[step].walk(buyer)
    await buyer.say("600000000001", f"no product 600000000001.*{PLACES[step].en}")


@pytest.mark.parametrize("kind", ["http_500", "cut_before", "throttle_429", "not_json"])
async def test_an_offer_that_cannot_be_read_now_is_tried_again_with_a_tap(
    kind: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A pasted link need not be pasted again."""
    buyer, market = await person(), Market(marketplace)
    await PLACES["lines"].walk(buyer)
    await market.fault(kind, "product_detail", times=None)
    failed = await buyer.say(f"https://m.1688.com/offer/{MUG}.html", "couldn't be opened")
    assert failed.button(r"Cart \(1 item\)")
    await buyer.do("Try again", "⚠️.*couldn't be opened")
    await market.mend()
    await buyer.do("Try again", "Mug.*Minimum order")


async def test_a_hit_that_cannot_be_opened_now_can_be_tapped_again(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The results stay with a line above them."""
    buyer, market = await person(), Market(marketplace)
    await PLACES["results"].walk(buyer)
    await market.fault("http_500", "product_detail", times=None)
    await buyer.do("^1$", "has a problem.*Results for")
    await market.mend()
    await buyer.do("^1$", "Minimum order")


async def test_the_way_back_leads_to_the_same_page_of_results(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Looking closer and going back costs nothing."""
    buyer = await person()
    await buyer.say("女", "Results for")
    second = await buyer.do("More", "page 2")
    await buyer.do("^9$", "Minimum order")
    assert (await buyer.do("Results", "page 2")).text == second.text


async def test_old_buttons_of_an_offer_explain_themselves(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Choose on an offer that was left for another one acts on neither."""
    buyer = await person()
    old = await at_offer(buyer, TEAPOT)
    await at_offer(buyer, MUG)
    await buyer.tap("Choose a quantity", on=old)
    await buyer.sees("earlier step.*Mug")


async def test_a_number_below_an_offer_without_variants_is_how_many(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """There is nothing else to choose, so the order stands at once; a wrong number is answered."""
    buyer = await person("zh-hans")
    await at_offer(buyer, GIFT_BAG)
    shown = await buyer.say("13", "12 个的整数倍出售，13 不符合")
    assert "✅ 就要 24 个" in shown.labels
    await at_offer(buyer, GIFT_BAG)
    shown = await buyer.say("24个", "待下单")
    assert "24 个 × ¥0.95" in shown.text


async def test_a_number_below_an_offer_with_variants_leads_to_them(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """How many comes after which one; a word is a search all the same."""
    buyer = await person("zh-hans")
    await at_offer(buyer, SNEAKERS)
    shown = await buyer.say("12双", "请选择：颜色")
    assert "先选规格，再填数量。" in shown.text
    await at_offer(buyer, SNEAKERS)
    await buyer.say("背包", "“背包”的搜索结果")


async def test_a_stray_sentence_leaves_the_offer_where_it_is(person):
    """Nothing is found for it; the product's buttons go on working."""
    buyer = await person()
    await at_offer(buyer, SNEAKERS)
    await buyer.say("qwertzuiop to London?", "You are still looking at this product")
    await buyer.do("Choose a variant", "Color")
    buyer = await person("zh-hans")
    await at_offer(buyer, SNEAKERS)
    await buyer.say("多久能到呢呀qwertz", "当前商品还在这里")
    await buyer.do("规格", ".")


async def test_an_offer_is_shared_by_a_link_and_into_a_chat(person):
    """The link opens it for anybody; Telegram asks which chat its card goes to."""
    buyer, friend = await person(), await person("zh-hans")
    shown = await at_offer(buyer, SNEAKERS)
    share = shown.button("Share")["switch_inline_query_chosen_chat"]
    assert (share["query"], share["allow_channel_chats"]) == (str(SNEAKERS), True)
    link = shown.button("Copy link")["copy_text"]["text"]
    await friend.send(f"/start {link.partition('?start=')[2]}")
    await friend.sees("起订量")
