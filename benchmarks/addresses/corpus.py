"""Two thousand addresses in 25 layouts, some with a slip of the finger: the same for the same seed.

Each says what is right, and about which parts a careful reader has to ask because the text itself
leaves them open: a number that lacks a digit, a district that nobody has.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.addresses import people, streets
from benchmarks.addresses.places import Place, draw, every_place

SEED = 20261130
SIZE = 2000
_HALF = 0.5
_SHORTEST = 3  # characters of a district that a wrong one can hide in
_SLIPS_IN = 4  # one address of so many has a slip


class Truth(NamedTuple):
    """What a text means. `town` and `post_code` are judged only when they are read."""

    name: str
    mobile: str
    place: Place
    street: str


class Sample(NamedTuple):
    """A text, what it means, and the parts that have to be asked."""

    layout: str
    slip: str
    text: str
    truth: Truth
    open: frozenset[str] = frozenset()


class Parts(NamedTuple):
    """What a layout puts together."""

    name: str
    mobile: str
    province: str
    city: str
    district: str
    town: str
    street: str
    code: str
    place: Place
    random: random.Random

    @property
    def region(self) -> str:
        """Return the divisions in one string; a municipality is named once."""
        city = "" if self.city == self.province else self.city
        return f"{self.province}{city}{self.district}{self.town}"

    @property
    def spaced(self) -> str:
        """Return the divisions as shops print them."""
        every = (self.province, self.city, self.district, self.town)
        return " ".join(each for each in every if each)

    @property
    def address(self) -> str:
        """Return the divisions with the street."""
        return f"{self.region}{self.street}"


Layout = Callable[[Parts], tuple[str, dict[str, str]]]
_TRADITIONAL = str.maketrans(
    "广东门区县镇乡龙岗张陈刘杨赵吴孙马罗郑谢冯萧叶苏卢东号楼单栋园华丽创业兴环滨关云贵阳济宁辽连乌兰苏浙江",
    "廣東門區縣鎮鄉龍崗張陳劉楊趙吳孫馬羅鄭謝馮蕭葉蘇盧東號樓單棟園華麗創業興環濱關雲貴陽濟寧遼連烏蘭蘇浙江",
)


def _traditional(text: str) -> str:
    return text.translate(_TRADITIONAL)


def _groups(digits: str, random_: random.Random) -> str:
    forms = (
        "{}-{}-{}",
        "{} {} {}",
        "{}.{}.{}",
        "+86 {} {} {}",
        "{}-{}{}",
        "{} {}{}",
        "0086-{}-{}-{}",
        "(+86){}{}{}",
    )
    return random_.choice(forms).format(digits[:3], digits[3:7], digits[7:])


LAYOUTS: dict[str, Layout] = {
    "name number address": lambda p: (f"{p.name} {p.mobile} {p.address}", {}),
    "address name number": lambda p: (f"{p.address} {p.name} {p.mobile}", {}),
    "number name address": lambda p: (f"{p.mobile},{p.name},{p.address}", {}),
    "lines": lambda p: (f"{p.name}\n{p.mobile}\n{p.address}", {}),
    "Taobao labels": lambda p: (
        f"收货人: {p.name}\n手机号码: {p.mobile}\n所在地区: {p.spaced}\n详细地址: {p.street}",
        {},
    ),
    "Taobao line": lambda p: (f"{p.name}，86-{p.mobile}，{p.spaced} {p.street}，000000", {}),
    "Taobao virtual number": lambda p: (
        f"{p.name}[{p.code}] {p.mobile}转{p.code} {p.address}[{p.code}]",
        {"name": f"{p.name}[{p.code}]"},
    ),
    "Pinduoduo": lambda p: (
        f"收件人：{p.name}\n手机号：{p.mobile}\n省市区：{p.spaced}\n详细地址：{p.street}",
        {},
    ),
    "WeChat": lambda p: (f"姓名：{p.name}\n电话：{p.mobile}\n地址：{p.address}", {}),
    "one labelled line": lambda p: (f"收货人：{p.name} 电话：{p.mobile} 收货地址：{p.address}", {}),
    "boxed labels": lambda p: (f"【收件人】{p.name}【电话】{p.mobile}【地址】{p.address}", {}),
    "labels without colons": lambda p: (f"收货人{p.name}电话{p.mobile}地址{p.address}", {}),
    "glued": lambda p: (f"{p.address}{p.name}{p.mobile}", {}),
    "recipient in brackets": lambda p: (f"{p.address}({p.name}收) {p.mobile}", {}),
    "street address label": lambda p: (
        f"地区：{p.spaced}\n街道地址：{p.street}\n{p.name}收\n{p.mobile}",
        {},
    ),
    "extension": lambda p: (
        f"{p.name} {p.mobile}-{p.code} {p.address}",
        {"name": f"{p.name}[{p.code}]"},
    ),
    "grouped number": lambda p: (
        f"{p.address}，{p.name}，{_groups(p.mobile, p.random)} (after 6pm)",
        {},
    ),
    "picker": lambda p: (
        f"{p.province}/{p.city}/市辖区/{p.district or p.town}/{p.street} {p.name} {p.mobile}"
        if p.city == p.province or not p.district
        else f"{p.province}/{p.city}/{p.district}/{p.street} {p.name} {p.mobile}",
        {},
    ),
    "forwarder, Chinese": lambda p: (
        f"收货人:{p.name} {p.code}\n电话: {p.mobile}\n地址: {p.address}({p.code})",
        {"name": f"{p.name} {p.code}", "street": f"{p.street}({p.code})"},
    ),
    "forwarder, unlabelled": lambda p: (
        f"{p.name} {p.code} {p.mobile} {p.address}",
        {"name": f"{p.name} {p.code}"},
    ),
    "forwarder, English labels": lambda p: (
        f"Consignee: {p.name} {p.code}, Tel: {p.mobile}, Address: {p.address}",
        {"name": f"{p.name} {p.code}"},
    ),
    "forwarder, Russian labels": lambda p: (
        f"Получатель: {p.name} {p.code}\nТелефон: {p.mobile}\nАдрес: {p.address}\nИндекс: 000000",
        {"name": f"{p.name} {p.code}"},
    ),
    "forwarder, Kazakh labels": lambda p: (
        f"Қабылдаушы: {p.name}({p.code})\nWhatsApp: +86{p.mobile}\nМекенжайы: {p.address}",
        {"name": f"{p.name}({p.code})"},
    ),
    "English": lambda p: (
        (
            f"{p.street}, {p.place.english[0]} District, {p.place.english[1]}, "
            f"{p.place.english[2]}, China; {p.name} {p.mobile}"
        ),
        {},
    ),
    "pinyin": lambda p: (
        f"{p.name}, {p.mobile}, {p.place.english[2]} Sheng {p.place.english[1]} Shi "
        f"{p.place.english[0]} Qu {p.street}"
        if p.place.english[1] != p.place.english[2]
        else f"{p.name}, {p.mobile}, {p.place.english[1]} Shi {p.place.english[0]} Qu {p.street}",
        {},
    ),
}
_LATIN = {"English", "pinyin"}
_FORWARDER = {name for name in LAYOUTS if name.startswith("forwarder")}
# 工业园何刚辉: nothing parts the street from the recipient, so that a reader may well ask.
_OPEN = {"glued": frozenset({"name"})}
_VIRTUAL = {"Taobao virtual number", "extension"}


# Slips: each changes the text or its parts, and says what can only be asked afterwards.
class Slip(NamedTuple):
    """How the parts are written wrongly, and what that leaves open."""

    name: str
    parts: Callable[[Parts], Parts | None]
    open: frozenset[str] = frozenset()


def _wrong_character(p: Parts) -> Parts | None:
    if (
        not p.district
        or len(p.district) < _SHORTEST
        or p.district[-1] not in "区县市"
        or p.city == p.province
    ):
        return None
    at = p.random.randrange(len(p.district) - 1)
    wrong = p.random.choice([each for each in "胡虎坪洲杨羊晋泰汉湖岸明" if each not in p.district])
    return p._replace(district=p.district[:at] + wrong + p.district[at + 1 :], town="")


def _lost_district(p: Parts) -> Parts | None:
    return p._replace(district="", town="") if p.district else None


def _lost_digit(p: Parts) -> Parts | None:
    return p._replace(mobile=p.mobile[:-1])


def _masked(p: Parts) -> Parts | None:
    return p._replace(mobile=f"{p.mobile[:3]}****{p.mobile[7:]}")


def _lost_name(p: Parts) -> Parts | None:
    return p._replace(name="")


def _lost_province(p: Parts) -> Parts | None:
    return None if p.city == p.province else p._replace(province="")


def _lost_titles(p: Parts) -> Parts | None:
    if p.province[-1] != "省" or p.city[-1] != "市" or not p.district:
        return None
    return p._replace(province=p.province[:-1], city=p.city[:-1])


def _doubled_city(p: Parts) -> Parts | None:
    return None if p.city == p.province else p._replace(city=p.city + p.city)


def _full_width(p: Parts) -> Parts | None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    return p._replace(mobile=p.mobile.translate(wide))


def _traditional_divisions(p: Parts) -> Parts | None:
    return p._replace(
        **{  # type: ignore[arg-type] # only text fields change
            each: _traditional(getattr(p, each))
            for each in ("province", "city", "district", "town")
        }
    )


def _wrong_province(p: Parts) -> Parts | None:
    if p.city == p.province:
        return None
    return p._replace(province="浙工省" if p.province != "浙江省" else "折江省")


SLIPS = (
    Slip("a wrong character in the district", _wrong_character, frozenset({"division"})),
    Slip("the district is missing", _lost_district, frozenset({"division"})),
    Slip("a digit is missing", _lost_digit, frozenset({"phone"})),
    Slip("a masked number", _masked, frozenset({"phone"})),
    Slip("no recipient", _lost_name, frozenset({"name"})),
    Slip("no province", _lost_province, frozenset({"division"})),
    Slip("divisions without their titles", _lost_titles, frozenset({"division"})),
    Slip("the city twice", _doubled_city),
    Slip("full-width digits", _full_width),
    Slip("traditional characters in the divisions", _traditional_divisions),
    Slip("a misspelt province", _wrong_province),
)


def samples(size: int = SIZE, seed: int = SEED) -> list[Sample]:
    """Return the corpus."""
    random_ = random.Random(seed)
    places = every_place()
    names = list(LAYOUTS)
    return [_sample(random_, places, names[index % len(names)]) for index in range(size)]


def _sample(random_: random.Random, places: list[Place], layout: str) -> Sample:
    place = draw(random_, places, english=layout in _LATIN)
    latin = layout in _LATIN
    name = people.foreign(random_) if latin else people.chinese(random_)
    if layout in _FORWARDER and layout != "forwarder, Chinese" and random_.random() < _HALF:
        name = people.foreign(random_)
    if layout == "glued" and not "\u3400" <= name[0] <= "\u9fff":
        name = people.chinese(random_)
    street = {"English": streets.english, "pinyin": streets.pinyin}.get(layout, streets.chinese)(
        random_
    )
    code = (
        f"{random_.randrange(1000, 9999)}" if layout in _VIRTUAL else random_.choice(people.CODES)
    )
    town = place.town if random_.random() < _HALF else ""
    parts = Parts(
        name,
        people.mobile(random_),
        place.province,
        place.city,
        place.district,
        town,
        street,
        code,
        place,
        random_,
    )
    truth = Truth(name, parts.mobile, place, street)
    slip = random_.choice(SLIPS) if random_.randrange(_SLIPS_IN) == 0 and not latin else None
    if slip is not None and "name" in slip.open and layout in _FORWARDER | _VIRTUAL:
        slip = None  # a code alone is a recipient, and a mark of a virtual number is none
    if slip is not None and "phone" in slip.open and layout in _VIRTUAL:
        slip = None  # a number that is asked for brings its extension
    slipped = slip.parts(parts) if slip else None
    text, changes = LAYOUTS[layout](slipped or parts)
    if slip is not None and slipped is not None and "name" in slip.open:
        changes = {}
    truth = truth._replace(**changes)  # type: ignore[arg-type] # only text fields change
    left_open = _OPEN.get(layout, frozenset())
    if slip is None or slipped is None:
        return Sample(layout, "", text, truth, left_open)
    if left_open and "name" in slip.open:
        left_open |= {"phone"}  # 27-3-176719847758532: where does the room end?
    return Sample(layout, slip.name, text, truth, slip.open | left_open)
