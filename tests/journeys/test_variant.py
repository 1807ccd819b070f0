"""Variants: attribute by attribute, each with its picture, price and stock."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import Market, at_offer
from chat import Person, Shown

Arrive = Callable[..., Awaitable[Person]]

CABLE = 728379848279  # connector, length, colour; 26 variants; Lightning 0.5 m is sold out
DRESS = 703206225083  # colour, size; Navy has no S, Cream no XL
MUG = 748177702248  # colour, capacity; Red 450 ml is sold out
CASE = 626489650618  # 16 models, 8 colours: 128 variants
RING = 779540179265


async def choosing(buyer: Person, offer_id: int) -> Shown:
    """Open an offer's variants."""
    await at_offer(buyer, offer_id)
    return await buyer.do("Choose a variant|选规格", "Choose:|请选择")


async def test_three_attributes_are_asked_for_one_by_one(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """What is chosen stands above the next question; the last answer leads to the quantity."""
    buyer = await person()
    await choosing(buyer, CABLE)
    second = await buyer.do("Type-C", "Choose: Length")
    assert re.search(r"^\w+: Type-C$", second.text, re.MULTILINE)
    third = await buyer.do("^2 m", "Choose: Colo")
    assert "2 m (2米)" in third.text
    last = await buyer.do("Black", "How many")
    assert "Black" in last.text


async def test_each_value_shows_its_price_stock_and_picture(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Colours come as a numbered sheet; the list under it has price and stock."""
    buyer = await person()
    shown = await choosing(buyer, MUG)
    assert shown.has_picture
    assert re.search(r"^1\. White · from ¥6\.80", shown.text, re.MULTILINE)
    assert "2,028 in stock" in shown.text  # 912 of 350 ml and 1,116 of 450 ml
    assert [label for label in shown.labels if label.startswith("1. ")] == ["1. White"]
    sizes = await buyer.do("White", "Choose: Capacity")
    assert re.search(r"^350ml · ¥[\d.]+ · 912 in stock", sizes.text, re.MULTILINE | re.IGNORECASE)
    assert sizes.has_picture


async def test_what_was_never_made_cannot_be_taken(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A missing combination is marked, says why when tapped or typed, and nothing moves."""
    buyer = await person()
    await choosing(buyer, DRESS)
    shown = await buyer.do("Navy", "Choose: Size")
    assert "S · ✕ not in this combination" in shown.text
    assert "disabled" in shown.button("✕ S")
    await buyer.say("S", "“S” doesn't exist in the combination.*Choose: Size")
    await buyer.say("M", "How many")


async def test_what_is_sold_out_cannot_be_taken(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """No stock is marked and said, whether one variant or all that a value leads to."""
    buyer = await person()
    await choosing(buyer, MUG)
    shown = await buyer.do("Red", "Choose: Capacity")
    assert "✕ out of stock" in shown.text
    assert "disabled" in shown.button("✕ 450ml")
    await buyer.say("450ml", "“450ml” is out of stock.*Choose: Capacity")
    await choosing(buyer, CABLE)
    shown = await buyer.do("Lightning", "Choose: Length")
    assert "disabled" in shown.button(r"✕ 0\.5 m")


async def test_going_back_undoes_one_choice_at_a_time(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """From the last attribute to the first, then to the offer."""
    buyer = await person()
    await choosing(buyer, CABLE)
    await buyer.do("Type-C", "Choose: Length")
    await buyer.do("^2 m", "Choose: Colo")
    await buyer.do("Back", "Choose: Length")
    await buyer.do("Back", r"^(?!.*Length).*Choose:")
    await buyer.do("Back", "Minimum order")


async def test_many_variants_are_paged(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """An offer of 128 variants shows ten values at a time, in the same message."""
    buyer = await person()
    shown = await choosing(buyer, CASE)
    assert "Page 1 of 2" in shown.text
    values = [label for label in shown.labels if not re.search("Next|Previous|Back", label)]
    assert len(values) == 10
    more = await buyer.do("Next", "Page 2 of 2")
    assert more.id == shown.id
    rest = [label for label in more.labels if not re.search("Next|Previous|Back", label)]
    assert len(rest) == 6
    assert not set(values) & set(rest)
    await buyer.do(re.escape(rest[-1]), "Choose: Colo")
    await buyer.do("^1", "How many")


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [("navy", "Navy"), ("藏青色", "Navy"), ("藏青", "Navy"), ("ＮＡＶＹ", "Navy"), ("1", "Red")],
)
async def test_a_typed_value_is_taken_like_its_button(
    typed: str, chosen: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """In either language, whole or a part that only one value has, or its number."""
    buyer = await person()
    await choosing(buyer, DRESS)
    await buyer.say(typed, f"{chosen}.*Choose: Size")


@pytest.mark.parametrize("typed", ["9", "0", "purple polka dots", "e", "茶壶", "-"])
async def test_what_is_no_value_is_explained(
    typed: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The list stays, and the person learns how to choose and how to look elsewhere."""
    buyer = await person()
    await choosing(buyer, DRESS)
    await buyer.say(typed, "don't see that one.*Choose: Colo")


async def test_another_offers_number_opens_it(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Pasting an offer leads there from anywhere, also while choosing."""
    buyer = await person()
    await choosing(buyer, DRESS)
    await buyer.say(str(MUG), "Mug.*Minimum order")


async def test_a_variant_that_sold_out_meanwhile_is_not_taken(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Stock is read again at the last choice; the list then shows what is left."""
    buyer, market = await person(), Market(marketplace)
    await choosing(buyer, MUG)
    await buyer.do("White", "Choose: Capacity")
    await market.change(MUG, stock={"cba6f2a9880321d976d50cc1830942d1": 0})
    shown = await buyer.do("350ml", "has just sold out.*Choose: Capacity")
    assert "✕ out of stock" in shown.text
    await buyer.do("^450ml", "How many")


async def test_an_offer_taken_down_meanwhile_ends_the_choice(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The person is led to the offer, which says that it is over."""
    buyer, market = await person(), Market(marketplace)
    await choosing(buyer, MUG)
    await buyer.do("White", "Choose: Capacity")
    await market.change(MUG, status="expired")
    await buyer.do("350ml", "no longer sold.*no longer on sale")


async def test_the_choice_survives_a_failing_marketplace(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The same tap works when it answers again."""
    buyer, market = await person(), Market(marketplace)
    await choosing(buyer, MUG)
    await buyer.do("White", "Choose: Capacity")
    await market.fault("http_500", "product_detail", times=None)
    await buyer.do("350ml", "has a problem.*White.*Choose: Capacity")
    await market.mend()
    await buyer.do("350ml", "How many")


async def test_chinese_readers_choose_in_chinese(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Names, values, stock and reasons."""
    buyer = await person("zh-hans")
    shown = await choosing(buyer, MUG)
    assert re.search(r"^1\. 白色 · ¥[\d.]+ ?起 · 库存 2,028", shown.text, re.MULTILINE)
    shown = await buyer.do("红色", "颜色：红色.*请选择：容量")
    assert "✕ 缺货" in shown.text
    assert "disabled" in shown.button("✕ 450ml")


async def test_labels_are_readable_on_a_phone(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A row of buttons holds no more than its labels have room for."""
    buyer = await person()
    for offer_id in (CASE, CABLE, DRESS, MUG, RING):
        shown = await choosing(buyer, offer_id)
        for labels in ([button["text"] for button in row] for row in shown.rows):
            assert max(map(len, labels)) <= 40 // len(labels), labels


async def test_old_values_explain_themselves(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A colour of a screen that was left chooses nothing."""
    buyer = await person()
    first = await choosing(buyer, DRESS)
    red, cream = (first.button(name)["callback_data"] for name in ("Red", "Cream"))
    await buyer.do("Navy", "Choose: Size")
    await buyer.press(first.id, red)
    await buyer.sees("earlier step.*Navy.*Choose: Size")
    await buyer.say(str(MUG), "Minimum order")
    await buyer.press(first.id, cream)
    await buyer.sees("earlier step.*Mug")


@pytest.mark.parametrize(("words", "shown"), [("帮助", "可以发给我"), ("/订单", "还没有订单")])
async def test_a_command_in_words_is_carried_out_while_choosing(
    person: Arrive, marketplace: httpx.AsyncClient, words: str, shown: str
) -> None:
    """As at the quantity; what was chosen stays, and a value's name is still a value."""
    buyer = await person("zh-hans")
    await choosing(buyer, MUG)
    await buyer.say(words, shown)
    await buyer.say("红", "请选择：容量")
