"""What a shop tells of an order's money: operators of orders and proofs, customers of the rest."""

from bot.chat.screens import Button, OrderView, Rows, Screen, lines, paragraphs, row
from bot.chat.shop_shown import ShopShown
from bot.chat.texts import Html, cut
from bot.domain.collecting import Proof, payment_code
from bot.domain.shop_events import FOR_OPERATORS, EventKind, ShopEvent
from handlers.orders.card_text import goods_named
from handlers.shared.money_words import account_lines, both_amounts

_NAME = 40


def screen(view: OrderView, event: ShopEvent) -> Screen:
    """Say what happened, and lead to where something can be done about it."""
    if event.kind in FOR_OPERATORS:
        return _for_operators(view, event)
    t, order, shop = view.t, view.order, view.shop or ShopShown()
    number = order.order_no if order else event.order_no
    text = paragraphs(
        _head(view, event, shop),
        account_lines(t, shop.account) if shop.account else None,
    )
    return Screen(text, _buttons(view, event, number))


def _head(view: OrderView, event: ShopEvent, shop: ShopShown) -> Html:
    t, number = view.t, event.order_no
    match event.kind:
        case EventKind.DECLINED:
            return t("told.declined", number=number, code=payment_code(number))
        case EventKind.RECEIVED:
            amount = _confirmed(event, shop)
            covered = shop.account is not None and shop.account.is_covered
            key = "told.received" if covered else "told.received_part"
            if amount is None or amount.decision is None or amount.decision.amount is None:
                return t("told.received_some", number=number)
            return t(key, number=number, amount=t.amount(amount.decision.amount))
        case EventKind.REFUNDED:
            return t("told.refunded", number=number)
        case _:
            return t("told.owed", number=number)


def _confirmed(event: ShopEvent, shop: ShopShown) -> Proof | None:
    return next((each for each in shop.proofs if str(each.proof_id) == event.detail), None)


def _buttons(view: OrderView, event: ShopEvent, number: str) -> Rows:
    t = view.t
    details = Button(t("payment.details_button"), "card", number, standing=True)
    if event.kind is EventKind.DECLINED:
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
    key = "told.new_order" if event.kind is EventKind.NEW_ORDER else "told.proof"
    text = lines(t(key, **told), goods_named(view, order))
    return Screen(text, row(Button(t("told.open_button"), "case", order.order_no, standing=True)))
