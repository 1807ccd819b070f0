"""Pushes: which are genuine, and what they say (contract 8)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from daji_gateway import ORDER, ORDER_ID, SECRET, example
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import OrderStatus
from bot.domain.parcels import TraceStatus
from bot.domain.pushes import Push, PushKind
from bot.marketplace.daji.push_messages import (
    PushRule,
    UnreadablePush,
    read_push,
    signature_of,
    verify,
)

FORM = example("17")["form"]
MESSAGES = example("17")["otherMessages"]
OFFICIAL, BARE = (
    "82951C4F663BB9C70BA4E138A02FADE5F18C756C",
    "3829B3B946BB3449055420626D75C61F0464514E",
)


def message(topic: str, data: Any = None, **changes: Any) -> str:
    whole = {"type": topic, "msgId": 92705609221, "gmtBorn": 1723619800000, "data": data} | changes
    return json.dumps({name: each for name, each in whole.items() if each != "absent"})


@pytest.mark.parametrize(
    ("rule", "signature"), [(PushRule.OFFICIAL, OFFICIAL), (PushRule.BARE, BARE)]
)
def test_the_published_push_verifies(rule, signature):
    """Both candidate texts, by the contract's test values; each refuses the other's signature."""
    text = FORM["message"]
    assert signature_of(text, SECRET, rule) == signature
    assert verify(text, signature, SECRET, rule)
    assert verify(text, f" {signature.lower()}\n", SECRET, rule)
    other = BARE if signature == OFFICIAL else OFFICIAL
    assert not verify(text, other, SECRET, rule)
    assert FORM["_dj_signature"] == OFFICIAL


@pytest.mark.parametrize(
    "signature", ["", "0" * 40, OFFICIAL[:-1], OFFICIAL + "0", "签名", "\ud800"]
)
def test_forged_signatures(signature):
    """Whatever stands in the field is compared, never an error."""
    assert not verify(FORM["message"], signature, SECRET)


def test_a_changed_message_or_secret_does_not_verify():
    """The text is taken untouched: one more blank and it is another one."""
    assert not verify(FORM["message"] + " ", OFFICIAL, SECRET)
    assert not verify(FORM["message"], OFFICIAL, SECRET + "x")
    assert not verify("\ud800", OFFICIAL, SECRET)


@given(st.text(st.characters()), st.text(min_size=1), st.sampled_from(list(PushRule)))
def test_what_is_signed_verifies(text, secret, rule):
    """Any text, any secret, either rule; and under no other secret."""
    assert verify(text, signature_of(text, secret, rule), secret, rule)
    assert not verify(text, signature_of(text, secret + "x", rule), secret, rule)


def test_the_published_push_reads():
    """Nineteen digits of a bare number, China's time without a zone, the state as it was then."""
    push = read_push(FORM["message"])
    assert (push.msg_id, push.topic) == ("92705609220", "ORDER_BUYER_VIEW_ORDER_PAY")
    assert (push.kind, push.order_ids) == (
        PushKind.PAID,
        (MarketplaceOrderId("2237938826932135493"),),
    )
    assert (push.raw_status, push.status) == ("waitsellersend", OrderStatus.AWAITING_SHIPMENT)
    assert push.born_at == datetime(2024, 8, 9, 1, 44, 24, 904_000, tzinfo=UTC)
    assert push.sent_at == datetime(2024, 8, 9, 1, 44, 24, tzinfo=UTC)
    assert (push.trace, push.batch) == (None, ())
    assert (push.refund_action, push.operator) == ("", "")


def test_every_example_reads():
    """Each has its own kind, and each names the one order."""
    pushes = [read_push(json.dumps(each)) for each in MESSAGES]
    assert {each.order_ids for each in pushes} == {(ORDER,)}
    kinds = [each.kind for each in pushes]
    assert len(set(kinds)) == len(kinds) == 12
    assert PushKind.OTHER not in kinds
    assert pushes[4].status is OrderStatus.RECEIVED
    refund = pushes[9]
    assert (refund.kind, refund.refund_action, refund.operator) == (
        PushKind.REFUND_IN_SALE,
        "BUYER_APPLY_REFUND",
        "buyer",
    )


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("ORDER_BUYER_VIEW_ORDER_STEP_PAY", PushKind.STAGE_PAID),
        ("ORDER_BUYER_VIEW_ORDER_REFUND_AFTER_SALES", PushKind.REFUND_AFTER_SALE),
        ("PRODUCT_PRODUCT_INVENTORY_CHANGE", PushKind.GOODS),
        ("PRODUCT_RELATION_VIEW_PRODUCT_EXPIRE", PushKind.GOODS),
        ("CAIGOU_MSG_BUYER_PUBLISH", PushKind.OTHER),
    ],
)
def test_topics_beside_the_examples(topic, kind):
    """An unknown topic keeps its name, and its order if it names one."""
    push = read_push(message(topic, {"orderId": int(ORDER_ID)}))
    assert (push.topic, push.kind, push.order_ids) == (topic, kind, (ORDER,))


def test_batch_payments():
    """One order's money may be lacking where the other's went through."""
    batch = [
        {"orderId": int(ORDER_ID), "status": "successed"},
        {"orderId": "2257164624870311975", "status": "ACCOUNT_BALANCE_NOT_ENOUGH"},
        {"orderId": 2.2571646248703e18, "status": "successed"},
        None,
        {"orderId": int(ORDER_ID), "status": "successed"},
    ]
    push = read_push(message("ORDER_BATCH_PAY", {"batchPay": batch}))
    assert push.order_ids == (ORDER, MarketplaceOrderId("2257164624870311975"))
    assert [(each.paid, each.problem) for each in push.batch] == [
        (True, ""),
        (False, "ACCOUNT_BALANCE_NOT_ENOUGH"),
        (True, ""),
    ]


def trace(**changes: Any) -> Push:
    model = MESSAGES[-1]["data"]["OrderLogisticsTracingModel"] | changes
    return read_push(message("LOGISTICS_BUYER_VIEW_TRACE", {"OrderLogisticsTracingModel": model}))


def test_a_carriers_news():
    """Parcel, carrier, number, state, time and what is inside."""
    push = trace()
    assert push.trace is not None
    assert (push.trace.parcel_id, push.trace.carrier) == ("LP00012345678901", "ZTO")
    assert (push.trace.tracking_no, push.trace.lines) == ("78912345678901", (ORDER_ID,))
    assert (push.trace.status, push.trace.raw_status) == (TraceStatus.IN_TRANSIT, "TRANSPORT")
    assert push.trace.changed_at == datetime(2024, 8, 15, 4, tzinfo=UTC)
    assert push.status is None


@pytest.mark.parametrize("status", list(TraceStatus))
def test_states_of_a_parcel(status):
    """The seven official words."""
    news = trace(statusChanged=status.value).trace
    assert news is not None
    assert news.status is status


def test_odd_news_of_a_carrier():
    """An unknown state keeps its word; one log entry may stand for a list; odd ones are skipped."""
    log = {"orderId": int(ORDER_ID), "orderEntryId": "x"}
    push = trace(statusChanged="LOST", orderLogsItems=log, changeTime=" ", mailNo=78912345678901)
    assert push.trace is not None
    assert (push.trace.status, push.trace.raw_status) == (None, "LOST")
    assert (push.trace.changed_at, push.trace.lines) == (None, ())
    assert (push.order_ids, push.trace.tracking_no) == ((ORDER,), "78912345678901")
    push = trace(orderLogsItems=[None, "?", {"orderId": {}}, log])
    assert push.order_ids == (ORDER,)
    assert trace(orderLogsItems="?").order_ids == ()


def test_a_corrected_tracking_number():
    """The order it belongs to is read again; what it is now stands there."""
    model = {
        "logisticsId": "LP1",
        "oldCpCode": "ZTO",
        "newCpCode": "YTO",
        "oldMailNo": "1",
        "newMailNo": "2",
        "eventTime": "2024-08-15 12:00:00",
        "orderLogsItems": [{"orderId": int(ORDER_ID), "orderEntryId": int(ORDER_ID)}],
    }
    push = read_push(message("LOGISTICS_MAIL_NO_CHANGE", {"MailNoChangeModel": model}))
    assert (push.kind, push.order_ids) == (PushKind.TRACKING_CHANGED, (ORDER,))


@pytest.mark.parametrize(
    "data", [None, "absent", "?", 5, [], {}, {"orderId": None}, {"orderId": 10**25}]
)
def test_a_push_without_an_order_is_still_counted(data):
    """Topic and id are enough: it is stored and has no effect."""
    push = read_push(message("ORDER_BUYER_VIEW_ORDER_PAY", data))
    assert (push.kind, push.order_ids, push.status) == (PushKind.PAID, (), None)


@pytest.mark.parametrize(
    "born", [None, "absent", "soon", -1, 0, 10**18, 1.5, True, {}, "1" + "0" * 5000]
)
def test_odd_birth_times_are_unknown(born):
    """They order nothing: the order is read again anyway."""
    assert read_push(message("ORDER_BATCH_PAY", gmtBorn=born)).born_at is None


def test_numbers_may_be_texts():
    """Some senders write every number as a text."""
    push = read_push(
        message(
            "ORDER_BUYER_VIEW_ORDER_PAY",
            {"orderId": ORDER_ID},
            msgId="92705609220",
            gmtBorn="1723167864904",
        )
    )
    assert (push.msg_id, push.order_ids) == ("92705609220", (ORDER,))
    assert push.born_at == datetime(2024, 8, 9, 1, 44, 24, 904_000, tzinfo=UTC)


JUNK = [
    "",
    " ",
    "{",
    "null",
    "5",
    "[]",
    '"text"',
    "{}",
    '{"type": NaN}',
    "[" * 100_000,
    '{"data":' * 100_000,
    "1" * 10_000,
    '{"msgId": 1e99999999999999999999}',
    message("", {}),
    message("TWO WORDS", {}),
    message("T" * 101, {}),
    message("T", {}, type=None),
    message("T", {}, type=["T"]),
    message("T", {}, msgId=None),
    message("T", {}, msgId="absent"),
    message("T", {}, msgId=""),
    message("T", {}, msgId=True),
    message("T", {}, msgId=9.2e10),
    message("T", {}, msgId=[1]),
    message("T", {}, msgId="1; drop"),
    message("T", {}, msgId="9" * 65),
    "\ud800",
    '{"type": "\\ud800", "msgId": 1}',
]


@pytest.mark.parametrize("text", JUNK, ids=range(len(JUNK)))
def test_junk_has_one_error(text):
    """Nothing else may escape, for the sender gets his answer in any case."""
    with pytest.raises(UnreadablePush) as caught:
        read_push(text)
    assert len(str(caught.value)) < 100


def test_half_an_emoji_does_not_lose_a_push():
    """No storage takes a lone surrogate, so it becomes a question mark."""
    text = '{"type": "T", "msgId": 1, "data": {"operator": "a\\ud83d", "orderId": 7}}'
    assert (read_push(text).operator, read_push(text).order_ids) == (
        "a?",
        (MarketplaceOrderId("7"),),
    )
    assert read_push(text.replace("\\ud83d", "\ud83d")).operator == "a?"
    assert read_push(text.replace("\\ud83d", "\\ud83d\\ude00")).operator == "a😀"


NAMES = [
    "orderId",
    "batchPay",
    "status",
    "OrderLogisticsTracingModel",
    "MailNoChangeModel",
    "orderLogsItems",
    "orderEntryId",
    "currentStatus",
    "msgSendTime",
    "changeTime",
]
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(["type", "msgId", "gmtBorn", "data", "x"]), values)
    | st.fixed_dictionaries({"type": st.just("T"), "msgId": st.just(1), "data": values})
)
def test_no_json_breaks_the_reader(whole):
    """Any JSON is a push or the one error; a push can be written down again."""
    try:
        push = read_push(json.dumps(whole))
    except UnreadablePush:
        return
    assert Push.model_validate_json(push.model_dump_json()) == push
    assert all(each.id.isdigit() for each in push.order_ids)
