"""Each step of the journey: how a person gets there, and what they see in either language."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from buying import SNEAKERS, TAPE_MEASURE, at_lines, at_offer, at_preview, at_quantity, placed
from chat import Person, Shown


@dataclass(frozen=True)
class Place:
    """A step, or one of its moods. `has_draft` tells whether lines are at stake there."""

    walk: Callable[[Person], Awaitable[Shown]]
    en: str
    zh: str
    has_draft: bool = False


async def start(buyer: Person) -> Shown:
    return await buyer.say("/start", "Snaporder")


async def results(buyer: Person) -> Shown:
    return await buyer.say("杯子", "Results for|的搜索结果")


async def refine(buyer: Person) -> Shown:
    await results(buyer)
    return await buyer.do("➕ Keyword|加关键词", "Send a keyword|发一个关键词")


async def filters(buyer: Person) -> Shown:
    await results(buyer)
    return await buyer.do("Filters|筛选", "Tick what|勾选条件")


async def prices(buyer: Person) -> Shown:
    await filters(buyer)
    return await buyer.do("Price range|价格区间", "Send a price|发单价区间")


async def navigation(buyer: Person) -> Shown:
    await buyer.say("杯子", "Results for|的搜索结果")
    return await buyer.do("Narrow|选属性", "Narrow by…$|哪个属性")


async def offer(buyer: Person) -> Shown:
    return await at_offer(buyer, SNEAKERS)


async def variant(buyer: Person) -> Shown:
    await at_offer(buyer, SNEAKERS)
    await buyer.do("Choose a variant|选规格", "Choose:|请选择")
    return await buyer.do("White|白", "Choose:|请选择")


async def quantity(buyer: Person) -> Shown:
    return await at_quantity(buyer, TAPE_MEASURE)


async def quantity_problem(buyer: Person) -> Shown:
    await quantity(buyer)
    return await buyer.say("1", "minimum|起订量是")


async def watch(buyer: Person) -> Shown:
    await at_offer(buyer, TAPE_MEASURE)
    return await buyer.do("🔔 Watch|降价提醒", "one message|只通知一次")


async def cart(buyer: Person) -> Shown:
    await lines(buyer)
    return await buyer.say("/cart", "Your cart|购物车")


async def lines(buyer: Person) -> Shown:
    return await at_lines(buyer, TAPE_MEASURE, 4)


async def address(buyer: Person) -> Shown:
    await lines(buyer)
    return await buyer.do("Continue|下一步", "address yet|还没有收货地址")


async def address_form(buyer: Person) -> Shown:
    await address(buyer)
    return await buyer.do("Add an address|添加地址", "New address|新地址")


async def address_question(buyer: Person) -> Shown:
    await address_form(buyer)
    return await buyer.say("张三 浙江省杭州市滨江区长河街道网商路699号", "phone number|手机号")


async def address_check(buyer: Person) -> Shown:
    await address_form(buyer)
    text = "张三 13812345678 浙江省杭州市滨江区长河街道网商路699号"
    return await buyer.say(text, "Is this right|请核对地址")


async def preview(buyer: Person) -> Shown:
    return await at_preview(buyer)


async def note(buyer: Person) -> Shown:
    await preview(buyer)
    return await buyer.do("Note to|留言", "tell the seller|想对卖家说")


async def payment(buyer: Person) -> Shown:
    return await placed(buyer)


PLACES = {
    "start": Place(start, "What are you looking for", "今天想找点什么"),
    "results": Place(results, "Results for “杯子”", "“杯子”的搜索结果"),
    "refine": Place(refine, "Send a keyword to narrow", "发一个关键词来缩小范围"),
    "filters": Place(filters, "Results for.*Tick what", "搜索结果.*勾选条件"),
    "prices": Place(prices, "Send a price range", "请发单价区间"),
    "navigation": Place(navigation, "Results for.*Narrow by…", "搜索结果.*哪个属性"),
    "offer": Place(offer, "Canvas Shoes.*Minimum order", "百搭帆布鞋.*起订量"),
    "variant": Place(variant, "White.*Choose: Size", "白色.*请选择：尺码"),
    "quantity": Place(quantity, "How many", "要多少"),
    "quantity_problem": Place(quantity_problem, "⚠️.*minimum", "⚠️.*起订量"),
    "watch": Place(watch, "You'll get one message", "时通知你，只通知一次"),
    "cart": Place(cart, "Your cart", "🛒 购物车", has_draft=True),
    "lines": Place(lines, "Your order", "待下单", has_draft=True),
    "address": Place(address, "no address yet", "还没有收货地址", has_draft=True),
    "address_form": Place(address_form, "New address", "新地址", has_draft=True),
    "address_question": Place(
        address_question, "Name: 张三.*phone number", "收货人：张三.*手机号", has_draft=True
    ),
    "address_check": Place(address_check, "Is this right", "请核对地址", has_draft=True),
    "preview": Place(preview, "Total to pay", "应付总额", has_draft=True),
    "note": Place(note, "tell the seller", "想对卖家说什么", has_draft=True),
}
"""Every step before an order is placed, in the order of the journey."""

PAYMENT = Place(payment, "Order placed", "下单成功")
