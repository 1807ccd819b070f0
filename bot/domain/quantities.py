"""Reading a quantity that a person typed, and whether it can be ordered.

QuantityError
├── QuantityUnreadable   words, or nothing at all
├── QuantityOtherUnit    3 boxes of what is sold by the piece
├── QuantityFractional   1.5, and 1.000, which is a thousand in half of Europe
├── QuantityNotPositive  zero or less
├── QuantityAbsurd       more than anyone orders here
├── QuantityOverStock    more than the seller has
├── QuantityBelowMinimum under the offer's minimum
└── QuantityOffBatch     no multiple of the lot
"""

import re
import unicodedata

from bot.domain.numerals import chinese_number, english_in_figures, mixed_number
from bot.domain.offers import Offer, Sku, Wording
from bot.domain.patterns import lazily
from bot.domain.unit_words import units_in, without_unit

LARGEST = 999_999
_TIMES = {"百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "萬": 10_000, "w": 10_000}
_NUMBER = lazily(
    # 1,200 and 1 200 and 1'200, or no separator at all
    r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d{1,3}(?:'\d{3})+|\d*)"
    # a decimal point, or the decimal comma of other countries
    r"(?:\.(\d*)|,(\d{1,2}))?"
    rf"\s*([{''.join(_TIMES)}])?",
    re.IGNORECASE,
)
_SPELLINGS = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "‐": "-", "。": ".", "’": "'", "×": "x", "*": "x"}
)
_BEFORE = lazily(
    r"^(?:给我来?|我?(?:[先就]?(?:想?要|来|买|订|拿)|订购|下单)个?|就|只要|(?:[改换][成为])|数量"
    r"|qty\b\.?|quantity\b|x(?=\s*\d)|(?:just|only|make it|give me|(?:(?:i|we) )?(?:need|want)"
    r"|(?:i'd|i would|we'd|we would) like|i'll take)\b|(?:мне|нужно|надо|дайте)\b)\s*:?\s*",
    re.IGNORECASE,
)
_AFTER = lazily(
    r"[\s,!~]*(?:吧|啊|哦|哈|就行了?|就好了?|就可以了?|就够了|好了|谢谢|多谢|thanks|thank you"
    r"|please|pls|пожалуйста|спасибо)[\s!~.]*$",
    re.IGNORECASE,
)
_HALF_A_DOZEN = lazily(r"半打|half a dozen|half dozen", re.IGNORECASE)
_THOUSANDS_OR_PART = lazily(r"[+-]?\d{1,3}\.\d{3}")  # 1.000: one, or a thousand elsewhere


class QuantityError(ValueError):
    """A quantity that cannot be taken. `quantity` is what was read, where a number was."""

    def __init__(self, quantity: int | None = None) -> None:
        super().__init__(f"{type(self).__name__}: {quantity}")
        self.quantity = quantity


class QuantityUnreadable(QuantityError):
    """No number."""


class QuantityOtherUnit(QuantityError):
    """A number of some other unit than the unit of sale."""


class QuantityFractional(QuantityError):
    """A part of a unit."""


class QuantityNotPositive(QuantityError):
    """Zero or less."""


class QuantityAbsurd(QuantityError):
    """More than `LARGEST`."""


class QuantityOverStock(QuantityError):
    """More than is in stock; `stock` says how many are left for this line."""

    def __init__(self, quantity: int, stock: int) -> None:
        super().__init__(quantity)
        self.stock = stock


class QuantityBelowMinimum(QuantityError):
    """Under the minimum; `missing` more units reach it, in whole lots."""

    def __init__(self, quantity: int, minimum: int, missing: int) -> None:
        super().__init__(quantity)
        self.minimum = minimum
        self.missing = missing


class QuantityOffBatch(QuantityError):
    """Not a multiple of the lot; `lower` and `upper` are the nearest to be had (0: none)."""

    def __init__(self, quantity: int, batch_size: int, lower: int, upper: int) -> None:
        super().__init__(quantity)
        self.batch_size = batch_size
        self.lower = lower
        self.upper = upper


def read_quantity(text: str, unit: Wording | None = None) -> int:
    """Read `12`, `１２`, `1,200`, `12件`, `12 pcs`, `3万5千` or `两百` as a positive number.

    With the unit of sale, `3打` is 36 and `3箱` of single pieces is refused. Raises
    `QuantityUnreadable`, `QuantityFractional`, `QuantityNotPositive`, `QuantityAbsurd`,
    `QuantityOtherUnit`.
    """
    whole = english_in_figures(_plain(text))
    if _HALF_A_DOZEN.fullmatch(whole):
        if unit is not None and unit.zh == "打":
            raise QuantityFractional
        whole = "6"
    plain, word = without_unit(whole)
    number = _positive(plain.strip())
    each = units_in(word, unit)
    if each is None:
        raise QuantityOtherUnit
    if number * each > LARGEST:
        raise QuantityAbsurd(number * each)
    return number * each


def _positive(plain: str) -> int:
    in_words = chinese_number(plain)
    if in_words is None and (mixed := mixed_number(plain)) is not None:
        if mixed != int(mixed):
            raise QuantityFractional
        in_words = int(mixed)
    match = _NUMBER.fullmatch(plain if in_words is None else str(in_words))
    if not match or not (match[2] or match[3]):
        raise QuantityUnreadable
    if _THOUSANDS_OR_PART.fullmatch(plain):
        raise QuantityFractional
    sign, whole, point, comma, times = match.groups()
    digits = re.sub(r"\D", "", whole).lstrip("0")
    fraction = (point or comma or "").rstrip("0")
    if len(digits) > len(str(LARGEST)):
        raise QuantityNotPositive if sign == "-" else QuantityAbsurd
    zeros = len(str(_TIMES[times.lower()])) - 1 if times else 0
    if len(fraction) > zeros:
        raise QuantityFractional
    number = int(digits + fraction.ljust(zeros, "0") or "0")
    if sign == "-" or number == 0:
        raise QuantityNotPositive(-number)
    if number > LARGEST:
        raise QuantityAbsurd(number)
    return number


def _plain(text: str) -> str:
    """Return a typed quantity without its dress: ASCII digits, no polite words."""
    shown = (
        str(unicodedata.decimal(each, each))
        for each in unicodedata.normalize("NFKC", text)
        # zero-width characters, and what makes a digit a key-cap emoji
        if unicodedata.category(each) not in {"Cf", "Me"} and each != "\ufe0f"
    )
    plain = "".join(shown).translate(_SPELLINGS).strip().rstrip("!~ ")
    return _AFTER.sub("", _BEFORE.sub("", plain)).strip()


def stock_of(offer: Offer, sku: Sku | None) -> int:
    """Return the units left of the variant, or of the offer when it has none."""
    return sku.stock if sku is not None else offer.stock


def check_quantity(offer: Offer, sku: Sku | None, quantity: int, elsewhere: int = 0) -> None:
    """Check `quantity` units of a line against stock, lot and minimum, in this order.

    `elsewhere` is how many units of the same offer stand on other lines of the draft: they
    count towards the minimum. Raises `QuantityOverStock`, `QuantityOffBatch` or
    `QuantityBelowMinimum`.
    """
    stock = stock_of(offer, sku)
    if quantity > stock:
        raise QuantityOverStock(quantity, stock)
    batch = offer.batch_size
    least = smallest(offer, elsewhere)
    if batch and quantity % batch:
        lower = quantity - quantity % batch
        upper = max(lower + batch, least)
        raise QuantityOffBatch(
            quantity, batch, lower if lower >= least else 0, upper if upper <= stock else 0
        )
    if offer.min_order_quantity > elsewhere + quantity:
        raise QuantityBelowMinimum(quantity, offer.min_order_quantity, least - quantity)


def smallest(offer: Offer, elsewhere: int = 0) -> int:
    """Return the smallest quantity that reaches the minimum in whole lots."""
    wanted = max(1, offer.min_order_quantity - elsewhere)
    batch = offer.batch_size or 1
    return -(-wanted // batch) * batch


def presets(offer: Offer, sku: Sku | None, elsewhere: int = 0, most: int = 6) -> tuple[int, ...]:
    """Return quantities worth a button: the minimum, round multiples and the tiers' starts."""
    first = smallest(offer, elsewhere)
    batch = offer.batch_size or 1
    most_units = min(stock_of(offer, sku), LARGEST)
    wished = {first, first * 2, first * 5, first * 10}
    wished |= {tier.start_quantity - elsewhere for tier in offer.tiers}
    lots = {-(-quantity // batch) * batch for quantity in wished if quantity >= first}
    return tuple(sorted(quantity for quantity in lots if quantity <= most_units)[:most])
