"""Cleaning pasted text and cutting it at the labels that shops and forms put before each part."""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

LONGEST_TEXT = 1000
PHONE_MARK = "\ue000"  # stands where a telephone number was; no text holds it, see `clean`


class Part(StrEnum):
    """What a label announces."""

    NAME = "name"
    PHONE = "phone"
    REGION = "region"
    TOWN = "town"
    STREET = "street"
    POST_CODE = "post_code"
    FREE = "free"  # no label


class Segment(NamedTuple):
    """A piece of the text and what its label says it is."""

    part: Part
    text: str


LABELS = {
    Part.NAME: r"(?:收货人|收件人|联系人)(?:姓名|名称)|收货人|收件人|收貨人|收件方|联系人|姓名"
    r"|(?:收货|收件)(?=\s*[:=])",
    Part.PHONE: r"(?:收货人|收件人|收货|收件)(?:手机号码?|手机|电话)|(?:联系|移动|固定)?电 ?话号码"
    r"|手 ?机号码?|联系(?:电话|方式|手机)|移动电话|固定电话|电 ?话|手 ?机|座机|固话",
    Part.REGION: r"所在地区|所在区域|收货地区|省市区县?|行政区划|所在地|地区|区域"
    r"|省份|城市|区县|区/县|县/区|省|市|区|县",
    Part.TOWN: r"街道/乡镇|乡镇/街道|街道乡镇|所在街道|街道|乡镇|镇",
    Part.STREET: r"(?:详细收货|收货人|收件人|收货|收件|送货|详细|街道|具体|家庭|单位)地址"
    r"|门牌号码?|地 ?址|住址|详址",
    Part.POST_CODE: r"邮政编码|邮编|郵編",
}
LATIN_LABELS = {
    Part.NAME: r"full name|recipient|consignee|receiver|contact|name",
    Part.PHONE: r"phone number|telephone|phone|mobile|tel|cell",
    Part.REGION: r"region|province|city|district",
    Part.TOWN: r"town",
    Part.STREET: r"street address|shipping address|address|street|addr",
    Part.POST_CODE: r"postal code|post code|postcode|zip code|zip",
}
LABEL = re.compile(
    r"[\[【(<]?(?:"
    + "|".join(
        f"(?P<{part}>{words}|(?<![A-Za-z])(?:{LATIN_LABELS[part]})(?![A-Za-z]))"
        for part, words in LABELS.items()
    )
    + r")[\]】)>]?(?P<colon>\s*[:=]+\s*)?",
    re.IGNORECASE,
)
BOUNDARY = frozenset("\n ,;。、|(\t" + PHONE_MARK)
BARE_VALUE = {
    Part.NAME: re.compile(r"[ \t\n]+\S|[\u3400-\u9fff]"),
    Part.PHONE: re.compile(rf"\s*[{PHONE_MARK}\d+(]|\s+\S"),
    Part.REGION: re.compile(r"[ \t\n]+\S"),
    Part.TOWN: re.compile(r"[ \t\n]+\S"),
    Part.STREET: re.compile(r"\s*\S"),
    Part.POST_CODE: re.compile(r"\s*\d{6}(?!\d)"),
}
WITHOUT_COLON = {
    Part.NAME: frozenset(
        {"收货人", "收件人", "联系人", "姓名", "收货人姓名", "收件人姓名", "收貨人"}
    ),
    Part.TOWN: frozenset({"所在街道", "街道/乡镇", "乡镇/街道"}),
}
ONE_CHARACTER = 1
BRACKETS = str.maketrans(dict.fromkeys('「」『』“”‘’"`{}《》', " "))


def clean(text: str) -> str:
    """Return the text in one form: half width, without emoji, control and private characters.

    At most `LONGEST_TEXT` characters are considered.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).translate(BRACKETS)
    kept = []
    for character in plain.replace("\r\n", "\n").replace("\r", "\n"):
        kind = unicodedata.category(character)
        if character == "\n":
            kept.append(character)
        elif kind in {"Cc", "Zs", "Zl", "Zp", "So", "Co", "Cs", "Cn"}:
            kept.append(" ")
        elif kind not in {"Cf", "Sk", "Mn", "Me"}:
            kept.append(character)
    return "".join(kept)[:LONGEST_TEXT].strip()


def segments(text: str) -> list[Segment]:
    """Cut the text at its labels. A labelled piece ends at its line or at the next label."""
    found = []
    position = 0
    part = Part.FREE
    for label in _labels(text):
        found += _pieces(part, text[position : label.start()])
        part = _part(label)
        position = label.end()
    return found + _pieces(part, text[position:])


def _part(label: re.Match[str]) -> Part:
    return next(part for part in LABELS if label.group(part))


def _labels(text: str) -> list[re.Match[str]]:
    return [label for label in LABEL.finditer(text) if _is_label(text, label)]


def _is_label(text: str, label: re.Match[str]) -> bool:
    part = _part(label)
    word = label.group(part)
    at_boundary = label.start() == 0 or text[label.start() - 1] in BOUNDARY
    if label.group("colon"):
        return at_boundary or (len(word) > ONE_CHARACTER and part is not Part.TOWN)
    if not at_boundary or len(word) == ONE_CHARACTER or word.isascii():
        return False
    if part in WITHOUT_COLON and word not in WITHOUT_COLON[part]:
        return False
    return BARE_VALUE[part].match(text, label.end()) is not None


def _pieces(part: Part, text: str) -> list[Segment]:
    """Return the labelled line and what follows it without a label of its own."""
    if part is Part.FREE:
        return [Segment(part, text)] if text.strip() else []
    line, _, rest = text.lstrip().partition("\n")
    pieces = [Segment(part, line), Segment(Part.FREE, rest)]
    return [piece for piece in pieces if piece.text.strip()]
