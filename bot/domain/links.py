"""Offer numbers and addresses inside what people paste."""

import re
import unicodedata
from enum import StrEnum
from urllib.parse import unquote

from bot.domain.identifiers import ALIBABA_1688, OfferId
from bot.domain.patterns import lazily

_HOST = r"(?<![\w.@-])(?:[\w-]+\.)*1688\.com"
# detail.1688.com/offer/N.html, m.1688.com/offer/N.html, ...?offerId=N; the id ends with the digits.
_LINK = lazily(
    _HOST + r"/\S*?(?:offer/|offer_?id=)(\d{9,15})(?!\d)",
    re.IGNORECASE | re.ASCII,
)
# An address ends where its printable ASCII does: Chinese text may follow without a space.
_PLACE = lazily(rf"({_HOST})(/[!-~]+)", re.IGNORECASE | re.ASCII)
_ANY_LINK = lazily(r"https?://\S", re.IGNORECASE)
_BARE = lazily(r"\d{10,14}", re.ASCII)
_CLOSING = ".,;:!?)]}>'\""


class GroupLinks(StrEnum):
    """When a 1688 link in a group is answered: never, when the bot is mentioned, always."""

    OFF = "off"
    MENTION = "mention"
    ALWAYS = "always"


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


_PAYLOAD = lazily(r"o1-([0-9a-z]{1,13})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def payload_of(offer_id: OfferId) -> str:
    """Return what `?start=` carries to open an offer: at most 16 of Telegram's 64 characters.

    `o1` says how the rest is to be read, a number of 1688, so that a later form leaves links that
    travel valid. Raises `ValueError` for what is not one.
    """
    if offer_id.marketplace != ALIBABA_1688:
        raise ValueError(f"o1 names no offer of {offer_id.marketplace}")
    number, digits = int(offer_id.id), ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return f"o1-{digits or '0'}"


def offer_in_payload(arguments: list[str] | None) -> OfferId | None:
    """Return the offer that `/start` was asked to open, None where it came for something else."""
    match = _PAYLOAD.fullmatch(arguments[0]) if arguments else None
    if match is None:
        return None
    number = int(match[1], len(_DIGITS))
    return OfferId(number) if _BARE.fullmatch(str(number)) else None


def start_link(username: str, payload: str) -> str:
    """Return the link that opens the bot's private chat with a payload (t.me/…?start=…)."""
    return f"https://t.me/{username}?start={payload}"
