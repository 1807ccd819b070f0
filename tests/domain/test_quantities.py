"""Quantities as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.numerals import chinese_number
from bot.domain.offers import Wording
from bot.domain.quantities import (
    LARGEST,
    QuantityAbsurd,
    QuantityError,
    QuantityFractional,
    QuantityNotPositive,
    QuantityOtherUnit,
    QuantityUnreadable,
    read_quantity,
)
from tests.domain.strategies import quantities

_FULL_WIDTH = str.maketrans("0123456789,.-+", "０１２３４５６７８９，．－＋")
_UNITS = [
    "件",
    "个",
    "個",
    "双",
    "套",
    "箱",
    "米",
    "盒",
    "只",
    "pcs",
    "Pieces",
    "pairs",
    "box",
    "boxes",
]


@given(quantities, st.sampled_from(["", " ", "\u3000", "\n"]), st.sampled_from(["", *_UNITS]))
def test_a_number_is_read_in_every_dress(number: int, space: str, unit: str):
    """Separators, full-width digits, a unit and spaces around change nothing."""
    for digits in (str(number), f"{number:,}", f"+{number}", f"00{number}", f"{number}.00"):
        text = f"{space}{digits}{space}{unit}{space}"
        assert read_quantity(text) == number
        assert read_quantity(text.translate(_FULL_WIDTH)) == number


@given(quantities)
def test_a_number_with_chinese_thousands_separators_is_read(number: int):
    """A Chinese keyboard types the full-width comma."""
    assert read_quantity(f"{number:,}".replace(",", "，")) == number


@given(st.text(max_size=20))
def test_any_text_is_a_quantity_or_a_quantity_error(text: str):
    """Nothing that a person sends raises anything else, and what is read can be ordered."""
    try:
        number = read_quantity(text)
    except QuantityError:
        return
    assert 1 <= number <= LARGEST


@given(st.from_regex(r"[+\-]?[0-9０-９,.， ]{1,30}", fullmatch=True))
def test_any_arrangement_of_digits_is_read_or_refused(text: str):
    """Digits, separators and signs in any order never crash the reading."""
    try:
        number = read_quantity(text)
    except QuantityError:
        return
    assert 1 <= number <= LARGEST


@given(st.integers(-(10**40), 0), st.sampled_from(["-", "−", "–", "—", "－"]))
def test_zero_and_less_are_not_positive(number: int, minus: str):
    """Zero and negatives of any length have their own answer."""
    with pytest.raises(QuantityNotPositive):
        read_quantity(str(number).replace("-", minus))


@given(st.integers(LARGEST + 1, 10**40))
def test_more_than_anyone_orders_is_absurd(number: int):
    """Also when a fraction follows: the size is the first problem."""
    for text in (str(number), f"{number:,}", f"{number}件", f"{number}.5"):
        with pytest.raises(QuantityAbsurd):
            read_quantity(text)


@given(st.integers(0, LARGEST), st.integers(1, 99))
def test_a_part_of_a_unit_is_fractional(number: int, fraction: int):
    """A fraction has its own answer; .00 is none."""
    for point in (".", "．", "。"):
        with pytest.raises(QuantityFractional):
            read_quantity(f"{number}{point}{fraction:02}")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("１２", 12),
        ("1,200", 1200),
        ("1，200", 1200),
        ("1 200", 1200),
        ("1\u00a0200", 1200),
        ("1'200", 1200),
        ("1’200", 1200),
        ("12件", 12),
        ("来12双吧", 12),
        ("给我12个", 12),
        ("12 双，谢谢！", 12),
        ("12 please", 12),
        ("3打", 36),
        ("2 dozen", 24),
        ("12 件", 12),
        ("12 pcs", 12),
        ("12pcs.", 12),
        ("12 Pieces", 12),
        ("x12", 12),
        ("×12", 12),
        ("12x", 12),
        ("*12", 12),
        ("12!", 12),
        ("12.", 12),
        ("12。", 12),
        ("要12件", 12),
        ("我要 12 个", 12),
        ("来12个", 12),
        ("买12", 12),
        ("数量：12", 12),
        ("数量12", 12),
        ("qty 12", 12),
        ("qty: 12", 12),
        ("quantity: 12", 12),
        ("12块", 12),
        ("12粒", 12),
        ("12片", 12),
        ("12台", 12),
        ("12枚", 12),
        ("12顶", 12),
        ("12袋", 12),
        ("12根", 12),
        ("12副", 12),
        ("12米", 12),
        ("12 kg", 12),
        ("12公斤", 12),
        ("2千", 2000),
        ("1万", 10000),
        ("1.5万", 15000),
        ("3百", 300),
        ("2k", 2000),
        ("1.5k", 1500),
        ("十二", 12),
        ("十", 10),
        ("二十", 20),
        ("两百", 200),
        ("一百二十件", 120),
        ("3万五千", 35000),
        ("三万5千", 35000),
        ("伍拾", 50),
        ("贰佰叁拾", 230),
        ("50 шт", 50),
        ("12 пар", 12),
        ("50 дана", 50),
        ("五个", 5),
        ("twelve", 12),
        ("Twenty-five pcs", 25),
        ("two dozen", 24),
        ("a dozen", 12),
        ("half a dozen", 6),
        ("半打", 6),
        ("a hundred", 100),
        ("2 hundred and fifty", 250),
        ("three thousand two hundred", 3200),
        ("10 ea", 10),
        ("改成10个", 10),
        ("先来10个", 10),
        ("就10件", 10),
        ("10个就行", 10),
        ("10件好了", 10),
        ("i need 10 pieces please", 10),
        ("just 10", 10),
        ("мне 10 штук, пожалуйста", 10),
        ("俩", 2),
        ("廿", 20),
        ("两双", 2),
        ("一千零五", 1005),
        ("三万", 30000),
        ("١٢", 12),
        ("۱۲", 12),
        ("12️⃣", 12),
        ("\u200b12\u200b", 12),
    ],
)
def test_what_people_really_type(text: str, number: int):
    """Seen in shop chats: units, politeness, tens of thousands, numerals in words."""
    assert read_quantity(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "件",
        "k",
        ".",
        "-",
        "many",
        "a few",
        "one piece",
        "a",
        "one hundred pieces or two",
        "ten five",
        "不要10个",
        "再来10个",
        "加到30",
        "each 10",
        "各5",
        "5+5",
        "3x10",
        "十几个",
        "一百多",
        "几个",
        "零零",
        "二三",
        "百二",
        "十万万",
        "10-20",
        "12 or 13",
        "1,2,3",
        "1,2345",
        "12 34",
        "1'2",
        "1..5",
        "--5",
        "+-5",
        "1e3",
        "0x10",
        "½",
        "Ⅻ",
        "https://detail.1688.com/offer/670291644950.html",
        "红色",
        "yes",
    ],
)
def test_what_is_no_quantity_is_not_guessed(text: str):
    """Words, ranges and half-numbers are asked again rather than taken for something."""
    with pytest.raises(QuantityUnreadable):
        read_quantity(text)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("0", QuantityNotPositive),
        ("零", QuantityNotPositive),
        ("0件", QuantityNotPositive),
        ("-1", QuantityNotPositive),
        ("-5 pcs", QuantityNotPositive),
        ("1.5", QuantityFractional),
        ("1,5", QuantityFractional),
        ("1.200", QuantityFractional),
        ("1.000", QuantityFractional),
        (".5", QuantityFractional),
        ("0.5件", QuantityFractional),
        ("1.23456万", QuantityFractional),
        ("1" * 4096, QuantityAbsurd),
        ("100万", QuantityAbsurd),
        ("1000k", QuantityAbsurd),
        ("九千九百九十九万", QuantityAbsurd),
        ("670291644950", QuantityAbsurd),
    ],
)
def test_each_problem_has_its_own_error(text: str, error: type[QuantityError]):
    """The person hears what exactly is wrong."""
    with pytest.raises(error) as caught:
        read_quantity(text)
    assert type(caught.value) is error


@given(st.integers(1, 99_999_999))
def test_every_chinese_numeral_is_read_back(number: int):
    """What is spelled by the rules of Chinese is read by them."""
    assert chinese_number(_spell(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一百二", 120),
        ("一百零二", 102),
        ("两千五", 2500),
        ("三千零五十", 3050),
        ("一万二", 12000),
        ("三万零五", 30005),
        ("两万五千", 25000),
        ("兩萬", 20000),
        ("十五万", 150000),
        ("零", 0),
    ],
)
def test_numerals_as_people_say_them(text: str, number: int):
    """A last digit without 零 counts the next lower unit."""
    assert chinese_number(text) == number


def _spell(number: int) -> str:
    high, low = divmod(number, 10_000)
    if not high:
        return _spell_section(low)
    if not low:
        return f"{_spell_section(high)}万"
    return f"{_spell_section(high)}万{'零' if low < 1000 else ''}{_spell_section(low)}"


def _spell_section(number: int) -> str:
    """Spell 1 to 9999."""
    text, pending_zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if pending_zero else "") + "零一二三四五六七八九"[digit] + name
            pending_zero = False
        else:
            pending_zero = bool(text)
    return text.removeprefix("一") if text.startswith("一十") else text


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("3打", "双", 36),
        ("一打", "个", 12),
        ("3打", "打", 3),
        ("3箱", "箱", 3),
        ("3 boxes", "盒", 3),
        ("3 bags", "袋", 3),
        ("5m", "米", 5),
        ("3套", "件", 3),
    ],
)
def test_a_unit_counts_as_the_offer_is_sold(text: str, unit: str, number: int):
    """A dozen is twelve unless goods are sold by the dozen; the offer's own unit is one."""
    assert read_quantity(text, Wording(zh=unit)) == number


@pytest.mark.parametrize(
    ("text", "unit"), [("3箱", "个"), ("2 boxes", "双"), ("10米", "卷"), ("5kg", "包")]
)
def test_a_measure_other_than_the_offers_is_not_guessed(text: str, unit: str):
    """Three boxes are never three pieces."""
    with pytest.raises(QuantityOtherUnit):
        read_quantity(text, Wording(zh=unit))


def test_dozens_beyond_the_largest_are_absurd():
    """What a dozen makes of a number is held to the same bound."""
    with pytest.raises(QuantityAbsurd):
        read_quantity("99999打", Wording(zh="件"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3万5千", 35_000),
        ("3万5", 35_000),
        ("三万五", 35_000),
        ("1.5万", 15_000),
        ("1k5", 1_500),
        ("2千零5", 2_005),
        ("1千2百3十", 1_230),
        ("3万５千件", 35_000),
        ("来3万5千个", 35_000),
        ("一百二", 120),
        ("两打", 24),
        ("兩百", 200),
        ("十二万三千", 123_000),
    ],
)
def test_numbers_as_chinese_write_them(typed: str, meant: int) -> None:
    """Figures and numerals may stand together, and a last one counts the next lower unit."""
    assert read_quantity(typed) == meant


@pytest.mark.parametrize("typed", ["3千5万", "3万50000", "3千千", "十来个", "千", "万", "5kk"])
def test_what_is_no_number_is_none(typed: str) -> None:
    """Units go downwards, and a vague number is none."""
    with pytest.raises(QuantityUnreadable):
        read_quantity(typed)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("24支", "盒"),
        ("12片", "包"),
        ("100张", "箱"),
        ("2双", "箱"),
        ("2只", "双"),
        ("24只", "对"),
        ("3双", "只"),
    ],
)
def test_what_lies_inside_the_unit_is_no_number_of_units(text: str, unit: str):
    """24支 of pencils by the box may be two boxes or 24; one shoe is no pair."""
    with pytest.raises(QuantityOtherUnit):
        read_quantity(text, Wording(zh=unit))


@pytest.mark.parametrize(
    ("text", "unit"), [("24支", "支"), ("3盒", "盒"), ("3件", "盒"), ("2对", "双")]
)
def test_the_units_own_words_and_loose_ones_agree_with_it(text: str, unit: str):
    """What is sold so is counted so."""
    assert read_quantity(text, Wording(zh=unit)) == int(text[:-1])
