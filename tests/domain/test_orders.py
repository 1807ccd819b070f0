"""From consent to the marketplace's answer: every pair of states, and what comes after."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import (
    ChatId,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
    UserId,
    new_merchant_order_no,
    new_session_id,
)
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.orders import (
    InvalidTransition,
    Order,
    OrderPart,
    OrderStatus,
    Placing,
    Refusal,
    settled_states,
)
from bot.domain.quotes import Quote

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ALLOWED = {
    (Placing.CLAIMED, Placing.CREATING),
    (Placing.CLAIMED, Placing.CHANGED),
    (Placing.CLAIMED, Placing.REFUSED),
    (Placing.CREATING, Placing.PLACED),
    (Placing.CREATING, Placing.REFUSED),
    (Placing.CREATING, Placing.UNCERTAIN),
    (Placing.UNCERTAIN, Placing.PLACED),
    (Placing.UNCERTAIN, Placing.UNRESOLVED),
    (Placing.UNCERTAIN, Placing.CREATING),
    (Placing.UNCERTAIN, Placing.CHANGED),
    (Placing.UNCERTAIN, Placing.REFUSED),
    (Placing.UNRESOLVED, Placing.UNCERTAIN),
    (Placing.UNRESOLVED, Placing.PLACED),
    (Placing.UNRESOLVED, Placing.REFUSED),
}
statuses = st.sampled_from(OrderStatus)


def _order(placing: Placing = Placing.CLAIMED, parts: tuple[OrderPart, ...] = ()) -> Order:
    return Order(
        order_no=MerchantOrderNo("S261123-ABCDEFGH"),
        user_id=UserId(1),
        chat_id=ChatId(1),
        placing=placing,
        lines=(OrderLine(offer_id=OfferId(1), title=Wording(zh="杯子"), quantity=1),),
        quote=Quote(lines=(), goods=Fen(1), freight=Fen(0), total=Fen(1)),
        address=Address(
            full_name="王小明",
            mobile="13812345678",
            province="上海市",
            city="上海市",
            street="南京东路1号",
            district_code="310101",
        ),
        created_at=NOW,
        parts=parts,
    )


def _part(status: OrderStatus) -> OrderPart:
    return OrderPart(order_id=MarketplaceOrderId("1234567890123456789"), status=status)


@pytest.mark.parametrize(("before", "after"), list(product(Placing, Placing)))
def test_every_pair_of_states(before: Placing, after: Placing):
    """The fourteen transitions of the design are possible, the other 35 pairs are refused."""
    if (before, after) in ALLOWED:
        assert _order(before).moved(after).placing is after
    else:
        with pytest.raises(InvalidTransition, match=f"{before} -> {after}"):
            _order(before).moved(after)


@given(st.lists(st.sampled_from(Placing), max_size=20), st.integers(0, 3))
def test_every_sending_after_the_second_needs_an_operator(path: list[Placing], vouches: int):
    """However an order moves, by itself it is sent at most twice; more only as often as vouched."""
    order, sent, left = _order(), 0, vouches
    for state in path:
        try:
            if state is Placing.CREATING:
                order = order.sending(NOW)
                sent += 1
            elif state is Placing.UNCERTAIN and order.placing is Placing.UNRESOLVED and left:
                order, left = order.moved(state, vouched=True), left - 1
            else:
                order = order.moved(state)
        except InvalidTransition:
            continue
    assert sent <= 2 + vouches - left


def test_what_was_sent_again_is_known_as_such():
    """The look-ups begin anew, the operator's word is used up, and the moment is kept."""
    once = _order().sending(NOW)
    assert (once.sent_again, once.sent_at) == (False, NOW)
    unclear = once.moved(Placing.UNCERTAIN, lookups=7)
    twice = unclear.replace(vouched=True).sending(NOW + timedelta(minutes=5))
    assert (twice.sent_again, twice.vouched, twice.lookups) == (True, False, 0)
    assert twice.sent_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("placing", "changes", "may"),
    [
        (Placing.PLACED, {}, False),
        (Placing.PLACED, {"lookups": 3}, False),
        (Placing.PLACED, {"sent_again": True}, True),
        (Placing.REFUSED, {}, False),
        (Placing.REFUSED, {"lookups": 7}, True),
        (Placing.CHANGED, {"lookups": 7}, True),
        (Placing.UNRESOLVED, {"lookups": 7, "sent_again": True}, False),
    ],
)
def test_where_an_order_may_show_up_that_nobody_wants(placing, changes, may):
    """After a second create, and where it was told that nothing was ordered after a doubt."""
    assert _order(placing).replace(**changes).may_have_extra is may


@pytest.mark.parametrize("state", list(Placing))
def test_settled_means_that_nothing_moves_by_itself(state: Placing):
    """What recovery has to look after and what it leaves alone are told apart alike."""
    unsettled = {Placing.CLAIMED, Placing.CREATING, Placing.UNCERTAIN}
    assert _order(state).is_settled == (state in settled_states()) == (state not in unsettled)


def test_moving_changes_only_what_is_named():
    """The consent itself stays as it was agreed to."""
    refused = _order().moved(Placing.REFUSED, refusal=Refusal(code="500_002"))
    assert refused.refusal == Refusal(code="500_002")
    assert refused.replace(placing=Placing.CLAIMED, refusal=None) == _order()


@given(statuses, statuses)
def test_a_status_never_goes_back(before: OrderStatus, news: OrderStatus):
    """Late or unknown news changes nothing; hearing the same twice neither."""
    part = _part(before)
    after = part.seen(news)
    assert after.status in {before, news}
    assert after.seen(news) == after
    if news is OrderStatus.UNKNOWN:
        assert after == part
    if before is OrderStatus.UNKNOWN:
        assert after.status is news


@given(st.lists(statuses, max_size=6), st.randoms())
def test_the_order_of_news_does_not_matter_on_the_way_to_completion(heard, random):
    """Pushes arrive in any order; an order that is not ended ends in the same state."""
    ends = {OrderStatus.CANCELLED, OrderStatus.TERMINATED}
    news = [status for status in heard if status not in ends]
    shuffled = random.sample(news, len(news))
    first, second = _part(OrderStatus.UNKNOWN), _part(OrderStatus.UNKNOWN)
    for status in news:
        first = first.seen(status)
    for status in shuffled:
        second = second.seen(status)
    assert first == second


@given(st.lists(statuses, max_size=4))
def test_an_order_is_paid_when_every_part_is(heard: list[OrderStatus]):
    """A part that awaits payment, was cancelled or is unknown leaves it unpaid."""
    paid = {
        OrderStatus.AWAITING_SHIPMENT,
        OrderStatus.AWAITING_RECEIPT,
        OrderStatus.RECEIVED,
        OrderStatus.COMPLETED,
    }
    order = _order(Placing.PLACED, tuple(_part(status) for status in heard))
    assert order.paid == (bool(heard) and set(heard) <= paid)


@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_status_of_the_contract_is_read(status: OrderStatus):
    """Names on the wire map one to one."""
    assert OrderStatus.from_wire(status.value) is status


@given(st.text())
def test_a_foreign_status_is_unknown(raw: str):
    """A state that the marketplace invents later is no error."""
    known = {status.value for status in OrderStatus} | {"confirm_goods_and_has_subsidy"}
    if raw not in known:
        assert OrderStatus.from_wire(raw) is OrderStatus.UNKNOWN


def test_the_receipt_pushs_longer_name_is_received():
    """The push for a confirmed receipt has a name of its own (contract 7)."""
    assert OrderStatus.from_wire("confirm_goods_and_has_subsidy") is OrderStatus.RECEIVED


def test_order_numbers_are_short_readable_and_new():
    """The day and eight characters that cannot be mistaken for one another."""
    numbers = {new_merchant_order_no(NOW) for _ in range(2_000)}
    assert len(numbers) == 2_000
    for number in numbers:
        assert number.startswith("S261123-")
        assert len(number) == 16
        assert not set(number[8:]) & set("01OIL")
    assert {len(new_session_id()) for _ in range(100)} == {6}


def test_an_order_survives_storage():
    """19-digit ids, moments and nested values come back as they were."""
    order = _order(Placing.PLACED, (_part(OrderStatus.AWAITING_PAYMENT),))
    assert Order.model_validate_json(order.model_dump_json()) == order
