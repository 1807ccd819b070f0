"""Finding telephone numbers and post codes among the other numbers of an address."""

import re
from typing import NamedTuple

from bot.addresses.labels import PHONE_MARK
from bot.addresses.phones import Phone, PhoneError, PhoneKind, read_phone
from bot.domain.patterns import lazily

COUNTRY = r"(?:\(?(?:\+ ?|00)?86\)?[-. ]?)?"
UNIT = r"[\d号栋室楼单座幢层弄户门巷组区排村期]"
# What a virtual number is followed by. A dash needs three digits or more and no unit
# (13812345678-3栋 has none); a comma or # parts a number from a room as well, so four digits at
# least, and nothing that a house has behind them.
EXTENSION = (
    r"(?: ?[(\[]? ?(?:转分机|转接|转|分机号?[:]?|ext(?:ension)?[.:]?|доб\.?) ?(?P<said>\d{1,6}) "
    r"?[)\]]?"
    rf"|[-_*](?P<dashed>\d{{3,6}})(?!{UNIT}|[-\w])"
    rf"|[ ,]{{0,2}}#(?P<hashed>\d{{3,6}})(?!{UNIT}|[-\w])"
    rf"| ?[xX](?P<marked>\d{{3,6}})(?!{UNIT}|[-\w])"
    r"| ?\[(?P<boxed>\d{3,6})\]"
    rf"|, ?(?P<parted>\d{{4}})(?!{UNIT}|[-\w]))?"
)
# No local number begins with 0, 1 or 9; people write such ones as examples, never in two groups:
# `0101 138-1234-5678` is a room and a mobile.
LOCAL = r"(?:\d{7,8}|[2-8]\d{2,3}[- ]\d{4})"
# Eleven digits at a stretch, or in groups as people break them: a room before or behind is none.
MOBILE = (
    r"1[3-9](?:\d{9}|\d(?P<sep>[-. /])\d{4}(?P=sep)\d{4}|\d[-. ]\d{8}|\d{5}[-. ]\d{4}"
    r"|\d{2}[-. ]\d{3}[-. ]\d{4}(?![- ]\d)|\d{3}[-. ]\d{6}(?![- ]\d)|\d{4}[-. ]\d{5}(?![- ]\d)"
    r"|\d{3}[-. ]\d{3}[-. ]\d{3}(?![- ]\d)|\d{2}[-. ]\d{4}[-. ]\d{3}(?![- ]\d)"
    r"|\d{2}[-. ]\d{7}(?![- ]\d)"
    rf"|\d{{7}}[-. ]\d{{2}}(?!{UNIT}|[- ]\d)"
    r"|\d[-. ]\d{3}[-. ]\d{5}|\d[-. ]\d{3}[-. ]\d{2}[-. ]\d{3}|\d[-. ]\d{2}[-. ]\d{2}[-. ]\d{4}"
    r"|\d[-. ]\d{4}[-. ]\d{2}[-. ]\d{2}|\d[-. ]\d{2}[-. ]\d{2}[-. ]\d{2}[-. ]\d{2}"
    r"|\d[-. ]\d{3}[-. ]\d{3}[-. ]\d{2}|\d[-. ]\d{5}[-. ]\d{3})"
)
GROUPS = (  # of a mobile number with a digit too few or too many
    r"\d{4}[-. ]\d{3}|\d{3}[-. ]\d{4}|\d{4}[-. ]\d{5}|\d{5}[-. ]\d{4}|\d{7}|\d{9}"
)
SHAPES = (
    rf"{COUNTRY}{MOBILE}",
    rf"{COUNTRY}\(?0\d{{2,3}}\)?[- ]?{LOCAL}",
    rf"(?:\+|00)86[- ]?\d{{2,3}}[- ]{LOCAL}",
    rf"{COUNTRY}1\d{{1,6}}[-. ]?[*•●xX×]{{2,8}}[-. ]?\d{{0,4}}",
    # 阿依+7718 13812345678: a code and a number
    r"\+(?!\s?86|\d{2,6} 1[3-9]\d{9}(?!\d))\d[\d() -]{5,16}\d",
    r"[48]00[- ]?\d{3}[- ]?\d{4}|[48]00[- ]?\d{4}[- ]?\d{3}",
    r"(?<![^\s,;:])\d{7,8}(?=[\s,;]|$)",  # a local number without its area
    r"1010[- ]?\d{4}|95\d{3}(?![\d号弄室栋楼])",
    r"\(?(?:\+ ?|00)86\)?[-. ]?1[\d. -]{7,14}\d",
    r"(?:\+?86[-. ]?)?(?:1\d{9}|1\d{11,12}|1[012]\d{9})",
    rf"1[3-9]\d[-. ](?:{GROUPS})",
)
NUMBER = lazily(
    r"(?=[\d(+])(?<![\d.])(?P<number>" + "|".join(SHAPES) + r")(?!\d)" + EXTENSION,
    re.IGNORECASE,
)
# What people add about a number: it belongs to nothing else.
ABOUT_NUMBER = lazily(
    r"[\s,]*[(\[]?\s*(?:白天|晚上|夜间|上班(?:时间)?|下班|备用|工作日|周末|常用|主号|副号|本人"
    r"|微信同号|微信同步|微信号?同?(?:手机|电话)?号?|同微信号?|手机同号|"
    r"\+?v同号|vx同号|"
    r"(?:after|before|until|from) \d{1,2}(?::\d\d)? ?(?:[ap]\.?m\.?)?|(?:we ?chat|whats ?app|"
    r"telegram|viber)"
    r"(?: ?(?:too|also|as well|same))?|после \d{1,2}(?::\d\d)?|(?:下午|上午|"
    r"晚上)?\d{1,2}点(?:以?后|以?前))"
    r"(?:\s*[)\]]|(?=[\s,;。|]|$))",
    re.IGNORECASE,
)
# Accounts, papers and orders: nothing of where a parcel goes, and nobody's business there.
ACCOUNT = lazily(
    r"(?:(?<=[\s,;。|()\ue000])|^)(?:(?:微信号?|wechat|vx|wx|旺旺|支付宝|淘宝(?:账号|ID))[: ]{0,2}"
    r"[A-Za-z](?!(?-i:[A-Z-]*\d+\b))[\w-]{4,19}|(?:微信号?[: ]?)?QQ号?[: ]{0,2}\d{5,11}"
    r"|(?:身份证(?:号码?)?|护照(?:号码?)?|passport(?: no\.?)?|паспорт)[: ]{0,2}"
    r"[A-Z]{0,2}\d{6,17}[\dXx]"
    r"|(?:订单编?号|订单|运单号|快递单号|order no\.?)[: ]{0,2}[A-Za-z]{0,2}\d{8,20})(?![\w-])"
    # An order announces what follows it: Order 1234: Li Ming.
    r"|(?:(?<=[\s,;。|()\ue000])|^)(?:orders?|заказ|тапсырыс|订单编?号?|单号|parcel|package"
    r"|посылка)"
    r"(?: ?(?:no\.?|nr\.?|number|№|#|号))?[ :#-]{0,2}[A-Za-z]{0,3}-?\d[\w-]{0,19} ?"
    r"[:)](?=\s|[^\d])",
    re.IGNORECASE,
)
# l39l234O001: letters that a scanner took for digits.
MISREAD_MOBILE = lazily(
    r"(?<![A-Za-z\d])(?=[lIOo]*(?:\d[lIOo]*){8})[1lI][3-9][\dlIOo]{9}(?![A-Za-z\d])"
)
_MISREAD = str.maketrans("lIOo", "1100")
# 一五二六一五零八八八八: as a telephone writes what it hears.
_SPOKEN_DIGITS = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
SPELT_MOBILE = lazily(
    rf"(?<![{_SPOKEN_DIGITS}])[一幺壹][ -]?[三四五六七八九叁肆伍陆柒捌玖]"
    rf"(?:[ -]?[{_SPOKEN_DIGITS}]){{9}}(?![{_SPOKEN_DIGITS}])"
)
_SPELT = str.maketrans(_SPOKEN_DIGITS, "001234567891123456789", " -")
DOTTED_MOBILE = lazily(r"(?<!\d)(1[3-9]\d)[·•・_](\d{4})[·•・_](\d{4})(?!\d)")
POST_CODE = lazily(r"(?<!\d)\d{6}(?!\d)")
NO_POST_CODE = "000000"  # what shops print where nobody gave one
# The first two digits of post codes by the first two of division codes (China Post).
POST_PREFIXES = {
    "11": "10",
    "12": "30",
    "13": "05 06 07",
    "14": "03 04",
    "15": "01 02 16",
    "21": "11 12",
    "22": "13",
    "23": "15 16",
    "31": "20",
    "32": "21 22",
    "33": "31 32",
    "34": "23 24",
    "35": "35 36",
    "36": "33 34",
    "37": "25 26 27",
    "41": "45 46 47",
    "42": "43 44",
    "43": "41 42",
    "44": "51 52",
    "45": "53 54",
    "46": "57",
    "50": "40",
    "51": "61 62 63 64",
    "52": "55 56",
    "53": "65 66 67",
    "54": "85",
    "61": "71 72",
    "62": "73 74",
    "63": "81",
    "64": "75",
    "65": "83 84",
}


class Numbers(NamedTuple):
    """The text with a mark in the place of every number, and the number to call.

    Of several numbers the first mobile is taken, else the first landline; `refused` is the first
    piece that looked like a number and is none, empty when there is none. `doubtful` when the
    extension may be a room as well.
    """

    text: str
    phone: Phone | None
    refused: str
    doubtful: bool = False


def take_numbers(text: str) -> Numbers:
    """Take the telephone numbers out of a cleaned text."""
    text = DOTTED_MOBILE.sub(r"\1-\2-\3", text)
    text = MISREAD_MOBILE.sub(lambda found: found.group().translate(_MISREAD), text)
    text = SPELT_MOBILE.sub(lambda found: found.group().translate(_SPELT), text)
    phones: list[tuple[Phone, bool]] = []
    refused = ""
    kept: list[str] = []
    position = 0
    for found in NUMBER.finditer(text):
        extension = (
            found["said"] or found["dashed"] or found["hashed"] or found["marked"] or found["boxed"]
        )
        try:
            phone = read_phone(found["number"])
        except PhoneError:
            refused = refused or found.group().strip()
        else:
            # 13812345678,1502 may end in a room: there is nothing that tells.
            parted = found["parted"] or ""
            phones.append((phone.replace(extension=extension or parted), bool(parted)))
        about = ABOUT_NUMBER.match(text, found.end())
        kept += (text[position : found.start()], PHONE_MARK)
        position = about.end() if about else found.end()
    kept.append(text[position:])
    best = next((each for each in phones if each[0].kind is PhoneKind.MOBILE), None)
    best = best or next(iter(phones), None)
    if best is None:
        return Numbers("".join(kept), None, refused)
    return Numbers("".join(kept), best[0], refused, doubtful=best[1])


def is_post_code(token: str, division_code: str) -> bool:
    """Return whether six digits standing alone are a post code of the division's province."""
    digits = token.strip("()[]")
    if digits == NO_POST_CODE:
        return True
    prefixes = POST_PREFIXES.get(division_code[:2], "").split()
    return POST_CODE.fullmatch(digits) is not None and digits[:2] in prefixes
