"""Reading a quantity that a person typed, and whether it can be ordered.

QuantityError
├── QuantityUnreadable   words, or nothing at all
├── QuantityFractional   1.5
├── QuantityNotPositive  zero or less
├── QuantityAbsurd       more than anyone orders here
├── QuantityOverStock    more than the seller has
├── QuantityBelowMinimum under the offer's minimum
└── QuantityOffBatch     no multiple of the lot
"""

import re
import unicodedata

from bot.domain.offers import Offer, Sku

LARGEST = 999_999
_NUMBER = re.compile(r"^([+-]?)(\d+(?:,\d{3})*|\d*)(?:\.(\d+))?$")
_UNIT_WORDS = re.compile(
    r"(?<=\d)\s*(件|个|個|双|雙|套|箱|米|包|只|条|把|盒|对|打|支|瓶|本|张|卷|"
    r"pcs?|pieces?|pairs?|sets?|boxe?s?|packs?|units?|met(?:er|re)s?|m)\.?$",
    re.IGNORECASE,
)


class QuantityError(ValueError):
    """A quantity that cannot be taken. `quantity` is what was read, where a number was."""

    def __init__(self, quantity: int | None = None) -> None:
        super().__init__(f"{type(self).__name__}: {quantity}")
        self.quantity = quantity


class QuantityUnreadable(QuantityError):
    """No number."""


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
    """Under the minimum; `missing` more units reach it."""

    def __init__(self, quantity: int, minimum: int, missing: int) -> None:
        super().__init__(quantity)
        self.minimum = minimum
        self.missing = missing


class QuantityOffBatch(QuantityError):
    """Not a multiple of the lot; `lower` and `upper` are the nearest that are (0: none)."""

    def __init__(self, quantity: int, batch_size: int, lower: int, upper: int) -> None:
        super().__init__(quantity)
        self.batch_size = batch_size
        self.lower = lower
        self.upper = upper


def read_quantity(text: str) -> int:
    """Read `12`, `１２`, `1,200`, `12件` or `12 pcs` as a positive number.

    Raises `QuantityUnreadable`, `QuantityFractional`, `QuantityNotPositive`, `QuantityAbsurd`.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("–", "-")
    plain = _UNIT_WORDS.sub("", plain).strip()
    match = _NUMBER.match(plain)
    if not match or not (match[2] or match[3]):
        raise QuantityUnreadable
    sign, whole, fraction = match.groups()
    digits = whole.replace(",", "").lstrip("0") or "0"
    if len(digits) > len(str(LARGEST)) and sign != "-":
        raise QuantityAbsurd
    number = int(digits[: len(str(LARGEST)) + 1])
    if fraction and int(fraction) != 0:
        raise QuantityFractional
    if sign == "-" or number == 0:
        raise QuantityNotPositive(-number)
    if number > LARGEST:
        raise QuantityAbsurd(number)
    return number


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
    if batch and quantity % batch:
        lower = quantity - quantity % batch
        upper = lower + batch if lower + batch <= stock else 0
        raise QuantityOffBatch(quantity, batch, lower, upper)
    missing = offer.min_order_quantity - elsewhere - quantity
    if missing > 0:
        raise QuantityBelowMinimum(quantity, offer.min_order_quantity, missing)


def smallest(offer: Offer, elsewhere: int = 0) -> int:
    """Return the smallest quantity that reaches the minimum in whole lots."""
    wanted = max(1, offer.min_order_quantity - elsewhere)
    batch = offer.batch_size or 1
    return -(-wanted // batch) * batch


def presets(offer: Offer, sku: Sku | None, elsewhere: int = 0, most: int = 6) -> tuple[int, ...]:
    """Return quantities worth a button: the minimum, round multiples and the tiers' starts."""
    first = smallest(offer, elsewhere)
    batch = offer.batch_size or 1
    stock = stock_of(offer, sku)
    wished = {first, first * 2, first * 5, first * 10}
    wished |= {tier.start_quantity - elsewhere for tier in offer.tiers}
    lots = {-(-quantity // batch) * batch for quantity in wished if quantity >= first}
    return tuple(sorted(quantity for quantity in lots if quantity <= stock)[:most])
