"""Orders in plain words: states, refunds, closings, parcels, and what was left out."""

from collections.abc import Mapping

from bot.chat.screens import View, lines
from bot.chat.texts import Html, Texts, cut
from bot.domain.collecting import Standing
from bot.domain.order_actions import part_of
from bot.domain.orders import Order, OrderPart, OrderStatus
from bot.domain.parcels import ClosedBy, Handover, Parcel, RefundStage, TraceStatus
from bot.marketplace.errors import MarketplaceError
from bot.services.following.aftersales import Done, PartResult, Result
from handlers.shared.failures import failure_key, reason_in

_MOST_FAILED_SHOWN = 10
_STATES = {
    OrderStatus.AWAITING_PAYMENT: "payment.awaiting_payment",
    OrderStatus.AWAITING_SHIPMENT: "payment.awaiting_shipment",
    OrderStatus.AWAITING_RECEIPT: "payment.awaiting_receipt",
    OrderStatus.RECEIVED: "payment.received",
    OrderStatus.COMPLETED: "payment.completed",
    OrderStatus.CANCELLED: "payment.cancelled",
    OrderStatus.TERMINATED: "payment.terminated",
    OrderStatus.UNKNOWN: "payment.unknown_state",
}
_WITH_THE_SHOP = {
    Standing.PROOF: "orders.shop_checks",
    Standing.TO_PAY_THERE: "orders.shop_pays",
}
_TRACES = {
    TraceStatus.CONSIGNED: "card.trace_consigned",
    TraceStatus.ACCEPTED: "card.trace_accepted",
    TraceStatus.IN_TRANSIT: "card.trace_in_transit",
    TraceStatus.OUT_FOR_DELIVERY: "card.trace_out_for_delivery",
    TraceStatus.AT_PICKUP_POINT: "card.trace_at_pickup_point",
    TraceStatus.DELIVERED: "card.trace_delivered",
    TraceStatus.FAILED: "card.trace_failed",
}
_HANDOVERS = {
    Handover.OTHER_CARRIER: "card.other_carrier",
    Handover.PRICE_DIFFERENCE: "card.price_difference",
    Handover.BY_SELLER: "card.by_seller",
    Handover.PICK_UP: "card.pick_up",
    Handover.OTHER: "card.no_carrier",
}
_REFUNDS = {
    RefundStage.AWAITING_SELLER: "card.refund_awaiting_seller",
    RefundStage.AWAITING_CHANGE: "card.refund_awaiting_change",
    RefundStage.AWAITING_RETURN: "card.refund_awaiting_return",
    RefundStage.AWAITING_SELLER_RECEIPT: "card.refund_awaiting_seller_receipt",
    RefundStage.REFUNDED: "card.refund_refunded",
    RefundStage.ENDED: "card.refund_ended",
    RefundStage.UNKNOWN: "card.refund_unknown",
}
_CLOSERS = {
    ClosedBy.BUYER: "card.closed_by_buyer",
    ClosedBy.SELLER: "card.closed_by_seller",
    ClosedBy.PLATFORM: "card.closed_by_marketplace",
    ClosedBy.SYSTEM: "card.closed_by_marketplace",
    ClosedBy.CREDIT: "card.closed_by_marketplace",
    ClosedBy.UNKNOWN: "card.closed",
}
_REASONS = {  # contract 5.3 and 5.4, `cancelReason` and `closeReason`
    "buyerCancel": "card.reason_buyer",
    "sellerGoodsLack": "card.reason_no_goods",
    "BUYER_NO_PAY": "card.reason_unpaid",
}
_NO_REASONS = {"", "other"}
_REASON = 60  # characters of a reason in the marketplace's own words


def state(t: Texts, part: OrderPart, standing: Standing | None = None) -> Html:
    """A part's state; one that we do not know is named in the marketplace's own word.

    With `standing`, as a shop's customer sees it: who paid the shop has nothing to pay, though
    1688 still waits for the shop's payment.
    """
    if part.status is OrderStatus.AWAITING_PAYMENT and standing in _WITH_THE_SHOP:
        return t(_WITH_THE_SHOP[standing])
    if part.status is OrderStatus.AWAITING_PAYMENT and part.paying:
        return t("card.paying")
    if part.status is OrderStatus.AWAITING_SHIPMENT and part.parcels:
        return t("card.partly_shipped")
    if part.status is OrderStatus.UNKNOWN and part.raw_status:
        return t("card.state_in_their_word", word=cut(part.raw_status, _REASON))
    return t(_STATES[part.status])


def closing(t: Texts, part: OrderPart) -> str:
    """Who closed a part and why; empty while it is not closed."""
    if part.status not in {OrderStatus.CANCELLED, OrderStatus.TERMINATED}:
        return ""
    known = _REASONS.get(part.close_reason)
    own_words = part.close_reason.strip() not in _NO_REASONS
    if known == "card.reason_buyer" and part.closed_by is ClosedBy.BUYER:
        return t("card.closed_by_buyer")
    reason = t(known) if known else cut(part.close_reason, _REASON) if own_words else None
    if part.closed_by is None and reason is None:
        return ""
    who = t(_CLOSERS[part.closed_by or ClosedBy.UNKNOWN])
    return t("card.closed_because", closed=who, reason=reason) if reason else who


def refund(t: Texts, stage: RefundStage) -> Html:
    """How far a refund has come."""
    return t(_REFUNDS[stage])


def parcel(t: Texts, sent: Parcel) -> Html:
    """A parcel's carrier, number and whereabouts, or how the goods come without a parcel."""
    carrier = cut(sent.carrier, 40)
    number = cut(sent.tracking_no, 60)
    if sent.handover is not None:
        named = " ".join(each for each in (carrier, number, cut(sent.contact, 40)) if each)
        how = t(_HANDOVERS[sent.handover])
        return t("card.handover_named", how=how, name=named) if named else how
    carrier = carrier or t("card.carrier_unknown")
    if not number:
        return t("card.parcel_untracked", carrier=carrier)
    if sent.trace is None:
        return t("card.parcel", carrier=carrier, number=number)
    where = t(_TRACES[sent.trace])
    return t("card.parcel_traced", carrier=carrier, number=number, where=where)


def left_out(view: View, order: Order, most: int = _MOST_FAILED_SHOWN) -> Html:
    """Name the first `most` lines that the marketplace did not order."""
    t, language = view.t, view.session.language
    named = []
    for failed in order.failed_lines:
        for line in order.lines:
            if line.offer_id == failed.offer_id and failed.spec_id in {None, line.spec_id}:
                title = cut(line.title.in_language(language), 40)
                variant = cut(line.variant.in_language(language), 40)
                reason = cut(reason_in(failed.message, failed.code), 120)
                named.append(t("payment.failed_line", title=title, variant=variant, reason=reason))
    more = len(named) - most
    return lines(
        t("payment.failed") if named else None,
        *named[:most],
        t("payment.more_failed", count=more) if more > 0 else None,
    )


_REFUSAL = 120


def outcome(t: Texts, done: Done, words: Mapping[Result, str]) -> Html:
    """Say what became of each part; `words` holds an action's own texts."""
    several = len(done.results) > 1
    told = []
    for each in done.results:
        words_of_it = _one(t, done, each, words)
        number = next(
            (n for n, part in enumerate(done.order.parts, 1) if part.order_id == each.order_id), 0
        )
        told.append(
            t("aftersale.part", number=str(number), outcome=words_of_it) if several else words_of_it
        )
    return lines(*told, None if done.reread else t("aftersale.not_reread"))


def _one(t: Texts, done: Done, each: PartResult, words: Mapping[Result, str]) -> Html:
    match each.result:
        case Result.TOO_SOON:
            return t("cancelling.too_soon", count=each.wait)
        case Result.REFUSED:
            return t("aftersale.refused", reason=cut(reason_in(each.reason), _REFUSAL))
        case Result.NOT_SENT:
            return t("aftersale.not_sent")
        case Result.MOVED_ON:
            part = part_of(done.order, each.order_id)
            return t(words[each.result], state=state(t, part) if part else "—")
        case _:
            return t(words[each.result])


def not_read(t: Texts, error: MarketplaceError) -> Html:
    """The order could not be read before anything was sent, so nothing was."""
    return lines(t(failure_key(error)), t("aftersale.nothing_sent"))
