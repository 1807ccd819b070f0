"""Pushes of the marketplace: is one genuine, and what does it say (contract 8). Pure.

A push arrives as a form with two fields, `message` and `_dj_signature`. Both go into `verify`
decoded and otherwise untouched; what it lets through goes into `read_push`.
"""

import hashlib
import hmac
import re
from enum import StrEnum

from pydantic import ValidationError

from bot.domain.identifiers import LineId, MarketplaceOrderId, OfferId
from bot.domain.parcels import TraceStatus
from bot.domain.pushes import BatchPayment, Push, PushKind, Trace
from bot.marketplace.daji.wire import read_json
from bot.marketplace.daji.wire_pushes import (
    MailNoChange,
    OrderLog,
    PushData,
    PushMessage,
    TracingModel,
)

MESSAGE_FIELD = "message"
SIGNATURE_FIELD = "_dj_signature"

_PAID = "successed"  # sic
_GOODS = ("PRODUCT_", "FENXIAO_PRICE_CHANGE")
_OFFER_NUMBER = re.compile(r"[0-9]{6,18}")
_MOST_OFFERS = 200  # of one message; whatever names more is read on schedule
_KINDS = {
    "ORDER_BUYER_VIEW_BUYER_MAKE": PushKind.CREATED,
    "ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY": PushKind.PRICE_CHANGED,
    "ORDER_BUYER_VIEW_ORDER_PAY": PushKind.PAID,
    "ORDER_BUYER_VIEW_ORDER_STEP_PAY": PushKind.STAGE_PAID,
    "ORDER_BATCH_PAY": PushKind.BATCH_PAID,
    "ORDER_BUYER_VIEW_PART_PART_SENDGOODS": PushKind.PART_SHIPPED,
    "ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS": PushKind.SHIPPED,
    "ORDER_BUYER_VIEW_ORDER_COMFIRM_RECEIVEGOODS": PushKind.RECEIVED,
    "ORDER_BUYER_VIEW_ORDER_SUCCESS": PushKind.COMPLETED,
    "ORDER_BUYER_VIEW_ORDER_BUYER_CLOSE": PushKind.CLOSED_BY_BUYER,
    "ORDER_BUYER_VIEW_ORDER_SELLER_CLOSE": PushKind.CLOSED_BY_SELLER,
    "ORDER_BUYER_VIEW_ORDER_BOPS_CLOSE": PushKind.CLOSED_BY_PLATFORM,
    "ORDER_BUYER_VIEW_ORDER_BUYER_REFUND_IN_SALES": PushKind.REFUND_IN_SALE,
    "ORDER_BUYER_VIEW_ORDER_REFUND_AFTER_SALES": PushKind.REFUND_AFTER_SALE,
    "LOGISTICS_BUYER_VIEW_TRACE": PushKind.TRACE,
    "LOGISTICS_MAIL_NO_CHANGE": PushKind.TRACKING_CHANGED,
}


class UnreadablePush(ValueError):
    """No message of the marketplace, however it is signed. Its words quote nothing of it."""


class PushRule(StrEnum):
    """Which text a push's signature covers: not documented here, so a setting (contract 8)."""

    OFFICIAL = "official"  # the field's name and value joined, as the marketplace itself does
    BARE = "bare"  # the value alone


def verify(message: str, signature: str, secret: str, rule: PushRule = PushRule.OFFICIAL) -> bool:
    """Tell whether `signature` is the HMAC-SHA1 of `message`, in constant time."""
    given = signature.strip().upper().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(signature_of(message, secret, rule).encode(), given)


def signature_of(message: str, secret: str, rule: PushRule = PushRule.OFFICIAL) -> str:
    """Return the upper-case hex HMAC-SHA1 that a genuine push of `message` carries."""
    text = MESSAGE_FIELD + message if rule is PushRule.OFFICIAL else message
    key, signed = secret.encode(), text.encode("utf-8", "surrogatepass")
    return hmac.new(key, signed, hashlib.sha1).hexdigest().upper()


def read_push(message: str) -> Push:
    """Read a message. Raises `UnreadablePush`, and nothing else, for what has no topic or id.

    Whatever else is missing or odd stays empty: such a push is still counted.
    """
    try:
        wire = PushMessage.model_validate(read_json(message))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "message"
        raise UnreadablePush(f"{place}: {first['type']}") from None
    except ValueError:
        raise UnreadablePush("not JSON") from None
    data = wire.data or PushData()
    return Push(
        msg_id=wire.msg_id,
        topic=wire.type,
        kind=_kind(wire.type),
        order_ids=_order_ids(data),
        offer_ids=_offer_ids(data) if _kind(wire.type) is PushKind.GOODS else (),
        born_at=wire.gmt_born,
        sent_at=data.msg_send_time,
        raw_status=data.current_status,
        refund_action=data.refund_action,
        operator=data.operator,
        trace=_trace(data.tracing) if data.tracing else None,
        batch=_batch(data),
    )


def _kind(topic: str) -> PushKind:
    return _KINDS.get(topic, PushKind.GOODS if topic.startswith(_GOODS) else PushKind.OTHER)


def _order_ids(data: PushData) -> tuple[MarketplaceOrderId, ...]:
    models = (data.tracing, data.mail_no_change)
    named = [
        data.order_id,
        *(each.order_id for each in data.batch_pay or () if each),
        *(log.order_id for model in models if model for log in _logs(model)),
    ]
    return tuple(dict.fromkeys(each for each in named if each is not None))


def _offer_ids(data: PushData) -> tuple[OfferId, ...]:
    """Every offer that a message about goods names: in one text with commas, or in a list."""
    listed = [each.offer_id for each in data.inventory or () if each and each.offer_id]
    written = _OFFER_NUMBER.findall(f"{data.product_ids},{data.product_id}")
    return tuple(dict.fromkeys((*listed, *map(OfferId, written))))[:_MOST_OFFERS]


def _logs(model: TracingModel | MailNoChange) -> list[OrderLog]:
    return [each for each in model.order_logs_items or () if each is not None]


def _lines(model: TracingModel) -> tuple[LineId, ...]:
    named = (each.order_entry_id for each in _logs(model))
    return tuple(dict.fromkeys(each for each in named if each is not None))


def _trace(model: TracingModel) -> Trace:
    try:
        status = TraceStatus(model.status_changed.upper())
    except ValueError:
        status = None
    return Trace(
        parcel_id=model.logistics_id,
        carrier=model.cp_code,
        tracking_no=model.mail_no,
        status=status,
        raw_status=model.status_changed,
        changed_at=model.change_time,
        lines=_lines(model),
    )


def _batch(data: PushData) -> tuple[BatchPayment, ...]:
    return tuple(
        BatchPayment(
            order_id=each.order_id,
            paid=each.status == _PAID,
            problem="" if each.status == _PAID else each.status,
        )
        for each in data.batch_pay or ()
        if each is not None
    )
