"""The books balance for each currency after every operation, and nothing is booked twice."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain import bookings
from bot.domain import marketplace_bookings as there
from bot.domain.bookings import Agreed
from bot.domain.currencies import CNY, Currency, CurrencyMismatch, Money, yuan
from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.ledger import (
    Account,
    AlreadyReversed,
    Books,
    Entry,
    KeyReused,
    Kind,
    NotPosted,
    Operation,
    TooMuch,
    charge_entries,
    sums,
)
from bot.domain.money import Fen
from bot.domain.rates import YUAN_RATE, Rate
from bot.domain.shop_terms import ShopTerms

USD = Currency("USD")
NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
ANNA, OPERATOR = UserId(7), UserId(1)
ORDER_ID = MarketplaceOrderId("1234567890123456789")
DOLLARS = ShopTerms(
    currency=USD,
    rate=Rate(currency=USD, quoted=Decimal("7.2"), per_yuan=False),
    fee_ppm=80_000,
    rounding=5,
)


def agreed(number: int = 1, terms: ShopTerms = DOLLARS, total: int = 12_000) -> Agreed:
    charge = terms.price(Fen(total - 2_000), Fen(total))
    return Agreed(order_no=MerchantOrderNo(f"S{number}"), user_id=ANNA, charge=charge)


def dollars(units: int) -> Money:
    return Money(currency=USD, units=units)


def paid_for(one: Agreed) -> Books:
    """Books of an order that is charged, received in full, and paid at the marketplace."""
    books = Books([bookings.charged(one, NOW)])
    books.post(bookings.received("1", one, one.charge.due, OPERATOR, NOW))
    books.post(there.paid_there(one, ORDER_ID, one.charge.marketplace, NOW))
    return books


def balance(books: Books, one: Agreed) -> Money:
    return books.account_of(one.order_no, one.charge.due.currency).balance


@given(
    st.integers(100, 10**8),
    st.integers(0, 10**6),
    st.integers(0, 300_000),
    st.integers(0, 5_000),
    st.sampled_from([1, 5, 100, 10_000]),
    st.sampled_from([YUAN_RATE, DOLLARS.rate, Rate(currency=USD, quoted=Decimal("0.1389"))]),
)
def test_a_charge_adds_up_whatever_rounding_does(
    goods: int, freight: int, ppm: int, fixed: int, step: int, rate: Rate
) -> None:
    terms = ShopTerms(
        currency=rate.currency, rate=rate, fee_ppm=ppm, fee_fixed=Fen(fixed), rounding=step
    )
    charge = terms.price(Fen(goods), Fen(goods + freight))
    made = charge_entries(charge)
    assert set(sums(made).values()) == {0}
    by_account = {entry.account: entry.amount for entry in made if entry.amount.currency is CNY}
    assert by_account[Account.MARKETPLACE] == -yuan(goods + freight)
    assert by_account.get(Account.FEE, yuan(0)) == -yuan(charge.fee)
    rounded = [entry.amount.units for entry in made if entry.account is Account.ROUNDING]
    assert sum(abs(each) for each in rounded) <= step


def test_a_whole_order_leaves_the_fee_and_nothing_else() -> None:
    one = agreed()
    books = paid_for(one)
    assert there.settled_there(books, one, NOW) == ()
    assert books.differences() == {}
    assert not balance(books, one)
    assert books.sum_of(Account.MARKETPLACE, CNY) == yuan(0)
    assert books.sum_of(Account.FEE, CNY) == -yuan(800)
    assert one.charge.due.text == "17.80 USD"
    assert books.sum_of(Account.CASH, USD).text == "17.80 USD"
    assert books.sum_of(Account.CASH, CNY) == -yuan(12_000)


def test_what_does_not_add_up_cannot_be_made() -> None:
    for amounts in ((dollars(5), dollars(-4)), (dollars(5), yuan(-5)), (dollars(0), dollars(0))):
        with pytest.raises(ValidationError):
            Operation(
                key="x",
                kind=Kind.RECEIPT,
                user_id=ANNA,
                order_no=MerchantOrderNo("S1"),
                entries=(
                    Entry(account=Account.CASH, amount=amounts[0]),
                    Entry(account=Account.CUSTOMER, amount=amounts[1]),
                ),
                at=NOW,
            )


def test_the_same_operation_told_twice_is_booked_once() -> None:
    one = agreed()
    books = Books([bookings.charged(one, NOW)])
    receipt = bookings.received("proof-1", one, dollars(500), OPERATOR, NOW)
    assert books.post(receipt)
    assert not books.post(receipt.replace(by=UserId(2), at=NOW.replace(hour=9)))
    assert balance(books, one) == one.charge.due - dollars(500)


def test_one_key_never_stands_for_two_amounts() -> None:
    one = agreed()
    books = Books([bookings.charged(one, NOW)])
    books.post(bookings.received("proof-1", one, dollars(500), OPERATOR, NOW))
    with pytest.raises(KeyReused):
        books.post(bookings.received("proof-1", one, dollars(501), UserId(2), NOW))


@pytest.mark.parametrize("units", [0, -1])
def test_nothing_and_less_is_never_received(units: int) -> None:
    with pytest.raises(TooMuch):
        bookings.received("1", agreed(), dollars(units), OPERATOR, NOW)


def test_another_currency_is_never_received_for_an_order() -> None:
    with pytest.raises(CurrencyMismatch):
        bookings.received("1", agreed(), yuan(500), OPERATOR, NOW)


def test_a_reversal_takes_back_the_whole_once() -> None:
    one = agreed()
    books = Books([bookings.charged(one, NOW)])
    books.post(bookings.received("1", one, dollars(500), OPERATOR, NOW))
    back = bookings.reversal(books, "receipt:1", NOW, OPERATOR, "not ours")
    books.post(back)
    assert balance(books, one) == one.charge.due
    assert books.is_reversed("receipt:1")
    with pytest.raises(AlreadyReversed):
        bookings.reversal(books, "receipt:1", NOW)
    with pytest.raises(AlreadyReversed):
        bookings.reversal(books, back.key, NOW)
    with pytest.raises(NotPosted):
        bookings.reversal(books, "receipt:2", NOW)
    with pytest.raises(AlreadyReversed):
        books.post(back.replace(key="again"))


def test_too_much_for_one_order_counts_for_another() -> None:
    first, second = agreed(1), agreed(2)
    books = Books([bookings.charged(first, NOW), bookings.charged(second, NOW)])
    books.post(bookings.received("1", first, first.charge.due + dollars(700), OPERATOR, NOW))
    for operation in bookings.set_offs(books, ANNA, NOW):
        books.post(operation)
    assert not balance(books, first)
    assert balance(books, second) == second.charge.due - dollars(700)
    assert bookings.set_offs(books, ANNA, NOW) == ()


def test_money_of_two_currencies_is_never_set_off() -> None:
    first, second = agreed(1), agreed(2, ShopTerms())
    books = Books([bookings.charged(first, NOW), bookings.charged(second, NOW)])
    books.post(bookings.received("1", first, dollars(99_999), OPERATOR, NOW))
    assert bookings.set_offs(books, ANNA, NOW) == ()


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=6), st.integers(1, 20_000))
def test_set_offs_move_money_and_make_none(paid: list[int], total: int) -> None:
    orders = tuple(agreed(number, total=2_000 + total) for number in range(len(paid)))
    books = Books(bookings.charged(each, NOW) for each in orders)
    for each, amount in zip(orders, paid, strict=True):
        if amount:
            books.post(bookings.received(each.order_no, each, dollars(amount), OPERATOR, NOW))
    before = books.balance(USD)
    for operation in bookings.set_offs(books, ANNA, NOW):
        books.post(operation)
    assert books.balance(USD) == before
    left = [balance(books, each).units for each in orders]
    assert not (min(left) < 0 < max(left))


def test_what_the_marketplace_takes_beyond_the_charge_is_the_operators_loss() -> None:
    one = agreed()
    books = Books([bookings.charged(one, NOW)])
    books.post(bookings.received("1", one, one.charge.due, OPERATOR, NOW))
    books.post(there.paid_there(one, ORDER_ID, Fen(12_345), NOW))
    for operation in there.settled_there(books, one, NOW):
        books.post(operation)
    assert books.sum_of(Account.LOSS, CNY) == yuan(345)
    assert not balance(books, one)
    assert there.settled_there(books, one, NOW) == ()


def test_what_the_marketplace_does_not_take_goes_back_with_its_fee() -> None:
    one = agreed()
    books = Books([bookings.charged(one, NOW)])
    books.post(bookings.received("1", one, one.charge.due, OPERATOR, NOW))
    books.post(there.paid_there(one, ORDER_ID, Fen(11_000), NOW))
    for operation in there.settled_there(books, one, NOW):
        books.post(operation)
    # 10.00 yuan and 8 % of them, at 7.2 a dollar; what is left is rounded to five cents as agreed.
    assert balance(books, one).text == "-1.50 USD"
    assert books.sum_of(Account.FEE, CNY) == -yuan(720)
    assert books.differences() == {}


def test_a_refund_there_is_booked_once_and_owed_here() -> None:
    one = agreed()
    books = paid_for(one)
    for _ in range(2):
        told = there.refunded_there(books, one, ORDER_ID, Fen(2_500), NOW)
        for operation in (*([told] if told else []), *there.settled_there(books, one, NOW)):
            books.post(operation)
            books.post(operation)
    assert books.account_of(one.order_no, USD).refunded_there == 2_500
    assert balance(books, one).units < 0
    with pytest.raises(TooMuch):
        there.refunded_there(books, one, ORDER_ID, Fen(12_001), NOW)


@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=8))
def test_many_partial_refunds_give_back_what_one_would(parts: list[int]) -> None:
    one = agreed()
    books = paid_for(one)
    in_all = 0
    for part in parts:
        if in_all + part > one.charge.marketplace:
            break
        in_all += part
        told = there.refunded_there(books, one, ORDER_ID, Fen(in_all), NOW)
        assert told is not None
        books.post(told)
        for operation in there.settled_there(books, one, NOW):
            books.post(operation)
    once = paid_for(one)
    if in_all:
        once.post(there.credited(once, one, Fen(in_all), NOW))
    assert balance(books, one) == balance(once, one)
    assert -balance(books, one) <= one.charge.due


def test_a_cancelled_order_is_owed_nothing_and_what_came_in_is_owed_back() -> None:
    one = agreed()
    books = Books([bookings.charged(one, NOW)])
    books.post(bookings.received("1", one, dollars(1_000), OPERATOR, NOW))
    for operation in there.cancelled(books, one, NOW):
        books.post(operation)
    assert balance(books, one) == dollars(-1_000)
    assert there.cancelled(books, one, NOW) == ()
    with pytest.raises(TooMuch):
        bookings.refunded(books, "1", one, dollars(1_001), OPERATOR, NOW)
    books.post(bookings.refunded(books, "1", one, dollars(1_000), OPERATOR, NOW))
    assert not balance(books, one)
    assert books.sum_of(Account.CASH, USD) == dollars(0)


def test_an_order_paid_there_is_not_cancelled_but_refunded() -> None:
    one = agreed()
    with pytest.raises(TooMuch):
        there.cancelled(paid_for(one), one, NOW)


def test_what_is_given_up_has_a_name() -> None:
    one, other = agreed(1), agreed(2)
    books = Books([bookings.charged(one, NOW), bookings.charged(other, NOW)])
    books.post(bookings.received("1", one, one.charge.due - dollars(3), OPERATOR, NOW))
    books.post(bookings.received("2", other, other.charge.due + dollars(2), OPERATOR, NOW))
    books.post(bookings.written_off(books, one, "bank fee", OPERATOR, NOW))
    books.post(bookings.written_off(books, other, "left to us", OPERATOR, NOW))
    assert books.sum_of(Account.LOSS, USD) == dollars(3)
    assert books.sum_of(Account.GAIN, USD) == dollars(-2)
    assert books.open_orders(USD) == {}
    with pytest.raises(TooMuch):
        bookings.written_off(books, one, "again", OPERATOR, NOW)
