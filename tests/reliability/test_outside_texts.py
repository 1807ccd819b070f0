"""Whatever text comes from outside, each reader has an answer or its one error; nothing else."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.addresses import load_divisions
from bot.addresses.parsing import parse_address
from bot.addresses.phones import PhoneError, read_phone
from bot.chat.buttons import BadButton, Press, natural
from bot.domain import links
from bot.domain.invites import is_invitation
from bot.domain.money import MoneyError, estimate_from_yuan, from_yuan
from bot.domain.price_bounds import PriceUnreadable, read_clear_bounds, read_price_bounds
from bot.domain.quantities import QuantityError, read_quantity
from bot.http.errors import BadAddress
from bot.http.reading import BadDate, read_address, read_date
from bot.intake.raw import BadUpdate, inbox_update
from bot.marketplace.daji.envelope import _retry_after
from bot.marketplace.daji.mapping_orders import payment_url
from bot.marketplace.daji.push_messages import UnreadablePush, read_push
from bot.marketplace.daji.wire import _read_time, read_json
from bot.pictures import PictureFetcher
from bot.process.clock import WorldClock
from bot.services.finding.short_links import ShortLinks

ANSWERS = (
    *("https://xn--a.1688.com/s/abc", "https://xn--.1688.com/s", "http://[::1", "https://a..b/x"),
    *(
        "https://a:99999/",
        "https://a:0/",
        "https://a:x/",
        "https:///s",
        "https://\u2100.1688.com/s",
    ),
    *("https://1688.com:443:1/s", "//img", "https://" + "a" * 70 + ".com/", "https://\x00/"),
    *("https://x.1688.com/\ud800", "https://%zz.1688.com/s", "https://a@b@1688.com/s", "//", ""),
    *("9" * 5000, "1e999999", "NaN", "１２.5", "٣", "²", "0x1F", "1_000", "-0", "∞", "三万亿亿亿"),
    *("Mon, 30 Feb 2026 10:00:00 GMT", "Sun, 06 Nov 99999 08:49:37 GMT", "31 Dec 9999 23:59 -2359"),
    *(
        "1 Jan 1 00:00:00 +2359",
        "20260228143059+0800",
        "99999999999999+0000",
        "00010101000000+1400",
    ),
    *("2026-02-30 10:00:00", "20260228235960000+0800", "\ud800", "1" * 20 + ",5", "0" * 4400),
)
pieces = st.one_of(
    st.text(max_size=80),
    st.sampled_from(ANSWERS),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(("https://", "http://", "//", "HTTPS://", "")),
        st.text("axn-.1688com:@[]%/\\ \u3002\u00df\u2100", max_size=24),
        st.sampled_from((".1688.com", "1688.com", ".alicdn.com", ":8080", "")),
        st.text(max_size=20),
    ),
    st.text("0123456789.,+-: eETZ万千百两点元¥", max_size=30),
)
# Every sort of text that a reader may get: JSON can carry halves of a character pair.
texts = st.one_of(pieces, st.text(st.characters(codec=None), max_size=30))

READERS: dict[str, tuple[Callable[[str], Any], tuple[type[Exception], ...]]] = {
    "address": (read_address, (BadAddress,)),
    "redirect": (lambda it: read_address(it, httpx.URL("https://m.1688.com/a")), (BadAddress,)),
    "date": (read_date, (BadDate,)),
    "retry after": (_retry_after, ()),
    "payment link": (payment_url, (ValueError,)),
    "time of the marketplace": (_read_time, (ValueError,)),
    "yuan": (from_yuan, (MoneyError,)),
    "estimated yuan": (estimate_from_yuan, (MoneyError,)),
    "quantity": (read_quantity, (QuantityError,)),
    "price bounds": (read_price_bounds, (PriceUnreadable,)),
    "clear price bounds": (read_clear_bounds, (PriceUnreadable,)),
    "phone": (read_phone, (PhoneError,)),
    "address book": (lambda it: parse_address(it, load_divisions()), ()),
    "offer in a link": (links.offer_in_link, ()),
    "bare offer": (links.bare_offer, ()),
    "nameless link": (links.nameless_link, ()),
    "any link": (links.has_link, ()),
    "button": (Press.decode, (BadButton,)),
    "natural": (lambda it: natural(it[:64]), ()),
    "invitation": (lambda it: is_invitation([it]), ()),
    "push": (read_push, (UnreadablePush,)),
    "answer": (read_json, (ValueError,)),
    "host's clock": (WorldClock().hears("x"), ()),
}


@pytest.mark.parametrize("name", READERS)
def test_known_traps_have_an_answer_or_the_one_error(name: str) -> None:
    """Each of them raised something else from one reader or another once, or might."""
    reader, errors = READERS[name]
    for text in ANSWERS:
        with contextlib.suppress(errors):
            reader(text)


@pytest.mark.parametrize("name", READERS)
@given(text=texts)
def test_any_text_has_an_answer_or_the_one_error(name: str, text: str) -> None:
    """No other error reaches whoever reads."""
    reader, errors = READERS[name]
    with contextlib.suppress(errors):
        reader(text)


@given(text=texts, location=texts)
@example(text="https://xn--a.1688.com/s/abc", location="")
@example(text="https://qr.1688.com/s/abc", location="https://xn--a.1688.com/s/abc")
@example(text="https://qr.1688.com/s/abc", location="http://[")
def test_no_short_link_raises(text: str, location: str) -> None:
    """Neither the address that a person sends nor where it leads."""

    def answer(request: httpx.Request) -> httpx.Response:
        raw = location.encode("utf-8", "replace").replace(b"\n", b"").replace(b"\r", b"")
        return httpx.Response(302, headers=[(b"Location", raw)])

    async def follow() -> None:
        links = ShortLinks(httpx.MockTransport(answer))
        await links.offer(text)
        await links.aclose()

    asyncio.run(follow())


@given(text=texts, location=texts)
@example(text="https://xn--a.alicdn.com/a.jpg", location="")
@example(text="//xn--a.alicdn.com/a.jpg", location="")
@example(text="https://img.alicdn.com/a.jpg", location="https://xn--a.alicdn.com/b.jpg")
def test_no_picture_address_raises(text: str, location: str) -> None:
    """One bad address in a page of results leaves the others their pictures."""

    def answer(request: httpx.Request) -> httpx.Response:
        raw = location.encode("utf-8", "replace").replace(b"\n", b"").replace(b"\r", b"")
        return httpx.Response(302, headers=[(b"Location", raw)])

    async def fetch() -> None:
        async with PictureFetcher(
            frozenset({"*.alicdn.com"}), transport=httpx.MockTransport(answer)
        ) as fetcher:
            assert await fetcher.get_many([text, "https://img.alicdn.com/other.jpg"]) == [None] * 2

    asyncio.run(fetch())


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(("update_id", "message", "from", "chat", "id", "callback_query", "x")),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)


@given(raw=json_values)
def test_any_update_is_stored_or_refused(raw: object) -> None:
    """What Telegram never sends, somebody at the webhook might."""
    with contextlib.suppress(BadUpdate):
        inbox_update(json.loads(json.dumps(raw)), datetime.now(UTC))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260228143059+0800", "2026-02-28T06:30:59+00:00"),
        ("20260228143059000+0800", "2026-02-28T06:30:59+00:00"),
        ("202602281430595+0800", "2026-02-28T06:30:59.500000+00:00"),
        ("20260228235959999999999-0700", "2026-03-01T06:59:59.999999+00:00"),
        ("2026-02-28 14:30:59", "2026-02-28T06:30:59+00:00"),
    ],
)
def test_a_time_without_milliseconds_keeps_its_seconds(text: str, expected: str) -> None:
    """A fraction is cut, never taken for seconds and never rounded into the next day."""
    assert _read_time(text).astimezone(UTC).isoformat() == expected
