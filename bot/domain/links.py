"""Offer numbers inside what people paste."""

import re
import unicodedata

from bot.domain.identifiers import OfferId

# detail.1688.com/offer/N.html, m.1688.com/offer/N.html, ...?offerId=N; the id ends with the digits.
_LINK = re.compile(
    r"(?:[\w.-]+\.)?1688\.com/\S*?(?:offer/|offerId=|offerid=|offer_id=|/page/offer/)(\d{9,15})(?!\d)",
    re.IGNORECASE | re.ASCII,
)
_SHORT_LINK = re.compile(r"\b(?:qr|m\.tb|s|t)\.1688\.com/\S+", re.IGNORECASE)
_BARE = re.compile(r"\d{10,14}", re.ASCII)


def offer_in_link(text: str) -> OfferId | None:
    """Return the offer that a 1688 link anywhere in the text names."""
    match = _LINK.search(text)
    return OfferId(int(match[1])) if match else None


def bare_offer(text: str) -> OfferId | None:
    """Return the offer when the whole text is an offer number, full-width digits included."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return OfferId(int(plain)) if _BARE.fullmatch(plain) else None


def has_short_link(text: str) -> bool:
    """Tell whether the text has a 1688 link that does not name its offer."""
    return _SHORT_LINK.search(text) is not None
