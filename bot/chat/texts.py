"""Text key + language -> text. Everything foreign is escaped on the way in."""

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache, lru_cache

import structlog

from bot.chat.figures import amount_shown, day_shown, moment_shown, number_shown, yuan_shown
from bot.chat.spacing import woven
from bot.domain.currencies import CNY, Currency, Money
from bot.domain.money import Fen
from bot.domain.rates import Rate
from locales import catalog_of

LANGUAGES = ("en", "zh")
FALLBACK = "en"
_CHINA = timezone(timedelta(hours=8))
_ELLIPSIS = "…"
_LEAST_OF_A_CUT = 0.6  # a cut before a word leaves at least so much of what fits
# Embeddings, overrides and isolates could make a title rewrite the line around it.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Control characters and line separators part words; a lone half of a pair can't be sent.
_PARTING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HALVES = re.compile("[\ud800-\udfff]")
_JOINER = "\u200d"
# Variation selectors, skin tones, and the tags that make a regional flag.
_MODIFIER = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_MOMENT_TAG = re.compile(r"<tg-time [^>]*>(.*?)</tg-time>", re.DOTALL)
_NUMBERS = (int, Decimal)
_log = structlog.get_logger(__name__)


class Html(str):
    """A text that is markup already and must not be escaped again."""

    __slots__ = ()


def plain(text: str) -> str:
    """Strip control and direction-changing characters and fold white space to single spaces.

    Halves of a character pair, which no message can carry, become a replacement character.
    """
    if not text.isprintable():
        text = _BIDI.sub("", _HALVES.sub("\ufffd", _PARTING.sub(" ", text)))
    return " ".join(text.split())


def escape(text: str) -> Html:
    """Make a foreign text harmless inside Telegram HTML, in attributes as well."""
    return Html(html.escape(plain(text)))


def cut(text: str, most: int) -> str:
    """Shorten a plain text to `most` characters, never within what people see as one.

    A family of several joined people, a flag or a letter with its accents is kept whole or left
    out whole; a word of Latin letters too, where that costs little. Cutting markup is
    `bot.chat.measuring.fitted`'s work.
    """
    text = plain(text)
    if len(text) <= most:
        return text
    at = _before_a_word(text, most - 1)
    while at > 0 and _belongs_together(text, at):
        at -= 1
    return text[:at].rstrip() + _ELLIPSIS


def _before_a_word(text: str, at: int) -> int:
    """Return the place before the word that a cut at `at` would split, or `at` itself.

    Chinese has no spaces between words, and of a very long word a part says more than nothing.
    """
    if at < 1 or not (text[at - 1].isascii() and text[at].isascii()) or text[at].isspace():
        return at
    space = text.rfind(" ", 0, at)
    return space if space >= at * _LEAST_OF_A_CUT else at


def _belongs_together(text: str, at: int) -> bool:
    """Tell whether a cut before `text[at]` would split one visible character."""
    before, after = text[at - 1], text[at]
    if _is_regional(before) and _is_regional(after):
        letters = 0
        while letters < at and _is_regional(text[at - 1 - letters]):
            letters += 1
        return letters % 2 == 1
    joins = _JOINER in (before, after) or bool(_MODIFIER.match(after))
    return joins or unicodedata.category(after) in {"Mn", "Mc", "Me"}


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def without_moments(text: str) -> str:
    """Leave of each `Texts.moment` what stands inside it."""
    return _MOMENT_TAG.sub(r"\1", text)


def language_of(code: str | None) -> str:
    """Map Telegram's `language_code` to one of ours, English when there is none."""
    return "zh" if code and code.lower().startswith("zh") else FALLBACK


class Texts:
    """The texts of one language. Get them through `texts_in`: catalogs load once."""

    def __init__(self, language: str, rate: Rate | None = None) -> None:
        self.language = language
        self._rate = rate
        self._catalog = _catalog(language)
        self._unchanging: dict[str, Html] = {}  # of the keys that take no parameters

    def __call__(self, key: str, /, **params: object) -> Html:
        """Return the text of `key`; `count` picks the plural form.

        Texts given as parameters are escaped unless they are `Html`; numbers are written
        in the language's own way.
        """
        if not params and (known := self._unchanging.get(key)) is not None:
            return known
        count = params.get("count")
        if isinstance(count, int):
            text = self._catalog.ngettext(key, key, count)
        else:
            text = self._catalog.gettext(key)
        if text == key:
            _log.error("text_missing", key=key, language=self.language)
        shown = {
            name: value if type(value) is Html else self._shown(value)
            for name, value in params.items()
        }
        made = Html(woven(text, shown) if self.language == "zh" else text.format(**shown))
        if not params and text != key:
            self._unchanging[key] = made
        return made

    def _shown(self, value: object) -> str:
        if isinstance(value, Html):
            return value
        if isinstance(value, _NUMBERS):
            return self.number(value)
        return escape(value if type(value) is str else str(value))

    def priced(self, rate: Rate | None) -> "Texts":
        """Return the same texts with amounts in a shop's currency beside the yuan."""
        foreign = rate is not None and rate.currency is not CNY
        return _priced(self.language, rate) if foreign else texts_in(self.language)

    @property
    def rate(self) -> Rate | None:
        """What a shop converts yuan at, None where amounts are in yuan alone."""
        return self._rate

    def money(self, fen: int) -> Html:
        """Write an amount of fen as yuan, such as ¥1,234.50; in a shop with what that is about."""
        in_yuan = self.yuan(fen)
        if self._rate is None or not fen:
            return in_yuan
        return Html(f"{in_yuan} (≈\N{NO-BREAK SPACE}{self.amount(self._rate.convert(fen))})")

    def yuan(self, fen: int) -> Html:
        """Write an amount of fen as yuan alone."""
        return _money(Fen(fen))

    def amount(self, money: Money) -> Html:
        """Write an exact amount of a currency, such as $1,234.50, JP¥1,235 or RUB 1,234.50."""
        return _amount(money.units, money.currency, self.language)

    def number(self, number: int | Decimal) -> Html:
        """Write a number with the language's separators."""
        return _number(number)

    def series(self, names: Iterable[str]) -> str:
        """Write several one after the other."""
        return ("、" if self.language == "zh" else ", ").join(names)

    def time(self, moment: datetime) -> Html:
        """Write a moment in China's time: the goods, the sellers and the deadlines are there."""
        return Html(moment_shown(moment.astimezone(_CHINA), self.language))

    def moment(self, moment: datetime, form: str = "Dt") -> Html:
        """Write a moment that whoever reads it sees in their own time, in China's where they can't.

        `form` is Telegram's: `r` for how long until then, `w` for the weekday, `d` or `D` for the
        date, `t` or `T` for the time. Servers before Bot API 9.5 get what stands inside, which
        therefore names the zone itself: a text around it must not.
        """
        unix, there = int(moment.timestamp()), self("time.in_china", time=self.time(moment))
        return Html(f'<tg-time unix="{unix}" format="{form}">{there}</tg-time>')

    def day(self, moment: datetime, now: datetime) -> Html:
        """Write the day of a moment where its reader is, in China where Telegram can't tell.

        There it has its year unless that is the present one.
        """
        local = moment.astimezone(_CHINA)
        of_another = local.year != now.astimezone(_CHINA).year
        there = day_shown(local, self.language, with_year=of_another)
        return Html(f'<tg-time unix="{int(moment.timestamp())}" format="D">{there}</tg-time>')


@cache
def texts_in(language: str) -> Texts:
    """Return the texts of a language, English for one we do not have."""
    return Texts(language if language in LANGUAGES else FALLBACK)


@lru_cache(maxsize=4096)
def _money(fen: Fen) -> Html:
    return Html(yuan_shown(fen))


@lru_cache(maxsize=64)
def _priced(language: str, rate: Rate) -> Texts:
    return Texts(language, rate)


@lru_cache(maxsize=4096)
def _amount(units: int, currency: Currency, language: str) -> Html:
    if currency is CNY:
        return _money(Fen(units))
    return Html(amount_shown(Money(currency=currency, units=units).decimal, currency, language))


@lru_cache(maxsize=4096)
def _number(number: int | Decimal) -> Html:
    return Html(number_shown(number))


_catalog = cache(catalog_of)  # priced texts share their language's
