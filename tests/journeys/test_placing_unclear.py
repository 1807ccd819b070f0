"""Confirm without a clear answer: looked up, and made once more only when surely not made."""

import asyncio
import re

import httpx
import pytest
from buying import BASKETBALL, SNEAKERS, TAPE_MEASURE, Market, at_lines, at_preview, placed

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.offers import Wording
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from tests.tiers import SLOW, slow_but

UNCLEAR = "didn't answer clearly"
CONFIRM = "Confirm order"


async def confirm(buyer, wanted):
    return await buyer.do(CONFIRM, wanted)


def says_twice(text: str) -> list[str]:
    """The sentences that a screen has more than once."""
    sentences = [each.strip() for each in re.split(r"[.!?:;。！？\n]", text)]
    long = [each for each in sentences if len(each) > 20]
    return [each for each in set(long) if long.count(each) > 1]


@pytest.mark.parametrize(
    "fault",
    slow_but(
        [{"kind": "answer_lost"}, {"kind": "not_json"}, {"kind": "missing_ids"}],
        [
            {"kind": "answer_lost"},
            {"kind": "cut_mid_answer"},
            {"kind": "reset_after_answer"},
            {"kind": "cut_gzip"},
            {"kind": "not_json"},
            {"kind": "null_data"},
            {"kind": "missing_ids"},
            {"kind": "http_500", "processed": True},
            {"kind": "http_502_html", "processed": True},
            {"kind": "throttle_429", "processed": True},
        ],
    ),
    ids=lambda fault: fault["kind"],
)
async def test_an_order_that_was_made_without_a_clear_answer_is_found(person, marketplace, fault):
    """It is looked up, not sent again, and paid like any other."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.fault(endpoint="create", **fault)
    await confirm(buyer, UNCLEAR)
    shown = await buyer.sees("Order placed")
    order = await market.only_order()
    assert order["orderId"] in shown.text
    assert await market.count("create") == 1
    assert any(label.startswith("💳 Pay ¥") for label in shown.labels)


@pytest.mark.parametrize("filtering", ["ignored", "late"])
async def test_a_filter_that_does_not_filter_is_seen_through(person, marketplace, filtering):
    """Other people's orders in the answer are not adopted; ours is found by its number."""
    other, buyer, market = await person(), await person(), Market(marketplace)
    await placed(other)
    await market.switch(out_order_id_filter=filtering, out_order_id_late_seconds=60)
    await at_preview(buyer)
    await market.fault("answer_lost", "create")
    await confirm(buyer, UNCLEAR)
    shown = await buyer.sees("Order placed")
    first, second = await market.orders()
    assert second["orderId"] in shown.text
    assert first["orderId"] not in shown.text
    assert first["status"] == second["status"] == "waitbuyerpay"


@pytest.mark.parametrize(
    "fault",
    slow_but(
        [{"kind": "cut_before"}],
        [{"kind": "http_500"}, {"kind": "cut_before"}, {"kind": "not_json", "processed": False}],
    ),
    ids=lambda fault: fault["kind"],
)
async def test_an_order_that_was_never_made_is_made_once_more(person, marketplace, fault):
    """The list shows another order and not this one: it is created under the same number."""
    buyer, market = await person(), Market(marketplace)
    await placed(await person())
    await market.fault(endpoint="create", times=1, **fault)
    preview = await at_preview(buyer)
    await confirm(buyer, UNCLEAR)
    shown = await buyer.sees("Order placed")
    _, order = await market.orders()
    assert order["orderId"] in shown.text
    assert f"{order['totalFen'] / 100:.2f}" in preview.button(CONFIRM)["text"]
    assert await market.count("create") == 3


async def test_before_it_is_made_once_more_the_total_is_checked(person, marketplace):
    """Dearer meanwhile: nothing is ordered, and the person is asked with the difference."""
    buyer, market = await person(), Market(marketplace)
    await placed(await person())
    await market.fault("cut_before", "create", times=1)
    await at_preview(buyer, TAPE_MEASURE, 4)
    await confirm(buyer, UNCLEAR)
    await market.change(TAPE_MEASURE, priceDelta=100)
    shown = await buyer.sees("numbers changed since you agreed. Nothing was ordered")
    assert "Total: +¥4.00" in shown.text
    assert len(await market.orders()) == 1
    await confirm(buyer, "Order placed")
    assert len(await market.orders()) == 2


async def test_a_first_create_that_takes_effect_after_all_is_closed(person, marketplace):
    """The costly reading of a repeated number: the order that the person has is the one left."""
    buyer, market = await person(), Market(marketplace)
    await placed(await person())
    await market.switch(cancel_after_seconds=0)
    await market.fault("cut_before", "create", times=1)
    await at_preview(buyer)
    await confirm(buyer, UNCLEAR)
    async with asyncio.timeout(60):
        while len(orders := await market.orders()) < 2:  # noqa: ASYNC110 - another process decides
            await asyncio.sleep(0.02)
    await make_double(marketplace, orders[1])
    shown = await buyer.sees("Order placed")
    async with asyncio.timeout(60):
        while (await market.orders())[2]["status"] != "cancel":  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    assert orders[1]["orderId"] in shown.text
    assert (await market.orders())[1]["status"] == "waitbuyerpay"


@pytest.mark.parametrize(
    "fault",
    slow_but(
        [{"kind": "http_500"}],
        [{"kind": "http_500"}, {"kind": "cut_before"}, {"kind": "not_json", "processed": False}],
    ),
    ids=lambda fault: fault["kind"],
)
async def test_what_cannot_be_proven_ends_with_a_person(person, marketplace, fault):
    """No other order shows that the list is complete: it is not made again by itself."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.fault(endpoint="create", **fault)
    await confirm(buyer, UNCLEAR)
    shown = await buyer.sees("couldn't find order S")
    assert shown.labels[0] == "🔍 Look again"
    shown = await buyer.do("Look again", "still not to be found")
    assert says_twice(shown.text) == []
    assert await market.orders() == []
    assert await market.count("create") == 1
    await buyer.do("Do something else", "I'll write when I know")
    await buyer.say("/orders", "unclear: not found at 1688")
    card = await buyer.do("^1$", "Not found at 1688 so far")
    assert says_twice(card.text) == []
    assert card.button("Look again")


async def test_an_uncertain_order_can_be_left_and_is_told_later(person, marketplace):
    """The chat goes on; the outcome stands as one line above the current screen."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.fault("answer_lost", "create")
    await market.fault("http_500", "order_list", times=None)
    await confirm(buyer, UNCLEAR)
    await buyer.do("Do something else", "I'll write when I know")
    await at_lines(buyer, BASKETBALL, 2, ".")
    await market.mend()
    shown = await buyer.sees("was made after all")
    assert "2 pieces" in shown.text
    await market.only_order()


async def test_doubles_at_the_marketplace_are_closed_but_for_one(person, marketplace):
    """Two orders of our number and goods: the older is kept, the other cancelled unpaid."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(cancel_after_seconds=0)
    await at_preview(buyer, TAPE_MEASURE, 4)
    await market.fault("answer_lost", "create")
    await market.fault("http_500", "order_list", times=None)
    await confirm(buyer, UNCLEAR)
    made = await market.only_order()
    await make_double(marketplace, made)
    await market.mend()
    shown = await buyer.sees("Order placed")
    first, second = await market.orders()
    assert first["orderId"] in shown.text
    assert second["orderId"] not in shown.text
    assert (first["status"], second["status"]) == ("waitbuyerpay", "cancel")


async def make_double(http: httpx.AsyncClient, order) -> None:
    """Send the same create once more, as a faulty gateway would."""
    address = order["address"]
    config = ClientConfig(
        app_key="sandbox-key", app_secret="sandbox-secret", base_url=str(http.base_url)
    )
    async with DajiClient(config) as client:
        await client.create(
            order["thirdOrderId"],
            [
                OrderLine(
                    offer_id=line["offerId"],
                    spec_id=line["specId"],
                    title=Wording(zh=line["name"]),
                    quantity=line["quantity"],
                )
                for line in order["lines"]
            ],
            Address(
                full_name=address["fullName"],
                mobile=address["mobile"],
                province=address["provinceText"],
                city=address["cityText"],
                street=address["address"],
                district_code=address["districtCode"],
            ),
        )


async def test_a_split_order_without_an_answer_is_adopted_whole(person, marketplace):
    """Both parts are found and belong together."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(split_orders="always")
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await at_preview(buyer, SNEAKERS, 3, "Black", "40")
    await market.fault("answer_lost", "create")
    await confirm(buyer, UNCLEAR)
    shown = await buyer.sees("Order placed")
    assert all(order["orderId"] in shown.text for order in await market.orders())


@SLOW
@pytest.mark.crash
async def test_a_crash_while_the_order_is_sent_makes_no_second_one(
    person, marketplace, running_bot
):
    """Killed with create under way, the bot finds its order after the restart."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.fault("slow", "create", seconds=1.0)
    await confirm(buyer, "Placing your order")
    await market.until_called("create")
    running_bot.kill()
    running_bot.start()
    await running_bot.ready()
    shown = await buyer.sees("Order placed")
    assert (await market.only_order())["orderId"] in shown.text
    assert await market.count("create") == 1
