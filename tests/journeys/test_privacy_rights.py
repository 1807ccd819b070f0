"""A person gets their own data as a file, and has it deleted, at any step."""

import json
import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import ADDRESS, placed
from chat import Person, Shown
from steps import PAYMENT, PLACES, Place

from tests.tiers import slow_but

Arrive = Callable[..., Awaitable[Person]]
STREET = "网商路699号"


async def _file(buyer: Person) -> dict[str, object]:
    await buyer.send("/mydata")
    shown: Shown = await buyer.sees("everything I keep|保存的关于你")
    document = shown.raw["document"]
    assert document["file_name"] == "snaporder-my-data.json"
    answer = await buyer.http.get(f"/sandbox/files/{document['file_id']}")
    assert answer.status_code == 200, answer.text[:200]
    return dict(json.loads(answer.content))


async def _delete(buyer: Person) -> Shown:
    await buyer.say("/deletemydata", "Delete your data|要删除你的数据")
    return await buyer.do("Delete everything|全部删除", "is deleted|已删除")


@pytest.mark.parametrize(
    "name", slow_but(["results", "address_form", "preview", "payment"], [*PLACES, "payment"])
)
async def test_deletion_works_at_every_step(
    name: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """It leads to the beginning, and what was under way is not there any more."""
    place: Place = PLACES.get(name, PAYMENT)
    buyer = await person()
    await place.walk(buyer)
    before = await buyer.screen()
    await _delete(buyer)
    await buyer.say("/start", "What are you looking for")
    await buyer.say("/address", "address yet")
    old = before.buttons[0]
    if "callback_data" in old:
        await buyer.press(before.id, old["callback_data"])
        await buyer.sees("earlier step|What are you looking for|address yet")


async def test_keeping_the_data_leads_back_to_the_step(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Whoever thinks better of it goes on where they were."""
    buyer = await person("zh-hans")
    await PLACES["preview"].walk(buyer)
    await buyer.say("/deletemydata", "要删除你的数据")
    await buyer.do("不删除", "应付总额")


async def test_an_old_question_deletes_nothing(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Whoever went on after being asked is not deleted by the old button."""
    buyer = await person()
    await PLACES["lines"].walk(buyer)
    asked = await buyer.say("/deletemydata", "Delete your data")
    await buyer.say("/start", "order in progress")
    await buyer.tap("Delete everything", asked)
    await buyer.sees("earlier step")


async def test_an_open_order_stays_and_is_named(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """An unpaid order can still be paid afterwards; the addresses are gone."""
    buyer = await person()
    match = re.search(r"S\d{6}-\w{8}", (await placed(buyer)).text)
    assert match
    number = match[0]
    shown = await buyer.say("/deletemydata", "Delete your data")
    assert "under way" in shown.text
    assert number in shown.text
    shown = await buyer.do("Delete everything", "is deleted")
    assert number in shown.text
    listed = await buyer.say("/orders", "orders")
    # Pressing what the list has leads to the order's card.
    assert any(number in each.get("callback_data", "") for each in listed.buttons)
    data = await _file(buyer)
    assert data["addresses"] == []
    assert [order["order_no"] for order in data["orders"]] == [number]


async def test_the_file_holds_everything_of_that_person_and_nobody_else(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Address and draft of the one who asks are in it, those of another person are not."""
    other = await person()
    await PLACES["preview"].walk(other)
    buyer = await person()
    await buyer.say("/start", "Snaporder")
    empty = await _file(buyer)
    assert empty["telegram_user_id"] == buyer.id
    assert empty["addresses"] == []
    assert str(other.id) not in json.dumps(empty)
    data = await _file(other)
    assert STREET in json.dumps(data["addresses"], ensure_ascii=False)
    (talk,) = data["conversations"]
    assert talk["state"]["cart"]["draft"]["lines"]
    assert ADDRESS.split()[0] in json.dumps(data, ensure_ascii=False)


async def test_another_persons_button_deletes_nothing(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Crafted callback data with somebody else's session is refused."""
    victim, attacker = await person(), await person()
    await PLACES["lines"].walk(victim)
    asked = await victim.say("/deletemydata", "Delete your data")
    await attacker.say("/start", "Snaporder")
    own = await attacker.screen()
    await attacker.press(own.id, asked.button("Delete everything")["callback_data"])
    await attacker.sees("earlier step")
    assert (await _file(victim))["conversations"][0]["state"]["cart"]["draft"]["lines"]
