"""An order's state is booked once, however often and in whatever order it is read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.addresses import Address
from bot.domain.bookings import received
from bot.domain.currencies import CNY, yuan
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import (
    ChatId,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
    SellerId,
    UserId,
)
from bot.domain.ledger import Account, Books, TooMuch
from bot.domain.marketplace_bookings import raised
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.order_books import agreed_of, asked_more, unbooked
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.parcels import RefundStage
from bot.domain.quotes import Quote
from bot.domain.shop_terms import ShopTerms

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
TERMS = ShopTerms(fee_ppm=100_000)
FIRST, SECOND = MarketplaceOrderId("1" * 19), MarketplaceOrderId("2" * 19)


def order(*parts: OrderPart, number: int = 1, shop: bool = True) -> Order:
    goods, freight = Fen(10_000), Fen(2_000)
    charge = TERMS.price(goods, Fen(goods + freight)) if shop else None
    return Order(
        order_no=MerchantOrderNo(f"S{number}"),
        user_id=UserId(7),
        chat_id=ChatId(7),
        placing=Placing.PLACED,
        lines=(
            OrderLine(
                offer_id=OfferId(1),
                seller_id=SellerId("BBB"),
                quantity=1,
                title=Wording(zh="杯子"),
            ),
        ),
        quote=Quote(lines=(), goods=goods, freight=freight, total=Fen(12_000), charge=charge),
        address=Address(
            full_name="张三",
            mobile="13812345678",
            province="浙江省",
            city="杭州市",
            district="滨江区",
            district_code="330108",
            street="网商路699号",
        ),
        created_at=NOW,
        parts=parts,
    )


def part(
    status: OrderStatus = OrderStatus.AWAITING_PAYMENT,
    total: int | None = 12_000,
    order_id: MarketplaceOrderId = FIRST,
    **more: object,
) -> OrderPart:
    fen = None if total is None else Fen(total)
    return OrderPart(order_id=order_id, total=fen, status=status).replace(**more)


def told(*orders: Order) -> Books:
    """Books that were told of these states one after the other, each of them twice."""
    books = Books()
    for each in orders:
        for _ in range(2):
            for operation in unbooked(books, each, NOW):
                books.post(operation)
        assert unbooked(books, each, NOW) == ()
    assert books.differences() == {}
    return books


def owed(books: Books, one: Order) -> int:
    return books.account_of(one.order_no, CNY).balance.units


def test_a_placed_order_is_charged_what_was_agreed() -> None:
    one = order(part())
    assert owed(told(one), one) == 13_000


def test_a_teams_order_is_booked_nowhere() -> None:
    assert list(told(order(part(), shop=False))) == []
    assert agreed_of(order(shop=False)) is None


@pytest.mark.parametrize("placing", [each for each in Placing if each is not Placing.PLACED])
def test_an_order_that_is_not_placed_costs_nothing(placing: Placing) -> None:
    assert unbooked(Books(), order().replace(placing=placing), NOW) == ()


@pytest.mark.parametrize(
    "status",
    ["waitsellersend", "waitbuyerreceive", "confirm_goods", "success"],
)
def test_a_payment_there_is_booked_in_whatever_state_it_is_first_seen(status: str) -> None:
    seen = order(part(OrderStatus(status)))
    books = told(order(part()), seen, order(part(OrderStatus.COMPLETED)))
    assert books.sum_of(Account.CASH, CNY) == -yuan(12_000)
    assert books.sum_of(Account.MARKETPLACE, CNY) == yuan(0)


def test_a_higher_price_there_is_not_the_customers() -> None:
    one = order(part(OrderStatus.AWAITING_SHIPMENT, 12_500))
    books = told(order(part(total=12_500)), one)
    assert owed(books, one) == 13_000
    assert books.sum_of(Account.LOSS, CNY) == yuan(500)


def test_a_lower_price_there_goes_back_before_it_is_paid() -> None:
    one = order(part(total=11_000))
    books = told(one)
    assert owed(books, one) == 13_000 - 1_000 - 100
    assert owed(told(one, order(part(OrderStatus.AWAITING_SHIPMENT, 11_000))), one) == 11_900


def test_an_unknown_amount_waits() -> None:
    one = order(part(total=None))
    assert owed(told(one), one) == 13_000
    paid = told(one, order(part(OrderStatus.AWAITING_SHIPMENT, None)))
    assert paid.sum_of(Account.CASH, CNY) == yuan(0)


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.TERMINATED])
def test_an_order_closed_unpaid_is_owed_nothing(status: OrderStatus) -> None:
    one = order(part(status))
    assert owed(told(order(part()), one), one) == 0


def test_a_full_refund_gives_everything_back_but_for_the_fixed_fee() -> None:
    paid = order(part(OrderStatus.AWAITING_SHIPMENT))
    asked = order(
        part(
            OrderStatus.AWAITING_SHIPMENT,
            refund=RefundStage.AWAITING_SELLER,
            refunded=Fen(12_000),
        )
    )
    back = order(
        part(
            OrderStatus.CANCELLED,
            refund=RefundStage.REFUNDED,
            refunded=Fen(12_000),
            paid_at=NOW,
        )
    )
    assert owed(told(paid, asked), paid) == 13_000
    books = told(paid, asked, back)
    assert owed(books, paid) == 0
    assert books.sum_of(Account.CASH, CNY) == yuan(0)
    assert books.sum_of(Account.FEE, CNY) == yuan(0)


def test_of_two_parts_one_may_be_closed_and_the_other_paid() -> None:
    both = order(part(total=7_000), part(total=5_000, order_id=SECOND))
    one = order(
        part(OrderStatus.AWAITING_SHIPMENT, 7_000),
        part(OrderStatus.CANCELLED, 5_000, SECOND),
    )
    books = told(both, one)
    assert owed(books, one) == 13_000 - 5_000 - 500
    assert books.sum_of(Account.MARKETPLACE, CNY) == yuan(0)


def test_what_was_paid_for_a_cancelled_order_counts_for_the_next() -> None:
    first, second = order(part()), order(part(order_id=SECOND), number=2)
    books = told(first)
    agreed = agreed_of(first)
    assert agreed is not None
    books.post(received("1", agreed, agreed.charge.due, UserId(1), NOW))
    for state in (order(part(OrderStatus.CANCELLED)), second):
        for operation in unbooked(books, state, NOW):
            books.post(operation)
    assert owed(books, first) == 0
    assert owed(books, second) == 0


def test_paid_for_an_amount_that_is_not_known_yet_is_no_cancelled_order() -> None:
    """It waits for the amount, and is settled with it."""
    unknown = order(part(OrderStatus.AWAITING_SHIPMENT, None))
    assert owed(told(order(part()), unknown), unknown) == 13_000
    books = told(unknown, order(part(OrderStatus.AWAITING_SHIPMENT)))
    assert books.sum_of(Account.CASH, CNY) == -yuan(12_000)


def test_nothing_is_credited_for_an_order_that_came_to_nothing() -> None:
    """States that go backwards change no closed account."""
    closed, again = order(part(OrderStatus.CANCELLED)), order(part(total=11_000))
    assert owed(told(order(part()), closed, again), closed) == 0


statuses = st.sampled_from([each for each in OrderStatus if each is not OrderStatus.UNKNOWN])


@given(
    st.lists(
        st.tuples(
            statuses,
            st.sampled_from([None, 11_000, 12_000, 12_700]),
            st.sampled_from([None, *RefundStage]),
            st.sampled_from([None, 0, 500, 12_000, 99_999]),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_whatever_the_marketplace_says_the_books_balance(
    readings: list[tuple[OrderStatus, int | None, RefundStage | None, int | None, bool]],
) -> None:
    """States in any order, amounts that come and go, refunds beyond what was paid."""
    states = [
        order(
            part(
                status,
                total,
                refund=stage,
                refunded=None if refunded is None else Fen(refunded),
                paid_at=NOW if paid else None,
            )
        )
        for status, total, stage, refunded, paid in readings
    ]
    books = told(*states)
    if states:
        account = books.account_of(states[0].order_no, CNY)
        assert 0 <= account.charged.units <= 13_000
        assert 0 <= account.refunded_there <= account.paid_there


def agreed_to(books: Books, one: Order, asked: int) -> Books:
    """The customer agrees to what the marketplace asks now."""
    agreed = agreed_of(one)
    assert agreed is not None
    books.post(raised(books, agreed, Fen(asked), NOW))
    return books


def test_dearer_while_unpaid_is_asked_and_charged_only_once_agreed() -> None:
    """At the difference, without more fee; then the marketplace may take it without a loss."""
    one, dearer = order(part()), order(part(total=12_500))
    books = told(one, dearer)
    assert (asked_more(books, dearer), owed(books, dearer)) == (500, 13_000)
    agreed_to(books, dearer, 12_500)
    assert (asked_more(books, dearer), owed(books, dearer)) == (0, 13_500)
    for operation in unbooked(books, order(part(OrderStatus.AWAITING_SHIPMENT, 12_500)), NOW):
        books.post(operation)
    assert books.sum_of(Account.LOSS, CNY) == yuan(0)
    assert books.sum_of(Account.MARKETPLACE, CNY) == yuan(0)


def test_what_was_agreed_to_once_is_no_more_than_that() -> None:
    """The same total twice is refused; a price that falls again is credited."""
    one = order(part(total=12_500))
    books = agreed_to(told(one), one, 12_500)
    with pytest.raises(TooMuch):
        agreed_to(books, one, 12_500)
    for operation in unbooked(books, order(part(total=11_000)), NOW):
        books.post(operation)
    assert owed(books, one) == 11_000 + 850  # of 10,000 in goods 1,500 went back with their fee
    assert asked_more(books, order(part(total=12_000))) == 1_000


def test_all_of_a_raised_order_goes_back_when_it_is_refunded() -> None:
    """What the customer agreed to later is theirs as much as the first total."""
    one = order(part(total=12_500))
    books = agreed_to(told(one), one, 12_500)
    back = part(
        OrderStatus.CANCELLED,
        12_500,
        paid_at=NOW,
        refund=RefundStage.REFUNDED,
        refunded=Fen(12_500),
    )
    for operation in unbooked(books, order(back), NOW):
        books.post(operation)
    assert books.sum_of(Account.GAIN, CNY) == yuan(0)
    assert owed(books, one) == 0  # nothing was received, so nothing is owed either way


def test_a_raised_order_that_comes_to_nothing_is_not_owed() -> None:
    one = order(part(total=12_500))
    books = agreed_to(told(one), one, 12_500)
    for operation in unbooked(books, order(part(OrderStatus.CANCELLED, 12_500)), NOW):
        books.post(operation)
    assert owed(books, one) == 0
    assert books.differences() == {}


def test_paid_there_nothing_is_asked_of_the_customer_any_more() -> None:
    """What the operator paid beyond the agreement without asking is theirs."""
    one = order(part(OrderStatus.AWAITING_SHIPMENT, 12_500))
    assert asked_more(told(one), one) == 0
