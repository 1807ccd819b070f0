"""What a shop tells of an order's money: operators of orders and proofs, customers of the rest."""

from bot.chat.screens import Button, OrderView, Rows, Screen, lines, paragraphs, row
from bot.chat.shop_shown import ShopShown
from bot.chat.texts import Html, cut
from bot.domain.collecting import Proof, closes_at, payment_code
from bot.domain.orders import Order
from bot.domain.shop_events import FOR_OPERATORS, EventKind, ShopEvent
from handlers.collecting.dearer import dearer_buttons, dearer_text
from handlers.orders.card_text import goods_named
from handlers.shared.money_words import account_lines, both_amounts

_NAME = 40
_FOR_CUSTOMERS = {
    EventKind.DECLINED: "told.declined",
    EventKind.RESEND: "told.resend",
    EventKind.TAKEN_BACK: "told.taken_back",
    EventKind.REFUNDED: "told.refunded",
    EventKind.OWED: "told.owed",
}
_FOR_OPERATORS = {
    EventKind.NEW_ORDER: "told.new_order",
    EventKind.PROOF: "told.proof",
    EventKind.DEARER_DESK: "told.dearer",
    EventKind.AGREED: "told.agreed",
    EventKind.CLOSING: "told.closing",
    EventKind.RESTORED: "told.restored",
}


def screen(view: OrderView, event: ShopEvent) -> Screen:
    """Say what happened, and lead to where something can be done about it."""
    if event.kind in FOR_OPERATORS:
        return _for_operators(view, event)
    t, order, shop = view.t, view.order, view.shop or ShopShown()
    if event.kind is EventKind.DEARER:
        return _dearer(view, order, shop)
    number = order.order_no if order else event.order_no
    text = paragraphs(
        _head(view, event, shop),
        account_lines(t, shop.account) if shop.account else None,
    )
    return Screen(text, _buttons(view, event, number))


def _dearer(view: OrderView, order: Order | None, shop: ShopShown) -> Screen:
    """The question whether to pay more; where that is over already, what became of it."""
    t = view.t.priced(None)
    if order is None:
        return Screen(t("orders.gone"))
    if shop.dearer is None:
        details = Button(t("payment.details_button"), "card", order.order_no, standing=True)
        return Screen(t("dearer.over", number=order.order_no), row(details))
    text = dearer_text(t, order, shop.dearer, shop.account)
    return Screen(text, dearer_buttons(t, order, shop.dearer))


def _head(view: OrderView, event: ShopEvent, shop: ShopShown) -> Html:
    t, number = view.t, event.order_no
    if event.kind is not EventKind.RECEIVED:
        key = _FOR_CUSTOMERS.get(event.kind, "told.owed")
        return t(key, number=number, code=payment_code(number))
    proof = _confirmed(event, shop)
    if proof is None or proof.decision is None or proof.decision.amount is None:
        return t("told.received_some", number=number)
    covered = shop.account is not None and shop.account.is_covered
    key = "told.received" if covered else "told.received_part"
    return t(key, number=number, amount=t.amount(proof.decision.amount))


def _confirmed(event: ShopEvent, shop: ShopShown) -> Proof | None:
    return next((each for each in shop.proofs if str(each.proof_id) == event.detail), None)


def _buttons(view: OrderView, event: ShopEvent, number: str) -> Rows:
    t = view.t
    details = Button(t("payment.details_button"), "card", number, standing=True)
    if event.kind in {EventKind.DECLINED, EventKind.RESEND}:
        return row(Button(t("pay.paid_button"), "prove", number, standing=True)) + row(details)
    return row(details, Button(t("balance.button"), "balance", standing=True))


def _for_operators(view: OrderView, event: ShopEvent) -> Screen:
    t, order = view.t, view.order
    if order is None or order.quote.charge is None:
        return Screen(t("orders.gone"))
    told = {
        "code": payment_code(order.order_no),
        "number": order.order_no,
        "amount": both_amounts(t.priced(None), order.quote.charge),
        "name": cut(order.buyer_name or str(order.user_id), _NAME),
    }
    dearer = view.shop.dearer if view.shop else None
    ends = closes_at(order) if event.kind is EventKind.CLOSING else None
    more = dearer if event.kind is EventKind.DEARER_DESK else None
    text = lines(
        t(_FOR_OPERATORS[event.kind], **told),
        goods_named(view, order),
        t("pay.before_there", time=t.moment(ends)) if ends else None,
        t("dearer.waits", asked=t.yuan(more.asked), extra=t.yuan(more.extra)) if more else None,
    )
    return Screen(text, row(Button(t("told.open_button"), "case", order.order_no, standing=True)))
