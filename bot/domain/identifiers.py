"""Names for numbers and texts that must never be mistaken for one another."""

import secrets
from datetime import datetime
from typing import NewType

OfferId = NewType("OfferId", int)
"""A listing, 12 digits (contract 1.1)."""

SkuId = NewType("SkuId", int)
"""A variant's number, 13 digits; used by freight and pictures, never to order (contract 1.1)."""

SpecId = NewType("SpecId", str)
"""A variant's 32 hex characters, unique within its offer; what order calls want (contract 4.4)."""

SellerId = NewType("SellerId", str)
"""`sellerOpenId`: a masked shop id. One order holds lines of one seller only (contract 4.4)."""

MerchantOrderNo = NewType("MerchantOrderNo", str)
"""Our own order number, sent as `thirdOrderId`. Made once, stored before it is used."""

MarketplaceOrderId = NewType("MarketplaceOrderId", str)
"""The marketplace's order number: 19 digits, above 2**53, so always a text (contract 1.1)."""

LineId = NewType("LineId", str)
"""A line of a marketplace order (`subItemIDString`), 19 digits; never rounded (contract 5.4)."""

CategoryId = NewType("CategoryId", int)
"""A node of the marketplace's category tree, three levels under 0 (contract 4.5)."""

AddressId = NewType("AddressId", int)
ProofId = NewType("ProofId", int)
ShopEventId = NewType("ShopEventId", int)
UserId = NewType("UserId", int)
ChatId = NewType("ChatId", int)

# Without 0/O, 1/I/L: the number is read aloud and typed by people.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_merchant_order_no(now: datetime) -> MerchantOrderNo:
    """Return a fresh order number such as `S261123-7K3MZQ4T` (day and 39 random bits)."""
    return MerchantOrderNo(f"S{now:%y%m%d}-{_random(8)}")


def new_session_id() -> str:
    """Return six random characters that tie a button to its session."""
    return _random(6)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
