"""What is said to somebody, and what names goods though it begins like talk."""

import pytest

from bot.domain.identifiers import order_named
from bot.domain.small_talk import command_meant, is_talk, is_yes, talk_of, wanted_as_goods

_SAID = (
    "在吗|亲在吗|付完了|我付款了|谢谢亲|人工客服|多少钱|包邮吗|怎么付款|多久到货|快递到哪了|我的订单呢|查物流|"
    "Hi there!|thank you so much|where is my order?|when will it arrive|track my order|i paid|"
    "how much is shipping to London?|do you ship to Almaty?|can i talk to a human?|how do I pay?|"
    "有货吗|起批量多少|质量怎么样|什么材质|有什么颜色|支持定制吗|没收到货|发错了|再见|你是机器人吗|"
    "is it available?|how long does shipping take|do you accept paypal?|any discount?|bye|"
    "what's the MOQ?|which sizes do you have?|my parcel is lost|cancel my order|где посылка?|"
    "Привет|где мой заказ|сколько стоит доставка в Алматы|как оплатить|сәлем|рахмет|"
    "亲|谢谢老板|ok|好的|嗯|价格|price?|how much|got it|收到|这个多少钱|求同款|do you have this?"
)
_GOODS = (
    "hello kitty mug|can opener|i want to buy shoes|订单本|快递袋|客服耳机|退货袋|你好布偶|谢谢卡|"
    "货架|back cushion|bye bye bag|收到付款章|晚安灯|哈哈镜|定制杯子|营业时间牌|discount stickers|"
    "moq samples|size tags|wrong item book|便宜手机壳|什么颜色都有的笔|help wanted sign|"
    "thank you cards|hi-vis vest|paid stamp|good morning mug|多少码鞋|嗨翻天|кроссовки|support|"
    "老板椅|早餐机|价格标签|okay sign|price tags|human hair"
)


@pytest.mark.parametrize("text", _SAID.split("|"))
def test_what_is_said_is_not_searched(text: str):
    """Whole messages only."""
    assert talk_of(text) is not None


@pytest.mark.parametrize("text", _GOODS.split("|"))
def test_goods_are_searched(text: str):
    """Their names may hold a greeting, an order or a refund."""
    assert talk_of(text) is None


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("search for “help”", "help"),
        ("search help", "help"),
        ("搜索 订单", "订单"),
        ("найди: спасибо", "спасибо"),
        ("搜索“你好”", "你好"),
        ("find me women's hats", "women's hats"),
        ("找茬玩具", None),
        ("research", None),
    ],
)
def test_goods_can_be_asked_for_in_so_many_words(text: str, goods: str | None):
    """So that nothing is out of reach."""
    assert wanted_as_goods(text) == goods


@pytest.mark.parametrize(
    ("text", "alone", "number"),
    [
        (" s261130-abcdefgh ", True, "S261130-ABCDEFGH"),
        ("/orders S261130-ABCDEFGH", False, "S261130-ABCDEFGH"),
        ("/orders S261130-ABCDEFGH", True, None),
        ("2257000000000000001", True, "2257000000000000001"),
        ("748177702248", True, None),
        ("S261130", True, None),
    ],
)
def test_an_orders_number_is_known_by_its_form(text: str, *, alone: bool, number: str | None):
    """Ours in either case, the marketplace's by its 19 digits."""
    assert order_named(text, alone=alone) == number


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("My orders", "/orders"),
        ("查看订单", "/orders"),
        ("go back", "/start"),
        ("help me!", "/help"),
        ("start over", "/start"),
        ("my cart", "/cart"),
        ("back cushion", None),
        ("my orders notebook", None),
    ],
)
def test_commands_said_in_several_words(text: str, command: str | None):
    """The whole message is the command."""
    assert command_meant(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "是的",
        "好的",
        "确认",
        "对，没错",
        "yes",
        "OK",
        "ok 👌",
        "Yes, that's right",
        "да",
        "好的好的",
        "👍",
    ],
)
def test_a_yes(text: str):
    """In every language that people say it in."""
    assert is_yes(text)


@pytest.mark.parametrize(
    "text", ["是的吗", "好马配好鞍", "yes or no", "好运来", "okra", "不是", "no"]
)
def test_no_yes(text: str):
    """Words that only begin like one."""
    assert not is_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "多久到货",
        "请发圆通快递",
        "在吗",
        "付完了",
        "where is my order",
        "how much is shipping?",
        "谢谢",
        "运费多少",
        "不知道",
        "周末不送货",
        "где мой заказ",
        "Can you ship today",
    ],
)
def test_talk(text: str):
    """Questions, thanks and wishes are told from what fills a form."""
    assert is_talk(text)


@pytest.mark.parametrize(
    "text", ["李四", "网商路699号", "Anna Ivanova", "Will Smith", "KA-112", "深圳市南山区", "杯子"]
)
def test_no_talk(text: str):
    """Names, streets, places and goods are not."""
    assert not is_talk(text)


@pytest.mark.parametrize(
    ("text", "command"), [("help", "/help"), ("我的订单", "/orders"), ("取消", "/cancel")]
)
def test_commands_without_a_slash(text: str, command: str):
    """Whole messages only."""
    assert command_meant(text) == command
    assert command_meant(f"{text}本") is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/订单", "/orders"),
        ("／help", "/help"),
        ("/ help", "/help"),
        ("//购物车", "/cart"),
        ("\\orders", "/orders"),
        ("/我的 订单", None),
        ("/заказы", "/orders"),
        ("/客服", "/support"),
        ("/分类", "/categories"),
        ("客服", None),
        ("分类", None),
        ("/快递袋", None),
        ("/", None),
    ],
)
def test_a_slash_that_telegram_marks_no_command_behind(text: str, command: str | None):
    """Names that are goods as well are commands only behind one."""
    assert command_meant(text) == command
