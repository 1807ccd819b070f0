"""Texts: foreign strings made harmless, cut without breaking, amounts in both languages."""

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.chat.measuring import fits, fitted, visible_length, without_markup
from bot.chat.screens import TEXT_LIMIT
from bot.chat.texts import (
    LANGUAGES,
    Html,
    cut,
    escape,
    language_of,
    plain,
    texts_in,
    without_moments,
)
from sandbox.botapi.markup import parse_html

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
WAVE = "👋🏽"
FLAG = "🇨🇳"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
HEART = "❤\ufe0f"
ACCENTED = "e\u0301"
WHOLE = (FAMILY, WAVE, FLAG, ENGLAND, HEART, ACCENTED)

foreign = st.text(alphabet=st.characters(exclude_categories=())) | st.text(
    alphabet="<>&\"'/ab{}%\n\t\u202e\u2066"
)


@given(foreign)
@example("<b>bold</b> & \"quoted\" 'single'")
@example("</blockquote><a href='x'>")
@example("\ud83d half a pair")
def test_a_foreign_text_in_html_is_only_text(text: str) -> None:
    """Whatever a seller or a person wrote, Telegram reads it back as written, markup or not."""
    read, entities = _read(f"<b>{escape(text)}</b>")
    assert read.strip() == plain(text)
    assert all(entity["type"] == "bold" for entity in entities)


@given(foreign)
def test_a_foreign_text_stays_inside_an_attribute(text: str) -> None:
    """Quotes can't end the attribute that they stand in."""
    shown = escape(f"https://example.com/{text}")
    read, _ = _read(f'<a href="{shown}">here</a>')
    assert read == "here"


@given(foreign)
def test_any_text_takes_any_foreign_parameter(text: str) -> None:
    """Braces and percent signs in a value are no placeholders."""
    for language in LANGUAGES:
        t = texts_in(language)
        read, _ = _read(t("offer.not_found", offer=text))
        assert plain(text) in read or not plain(text)


@given(foreign)
def test_plain_text_is_one_line_in_one_direction(text: str) -> None:
    """No control character, no override of direction, no run of white space is left."""
    cleaned = plain(text)
    assert plain(cleaned) == cleaned
    assert not any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in cleaned)
    assert not set(cleaned) & set(
        "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    assert "  " not in cleaned
    cleaned.encode()


@given(foreign, st.integers(min_value=1, max_value=40))
def test_a_cut_text_is_short_and_begins_as_before(text: str, most: int) -> None:
    """At most so many characters, the beginning unchanged, the cut marked."""
    shorter = cut(text, most)
    assert len(shorter) <= most
    if shorter != plain(text):
        assert shorter.endswith("…")
        assert plain(text).startswith(shorter[:-1])


@pytest.mark.parametrize(
    ("text", "most", "shorter"),
    [
        ("Wireless Mouse Silent Office", 18, "Wireless Mouse…"),
        ("Wireless Mouse Silent Office", 16, "Wireless Mouse…"),
        ("Wireless Mouse Silent Office", 12, "Wireless…"),
        ("Waterproof Mouse", 8, "Waterpr…"),
        ("A Waterproof Mouse", 10, "A Waterpr…"),
        ("Bamboo Cutting Board Mildew-proof", 29, "Bamboo Cutting Board…"),
        ("不锈钢狗碗猫碗 防滑防打翻狗食盆", 12, "不锈钢狗碗猫碗 防滑防…"),
        ("692428411078-692428411079", 10, "692428411…"),
    ],
)
def test_a_cut_falls_between_words_where_that_costs_little(
    text: str, most: int, shorter: str
) -> None:
    """A Latin word is left out whole unless that leaves too little; Chinese is cut anywhere."""
    assert cut(text, most) == shorter


@given(st.lists(st.sampled_from(WHOLE), min_size=1, max_size=6), st.integers(1, 30))
def test_what_is_seen_as_one_is_never_split(pieces: list[str], most: int) -> None:
    """Families, skin tones, flags and accents are kept whole or left out whole."""
    text = "".join(pieces)
    shorter = cut(text, most)
    if shorter == text:
        return
    kept = shorter.removesuffix("…")
    wholes = ["".join(pieces[:number]) for number in range(len(pieces) + 1)]
    assert kept in wholes


@pytest.mark.parametrize(
    ("language", "fen", "shown"),
    [
        ("en", 0, "¥0.00"),
        ("en", 1, "¥0.01"),
        ("en", 123450, "¥1,234.50"),
        ("en", -990, "-¥9.90"),
        ("zh", 123450, "¥1,234.50"),
        ("zh", 100000000000, "¥1,000,000,000.00"),
    ],
)
def test_money_is_written_exactly(language: str, fen: int, shown: str) -> None:
    """Fen become yuan with two digits, in both languages, at any size."""
    assert texts_in(language).money(fen) == shown


@given(st.integers(min_value=-(10**17), max_value=10**17))
def test_money_loses_no_fen(fen: int) -> None:
    """What is shown reads back as the very amount."""
    shown = texts_in("en").money(fen)
    assert Decimal(shown.replace("¥", "").replace(",", "")) * 100 == fen


def test_numbers_follow_the_language() -> None:
    """Thousands are parted as readers expect."""
    assert texts_in("en").number(12345) == "12,345"
    assert texts_in("zh").number(Decimal("0.5")) == "0.5"


def test_times_are_chinas() -> None:
    """Deadlines are set by sellers in China; the date follows where midnight has passed."""
    moment = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert texts_in("en").time(moment) == "Nov 24, 02:30"
    assert texts_in("zh").time(moment) == "11月24日 02:30"
    assert without_moments(texts_in("en").day(moment, moment)) == "Nov 24"
    assert without_moments(texts_in("zh").day(moment, moment)) == "11月24日"


def test_no_screen_names_a_time_of_chinas_where_its_reader_has_their_own() -> None:
    """Days and times are Telegram's moments: it shows them by the clock of whoever reads."""
    moment = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert '<tg-time unix="1795458600" format="D">' in texts_in("en").day(moment, moment)
    for each in Path("handlers").rglob("*.py"):
        assert "t.time(" not in each.read_text("utf-8"), each


@pytest.mark.parametrize("zone", ["(China time)", "（北京时间）"], ids=["en", "zh"])
def test_a_moment_in_the_readers_own_time_names_no_zone_around_it(zone: str) -> None:
    """Telegram shows the reader's clock in its place; who sees China's is told so inside."""
    texts = texts_in(LANGUAGES[zone != "(China time)"])
    moment = texts.moment(datetime(2026, 11, 30, 10, 44, tzinfo=UTC))
    assert without_moments(moment).endswith(zone)
    sources = "".join(each.read_text("utf-8") for each in Path("handlers").rglob("*.py"))
    shown = set(re.findall(r'"([a-z_.]+)", (?:time|moment)=(?:view\.)?t\.moment\(', sources))
    assert {"card.pay_before", "pay.before", "buy.closes"} <= shown
    for key in shown:
        assert zone.strip("()（）") not in texts(key, time=moment, moment=moment, price="").replace(
            moment, ""
        )


def test_a_day_of_another_year_names_it() -> None:
    """By China's calendar, where the year ends eight hours early."""
    moment = datetime(2026, 12, 31, 18, 30, tzinfo=UTC)
    before = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)
    assert without_moments(texts_in("en").day(moment, before)) == "Jan 1, 2027"
    assert without_moments(texts_in("zh").day(moment, before)) == "2027年1月1日"
    assert without_moments(texts_in("zh").day(moment, moment)) == "1月1日"


def test_plurals_follow_the_count() -> None:
    """English tells one from many; Chinese does not."""
    one, many = (texts_in("en")("start.unfinished_lines", count=count) for count in (1, 3))
    assert "1" in one
    assert "3" in many
    assert one.replace("1", "3") != many
    assert "3" in texts_in("zh")("start.unfinished_lines", count=3)


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh", "zh"), ("zh-hans", "zh"), ("ZH-TW", "zh"), ("en", "en"), ("de", "en"), (None, "en")],
)
def test_the_language_is_telegrams_else_english(code: str | None, language: str) -> None:
    """Any Chinese is Chinese; what we do not have is English."""
    assert language_of(code) == language
    assert texts_in("xx").language == "en"


def test_html_given_as_a_parameter_is_not_escaped_again() -> None:
    """A text of ours inside another keeps its markup; a plain one does not get any."""
    t = texts_in("en")
    assert "<b>x</b>" in t("offer.not_found", offer=Html("<b>x</b>"))
    assert "&lt;b&gt;" in t("offer.not_found", offer="<b>x</b>")


_TAGS = ("b", "i", "u", "s", "code", "blockquote")
_inline = st.deferred(
    lambda: (
        st.text(alphabet="ab 汉👋\n", max_size=30).map(escape_lines)
        | st.tuples(st.sampled_from(_TAGS[:4]), _inline).map(lambda p: f"<{p[0]}>{p[1]}</{p[0]}>")
        | st.lists(_inline, max_size=4).map("".join)
    )
)


def escape_lines(text: str) -> str:
    """Escape but keep the lines, as screens do."""
    return "\n".join(escape(line) for line in text.split("\n"))


@given(_inline, st.integers(min_value=2, max_value=60))
def test_markup_is_cut_whole(text: str, limit: int) -> None:
    """What is left is valid HTML within the limit, and begins as before."""
    shorter = fitted(text, limit)
    assert visible_length(shorter) <= limit
    _read(f"x{shorter}")
    if shorter != text:
        assert without_markup(text).startswith(without_markup(shorter)[:-1].rstrip())


def test_markup_is_cut_at_the_end_of_a_line() -> None:
    """A list loses its last lines, not half a line."""
    text = "\n".join(f"<b>{number}</b> line &amp; more" for number in range(1000))
    shorter = fitted(text, TEXT_LIMIT)
    last = without_markup(shorter).splitlines()[-1]
    assert last.endswith("line & more…")
    assert visible_length(shorter) > TEXT_LIMIT - 40


def test_lengths_are_counted_as_telegram_counts() -> None:
    """UTF-16 units of what is seen: markup is free, an emoji is two."""
    assert visible_length('<a href="https://example.com">汉&lt;</a>👋') == 4


def _read(text: str) -> tuple[str, list[dict[str, object]]]:
    """Read HTML as the simulated Telegram does; raises what it refuses."""
    read, entities = parse_html(text)
    return read, entities


@given(foreign | st.text(alphabet="&#x27;amplt<b/>😀"), st.integers(0, 60))
def test_a_text_fits_by_what_is_seen_of_it(text: str, limit: int) -> None:
    """Whatever markup and references stand in it."""
    assert fits(text, limit) == (visible_length(text) <= limit)


def test_a_text_that_nothing_is_put_into_is_made_once() -> None:
    """One that takes parameters is made anew for each."""
    t = texts_in("en")
    assert t("variant.sold_out") is t("variant.sold_out")
    assert t("variant.stock", quantity=3) != t("variant.stock", quantity=4)
