"""What people paste: offers' links in many forms, bare numbers, links that name nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import OfferId
from bot.domain.links import (
    bare_offer,
    has_link,
    nameless_link,
    offer_in_link,
    offer_in_payload,
    payload_of,
)

OFFER = OfferId(628379848279)


@pytest.mark.parametrize(
    "text",
    [
        f"https://detail.1688.com/offer/{OFFER}.html",
        f"http://detail.1688.com/offer/{OFFER}.html?spm=a2615.7691456.0.0.x",
        f"detail.1688.com/offer/{OFFER}.html",
        f"https://m.1688.com/offer/{OFFER}.html?ptow=113d",
        f"https://detail.m.1688.com/page/index.html?sk=consign&offerId={OFFER}&x=1",
        f"https://detail.1688.com/pic/x.htm?offer_id={OFFER}",
        f"HTTPS://DETAIL.1688.COM/OFFER/{OFFER}.HTML",
        f"看看detail.1688.com/offer/{OFFER}.html怎么样",
        f"ｈｔｔｐｓ：／／ｄｅｔａｉｌ．１６８８．ｃｏｍ／ｏｆｆｅｒ／{OFFER}．ｈｔｍｌ",
        f"（https://detail.1688.com/offer/{OFFER}.html）",
        f"https://login.1688.com/?Done=https%3A%2F%2Fdetail.1688.com%2Foffer%2F{OFFER}.html",
        f"one\ntwo https://m.1688.com/offer/{OFFER}.html\nthree",
    ],
)
def test_an_offers_link_is_found_in_any_form(text: str) -> None:
    """Computer, phone and app addresses, with and without scheme, amid other words."""
    assert offer_in_link(text) == OFFER
    assert nameless_link(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "背包",
        str(OFFER),
        f"https://detail.tmall.com/item.htm?id={OFFER}",
        f"https://evil1688.com/offer/{OFFER}.html",
        f"https://1688.com.example.com/offer/{OFFER}.html",
        f"me@1688.com/offer/{OFFER}",
        "https://detail.1688.com/offer/12345.html",
        "https://detail.1688.com/offer/1234567890123456789.html",
        "https://www.1688.com/",
    ],
)
def test_other_addresses_name_no_offer(text: str) -> None:
    """Numbers on other sites, and numbers that no offer has, are left alone."""
    assert offer_in_link(text) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://qr.1688.com/s/AbCd1234", "https://qr.1688.com/s/AbCd1234"),
        (
            "【杯子】复制￥xx￥ 查看：https://qr.1688.com/s/AbCd1234 点击",
            "https://qr.1688.com/s/AbCd1234",
        ),
        ("http://QR.1688.com/s/AbCd1234。", "https://qr.1688.com/s/AbCd1234"),
        ("qr.1688.com/s/AbCd1234）好", "https://qr.1688.com/s/AbCd1234"),
        ("(https://qr.1688.com/s/AbCd1234).", "https://qr.1688.com/s/AbCd1234"),
        ("https://shop123.1688.com/page/index.html", "https://shop123.1688.com/page/index.html"),
    ],
)
def test_a_link_that_names_nothing_is_taken_out_whole(text: str, address: str) -> None:
    """It ends where Chinese text or closing signs begin, and is asked over https."""
    assert nameless_link(text) == address


@pytest.mark.parametrize(
    "text", ["", "背包", "https://qr.1688.com.example.com/s/1", "x@qr.1688.com/s/1"]
)
def test_what_is_not_1688_is_no_link_of_it(text: str) -> None:
    """Only names under 1688.com count."""
    assert nameless_link(text) is None


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        (str(OFFER), OFFER),
        (f"  {OFFER}\n", OFFER),
        ("６２８３７９８４８２７９", OFFER),
        ("123456789", None),
        ("123456789012345", None),
        (f"{OFFER}个", None),
        ("-6283798482", None),
        ("", None),
    ],
)
def test_a_bare_number_is_an_offer_when_it_stands_alone(text: str, offer: OfferId | None) -> None:
    """Ten to fourteen digits, full-width ones too."""
    assert bare_offer(text) == offer


def test_any_web_address_is_noticed() -> None:
    """So that it is not looked for as a keyword."""
    assert has_link("看 https://item.taobao.com/item.htm?id=1")
    assert not has_link("http 2.0 书")


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever people paste is read or left alone, never an error."""
    offer_in_link(text)
    bare_offer(text)
    nameless_link(text)


@given(st.integers(10**8, 10**15 - 1), st.text(max_size=30), st.text(max_size=30))
def test_words_around_a_link_do_not_hide_it(offer: int, before: str, after: str) -> None:
    """Between spaces a link is found whatever stands around it."""
    text = f"{before} https://detail.1688.com/offer/{offer}.html {after}"
    assert offer_in_link(text) is not None


@given(st.integers(10**9, 10**14 - 1))
def test_a_links_payload_opens_its_offer(number: int) -> None:
    """Within what Telegram allows behind `?start=`."""
    payload = payload_of(OfferId(number))
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    assert offer_in_payload([payload]) == OfferId(number)


@pytest.mark.parametrize(
    "payload", ["", "o1-", "o1-A", "o2-9v8f", "i-abc", "o1-zzzzzzzzzzzzzz", "o1-1"]
)
def test_other_payloads_open_none(payload: str) -> None:
    """Cut off, tampered with, or of another kind."""
    assert offer_in_payload([payload]) is None
    assert offer_in_payload([]) is None
    assert offer_in_payload(None) is None
