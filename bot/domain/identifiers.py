"""Names for numbers and texts that must never be mistaken for one another."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType, Self

from pydantic_core import core_schema

MarketplaceName = NewType("MarketplaceName", str)
"""Where goods come from, such as `1688`: part of the name of everything that is found there."""

ALIBABA_1688 = MarketplaceName("1688")
"""1688.com. Whatever was stored before marketplaces had names is of this one."""


@dataclass(frozen=True, slots=True, order=True, init=False)
class NamedByMarketplace:
    """A name that holds at one marketplace: another may use the same `id` for something else.

    `id` is the marketplace's own, as text. `str` gives it as people know it, without the
    marketplace. Stored as `{"marketplace": …, "id": …}`; a bare number or text is of 1688.
    """

    marketplace: MarketplaceName
    id: str

    def __init__(self, id: int | str, marketplace: MarketplaceName = ALIBABA_1688) -> None:  # noqa: A002 - what it is
        object.__setattr__(self, "marketplace", marketplace)
        object.__setattr__(self, "id", str(id))

    def __str__(self) -> str:
        return self.id

    @classmethod
    def _read(cls, value: Any) -> Self:
        if isinstance(value, cls):
            return value
        if isinstance(value, dict) and value.keys() == {"marketplace", "id"}:
            marketplace, own = value["marketplace"], value["id"]
            if isinstance(marketplace, str) and isinstance(own, str):
                return cls(own, MarketplaceName(marketplace))
        if isinstance(value, int | str) and not isinstance(value, bool):
            return cls(value)
        raise ValueError(f"not a {cls.__name__}")

    def _written(self) -> dict[str, str]:
        return {"marketplace": self.marketplace, "id": self.id}

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._read,
            serialization=core_schema.plain_serializer_function_ser_schema(cls._written),
        )


class OfferId(NamedByMarketplace):
    """A listing; at 1688 a number of 12 digits (contract 1.1)."""

    __slots__ = ()


class SellerId(NamedByMarketplace):
    """A shop; at 1688 `sellerOpenId`, masked.

    One order holds lines of one seller only (contract 4.4).
    """

    __slots__ = ()


class AddressId(NamedByMarketplace):
    """An entry of a person's address book, for the marketplace whose divisions it is written in.

    The number is ours: it tells the entries of one person apart.
    """

    __slots__ = ()


class MarketplaceOrderId(NamedByMarketplace):
    """The marketplace's order number; at 1688 19 digits, above 2**53 (contract 1.1)."""

    __slots__ = ()


SkuId = NewType("SkuId", int)
"""A variant's number, 13 digits; used by freight and pictures, never to order (contract 1.1)."""

SpecId = NewType("SpecId", str)
"""A variant's 32 hex characters, unique within its offer; what order calls want (contract 4.4)."""

MerchantOrderNo = NewType("MerchantOrderNo", str)
"""Our own order number, sent as `thirdOrderId`. Made once, stored before it is used."""

LineId = NewType("LineId", str)
"""A line of a marketplace order (`subItemIDString`), 19 digits; never rounded (contract 5.4)."""

CategoryId = NewType("CategoryId", int)
"""A node of the marketplace's category tree, three levels under 0 (contract 4.5)."""

ProofId = NewType("ProofId", int)
ShopEventId = NewType("ShopEventId", int)
QuestionId = NewType("QuestionId", int)
WordsId = NewType("WordsId", int)
BuyId = NewType("BuyId", int)
UserId = NewType("UserId", int)
ChatId = NewType("ChatId", int)

# Without 0/O, 1/I/L: the number is read aloud and typed by people.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_merchant_order_no(now: datetime) -> MerchantOrderNo:
    """Return a fresh order number such as `S261123-7K3MZQ4T` (day and 39 random bits)."""
    return MerchantOrderNo(f"S{now:%y%m%d}-{_random(8)}")


_ORDER_NUMBER = re.compile(
    rf"(?:^|\s)(S\d{{6}}-[{_ALPHABET}]{{8}}|\d{{19}})\s*$", re.ASCII | re.IGNORECASE
)


def order_named(text: str, *, alone: bool = True) -> str | None:
    """Return our number of an order, or 1688's of 19 digits, that a text is or ends with."""
    match = _ORDER_NUMBER.search(text)
    if match is None or (alone and match[1] != text.strip()):
        return None
    return match[1].upper()


def new_session_id() -> str:
    """Return six random characters that tie a button to its session."""
    return _random(6)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
