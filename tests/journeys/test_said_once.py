"""What counts as said twice, which every journey is held against."""

import pytest
from said_once import said_twice


@pytest.mark.parametrize(
    "text",
    [
        "Send street, number, building and room.\n\nWhich street, number, building and room?",
        "⚠️ 这不像详细地址。请发街道、门牌号、楼栋和房间号。\n\n街道、门牌号、楼栋和房间号是？",
        "It holds from the next quote on.\n\nA change holds from the next quote on; orders don't.",
        "Nothing was found for these words.\nNothing was found for these words, try others.",
        "正在查询订单，请稍等。\n正在查询订单，请稍等。",
    ],
)
def test_one_sentence_of_two_is_enough(text: str) -> None:
    """The same one, and two that differ in a word or two."""
    assert said_twice(text)


@pytest.mark.parametrize(
    "text",
    [
        "Order placed. One step left: pay it.\n\nState: to be paid\n¥1.00\nState: to be paid",
        "• Canvas shoes for women in white\n• Canvas shoes for women in white",
        "1. Canvas shoes for women — ¥3\n2. Canvas shoes for women — ¥3",
        "⚠️ That isn't a street line.\n\nWhich street, number, building and room?",
        "收货人：张三\n收货地址：浙江省杭州市\n\n请核对地址。",
    ],
)
def test_lists_and_labels_may_repeat(text: str) -> None:
    """Goods, prices and states stand in a list as often as there are such."""
    assert said_twice(text) == []
