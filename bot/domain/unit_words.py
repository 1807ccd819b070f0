"""The unit that a person types behind a number, which need not be the unit of sale.

Words for a single thing (件, 个, pieces) and loose ones (套, 双) agree with any unit. A dozen is
twelve. A box, a bag or a metre is no number of pieces, so it agrees with its own unit only; and
24支 of what is sold by the box is no number of boxes, nor is 2只 one of pairs.
"""

import re

from bot.domain.numerals import CHARACTERS
from bot.domain.offers import Wording
from bot.domain.patterns import lazily

DOZEN = 12
_DOZENS = frozenset({"打", "dozen", "dozens", "doz"})
# A word, and the marketplace's units that it may mean.
_MEASURES = {
    "箱": "箱",
    "carton": "箱",
    "盒": "盒",
    "box": "盒箱",
    "包": "包袋",
    "袋": "包袋",
    "pack": "包袋盒",
    "bag": "包袋",
    "卷": "卷",
    "roll": "卷",
    "桶": "桶",
    "罐": "罐",
    "米": "米",
    "m": "米",
    "meter": "米",
    "metre": "米",
    "公斤": "公斤千克",
    "千克": "公斤千克",
    "kg": "公斤千克",
}
_CONTAINERS = frozenset("盒箱包袋卷桶罐打")
_CONTAINED = frozenset("支只隻条條张張本瓶片颗粒枚根块塊顶双雙对對") | {"pair", "pairs"}
_PAIRS = frozenset("双對对雙")
_HALVES = frozenset("只隻支")
_TYPED = lazily(
    rf"(?<=[\d.kw{CHARACTERS}])\s*(件|个|個|双|雙|套|箱|米|包|只|隻|条|條|把|盒|对|對|打|支|瓶|"
    r"本|张|張|卷|块|塊|粒|颗|片|台|枚|顶|袋|根|副|组|桶|罐|床|幅|份|株|盘|公斤|千克|"
    r"pcs?|ea|pieces?|pairs?|sets?|boxe?s?|cartons?|packs?|bags?|rolls?|units?|dozens?|doz|"
    r"шт|штуки?|штук|пары?|пар|дана|"
    r"met(?:er|re)s?|m|kg|x)\.?$",
    re.IGNORECASE,
)


def without_unit(text: str) -> tuple[str, str]:
    """Return what stands before the unit's word, and the word in lower case or nothing."""
    match = _TYPED.search(text)
    return (text[: match.start()], match[1].lower()) if match else (text, "")


def units_in(word: str, unit: Wording | None) -> int | None:
    """Return how many units of sale one `word` is; None when nobody can tell (3 boxes of mugs).

    Without the unit of sale every measure may be it.
    """
    if word in _DOZENS:
        return 1 if unit is not None and unit.zh == "打" else DOZEN
    if unit is None:
        return 1
    if unit.zh in _CONTAINERS and word in _CONTAINED and word != unit.zh:
        return None
    if (unit.zh in _PAIRS and word in _HALVES) or (unit.zh in _HALVES and word in _PAIRS):
        return None
    meant = _MEASURES.get(word) or _MEASURES.get(re.sub(r"e?s$", "", word))
    return 1 if meant is None or unit.zh in meant else None
