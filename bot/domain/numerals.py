"""Numbers as people write them: 两百, 一百二, 三万五, 3万5千, 两块五; twenty, two hundred."""

import re
import unicodedata
from decimal import Decimal

from bot.domain.patterns import lazily

_DIGITS = dict(zip("一二两兩三四五六七八九", (1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_DIGIT = f"[{''.join(_DIGITS)}]"
CHARACTERS = "".join(_DIGITS) + "零〇十百千万萬"
_FORMAL = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾佰仟", "一二二三三四五六六七八九十百千")
"""The characters of contracts and receipts."""
_SECTION = lazily(
    f"(?:({_DIGIT})千)?(零?)(?:({_DIGIT})百)?(零?)(?:({_DIGIT})?(十))?(零?)({_DIGIT})?"
)
_TEN_THOUSAND = 10_000
_ALONE = {"零": 0, "〇": 0, "俩": 2, "仨": 3, "廿": 20}


def chinese_number(text: str) -> int | None:
    """Return the value of a numeral below a hundred million, or None when it is none.

    A last digit without 零 counts the next lower unit, as people say it: 一百二 is 120,
    一百零二 is 102.
    """
    text = text.translate(_FORMAL)
    if text in _ALONE:
        return _ALONE[text]
    head, ten_thousand, tail = text.replace("萬", "万").replace("〇", "零").partition("万")
    if not ten_thousand:
        return _section(head)
    high = _section(head)
    if high is None or not tail:
        return None if high is None else high * _TEN_THOUSAND
    if tail in _DIGITS:
        return high * _TEN_THOUSAND + _DIGITS[tail] * (_TEN_THOUSAND // 10)
    low = _section(tail.removeprefix("零"))
    return None if low is None else high * _TEN_THOUSAND + low


def _section(text: str) -> int | None:
    match = _SECTION.fullmatch(text)
    if not match or not text or text.startswith("零") or text.endswith("零"):
        return None
    thousands, _, hundreds, _, tens, ten, zero, ones = match.groups()
    value = _DIGITS.get(thousands, 0) * 1000 + _DIGITS.get(hundreds, 0) * 100
    if ten:
        value += _DIGITS.get(tens, 1) * 10
    elif ones and value and not match[2] and not match[4] and not zero:
        return value + _DIGITS[ones] * (10 if hundreds else 100)
    return value + _DIGITS.get(ones, 0)


_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
_NUMBERED = lazily(r"(?:#|no\.? ?|nr\.? ?|number |номер )?\(?(\d{1,3})(?:st|nd|rd|th)?[.)、。]?")
_IN_CHINESE = lazily(f"第(\\d{{1,3}}|[{CHARACTERS}]{{1,4}})[个個款件项項家种種张張条條号號]?[.。]?")
_IN_ENGLISH = lazily(f"(?:the ({'|'.join(_ORDINALS)})(?: one)?|({'|'.join(_ORDINALS)}) one)[.]?")
_OF_KEYS = str.maketrans("", "", "\ufe0f\u20e3")  # 1️⃣ is a figure with these behind it


def number_in_list(text: str) -> int | None:
    """Return which of a numbered list a whole message names: 2, ②, `2.`, `#2`, 第二个; else None.

    Counted from 1. Amounts and names (两个, `2件`, `X2`) are none.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_OF_KEYS).casefold().split())
    if found := _NUMBERED.fullmatch(plain):
        return int(found[1])
    if found := _IN_CHINESE.fullmatch(plain):
        return int(found[1]) if found[1].isdecimal() else chinese_number(found[1])
    if found := _IN_ENGLISH.fullmatch(plain):
        return _ORDINALS.index(found[1] or found[2]) + 1
    return None


_UNITS = {"十": 10, "百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "萬": 10_000, "w": 10_000}
_FIGURE = r"\d+(?:\.\d+)?"
# Not from the middle of a number, where each of four thousand digits would be a start of its own.
_MIXED = lazily(
    rf"(?:(?<!\d){_FIGURE}[十百千万萬kw])+(?:零?\d+)?(?![a-z])", re.IGNORECASE
)  # 3万5千, 1.5w, 2千5
_PAIR = lazily(rf"({_FIGURE})([十百千万萬kw])|(零?)(\d+)", re.IGNORECASE)
_NUMERAL = lazily(f"[{CHARACTERS}]+")
_COINS = lazily(
    r"(?<![\d.])(\d+)(?:块|元)(\d|零(?=[\d一二两三四五六七八九]))"
    r"(?:毛|角)?([\d一二两三四五六七八九])?分?(?![\d.万千百])"
)
_ONLY_COINS = lazily(r"(?<![\d.元块])(\d)(?:毛|角)(\d)?分?")
_LONGEST_NUMERAL = 24
_AS_FIGURES = str.maketrans({zh: str(value) for zh, value in _DIGITS.items()})
_MIXED_SCRIPTS = lazily(
    rf"(?:(?<![\d.])[\d.]+[十百千万萬]|{_DIGIT}[十百千万萬])+(?:零?(?:\d|{_DIGIT}))?"
)
_ROUND = lazily(r"(?<![\d零〇一二两三四五六七八九十百千万])([百千万])(?=[元块])")  # 百元以内


def mixed_number(text: str) -> Decimal | None:
    """Return the value of figures with Chinese units, or None when it is none.

    3万5千 is 35,000, 1.5万 15,000. A last single figure counts the next lower unit, as in
    numerals: 3万5 is 35,000 too, 2千零5 2,005. Units go downwards.
    """
    if any(each.isdecimal() for each in text):  # 3万五千, 三万5千
        text = text.translate(_AS_FIGURES)
    if len(text) > _LONGEST_NUMERAL or not _MIXED.fullmatch(text):
        return None
    value, last = Decimal(0), 0
    for figure, unit, zero, rest in _PAIR.findall(text):
        if unit:
            size = _UNITS[unit.lower()]
            if last and (size >= last or Decimal(figure) * size >= last):
                return None
            value, last = value + Decimal(figure) * size, size
        elif len(rest) == 1 and not zero:
            value += Decimal(rest) * (last // 10)
        elif Decimal(rest) < last:
            value += Decimal(rest)
        else:
            return None
    return value


def in_figures(text: str) -> str:
    """Return a text with its numerals and its coins in figures: 两百元以下 as 200元以下.

    两块五 and 2块5毛 become 2.5元, 五毛 0.5元. What is no number stays as it is.
    """
    plain = _MIXED_SCRIPTS.sub(_mixed_in_figures, _ROUND.sub(r"一\1", text))
    plain = _NUMERAL.sub(_figures_of, plain)
    plain = _MIXED.sub(_value_of, plain)
    plain = _COINS.sub(_yuan_of, plain)
    return _ONLY_COINS.sub(r"0.\1\2元", plain)


def _mixed_in_figures(found: re.Match[str]) -> str:
    both = re.search(r"\d", found[0]) and re.search(_DIGIT, found[0])
    return found[0].translate(_AS_FIGURES) if both else found[0]


def _yuan_of(found: re.Match[str]) -> str:
    yuan, jiao, fen = (each.translate(_AS_FIGURES) for each in found.groups(default=""))
    return f"{yuan}.{jiao.replace('零', '0')}{fen}元"


def _figures_of(found: re.Match[str]) -> str:
    if len(found[0]) > _LONGEST_NUMERAL:
        return found[0]
    value = chinese_number(found[0])
    return found[0] if value is None else str(value)


def _value_of(found: re.Match[str]) -> str:
    value = mixed_number(found[0])
    return found[0] if value is None else format(value.normalize(), "f")


_TO_NINETEEN = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_ROUND_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES, _TENS = _TO_NINETEEN.split(), _ROUND_TENS.split()
_ENGLISH_VALUES = {
    **{word: value for value, word in enumerate(_ONES, 1)},
    **{word: value for value, word in zip(range(20, 100, 10), _TENS, strict=True)},
    "a": 1,
}
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES[:9])}))?|{'|'.join(reversed(_ONES))})"
_ENGLISH = lazily(
    # One Piece and a two piece suit are goods, a dozen is a number.
    rf"(?!\w+ piece\b)(?=[a-z\d])(?:(?P<thousands>{_SMALL}|a|\d{{1,3}}) thousand\b(?: and\b)? ?)?"
    rf"(?:(?P<hundreds>{_SMALL}|a|\d) hundred\b(?: and\b)? ?)?"
    rf"(?P<ones>{_SMALL}\b|a(?= dozen\b))?(?=\s|$)",
    re.IGNORECASE,
)


def english_in_figures(text: str) -> str:
    """Return a text whose leading English numeral is in figures: two dozen as 2 dozen."""
    match = _ENGLISH.match(text)
    if match is None or not any(match.groups()):
        return text
    value = sum(
        _english_value(match[group] or "") * size
        for group, size in (("thousands", 1_000), ("hundreds", 100), ("ones", 1))
    )
    return f"{value} {text[match.end() :].strip()}".strip()


def _english_value(words: str) -> int:
    if words.isdecimal():
        return int(words)
    return sum(_ENGLISH_VALUES[word] for word in re.split("[ -]", words.lower()) if word)
