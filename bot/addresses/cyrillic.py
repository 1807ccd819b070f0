"""Divisions in Cyrillic letters: by Palladius' transcription, or as Russian and Kazakh have them.

Russian puts what a place is before its name (район Байюнь, г. Иу); it is turned round, so that one
locator reads both. Streets stay as they are written, and what they are named after is no division.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from bot.domain.patterns import lazily

_INITIALS = {
    "zh": "чж", "ch": "ч", "sh": "ш", "b": "б", "p": "п", "m": "м", "f": "ф", "d": "д", "t": "т",
    "n": "н", "l": "л", "g": "г", "k": "к", "h": "х", "j": "цз", "q": "ц", "x": "с", "r": "ж",
    "z": "цз", "c": "ц", "s": "с",
}  # fmt: skip
_FINALS = {
    "a": "а", "o": "о", "e": "э", "ai": "ай", "ei": "эй", "ao": "ао", "ou": "оу", "an": "ань",
    "en": "энь", "ang": "ан", "eng": "эн", "ong": "ун", "er": "эр", "i": "и", "ia": "я", "ie": "е",
    "iao": "яо", "iu": "ю", "ian": "янь", "in": "инь", "iang": "ян", "ing": "ин", "iong": "юн",
    "u": "у", "ua": "уа", "uo": "о", "uai": "уай", "ui": "уй", "uan": "уань", "un": "унь",
    "uang": "уан", "ü": "юй", "üe": "юэ", "üan": "юань", "ün": "юнь", "ue": "юэ",
}  # fmt: skip
_ALONE = {
    "yi": "и", "ya": "я", "yo": "йо", "ye": "е", "yao": "яо", "you": "ю", "yan": "янь",
    "yin": "инь", "yang": "ян", "ying": "ин", "yong": "юн", "yu": "юй", "yue": "юэ",
    "yuan": "юань", "yun": "юнь", "wu": "у", "wa": "ва", "wo": "во", "wai": "вай", "wei": "вэй",
    "wan": "вань", "wen": "вэнь", "wang": "ван", "weng": "вэн", "zi": "цзы", "ci": "цы", "si": "сы",
    "hui": "хуэй",
}  # fmt: skip
_PALATAL = frozenset("jqx")

# What a place is called where that is not its transcription.
USUAL = {
    "110000": "Пекин|Бейжин", "110100": "Пекин|Бейжин", "310000": "Шанхай", "150000":
    "Внутренняя Монголия|Ішкі Моңғолия", "540000": "Тибет", "650000":
    "Синьцзян|СУАР|Шыңжаң|Синцзян", "610000": "Шэньси", "450000": "Гуанси", "640000": "Нинся",
    "230100": "Харбин", "210100": "Шэньян|Мукден", "210200": "Далянь|Дальний", "650100":
    "Урумчи|Үрімжі|Урумжи", "653101": "Кашгар|Қашқар", "653100": "Кашгар|Қашқар", "654002":
    "Кульджа|Құлжа|Инин", "654000": "Или|Іле", "654004": "Хоргос|Қорғас|Хоргас", "654201":
    "Чугучак|Шәуешек", "654200": "Тарбагатай|Тарбағатай", "654300": "Алтай", "654301": "Алтай",
    "650103": "Шайбақ|Сайбаг",
    "650200": "Карамай|Қарамай", "650400": "Турфан|Тұрпан", "650500": "Хами|Кумул|Құмыл", "653200":
    "Хотан|Хотән", "652900": "Аксу|Ақсу", "652901": "Аксу|Ақсу", "652801": "Корла|Құрылы",
    "652300": "Чанцзи", "659001": "Шихэцзы", "440100": "Гуанчжоу|Кантон|Гуанджоу", "440300":
    "Шэньчжэнь|Шеньжень|Шэньджень", "540100": "Лхаса", "540200": "Шигадзе", "150100":
    "Хух-Хото|Хухэ-Хото|Хөх хот", "150200": "Баотоу", "150781": "Маньчжурия|Маньчжоули", "152501":
    "Эрлянь|Эрэн-Хото|Эрен-Хото", "150702": "Хайлар", "210212": "Порт-Артур", "330782":
    "Иу|Ыу|Ийу", "231081": "Суйфэньхэ", "222404": "Хуньчунь", "231100": "Хэйхэ", "441900":
    "Дунгуань|Донггуан|Дунгуан", "350200": "Сямэнь|Амой", "500000": "Чунцин|Чунцинь", "500100":
    "Чунцин|Чунцинь", "120000": "Тяньцзинь|Тяньцзин", "120100": "Тяньцзинь|Тяньцзин", "320100":
    "Нанкин", "610100": "Сиань", "330100": "Ханчжоу|Ханджоу", "220100": "Чанчунь",
}  # fmt: skip
_KAZAKH = str.maketrans("әғқңөұүһі", "агкноуухи")
_SOFT = str.maketrans({"э": "е", "ы": "и", "ъ": None})
CYRILLIC = lazily(r"[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]")
_L = "А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі"
_NAME = rf"[{_L}]{{2,}}(?:[-'][{_L}]+)*"
_CAPITAL = rf"(?-i:[А-ЯЁӘҒҚҢӨҰҮҺІ])[{_L}]+(?:[-'][{_L}]+)*"
_KINDS = (
    ("Province", r"провинци[яиюе]|пров", r"провинция(?:сы)?"),
    ("Prefecture", r"автономный округ|аймак", r"аймағы|аймак"),
    ("City", r"городской округ|городе?|гор|г", r"қаласы|қала|қ(?=\.)|шаары|город|ши"),
    ("District", r"район[еа]?|р-н|р-он|округ", r"ауданы?|район|р-н|цюй"),
    ("County", r"уезд[еа]?", r"уездi?|сянь"),
)
_BEFORE = lazily(
    rf"(?<![{_L}-])(?:"
    + "|".join(f"(?P<{kind}>{before})" for kind, before, _ in _KINDS)
    + rf")(?:\.\s*|\s+)(?P<name>{_CAPITAL}(?: {_CAPITAL})?)",
    re.IGNORECASE,
)
_BEHIND = lazily(
    rf"(?<![{_L}-])(?P<name>{_CAPITAL})[\s-]+(?:"
    + "|".join(f"(?P<{kind}>{behind})" for kind, _, behind in _KINDS)
    + rf")(?![{_L}])\.?",
    re.IGNORECASE,
)
_AUTONOMOUS = lazily(
    rf"(?P<name>Синьцзян|Гуанси|Нинся|Тибет)(?:[\s-]*(?:Уйгурский|Чжуанский|Хуэйский|ский))?"
    rf"[\s-]+(?:авт(?:ономный|\.)?[\s-]+(?:район|р-н)|АР)(?![{_L}])",
    re.IGNORECASE,
)
# What a street or a market is named after is not where it lies.
_ROAD_BEFORE = (
    r"улиц[аеыу]|ул|проспекте?|пр-т|просп|дорог[аеи]|дор|шоссе|переул(?:ок|ке)|пер|бульвар|б-р|"
    r"площадь|пл|рынок|базар|склад|порт|жк|тц|бц|отель|гостиница|завод|фабрика|көше"
)
_ROAD_BEHIND = (
    r"улица|ул|роуд|роад|лу|стрит|проспект|шоссе|дорога|переулок|рынок|базар|көшесі|даңғылы|"
    r"дадао|цзе|цзедао|плаза|центр|отель|склад|порт"
)
_ROAD = lazily(
    rf"(?<![{_L}-])(?:{_ROAD_BEFORE})(?:\.\s*|\s+){_NAME}(?: {_CAPITAL})?"
    rf"|(?<![{_L}-]){_NAME}(?:ая|ий|ое)?[ \t-]+(?:{_ROAD_BEHIND})(?![{_L}])(?!\.?[ \t]+{_CAPITAL})",
    re.IGNORECASE,
)
_HIDDEN = "\x01"


class Turned(NamedTuple):
    """A text with what a place is behind its name, and where each of its characters comes from."""

    text: str
    origins: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a piece of the turned text stands in the text as it was written."""
        return self.origins[start][0], self.origins[end - 1][1]


def transcribed(syllables: str) -> str:
    """Return pinyin syllables as Russian writes them: `guang zhou` is гуанчжоу."""
    return "".join(map(_syllable, syllables.split()))


def _syllable(syllable: str) -> str:
    if (whole := _ALONE.get(syllable)) is not None:
        return whole
    initial = next((each for each in _INITIALS if syllable.startswith(each)), "")
    final = syllable[len(initial) :]
    if initial in _PALATAL and final.startswith("u"):
        final = "ü" + final[1:]
    return _INITIALS.get(initial, "") + _FINALS.get(final, final)


def folded(text: str) -> str:
    """Return Cyrillic letters without what people write in two ways: Шэньчжэнь and Шеньжень."""
    plain = text.lower().translate(_KAZAKH)
    bare = re.sub(r"[^а-я]", "", unicodedata.normalize("NFKD", plain)).translate(_SOFT)
    bare = bare.replace("чж", "ж").replace("дж", "ж").replace("дз", "цз")
    return re.sub(r"(?<!н)ь", "", bare)


def hardened(spelling: str) -> str:
    """Return a folded spelling without its soft signs, which people leave out: Тяньцзин."""
    return spelling.replace("ь", "")


def spellings(code: str, syllables: str) -> tuple[tuple[str, int], ...]:
    """Return the folded Cyrillic spellings of a division and how unlikely each is."""
    usual = [folded(each) for each in USUAL.get(code, "").split("|") if each]
    regular = folded(transcribed(syllables))
    ranks = dict.fromkeys(usual, 0)
    ranks.setdefault(regular, 1 if regular in _usual() else 0)
    for spelling in (*usual, regular):
        ranks.setdefault(hardened(spelling), 1)
    return tuple(ranks.items())


@lru_cache(maxsize=1)
def _usual() -> frozenset[str]:
    return frozenset(folded(each) for names in USUAL.values() for each in names.split("|"))


def turned(text: str) -> Turned:
    """Return the text with each kind behind its name, in English, and without names of roads."""
    hidden = _ROAD.sub(lambda found: _HIDDEN * len(found.group()), text)
    pieces: list[str] = []
    origins: list[tuple[int, int]] = []
    position = 0
    while position < len(hidden):
        found = next(
            (
                match
                for pattern in (_AUTONOMOUS, _BEFORE, _BEHIND)
                if (match := pattern.match(hidden, position))
            ),
            None,
        )
        if found is None:
            pieces.append(hidden[position])
            origins.append((position, position + 1))
            position += 1
            continue
        name = found["name"]
        kind = next(
            (each for each, _, _ in _KINDS if found.groupdict().get(each) is not None), "Province"
        )
        piece = f"{name} {kind}"
        pieces.append(piece)
        origins += [(found.start(), found.end())] * len(piece)
        position = found.end()
    return Turned("".join(pieces), tuple(origins))
