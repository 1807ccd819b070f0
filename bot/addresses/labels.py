"""Cleaning pasted text and cutting it at the labels that shops and forms put before each part."""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from bot.addresses.characters import fold
from bot.domain.patterns import lazily

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
    CODE = "code"  # by which a forwarder knows whose parcel it is
    ASIDE = "aside"  # nothing of an address: a remark, an account, a country
    FREE = "free"  # no label


class Segment(NamedTuple):
    """A piece of the text and what its label says it is. `word` is the label as written."""

    part: Part
    text: str
    word: str = ""


LABELS = {
    Part.NAME: r"(?:收货人|收件人|联系人|联络人|收件方)(?:姓名|名称"
    r"|名字)?(?:[1-3一二](?=\s*[:=]))?|(?:收货|收件|收)人?(?=\s*[:=])"
    r"|收货(?:方|者)|收件者|收件联系人|真实姓名|姓 ?名|名字|寄给(?=\s*:)|昵称(?=\s*:)",
    Part.PHONE: r"(?:收货人|收件人|收货|收件|联系人)(?:的)?(?:手机号码?|手机|电话号码|电话|"
    r"联系方式|联系电话)"
    r"|(?:联系|联络|移动|固定|备用|办公|公司|家庭|单位|住宅)?电 ?话(?:号码?)?|手 ?机 ?号 ?码?"
    r"|联系(?:电话|方式|手机|号码)|"
    r"移动电话|固定电话"
    r"|手 ?机|座机|固话|号码(?=\s*:)|微信(?:号|手机号|电话)?(?=\s*:)|wx(?=\s*:)|vx(?=\s*:)",
    Part.REGION: r"(?:收货人?|收件人?)?(?:所在)?(?:省市区县?|省/市/区县?|省、市、区县?|地区|"
    r"区域)|行政区划|所在地"
    r"|省份|城市|区县|区/县|县/区|(?:省|市|区|县)(?=\s*[:=])",
    Part.TOWN: r"街道/乡镇|乡镇/街道|街道乡镇|街道\(乡镇\)|所在街道|街道(?!地址)|乡镇|"
    r"镇(?=\s*[:=])",
    Part.STREET: r"(?:详细收货|收货人|收件人|收货|收件|送货|详细|街道|具体|家庭|单位|公司|仓库|"
    r"联系|快递|邮寄)地址"
    r"|门牌号码?|门牌(?=\s*:|\s+\S)|地 ?址|住址|详址|仓库(?=\s*:)|寄到(?=\s*:)",
    Part.POST_CODE: r"邮政编码|邮政区码|邮 ?编",
    Part.CODE: r"(?:客户|会员|用户|买家|收件|仓库|代购|转运)?(?:识别码|标识码|唛头|麦头|编号|"
    r"代码|代号|标记|标识|专属码)(?=\s*:)"
    r"|(?:客户|会员|用户)(?:号|名|ID|id|Id)(?=\s*:)|(?:入仓号|(?:入库|提货|取货)码)(?=\s*:)",
    Part.ASIDE: r"备注|留言|订单备注|买家留言|国家(?:/地区)?(?=\s*:)|邮箱(?=\s*:)|QQ号?(?=\s*:)|"
    r"微博(?=\s*:)",
}
LATIN_LABELS = {
    Part.NAME: r"full[ _]?name|recipient(?:'s)?(?: name)?|consignee(?:'s)?(?: name)?|"
    r"receiver(?:'s)?(?: name)?"
    r"|contact(?: person| name)?|attn|attention|ship(?:ping)? to|deliver to|name|to(?=\s*:)"
    r"|получатель|имя(?: получателя)?|фио|ф\. ?и\. ?о\.?|кому|контактное лицо|қабылдаушы|алушы|"
    r"аты-жөні"
    r"|аты|empfänger|nombre|alıcı|isim|shouhuoren|xingming",
    Part.PHONE: r"(?:(?:receiver|recipient|consignee|contact|mobile)(?:'s)? )?(?:contact|phone|"
    r"mobile|tel|telephone|cell|handphone|whats ?app|we ?chat)"
    r"(?: ?(?:number|no|num|nr|phone|tel|id)\b)?\.?|telephone|cellphone|hand ?phone|handy|"
    r"number(?=\s*:)"
    r"|call(?=\s*:)|tel\.|ph(?=[.:])|viber|telegram|телефоны?|тел\.?|моб(?:ильный)?\.?(?: телефон)?"
    r"|контактный (?:телефон|номер)|номер(?: телефона)?|вотсап|ватсап|вичат|ұялы(?: телефон)?"
    r"|телефон нөмірі|байланыс(?: телефоны)?|telefono|teléfono|telefon|móvil|dianhua|shouji",
    Part.REGION: r"region|province|city|district|county|state|state/province|провинция(?=\s*:)|"
    r"город(?=\s*:)"
    r"|район(?=\s*:)|регион(?=\s*:)|область(?=\s*:)|қала(?=\s*:)|аудан(?=\s*:)|облыс(?=\s*:)",
    Part.TOWN: r"town|township|subdistrict",
    Part.STREET: r"(?:street|shipping|delivery|warehouse|detailed?|full|home)? ?address(?: "
    r"line)?(?: ?[12])?"
    r"|street|addr|адрес(?: склада| доставки| получателя)?|улица(?=\s*:)|склад(?=\s*:)|мекенжайы?"
    r"|мекен-жайы?|көше(?=\s*:)|adresse|dirección|adres|dizhi",
    Part.POST_CODE: r"postal ?code|post ?code|zip ?code|zip|индекс|почтовый индекс|пошталық "
    r"индекс|plz",
    Part.CODE: r"(?:client|customer|member|user|buyer|shipping|warehouse|forwarder)(?:'s)?"
    r" ?(?:code|id|no\.?|number|mark)|code(?=\s*:)|shipping mark|mark(?:s|ing)?(?=\s*:)"
    r"|код(?: клиента)?|маркировка|мка"
    r"|номер клиента|клиент коды",
    Part.ASIDE: r"country(?:/region)?(?=\s*:)|e-?mail(?=\s*:)|comments?(?=\s*:)|"
    r"remarks?(?=\s*:)|notes?(?=\s*:)"
    r"|страна(?=\s*:)|примечание(?=\s*:)|комментарий(?=\s*:)|ел(?=\s*:)|почта(?=\s*:)",
}
_CONTACT = LATIN_LABELS[Part.PHONE]
LETTER = r"A-Za-zÀ-ÿА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі"
LABEL = lazily(
    rf"(?=[\[(<]|[{LETTER}]|[收联真姓名寄昵移固备手电号座微所省城区街乡镇市县行门地住详邮"
    rf"客会用买仓代识标唛麦编专入转提取订留国具家单公送快转办住])"
    r"[\[(<]?\s*(?:"
    + "|".join(
        f"(?P<{part}>{words}|(?<![{LETTER}-])(?:{LATIN_LABELS[part]})(?![{LETTER}])"
        rf"(?=\s*[\])>]|\s*[:=]|\s*{PHONE_MARK}))"
        for part, words in LABELS.items()
    )
    + r")(?:\s*[\])>])?(?P<colon>\s*[:=]+\s*)?",
    re.IGNORECASE,
)
# Whatever stands with a colon before a number announces it, in whichever language.
ANNOUNCED = lazily(
    rf"(?:^|(?<=[\s,;|]))[{LETTER}][{LETTER} .]{{0,20}}:\s*(?={PHONE_MARK})", re.MULTILINE
)
# Contact words beside a number, without a colon: they are nobody's name.
BESIDE_NUMBER = lazily(
    rf"(?:(?<=[\s,;|])|^)(?:{_CONTACT}|number|no\.?|at|on|电话|手机|微信|联系方式|联系电话|"
    rf"号码)[是为]?[\s:.]*(?={PHONE_MARK})",
    re.IGNORECASE | re.MULTILINE,
)
# A word with a colon that nobody here knows announces something, and is nothing itself.
_INDOORS = (
    r"(?:room|rm|unit|apt|suite|office|building|bldg|block|floor|house|gate|door|flat"
    r"|квартира|кв|дом|д|офис|корпус|этаж|[^\s:]*[房室楼栋座层门号铺档])"
)
# Such a word before a forwarder's code: Ref: AB-12.
UNKNOWN_CODE = lazily(
    rf"(?:^|(?<=[\s,;|/]))(?!(?:UID|ID|VIP)\b)(?!{_INDOORS}\b)[^\W\d_][^\d\s:,;|()\[\]]{{0,15}}:"
    r"[ \t]*(?P<code>(?-i:[A-Z]{2,8}[-_/]?\d{2,10}|[A-Z]{1,4}-[A-Z]{1,6}-?\d{2,10}"
    r"|[A-Z]{1,6}[-/][A-Z]{0,6}-?\d{2,10}))(?=[\s,;。|]|$)",
    re.MULTILINE | re.IGNORECASE,
)
UNKNOWN_LABEL = lazily(
    r"(^|[\s,;|])(?!(?:UID|ID|VIP)\b)[^\W\d_][^\d\s:,;|()\[\]]{0,15}:(?!\d)[ \t]*",
    re.MULTILINE | re.IGNORECASE,
)
# How people say it, or leave the colon out: 我叫刘敏电话是138…, Получатель Айдана, code NB-221.
SPOKEN = (
    (
        lazily(
            r"(?:我的?|请问)?(?:收件人|收货人|联系人|姓名"
            r"|名字)(?:的名字)?(?:(?:还|就)?[叫是为]|[改换][成为])(?=[\u3400-\u9fff])"
            r"|(?<![\u3400-\u9fff])(?:喂?[,， ]*你好[,， ]*)?我[叫是]"
            r"(?=[\u3400-\u9fff]{2,4}(?:电话|手机|号码|[\s,，]))"
            r"|(?:收件人|收货人|联系人)(?=[\u3400-\u9fff]{2,4}(?:的?电话|的?手机|联系方式"
            r"|[\s,，。]*1[3-9]\d))"
        ),
        "\n收件人:",
    ),
    (
        lazily(
            r"(?:我的?)?(?:联系)?(?:手机号码?|电话号码?|手机|电话"
            r"|号码)(?:(?:还|就)?[是为]|[改换][成为])(?=[\s:：]*[\d+(（一幺])"
        ),
        "\n电话:",
    ),
    (
        lazily(
            r"(?:我的?)?(?:收货|收件|详细|家庭)?地址(?:(?:还|就)?[是为在]|[改换][成为])(?=[\u3400-\u9fff])"
        ),
        "\n地址:",
    ),
    (
        lazily(
            r"^[ \t]*(?P<label>получатель|қабылдаушы|алушы|recipient|consignee|receiver)[ \t]+"
            r"(?=(?-i:[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ\u3400-\u9fff]))",
            re.IGNORECASE | re.MULTILINE,
        ),
        r"\g<label>: ",
    ),
    (
        lazily(
            r"(?<=[\s,;。])(?P<label>(?:客户|会员|用户|收件|转运|专属)(?:识别码|代码|代号|编号|[号码])"
            r"|唛头|麦头|代号|识别码)[是为]?[ \t]*(?=(?-i:[A-Z]{0,8})[-_]?\d[\w-]*(?:[\s,;。]|$))"
        ),
        r"\n\g<label>:",
    ),
    (
        lazily(
            r"(?<=[,;\n])[ \t]*(?P<label>(?:client |customer )?code|код(?: клиента)?"
            r"|клиент(?: коды)?)"
            r"[ \t]+(?=(?-i:[A-ZА-Я]{0,5})-?\d)",
            re.IGNORECASE,
        ),
        r"\n\g<label>: ",
    ),
)
# A forwarder's heading: Yiwu warehouse: Li Ming.
HEADING = lazily(
    rf"^[ \t]*(?:(?:warehouse|склад|қойма)[ \t]+(?:в |in )?[{LETTER}-]+"
    rf"|[{LETTER}-]+[ \t]+(?:warehouse|склад|қоймасы?)|[\u3400-\u9fff]{{2,4}}仓库?)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
# 1. 张三 2. 13812345678: the numbers of a list.
LIST_NUMBER = lazily(
    r"(?:^|(?<=\s))[1-9](?:(?:[.)]\s+|、\s*)(?=[^\s\d]|1[3-9]\d|\+)"
    r"|[.)](?=[\u3400-\u9fff]{2}|1[3-9]\d{9}))",
    re.MULTILINE,
)
LINK = lazily(r"https?://[!-~]+")
# Who sends is not who receives, and neither are their number and their place.
SENDER = lazily(
    r"(?:^|(?<=[\s,;。|\[(]))[\[(]?(?:[发寄]件人|(?:[发寄]件|[发寄]货人|寄方|发货方|shipper"
    r"|sender|from|"
    r"отправитель|жөнелтуші)(?:信息)?(?=\s*[:\])]))",
    re.IGNORECASE,
)
RECEIVER = lazily(
    r"[\[(]?(?:收[件货]|收(?=\s*:)|recipient|consignee|receiver|"
    r"(?:ship(?:ping)? |deliver )?to(?=\s*:)|"
    r"получатель|кому|қабылдаушы|алушы)",
    re.IGNORECASE,
)
NUMBER_LIKE = lazily(r"\d{7}|\d{3,4}[- ]\d{4}")
BOUNDARY = frozenset("\n ,;。、|([\t" + PHONE_MARK)
BARE_VALUE = {
    Part.NAME: lazily(r"[ \t\n]+\S|[\u3400-\u9fff]"),
    Part.PHONE: lazily(rf"\s*[{PHONE_MARK}\d+(]|\s+\S"),
    Part.REGION: lazily(r"[ \t\n]+\S"),
    Part.TOWN: lazily(r"[ \t\n]+\S"),
    Part.STREET: lazily(r"\s*\S"),
    Part.POST_CODE: lazily(r"\s*\d{6}(?!\d)"),
    Part.ASIDE: lazily(r"[ \t\n]+\S"),
}
WITHOUT_COLON = {
    Part.NAME: frozenset(
        {
            "收货人",
            "收件人",
            "联系人",
            "联络人",
            "姓名",
            "收货人姓名",
            "收件人姓名",
            "收件者",
            "联系人姓名",
        }
    ),
    Part.TOWN: frozenset({"所在街道", "街道/乡镇", "乡镇/街道"}),
    Part.REGION: frozenset({"所在地区", "收货地区", "所在区域", "省市区"}),
    Part.ASIDE: frozenset({"备注", "买家留言"}),
}
OWN_LINE = lazily(r"[ \t]+[\u3400-\u9fff]{1,12}(?:街道|[镇鎮乡鄉])[ \t]*(?:\n|$)")
ONE_CHARACTER = 1
# ①收件人 ②电话: digits in circles count what follows, and are a part of no number.
LISTED = lazily(r"[①-⑳⑴-⒇❶-❿➀-➓]\ufe0f?(?=\s*[\u3400-\u9fff:：]|\s*1[3-9])")
# Quotation marks say nothing; boxes of every kind are one.
SIGNS = str.maketrans(
    dict.fromkeys('「」『』“”‘’"`{}《》〈〉', " ")
    | dict(zip("【】〔〕〖〗", "[][][]", strict=True))
    | {"，": ",", "—": "-", "–": "-", "−": "-", "‐": "-", "‑": "-", "’": "'"}
)


# 浙 江 省 杭 州 市: scanners part every character.
SPACED_OUT = lazily(r"(?<!\S)[\u3400-\u9fff](?: (?:[\u3400-\u9fff]|\d{1,5})(?![^\s,;。])){6,}")


def clean(text: str) -> str:
    """Return the text in one form: half width, without emoji, control and private characters.

    At most `LONGEST_TEXT` characters are considered.
    """
    listed = LISTED.sub(" ", text[:LONGEST_TEXT])
    plain = unicodedata.normalize("NFKC", listed).translate(SIGNS)
    kept = []
    for character in plain.replace("\r\n", "\n").replace("\r", "\n"):
        kind = unicodedata.category(character)
        if character == "\n":
            kept.append(character)
        elif kind in {"Cc", "Zs", "Zl", "Zp", "So", "Co", "Cs", "Cn"}:
            kept.append(" ")
        elif kind not in {"Cf", "Sk", "Mn", "Me"}:
            kept.append(character)
    whole = "".join(kept)[:LONGEST_TEXT].strip()
    return SPACED_OUT.sub(lambda found: found.group().replace(" ", ""), whole)


def as_labelled(text: str) -> str:
    """Return a cleaned text with a label in the place of the words that announce a part."""
    for pattern, label in SPOKEN:
        text = pattern.sub(label, text)
    return text


def without_sender(text: str) -> str:
    """Return a cleaned text without the sender of the parcel, as carriers' slips name them."""
    sender = SENDER.search(text)
    if sender is None:
        return text
    before = text[: sender.start()].rstrip(" [(")
    if receiver := RECEIVER.search(text, sender.end()):
        return f"{before}\n{text[receiver.start() :]}"
    line, _, rest = text[sender.end() :].partition("\n")
    if not NUMBER_LIKE.search(before):
        return f"{before}\n{rest}" if NUMBER_LIKE.search(rest) else text
    # A slip that names the receiver first ends with the sender, on one line or on several.
    return (
        f"{before}\n{'' if NUMBER_LIKE.search(rest) and NUMBER_LIKE.search(line) is None else rest}"
    )


def segments(text: str) -> list[Segment]:
    """Cut the text at its labels. A labelled piece ends at its line or at the next label."""
    found = []
    position = 0
    part, word = Part.FREE, ""
    for label in _labels(text):
        found += _pieces(part, text[position : label.start()], word)
        part = _part(label)
        word = text[label.start(part) : label.end(part)]
        position = label.end()
    return found + _pieces(part, text[position:], word)


def _part(label: re.Match[str]) -> Part:
    return next(part for part in LABELS if label.group(part))


def _labels(text: str) -> list[re.Match[str]]:
    return [label for label in LABEL.finditer(fold(text)) if _is_label(text, label)]


def _is_label(text: str, label: re.Match[str]) -> bool:
    part = _part(label)
    word = label.group(part)
    before = text[label.start() - 1 : label.start()]
    at_boundary = not before or before in BOUNDARY or before in ")]"
    boxed = label.group().startswith(("[", "<", "(")) and label.group().rstrip(": =")[-1:] in "])>"
    if part is Part.CODE and label.group().startswith(("(", "[")) and not boxed:
        return False  # 石沙路1号(入仓号:RU778): the forwarder wants it where it stands
    if label.group("colon") or boxed:
        return at_boundary or boxed or (len(word) > ONE_CHARACTER and part is not Part.TOWN)
    if part is Part.PHONE and text.startswith(PHONE_MARK, label.end()):
        return True  # 张三电话13812345678, and Anna, phone 13812345678
    if not at_boundary or len(word) == ONE_CHARACTER or not _is_han(word):
        return False
    if part in WITHOUT_COLON and word not in WITHOUT_COLON[part]:
        # A form without colons: 街道　稠城街道 on a line of its own.
        lone = before in {"", "\n"} and part is Part.TOWN
        return lone and OWN_LINE.match(text, label.end()) is not None
    bare = BARE_VALUE.get(part)
    return bare is not None and bare.match(text, label.end()) is not None


def _is_han(word: str) -> bool:
    return "\u3400" <= word[0] <= "\u9fff"


def _pieces(part: Part, text: str, word: str) -> list[Segment]:
    """Return the labelled line and what follows it without a label of its own."""
    if part is Part.FREE:
        return [Segment(part, text)] if text.strip() else []
    line, _, rest = text.lstrip().partition("\n")
    pieces = [Segment(part, line, word), Segment(Part.FREE, rest)]
    return [piece for piece in pieces if piece.text.strip()]
