"""Paying the shop: how much, with which code, how and until when; then where the money is."""

from bot.chat.screens import (
    Button,
    Rows,
    Screen,
    StoredPhoto,
    View,
    lines,
    paragraphs,
    row,
)
from bot.chat.shop_shown import ShopShown
from bot.chat.texts import Html, escape
from bot.domain.collecting import ProofState, Standing, pay_before, payment_code
from bot.domain.order_actions import unpaid
from bot.domain.orders import Order
from bot.domain.shop_terms import Charge
from bot.telegram.newer import Style
from handlers.orders.words import left_out
from handlers.shared.money_words import (
    account_lines,
    both_amounts,
    dearer_button,
    dearer_line,
    is_foreign,
    rate_line,
    rate_of,
)

_TITLES = {
    Standing.TO_PAY: "pay.title",
    Standing.PROOF: "pay.title_proof",
    Standing.TO_PAY_THERE: "pay.title_received",
    Standing.OWED: "pay.title_owed",
    Standing.UNDER_WAY: "payment.under_way",
    Standing.OVER: "pay.title_over",
}
_ASKS = frozenset({Standing.TO_PAY, Standing.PROOF})


def screen(view: View, order: Order, charge: Charge, rest: Rows) -> Screen:
    """Show how to pay the shop; `rest` are the buttons that any payment's screen has."""
    shop = view.shop or ShopShown()
    t = view.t.priced(rate_of(order))
    standing = shop.standing or Standing.TO_PAY
    asks = standing in _ASKS and (shop.account is None or shop.account.balance.units > 0)
    # Whoever sent a proof is not told to pay again while it is looked at.
    how = asks and standing is Standing.TO_PAY
    text = paragraphs(
        view.flash,
        lines(t(_TITLES[standing]), t("payment.our_number", number=order.order_no)),
        _amounts(view, charge),
        _proofs(view, shop),
        left_out(view, order),
        dearer_line(view.t, shop),
        _how(view, order, shop) if how else None,
    )
    terms = shop.terms
    photo = StoredPhoto(terms.pictures[0]) if how and terms and terms.pictures else None
    # A code to pay by must not stay in the chat of an order that is paid.
    rows = row(dearer_button(view.t, order, shop)) + _buttons(view, order, shop, asks=asks) + rest
    return Screen(text, rows, photo, replaces=not asks)


def _amounts(view: View, charge: Charge) -> Html:
    t, account = view.t, view.shop.account if view.shop else None
    agreed = lines(
        t("pay.amount", amount=both_amounts(t, charge)),
        rate_line(t, charge.rate) if is_foreign(charge) else None,
    )
    if account is None or account.balance == charge.due:
        return agreed
    return lines(agreed, account_lines(t, account, total=account.charged != charge.due))


def _proofs(view: View, shop: ShopShown) -> Html | None:
    """What became of the last proof."""
    t = view.t
    if not shop.proofs:
        return None
    last = shop.proofs[-1]
    match last.state:
        case ProofState.WAITING:
            return t("pay.proof_waits", time=t.moment(last.sent_at))
        case ProofState.DECLINED:
            return t("pay.proof_declined", time=t.moment(last.sent_at))
        case _:
            return None


def _how(view: View, order: Order, shop: ShopShown) -> Html:
    t, ends = view.t, pay_before(order)
    told = shop.terms.instructions_in(view.session.language) if shop.terms else ""
    # Line breaks are the operator's; everything else in it is foreign text.
    written = Html("\n".join(escape(each) for each in told.splitlines()))
    return paragraphs(
        lines(
            t("pay.code", code=payment_code(order.order_no)),
            t("pay.before", time=t.moment(ends)) if ends else None,
        ),
        written,
        t("pay.then"),
    )


def _buttons(view: View, order: Order, shop: ShopShown, *, asks: bool) -> Rows:
    t, number = view.t, order.order_no
    if not asks:
        return ()
    due = shop.account.balance if shop.account else None
    again = any(each.state is ProofState.WAITING for each in shop.proofs)
    # What is being looked at is not paid a second time.
    copies = row(
        None if again else Button(t("pay.copy_code_button"), copy=payment_code(number)),
        Button(t("pay.copy_amount_button"), copy=f"{due.decimal:f}") if due and not again else None,
    )
    paid = Button(
        t("pay.another_proof_button" if again else "pay.paid_button"),
        "prove",
        number,
        standing=True,
    )
    cancel = Button(t("card.cancel_button"), "cancel", number, standing=True, style=Style.DANGER)
    return row(paid) + copies + row(cancel if unpaid(order) else None)
