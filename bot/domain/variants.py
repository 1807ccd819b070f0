"""Choosing a variant attribute by attribute."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Offer, Sku, Wording
from bot.domain.patterns import lazily
from bot.domain.recent import Recent


class VariantChoice(Value):
    """One value of an attribute, given what is chosen before it.

    `exists` tells whether any variant combines it with the earlier choices, `stock` how many
    units those variants have together, `prices` the span of their own prices in fen.
    """

    value: Wording
    exists: bool
    stock: int = 0
    prices: tuple[Fen, Fen] | None = None
    picture_url: str | None = None


def value_of(sku: Sku, attribute: str) -> str | None:
    """Return a variant's value (Chinese) of the attribute with that Chinese name."""
    for each in sku.attributes:
        if each.name.zh == attribute:
            return each.value.zh
    return None


class _Left(NamedTuple):
    """What a choice leaves of an offer. The offer is held, so that its address is no other's."""

    offer: Offer
    skus: tuple[Sku, ...]
    asked_next: Wording | None


# A step and its screen ask the same of the same offer half a dozen times.
_left: Final[Recent[tuple[int, tuple[tuple[str, str], ...]], _Left]] = Recent(8)


def matching(offer: Offer, chosen: Mapping[str, str]) -> tuple[Sku, ...]:
    """Return the variants that have every chosen value."""
    return _left_of(offer, chosen).skus if chosen else offer.skus


def next_attribute(offer: Offer, chosen: Mapping[str, str]) -> Wording | None:
    """Return the first attribute that still tells the matching variants apart, else None.

    An attribute that some of them lack is none to ask for: nobody could choose "without".
    """
    return _left_of(offer, chosen).asked_next


def _left_of(offer: Offer, chosen: Mapping[str, str]) -> _Left:
    key = id(offer), tuple(chosen.items())
    known = _left.get(key)
    if known is None:
        skus = offer.skus
        for name, value in chosen.items():
            skus = tuple([sku for sku in skus if value_of(sku, name) == value])
        known = _Left(offer, skus, _asked_next(offer, chosen, skus))
        _left.put(key, known)
    return known


def _asked_next(offer: Offer, chosen: Mapping[str, str], left: tuple[Sku, ...]) -> Wording | None:
    for name in offer.attribute_names:
        if name.zh in chosen:
            continue
        values = {value_of(sku, name.zh) for sku in left}
        if len(values) > 1 and None not in values:
            return name
    return None


def choices(offer: Offer, chosen: Mapping[str, str], attribute: str) -> tuple[VariantChoice, ...]:
    """Return all values of an attribute in the seller's order, taken or not."""
    values: dict[str, tuple[Wording, str | None]] = {}
    for sku in offer.skus:
        for each in sku.attributes:
            if each.name.zh == attribute:
                _, known = values.get(each.value.zh, (each.value, None))
                values[each.value.zh] = (each.value, known or each.picture_url)
    # Sorted by value in one go: an offer may have hundreds of variants for each of many values.
    having: dict[str | None, list[Sku]] = {}
    others = {name: value for name, value in chosen.items() if name != attribute}
    for sku in matching(offer, others):
        having.setdefault(value_of(sku, attribute), []).append(sku)
    return tuple(
        _choice(having.get(zh, ()), wording, picture) for zh, (wording, picture) in values.items()
    )


def _choice(skus: Sequence[Sku], value: Wording, picture: str | None) -> VariantChoice:
    prices = [sku.price for sku in skus if sku.price is not None]
    return VariantChoice(
        value=value,
        exists=bool(skus),
        stock=sum(sku.stock for sku in skus),
        prices=(min(prices), max(prices)) if prices else None,
        picture_url=picture,
    )


def named(wordings: Sequence[Wording], typed: str) -> int | None:
    """Return which one a person wrote: whole in either language, else a part of only one.

    A part is made of whole words and whole numbers: 5米 is no part of 0.5米, men none of Women's,
    带灯 none of 不带灯, 大号 none of 特大号. What only may be meant is left to a button.
    """
    whole = _named(wordings, _words(typed))
    if whole is not None:
        return whole
    bare = _AROUND.sub("", " ".join(typed.split()))
    return _named(wordings, _words(bare)) if bare and bare != typed else None


def _named(wordings: Sequence[Wording], wanted: tuple[str, ...]) -> int | None:
    names = [(_words(each.zh), _words(each.translated)) for each in wordings]
    whole = [index for index, both in enumerate(names) if wanted and wanted in both]
    if len(whole) == 1:
        return whole[0]
    if whole:
        return None
    part_of = [
        index for index, both in enumerate(names) if any(_is_part(wanted, name) for name in both)
    ]
    return part_of[0] if len(part_of) == 1 else None


# What people say around a value: 我要黑色的, size M, 38码, i want black.
_AROUND: Final = lazily(
    r"^(?:我?想?要(?!求)|给我|选|来|(?:i )?(?:want|need|take|choose)\b|give me\b|the\b|size\b"
    r"|eu\b)\s*"
    r"|\s*(?:\b(?:one|please|pls|colou?r|size)|[的码款]{1,2}|谢谢)$",
    re.IGNORECASE,
)
_UNITS: Final = {
    "厘米": "cm",
    "毫米": "mm",
    "毫升": "ml",
    "千克": "kg",
    "公斤": "kg",
    "英寸": "inch",
}
_UNIT: Final = lazily(rf"(?<=\d)\s*({'|'.join(_UNITS)}|[米克升](?![\u3400-\u9fff]))")
_SHORT_UNITS: Final = {**_UNITS, "米": "m", "克": "g", "升": "l"}
_SPELLINGS: Final = {"grey": "gray", "colour": "color", "colours": "colors"}
_WORD = lazily(
    # 100-110cm, 1/2 and 20x30 each name one size; a number never parts from its unit
    r"\d+(?:\.\d+)?(?:\s*[-~/x*×]\s*\d+(?:\.\d+)?)*(?:\s*[a-z]+)?"
    r"|[a-z]+\d+[a-z]*|[^\W\d_\u3400-\u9fff]+(?:'[a-z]+)?|[\u3400-\u9fff]+"
)
_EXTRA_SIZE = lazily(r"(x{2,})([ls])")
_MEASURED = lazily(
    r"(\d+(?:\.\d+)?)(?:mm|cm|m|ml|l|g|kg|w|v|a|mah|gb|tb|inch|in|pcs|y|yrs?|years?)"
)
_NEGATIONS = frozenset({"no", "non", "not", "without", "excluding", "un", "w/o"})
_COLOURS: Final = "红黄蓝绿白黑灰金银紫棕橙青粉紅黃藍綠銀"
_COLOUR_WORDS: Final = (
    "red orange yellow green blue purple violet pink brown black white grey gray beige gold golden "
    "silver khaki navy cream cyan turquoise coffee rose wine camel ivory olive mint lilac burgundy "
    "maroon tan teal красный синий белый черный чёрный зеленый зелёный желтый жёлтый серый розовый "
    "голубой фиолетовый коричневый"
)
_LATIN_COLOURS: Final = frozenset(_COLOUR_WORDS.split())
_NO_SHADES: Final = "colour color colours colors in the size xs s m l xl цвет"
_BEFORE_A_COLOUR: Final = frozenset(_NO_SHADES.split())
"""What may stand before a colour without making another one of it, as dark does."""
_OTHERWISE: Final = "不无無非没沒未免勿除特加超极半双雙单單多次深浅淡暗亮米藏"
"""What makes another thing of the Chinese word behind it."""


def _words(text: str) -> tuple[str, ...]:
    """Return a text's words without the differences between two ways of typing it."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("⁄", "/")
    plain = _UNIT.sub(lambda found: _SHORT_UNITS[found[1]], plain)
    return tuple(_sized("".join(each[0].split())) for each in _WORD.finditer(plain))


def _sized(word: str) -> str:
    word = _SPELLINGS.get(word, word)
    if word[0].isdecimal():
        word = word.replace("*", "x").replace("×", "x")
    match = _EXTRA_SIZE.fullmatch(word)
    return f"{len(match[1])}x{match[2]}" if match else word


def _is_part(wanted: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Tell whether the words stand together in the name, with nothing before that negates them."""
    if not wanted:
        return False
    for start in range(len(name) - len(wanted) + 1):
        before = name[start - 1] if start else ""
        if before in _NEGATIONS or _is_another_colour(wanted, name, start):
            continue
        pairs = zip(wanted, name[start:], strict=False)
        if all(_is_word_of(want, have) for want, have in pairs):
            return True
    return False


def _is_another_colour(wanted: tuple[str, ...], name: tuple[str, ...], start: int) -> bool:
    """Tell whether a colour that was typed is a shade or one of several: dark red, red and blue."""
    behind = name[start + len(wanted) :][:2]
    if wanted[-1] in _LATIN_COLOURS and {*behind} & _LATIN_COLOURS:
        return True
    if wanted[0] not in _LATIN_COLOURS or not start:
        return False
    before = name[start - 1]
    return before.isalpha() and not _is_han(before) and before not in _BEFORE_A_COLOUR


def _is_word_of(wanted: str, word: str) -> bool:
    """Tell whether it is that word: a number without its unit, Chinese by a part of it."""
    if wanted == word:
        return True
    if measured := _MEASURED.fullmatch(word):
        return wanted == measured[1]
    if not _is_han(wanted) or not _is_han(word):
        return False
    at = word.find(wanted)
    if wanted[0] in _COLOURS and (at > 0 or word[at + len(wanted) :][:1] in {*_COLOURS}):
        return False  # 红 is none of 酒红, 蓝 none of 蓝白
    return at == 0 or (at > 0 and word[at - 1] not in _OTHERWISE)


def _is_han(word: str) -> bool:
    return "\u3400" <= word[0] <= "\u9fff"
