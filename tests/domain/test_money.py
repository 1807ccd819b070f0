"""Yuan and fen: exact both ways, and nothing inexact gets in."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import MoneyError, estimate_from_yuan, from_yuan, to_yuan
from tests.domain.strategies import signed_fens


@given(signed_fens)
def test_fen_survive_the_way_through_yuan(fen: int):
    """As a decimal, as a text and as a text with spaces, both readings give the same fen."""
    yuan = to_yuan(fen)
    for spelling in (yuan, str(yuan), f" {yuan} ", f"{yuan}000"):
        assert from_yuan(spelling) == fen
        assert estimate_from_yuan(spelling) == fen


@given(st.integers(-(10**50), 10**50))
def test_no_size_of_amount_loses_a_fen(fen: int):
    """Exactness does not end at the 28 digits of the usual decimal context."""
    assert from_yuan(to_yuan(fen)) == fen
    assert estimate_from_yuan(str(to_yuan(fen))) == fen


@given(signed_fens)
def test_yuan_always_have_two_places(fen: int):
    """Display and wire see 12.00, never 12 or 1.2E+1."""
    text = str(to_yuan(fen))
    assert text[-3] == "."
    assert text.removeprefix("-").replace(".", "").isdigit()


@given(st.integers(-(10**10), 10**10))
def test_whole_yuan_are_a_hundred_fen(yuan: int):
    """Integers are yuan."""
    assert from_yuan(yuan) == yuan * 100 == from_yuan(Decimal(yuan))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=0, max_value=10**9))
def test_an_estimate_is_never_below_the_price(price: Decimal):
    """Parts of a fen are rounded up, by less than one fen."""
    fen = estimate_from_yuan(price)
    assert 0 <= to_yuan(fen) - price < Decimal("0.01")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=0, max_value=10**6))
def test_binding_amounts_are_exact_or_refused(price: Decimal):
    """A part of a fen is never rounded away in a binding amount."""
    if (price * 100) % 1:
        with pytest.raises(MoneyError):
            from_yuan(price)
    else:
        assert to_yuan(from_yuan(price)) == price


@pytest.mark.parametrize("read", [from_yuan, estimate_from_yuan])
@pytest.mark.parametrize(
    "amount",
    [
        1.5,
        0.0,
        float("nan"),
        float("inf"),
        True,
        None,
        b"1",
        [],
        "",
        " ",
        "free",
        "1,5",
        "1,000.00",
        "¥12",
        "12元",
        "0x10",
        "1_000",
        "１２",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        "1e999999999",
        "1e-999999999",
        Decimal("1e999999"),
    ],
)
def test_what_is_no_amount_is_refused(read, amount):
    """Floats, words, NaN, infinities, exotic spellings and absurd exponents all raise."""
    with pytest.raises(MoneyError):
        read(amount)


@given(st.floats())
def test_no_float_is_an_amount(amount: float):
    """Not one float gets in, not even a whole one."""
    with pytest.raises(MoneyError):
        from_yuan(amount)


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_a_money_error(text: str):
    """No other error escapes, whatever the wire sends."""
    try:
        fen = from_yuan(text)
    except MoneyError:
        return
    assert isinstance(fen, int)


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [
        ("12.00", 1200),
        ("6.9", 690),
        (Decimal("13.21"), 1321),
        ("0", 0),
        ("-3.5", -350),
        ("1.2E1", 1200),
    ],
)
def test_the_contracts_amounts(yuan, fen):
    """Spellings that the marketplace's pages show."""
    assert from_yuan(yuan) == fen
