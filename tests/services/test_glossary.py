"""Goods in English words, and what they are called on 1688."""

import re
from pathlib import Path

import pytest

from bot.services.finding import glossary
from bot.services.finding.glossary import in_chinese


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        ("ceramic mug", ("陶瓷马克杯", "马克杯")),
        ("Ceramic Mugs", ("陶瓷马克杯", "马克杯")),
        ("tote bag", ("帆布包",)),
        ("white t-shirt for men", ("男士白色T恤", "T恤")),
        ("women's summer dress", ("女士夏季连衣裙", "连衣裙")),
        ("coffee mug with lid", ("马克杯",)),
        ("box for jewelry", ("首饰包装盒", "包装盒")),
        ("wine glasses", ("酒杯",)),
        ("red scarves", ("红色围巾", "围巾")),
        ("iphone 15 case", ("15 手机壳", "手机壳")),
        ("LED flurbish desk lamp", ("发光台灯", "台灯")),
        ("red", ("红色",)),
        ("красный зонт", ("红色雨伞", "雨伞")),
    ],
)
def test_goods_and_what_describes_them_are_put_together(
    words: str, chinese: tuple[str, ...]
) -> None:
    """As a title has them: qualities, colours, materials, goods; then the goods alone."""
    assert in_chinese(words) == chinese


@pytest.mark.parametrize("words", ["", "马克杯", "flurb", "red flurb", "1234", "!?", "for with"])
def test_what_names_no_known_goods_is_left_alone(words: str) -> None:
    """Nothing is made up of half a phrase, and Chinese needs no help."""
    assert in_chinese(words) == ()


def test_the_list_says_each_word_once() -> None:
    """Of two meanings in one section the first would be lost without a word."""
    path = Path(glossary.__file__).with_name("glossary.txt")
    seen: set[tuple[str, str]] = set()
    section = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif line and not line.startswith("#"):
            zh, words = line.split(":")
            assert re.search("[\u4e00-\u9fff]", zh), line
            for word in words.split(","):
                key = (section, word.strip().replace("-", " "))
                assert key not in seen, key
                seen.add(key)
    assert len(seen) > 1500
