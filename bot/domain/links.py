"""Offer numbers and addresses inside what people paste."""

import re
import unicodedata
from urllib.parse import unquote

from bot.domain.identifiers import OfferId

_HOST = r"(?<![\w.@-])(?:[\w-]+\.)*1688\.com"
# detail.1688.com/offer/N.html, m.1688.com/offer/N.html, ...?offerId=N; the id ends with the digits.
_LINK = re.compile(
    _HOST + r"/\S*?(?:offer/|offer_?id=)(\d{9,15})(?!\d)",
    re.IGNORECASE | re.ASCII,
)
# An address ends where its printable ASCII does: Chinese text may follow without a space.
_PLACE = re.compile(rf"({_HOST})(/[!-~]+)", re.IGNORECASE | re.ASCII)
_ANY_LINK = re.compile(r"https?://\S", re.IGNORECASE)
_BARE = re.compile(r"\d{10,14}", re.ASCII)
_CLOSING = ".,;:!?)]}>'\""


def offer_in_link(text: str) -> OfferId | None:
    """Return the offer that a 1688 link in the text names, also encoded or in full width."""
    match = _LINK.search(text) or _LINK.search(unquote(text)) or _LINK.search(_narrow(text))
    return OfferId(int(match[1])) if match else None


def bare_offer(text: str) -> OfferId | None:
    """Return the offer when the whole text is an offer number, full-width digits included."""
    plain = _narrow(text).strip()
    return OfferId(int(plain)) if _BARE.fullmatch(plain) else None


def nameless_link(text: str) -> str | None:
    """Return a 1688 address that names no offer, such as the app's `https://qr.1688.com/s/X`.

    It always comes back with `https`.
    """
    match = _PLACE.search(text)
    if match is None or offer_in_link(text) is not None:
        return None
    return f"https://{match[1].lower()}{match[2].rstrip(_CLOSING)}"


def has_link(text: str) -> bool:
    """Tell whether the text holds any web address."""
    return _ANY_LINK.search(_narrow(text)) is not None


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
