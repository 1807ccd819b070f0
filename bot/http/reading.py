"""Texts from outside that become an address or a moment. Each has one reader with one error."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from bot.http.errors import BadAddress

_LONGEST: Final = 4096
_NOT_ONE: Final = "not an address that can be asked"


class BadDate(ValueError):
    """What was to be a moment is none."""


def read_address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """Return the http or https address that a text is, or means seen from `base`.

    It can be asked as it is: its host, port and user name were read once and can be read again.
    Raises `BadAddress`.
    """
    try:
        if len(text) > _LONGEST:
            raise BadAddress(_NOT_ONE)
        url = httpx.URL(text) if base is None else base.join(text)
        # httpx reads these when they are first asked for, and a host may not be readable
        # (`xn--a` is no name); httpx and idna each have errors of their own for that.
        readable = url.host.encode("idna") and (url.port, url.userinfo, str(url))
        usable = readable and url.scheme in {"http", "https"} and url.port != 0
    except (httpx.InvalidURL, ValueError):
        usable = False
    if not usable:
        # Outside the handler: what these say quotes the text.
        raise BadAddress(_NOT_ONE)
    return url


def read_date(text: str) -> datetime:
    """Return the moment that an HTTP date such as `Date` or `Retry-After` names, in its own zone.

    Raises `BadDate`.
    """
    try:
        moment = parsedate_to_datetime(text)
        # One without a zone is in GMT (RFC 9110, 5.6.7). Not brought to UTC: late on the last day
        # of 9999 that would be a year too many, and it is a wish to wait all the same.
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, ArithmeticError, IndexError):
        pass
    raise BadDate("no date of HTTP")
