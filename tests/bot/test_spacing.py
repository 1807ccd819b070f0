"""Chinese texts stand beside names and numbers as they are written in print."""

import pytest

from bot.chat.spacing import woven
from bot.chat.texts import texts_in


@pytest.mark.parametrize(
    ("text", "shown", "made"),
    [
        ("{name}提交了凭证", {"name": "Anna"}, "Anna 提交了凭证"),
        ("{name}提交了凭证", {"name": "王磊"}, "王磊提交了凭证"),
        ("<b>{name}</b>提交了", {"name": "Анна"}, "<b>Анна</b> 提交了"),
        ("满 {pieces} 成团", {"pieces": "3 双"}, "满 3 双成团"),
        ("满 {pieces} 成团", {"pieces": "3 pcs"}, "满 3 pcs 成团"),
        ("请在 {moment}前付", {"moment": "<i>03:37</i>"}, "请在 <i>03:37</i> 前付"),
        (
            "请在 {moment}前付",
            {"moment": '<tg-time unix="1">3:37（北京时间）</tg-time>'},
            '请在 <tg-time unix="1">3:37（北京时间）</tg-time> 前付',
        ),
        ("备注<code>{code}</code>", {"code": "G2-3"}, "备注 <code>G2-3</code>"),
        ("降到 {price}", {"price": "¥29.90"}, "降到 ¥29.90"),
        ("📣 {place}", {"place": "好货"}, "📣 好货"),
        ("<b>{name}</b> {more}", {"name": "王", "more": "@w"}, "<b>王</b> @w"),
        ("由{name}负责", {"name": ""}, "由负责"),
        ("没有参数", {}, "没有参数"),
        ("{a}{b}", {"a": "一", "b": "x"}, "一x"),
        ("（{name}）", {"name": "Anna"}, "（Anna）"),
        ('<a href="{link}">看</a>', {"link": "t.me/x"}, '<a href="t.me/x">看</a>'),
        ("{sign}多", {"sign": "<"}, "<多"),
    ],
)
def test_a_space_stands_beside_letters_and_none_between_characters(
    text: str, shown: dict[str, str], made: str
) -> None:
    assert woven(text, shown) == made


def test_the_proof_of_anna_and_of_wang_lei() -> None:
    t = texts_in("zh")
    assert "Anna 提交了" in t("told.proof", name="Anna", code="1", amount="2")
    assert "王磊提交了" in t("told.proof", name="王磊", code="1", amount="2")
