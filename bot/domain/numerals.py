"""Chinese numerals as people write quantities: 十二, 两百, 一百二, 三万五."""

import re

_DIGITS = dict(zip("一二两兩三四五六七八九", (1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_DIGIT = f"[{''.join(_DIGITS)}]"
CHARACTERS = "".join(_DIGITS) + "零〇十百千万萬"
_SECTION = re.compile(
    f"(?:({_DIGIT})千)?(零?)(?:({_DIGIT})百)?(零?)(?:({_DIGIT})?(十))?(零?)({_DIGIT})?"
)
_TEN_THOUSAND = 10_000


def chinese_number(text: str) -> int | None:
    """Return the value of a numeral below a hundred million, or None when it is none.

    A last digit without 零 counts the next lower unit, as people say it: 一百二 is 120,
    一百零二 is 102.
    """
    if text in {"零", "〇"}:
        return 0
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
