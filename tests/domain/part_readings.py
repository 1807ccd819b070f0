"""Readings of one part of an order, whatever the marketplace may say."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.identifiers import LineId, MarketplaceOrderId, OfferId
from bot.domain.money import Fen
from bot.domain.orders import OrderPart, OrderStatus, PartLine
from bot.domain.parcels import ClosedBy, Parcel, RefundStage

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


ORDER = MarketplaceOrderId("2257000000000000001")


moments = st.integers(0, 20).map(lambda minutes: START + timedelta(minutes=minutes))


maybe_moments = st.none() | moments


amounts = st.none() | st.integers(0, 10**6).map(Fen)


parcels = st.lists(
    st.builds(
        Parcel,
        parcel_id=st.sampled_from(["", "1", "2", "3"]),
        carrier=st.sampled_from(["", "中通快递"]),
        tracking_no=st.sampled_from(["", "78A", "78B", "78C"]),
    ),
    max_size=3,
).map(tuple)


readings = st.builds(
    OrderPart,
    order_id=st.just(ORDER),
    total=amounts,
    freight=amounts,
    status=st.sampled_from(OrderStatus),
    raw_status=st.sampled_from(["", "waitbuyerpay", "odd"]),
    lines=st.sampled_from([(), (PartLine(line_id=LineId("1"), offer_id=OfferId(1)),)]),
    parcels=parcels,
    refund=st.none() | st.sampled_from(RefundStage),
    refunded=amounts,
    closed_by=st.none() | st.sampled_from(ClosedBy),
    paying=st.booleans(),
    pay_before=maybe_moments,
    paid_at=maybe_moments,
    modified_at=maybe_moments,
    read_at=maybe_moments,
)
