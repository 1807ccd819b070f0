"""The binding numbers: what is shown, what it is bound to, and when there are none."""

import json

import pytest
from buying import (
    SNEAKERS,
    TAPE_MEASURE,
    TSHIRT,
    Market,
    at_lines,
    at_preview,
    from_lines_to_preview,
)

from tests.tiers import slow_but


def yuan(fen):
    return f"¥{fen / 100:,.2f}"


async def test_the_numbers_are_the_marketplaces_own(person, marketplace):
    """Goods, freight and total are those that the order then has."""
    buyer, market = await person(), Market(marketplace)
    shown = await at_preview(buyer, SNEAKERS, 40, "White", "37")
    assert "1. White / 37 (白色 / 37)" in shown.text
    assert "40 pairs × ¥29.90 → ¥1,196.00" in shown.text
    assert "张三 · 13812345678" in shown.text
    assert "网商路699号" in shown.text
    await buyer.do("Confirm order", "Order placed")
    order = await market.only_order()
    assert f"Goods: {yuan(order['goodsFen'])}" in shown.text
    assert f"Total to pay: {yuan(order['totalFen'])}" in shown.text
    freight = order["totalFen"] - order["goodsFen"]
    assert f"Freight in China: {yuan(freight)}" in shown.text
    assert f"Confirm order · {yuan(order['totalFen'])}" in " ".join(shown.labels)


async def test_a_discount_is_named_and_not_taken_off_twice(person, marketplace):
    """The member's price is inside the goods; what it saved is said."""
    buyer, market = await person(), Market(marketplace)
    shown = await at_preview(buyer, TSHIRT, 20, "Black", "M")
    await buyer.do("Confirm order", "Order placed")
    order = await market.only_order()
    listed = sum(line["listUnitFen"] * line["quantity"] for line in order["lines"])
    assert listed > order["goodsFen"]
    assert f"discount already taken off: {yuan(listed - order['goodsFen'])}" in shown.text
    assert f"Goods: {yuan(order['goodsFen'])}" in shown.text


async def test_the_preview_reads_naturally_in_chinese(person):
    """Labels, units and the confirm button."""
    buyer = await person("zh-hans")
    shown = await at_preview(buyer, SNEAKERS, 3, "白色", "37")
    assert "请核对订单" in shown.text
    assert "1. 白色 / 37\n" in shown.text
    assert "3 双 × ¥32.80 → ¥98.40" in shown.text
    assert "国内运费" in shown.text
    assert any(label.startswith("✅ 确认下单 · ¥") for label in shown.labels)


async def test_the_note_reaches_the_seller_followed_by_our_number(person, marketplace):
    """What was typed arrives word for word; our own number stands at its end."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await buyer.do("Note to the seller", "What shall I tell the seller")
    await buyer.say("x" * 201, "That note has 201 characters")
    shown = await buyer.say("请发顺丰 <b>&amp;</b>", "Please check")
    assert "📝 请发顺丰 <b>&amp;</b>" in shown.text
    await buyer.do("Change the note", "What shall I tell")
    await buyer.do("No note", "Please check")
    await buyer.do("Note to the seller", "What shall I tell")
    await buyer.say("请发顺丰", "📝 请发顺丰")
    shown = await buyer.do("Confirm order", "Order placed")
    order = await market.only_order()
    assert order["message"] == f"请发顺丰 {order['thirdOrderId']}"
    assert order["thirdOrderId"] in shown.text


async def test_words_at_the_preview_change_nothing(person):
    """Only buttons confirm; a stray 'yes' does not."""
    buyer = await person()
    await at_preview(buyer)
    shown = await buyer.say("yes", "Use the buttons below")
    assert "Total to pay" in shown.text


async def test_changing_goods_asks_for_the_numbers_again(person):
    """Back at the lines a new quantity gives a new total."""
    buyer = await person()
    first = await at_preview(buyer, TAPE_MEASURE, 4)
    await buyer.do("Edit goods", "Your order")
    await buyer.do("Change 1", "How many")
    await buyer.say("60", "Your order")
    await buyer.do("Continue", "Where should it go")
    shown = await buyer.do("张三", "Total to pay")
    assert "60 pieces × ¥5.20 → ¥312.00" in shown.text
    assert shown.text != first.text


@pytest.mark.parametrize(
    ("fault", "words"),
    slow_but(
        [{"kind": "cut_before"}, {"kind": "http_500"}, {"kind": "null_data"}],
        [
            ({"kind": "cut_before"}, "doesn't answer right now. Nothing is lost"),
            ({"kind": "http_502_html"}, "has a problem right now. Nothing is lost"),
            ({"kind": "http_500"}, "has a problem right now. Nothing is lost"),
            ({"kind": "throttle_429", "retryAfter": 60}, "asks us to slow down. Nothing is lost"),
            ({"kind": "not_json"}, "made no sense"),
            ({"kind": "cut_mid_answer"}, "doesn't answer|made no sense"),
            ({"kind": "null_data"}, "made no sense"),
        ],
    ),
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else "",
)
async def test_a_failing_marketplace_is_named_and_the_same_button_works_again(
    person, marketplace, fault, words
):
    """The order and the address are kept; one tap asks again."""
    buyer, market = await person(), Market(marketplace)
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.do("Continue", "no address yet")
    await buyer.say("张三 13812345678 浙江省杭州市滨江区网商路699号", "Is this right")
    await market.fault(endpoint="preview", times=None, **fault)
    shown = await buyer.do("Save", words)
    assert "Your order is kept" in shown.text
    await buyer.do("Get the total", words)
    await market.mend()
    shown = await buyer.do("Get the total", "Total to pay")
    assert "4 pieces" in shown.text
    assert await market.orders() == []


async def test_a_short_hiccup_is_not_even_noticed(person, marketplace):
    """A read that fails once is asked again before the person sees anything."""
    buyer, market = await person(), Market(marketplace)
    await at_lines(buyer, TAPE_MEASURE, 4)
    await market.fault("http_502_html", "preview")
    shown = await from_lines_to_preview(buyer)
    assert "problem" not in shown.text


async def test_a_slow_marketplace_is_waited_for(person, marketplace, telegram):
    """Meanwhile the chat shows that the bot is at work."""
    buyer, market = await person(), Market(marketplace)
    await at_lines(buyer, TAPE_MEASURE, 4)
    await market.fault("slow", "preview", seconds=1.2)
    await from_lines_to_preview(buyer)
    path = f"/sandbox/chats/{buyer.id}/wait?after_seq=0&timeout=0.1"
    events = (await telegram.get(path)).json()["events"]
    assert [event for event in events if event["type"] == "action"]
