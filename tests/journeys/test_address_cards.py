"""Cards at the address screens: a contact, a place and a pin, shared instead of typed."""

import pytest
from chat import Person, Shown

_PLACE = "浙江省杭州市滨江区长河街道网商路699号"
_FORM = "New address|新地址"
_PIN = {"latitude": 30.18, "longitude": 120.19}
_LI = {"phone_number": "8613912345678", "first_name": "四", "last_name": "李", "user_id": 5}
_ANNA = {"phone_number": "+79161234567", "first_name": "Anna", "last_name": "Ivanova"}


async def at_form(buyer: Person) -> Shown:
    """Open an empty form."""
    await buyer.say("/address", "no address yet|还没有收货地址")
    return await buyer.do("Add an address|添加地址", _FORM)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (None, "收货人：李四\n电话：13912345678.*哪个省"),
        (f"张三 {_PLACE}", "请核对地址.*张三\n电话：13912345678.*滨江区"),
        (f"13812345678 {_PLACE}", "请核对地址.*李四\n电话：13912345678.*滨江区"),
        (f"张三 13812345678 {_PLACE}", "请核对地址.*李四\n电话：13912345678.*滨江区"),
    ],
)
async def test_a_contact_is_who_receives(person, typed: str | None, read: str) -> None:
    """At the empty form, at a question and at the check: what of it is asked for is taken."""
    buyer = await person("zh-hans")
    await at_form(buyer)
    if typed is not None:
        await buyer.say(typed, "收货人")
    await buyer.share(contact=_LI)
    await buyer.sees(read)


async def test_a_contact_in_the_address_book_begins_an_address(person) -> None:
    """As a pasted one would."""
    buyer = await person()
    await buyer.say("/address", "no address yet")
    await buyer.share(contact=_LI)
    shown = await buyer.sees("Which province")
    assert "李四" in shown.text


async def test_a_contact_with_a_number_abroad_is_told_so(person) -> None:
    """The name may be theirs; couriers need a number in China."""
    buyer = await person()
    await at_form(buyer)
    await buyer.say(f"张三 {_PLACE}", "phone number")
    await buyer.share(contact=_ANNA)
    await buyer.sees("numbers abroad")


async def test_a_shared_place_is_where_to_and_a_pin_is_answered(person) -> None:
    """A place has an address in words, which a pin has not; neither takes anything away."""
    buyer = await person("zh-hans")
    await at_form(buyer)
    await buyer.share(location=_PIN)
    shown = await buyer.sees("没法按地图定位.*新地址")
    assert "照片" not in shown.text
    place = {"location": _PIN, "title": "菜鸟驿站", "address": _PLACE}
    await buyer.share(location=_PIN, venue=place)
    await buyer.sees("网商路699号.*收货人姓名是")
    await buyer.share(location=_PIN)
    shown = await buyer.sees("没法按地图定位")
    assert "网商路699号" in shown.text
    await buyer.share(contact=_LI)
    await buyer.sees("请核对地址.*李四")
