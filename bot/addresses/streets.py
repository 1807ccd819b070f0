"""The street line: what is left of an address when everything else has been taken out of it."""

import re
from typing import NamedTuple

from bot.addresses.characters import fold
from bot.addresses.naming import short_name
from bot.addresses.places import Located
from bot.addresses.tokens import IDLE, Token
from bot.domain.patterns import lazily

EDGES = " ,;:。、|-_/\\·\"'"
ADDRESS_LIKE = lazily(r"\d|[路街巷弄号栋幢楼层室村屯组园苑城厦院场站店馆厂道]")
HAN = lazily(r"[\u3400-\u9fff]")
PAIRS = {")": "(", "]": "["}
# What remains of a typed province that nobody knows: 浙工省 before 杭州市.
PROVINCE_LIKE = lazily(r"[\u3400-\u9fff]{1,6}(?:省|自治区)$")


class Street(NamedTuple):
    """A street line, and everything that was written there, a remark included.

    `guessless` is the line with what was taken for the recipient, empty when that is sure.
    """

    line: str
    whole: str
    guessless: str = ""


# What people tell the courier or the seller: nothing of where a parcel goes.
REMARK = lazily(
    r"(?:请|麻烦|默认)?(?:发|走|用|寄|要)?(?:顺丰|圆通|中通|申通|韵达|极兔|德邦|邮政|EMS"
    r"|京东)(?:快递|速运|物流)?|"
    r"(?:请|麻烦|勿|不要|别|可)?(?:放|送|存)(?:到|在|去)?(?:菜鸟)?(?:驿站|丰巢柜?|快递柜|家?门口"
    r"|门外|门卫|前台|物业|保安|传达|收发|大堂|楼下|信箱)(?:处|室|亭)?(?:即可|就行|就好)?|"
    r"(?:请|麻烦|务必|千万)?(?:勿|不要|别|不能|禁止)(?:放|投|送|存|丢|扔|寄|发|用|打|敲)[^\d]*|"
    r"(?:要|买|订)?[\d一二两三四五六七八九十]+[件双条只套]|(?:尺码|颜色|规格|款式|型号"
    r"|数量|身高|体重|鞋码|码数|胸围|腰围|单价|价格|货号)[:]?\S+|"
    r"¥ ?\d+(?:\.\d+)?|\d+(?:\.\d+)?(?:元|块钱?)|"
    r"(?=.*(?:送货|发货|配送|快递|尽快|不要|勿|麻烦|请|周末|工作日|上班|下班|休息|放在|放门|"
    r"放到|签收|谢谢|提前|"
    r"加急|易碎|发票|开票|赠品|贺卡|刻字|不收|打电话|联系|通知|包好|轻放|到付|多久|什么时候|吗"
    r"|呢|下午|上午|晚上|不在|有人))"
    r"(?!.*(?:站|柜|店|点|超市|公司|处|仓|部|室|楼|栋|号|路|街)[)\]]?$)"
    r"[^\d]*?(?:\d{1,2}[点:：][^\d]*)*"
    r"|(?:please|pls|call|deliver|leave|thanks?|thank you|after|before|only|fragile|asap|hello|hi)"
    r"\b(?!-)[^\d]*"
    r"|(?:пожалуйста|спасибо|звонить|позвоните|доставить|оставить)[^\d]*",
    re.IGNORECASE,
)


# In Russian behind a Chinese street: a name or a remark, nothing that is on a house.
CYRILLIC = lazily(r"(?<=[\u3400-\u9fff\d)])(?: [(]?[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі.]{2,}[)]?)+$")
BOXED_REMARK = lazily(r"[(\[](?P<inside>[^()\[\]]+)[)\]]")
ENGLISH_REMARK = lazily(
    r"(?<=[^A-Za-zА-Яа-я])(?:please|pls|kindly|call (?:me|before|first)|deliver (?:to|before|after|"
    r"on)|leave (?:it|at)|"
    r"thanks?|thank you|fragile|пожалуйста|спасибо|(?:по)?звонить|позвоните|доставить|доставка|"
    r"оставить|оставьте|перед доставкой|до доставки|хрупк\w+|осторожно|рахмет|қоңырау)\b[^\d]*"
    r"(?:\d{1,2}(?::\d\d)? ?(?:[ap]m\b|o'clock|час)[^\d]*)*$",
    re.IGNORECASE,
)


CORRECTED = lazily(r"[ ,](?:[改换][成为]|更正为?|应该是|应为)[: ]?")  # 216号 改成 218号
DOOR = lazily(r"\d+[号弄室栋幢楼]?")
LAST_DOOR = lazily(r"\d+[号弄室栋幢楼]?$")
# A wish right behind the house: 76号放丰巢柜, 502室到了打电话.
GLUED_REMARK = lazily(
    r"(?<=[号室楼层栋座院村组店户单元\d)])(?=放|送[货到上]|存[到在放]|到了|到后|到时|不要|别|勿|请|麻烦|务必"
    r"|到货|到件|易碎|轻[拿放]|小心|尽快|周[末一二三四五六日]|工作日|节假日|上班|下班|收到|提前|派送|快递|来之?前|送之?前|白天|晚上|上午|下午|中午)"
)


def split_remarks(street: str) -> Street:
    """Tell a street from the remarks behind it: 文三路1号 周末送货."""
    if line := _before_remark(street):
        return Street(tidy_street(line), street)
    for boxed in BOXED_REMARK.finditer(street):
        if REMARK.fullmatch(fold(boxed["inside"].strip())):
            return Street(tidy_street(street.replace(boxed.group(), " ")), street)
    pieces = re.split(r"(?:, |[ ,])", street)
    kept = [piece for piece in pieces if not REMARK.fullmatch(fold(piece))]
    if len(kept) == len(pieces) or not kept:
        return Street(street, street)
    words = street
    for piece in pieces:
        if piece not in kept:
            words = without(words, piece)
    return Street(tidy_street(words), street)


def _before_remark(street: str) -> str:
    """Return the line without what is said behind it or corrected, empty when nothing is."""
    if asked := ENGLISH_REMARK.search(street):
        return street[: asked.start()].strip(EDGES) or street
    if foreign := CYRILLIC.search(street):
        return street[: foreign.start()]
    if (changed := CORRECTED.search(street)) and len(street) > changed.end():
        before, behind = street[: changed.start()], street[changed.end() :]
        return LAST_DOOR.sub(behind, before) if DOOR.fullmatch(behind) else behind
    wishes = (wish.start() for wish in GLUED_REMARK.finditer(street))
    return next((street[:at] for at in wishes if REMARK.fullmatch(fold(street[at:]))), "")


def street_of(text: str, tokens: list[Token], located: Located, taken: tuple[Token, ...]) -> str:
    """Return the pieces that are no recipient, no divisions and no idle words."""
    kept = [
        token
        for token in tokens
        if token not in taken
        and not IDLE.fullmatch(token.text)
        and (not token.before or ADDRESS_LIKE.search(token.text))
        and not (token.before and PROVINCE_LIKE.search(token.text))
        and (HAN.search(text) or located.places)
    ]
    return tidy_street(" ".join(token.text for token in kept))


PARTICLE = lazily(  # 发到文三路1号吧, 文三路1号就行
    r"(?<=[\d号室楼层栋座])(?:[吧啊哦呀呢哈]|好了|就好|就?行了?|(?:就)?可以了?|即可|没错)[吧啊哦呀]?$"
)


def tidy_street(street: str, box: str = "") -> str:
    """Return a street without stray brackets and without the extension that the name carries."""
    line = PARTICLE.sub("", " ".join(street.split()).strip(EDGES))
    if box:
        line = line.removesuffix(box).rstrip(EDGES)
        line = re.sub(rf"(?:^|(?<= )){re.escape(box)}(?= |$)", " ", line)
    line = re.sub(r"[(\[]\s*(?:亲?收|收件人?|启)?\s*[)\]]", " ", line)
    kept: list[str] = []
    open_at: list[int] = []
    for character in line:
        if character in "([":
            open_at.append(len(kept))
            kept.append(character)
        elif character in PAIRS:
            if open_at and kept[open_at[-1]] == PAIRS[character]:
                open_at.pop()
                kept.append(character)
            else:
                kept.append(" ")
        else:
            kept.append(character)
    for index in open_at:
        kept[index] = " "
    line = " ".join("".join(kept).split()).strip(EDGES)
    if line.startswith("[") and line.endswith("]") and line.count("[") == 1:
        line = line[1:-1].strip(EDGES)
    return line


def without(street: str, piece: str) -> str:
    """Return a street without something that an answer has settled, wherever it stands as a whole.

    A name may also be glued to its end: 888号3楼李明, once 李明 is known.
    """
    if not piece or piece == street:
        return street
    part = re.escape(piece)
    line = re.sub(rf"(?:(?<=[\s,;()\[\]])|^){part}(?=[\s,;()\[\]]|收|$)收?", " ", street)
    if line == street and HAN.search(piece):
        line = re.sub(rf"(?<=\S\S){part}收?$", "", street)
    return tidy_street(line) if line != street else street


def without_digits(street: str, digits: str) -> str:
    """Return a street without a number that an answer has settled, however it was grouped."""
    grouped = r"[-. ·•・_/]?".join(digits)
    line = re.sub(rf"(?<!\d)(?:\+?86[-. ]?)?{grouped}(?!\d)", " ", street)
    return tidy_street(line.removesuffix(digits))


def without_divisions(street: str, names: tuple[str, ...]) -> str:
    """Return a street without the names that it repeats at its beginning, the higher first."""
    folded, position = fold(street), 0
    for name in names:
        for form in (name, short_name(name)):
            begin = position + len(folded[position:]) - len(folded[position:].lstrip(" ,、/-"))
            known = fold(form)
            whole = form == name or folded[begin + len(known) :][:1] in {" ", ","}
            if len(known) > 1 and whole and folded.startswith(known, begin):
                position = begin + len(known)
                break
    rest = tidy_street(street[position:])
    return rest or street
