"""One order of a shop as its operator sees it: goods, buyer, money, proofs, and what to do next.

A proof is confirmed with the amount that came in, by one tap where that is what was due, typed
where it is not. Paying 1688 comes after it, never before.
"""

import hashlib

from bot.chat.buttons import to_base36
from bot.chat.screens import (
    Button,
    OrderView,
    Rows,
    Screen,
    SellerPicture,
    View,
    lines,
    paragraphs,
    row,
)
from bot.chat.shop_shown import ShopShown
from bot.chat.texts import Html, Texts, cut
from bot.domain.collecting import Proof, ProofKind, ProofState, Standing, payment_code
from bot.domain.currencies import Money
from bot.domain.ledger import Account, Kind, Operation
from bot.domain.money import Fen
from bot.domain.order_actions import amount_due, unpaid
from bot.domain.orders import Order
from bot.domain.sessions import Session
from bot.domain.shop_asking import AmountOf
from bot.domain.shop_terms import Charge
from bot.services.bundle import Services
from handlers.orders.card_text import goods_named
from handlers.orders.words import state
from handlers.shared.in_hand import amount_asked
from handlers.shared.money_words import (
    account_lines,
    both_amounts,
    is_foreign,
    rate_line,
    standing_word,
)
from handlers.shared.own_order import order_on_screen

_NAME = 40
_SPEAKS = {"en": "case.speaks_en", "zh": "case.speaks_zh"}
_PROOFS = {
    ProofKind.PHOTO: "case.proof_photo",
    ProofKind.FILE: "case.proof_file",
    ProofKind.TEXT: "case.proof_text",
}
_PROOF_WORDS = 120
_MOST_TAKEN_BACK = 4
_ASKS = {
    AmountOf.PROOF: "case.ask_received",
    AmountOf.RECEIPT: "case.ask_received",
    AmountOf.REFUND: "case.ask_refunded",
}
_ONE_PENNY_MORE = 100
"""Who owes at most a hundredth of the total may be let off by one tap."""


async def load(session: Session, services: Services) -> OrderView:
    """Load the order that is decided on, with where its money is."""
    return await OrderView.of(session, services, order=await order_on_screen(session, services))


def screen(view: OrderView) -> Screen:
    """Show the order, and what can be done about its money now."""
    t, order = view.t, view.order
    charge = order.quote.charge if order else None
    if order is None or charge is None:
        back = row(Button(t("admin.desk_button"), "admin", standing=True))
        return Screen(paragraphs(view.flash, t("orders.gone")), back)
    asked = _asked(view, order, charge)
    if asked is not None:
        return asked
    shop = view.shop or ShopShown()
    text = paragraphs(
        view.flash,
        lines(
            t("case.title", number=order.order_no, code=payment_code(order.order_no)),
            standing_word(t, shop.standing) if shop.standing else None,
        ),
        goods_named(view, order),
        _buyer(view, order),
        _money(view, order, charge, shop),
        *_proof_words(view, shop),
        _moved(view, shop) or None,
    )
    picture = next((line.picture_url for line in order.lines if line.picture_url), None)
    photo = SellerPicture(picture) if picture else None
    return Screen(text, _buttons(view, order, charge, shop), photo, replaces=True)


def _buyer(view: View, order: Order) -> Html:
    t = view.t
    named = cut(order.buyer_name or str(order.user_id), _NAME)
    username = f" @{order.buyer_username}" if order.buyer_username else ""
    return t(
        "case.buyer",
        name=f"{named}{username}",
        language=t(_SPEAKS.get(order.language, _SPEAKS["en"])),
    )


def _money(view: View, order: Order, charge: Charge, shop: ShopShown) -> Html:
    """What the customer owes and paid, what 1688 asks, and what the operator earns."""
    t = view.t.priced(None)
    there = amount_due(order.parts)
    states = " / ".join(dict.fromkeys(state(t, part) for part in order.parts))
    price = charge.total if shop.in_yuan is None else shop.in_yuan
    margin = None if there is None else Fen(price - there)
    return lines(
        t("case.agreed", amount=both_amounts(t, charge)),
        rate_line(t, charge.rate) if is_foreign(charge) else None,
        account_lines(t, shop.account, total=shop.account.charged != charge.due)
        if shop.account
        else None,
        t("case.there", amount=t.yuan(there), state=Html(states)) if there is not None else None,
        t("case.margin", amount=t.yuan(margin)) if margin is not None else None,
        t("dearer.waits", asked=t.yuan(shop.dearer.asked), extra=t.yuan(shop.dearer.extra))
        if shop.dearer
        else None,
    )


def _proof_words(view: View, shop: ShopShown) -> list[Html]:
    t, told = view.t, []
    for number, proof in enumerate(shop.proofs, 1):
        what = cut(proof.text, _PROOF_WORDS) or t(_PROOFS[proof.kind])
        line = t("case.proof", number=str(number), what=what, time=t.moment(proof.sent_at))
        told.append(
            lines(
                line,
                t("case.seen_before") if proof.seen_before else None,
                t("case.doubted") if proof.doubted and proof.decision is None else None,
                decided(view.t.priced(None), proof),
            )
        )
    return told


def decided(t: Texts, proof: Proof) -> Html | None:
    """Who decided on a proof, and what."""
    decision = proof.decision
    if decision is None:
        return None
    if decision.amount is None:
        return t("case.declined_by", name=decision.name, time=t.moment(decision.at))
    return t(
        "case.confirmed_by",
        name=decision.name,
        amount=t.amount(decision.amount),
        time=t.moment(decision.at),
    )


def _buttons(view: View, order: Order, charge: Charge, shop: ShopShown) -> Rows:
    t, number, account = view.t, order.order_no, shop.account
    rows: Rows = ()
    balance = account.balance if account else charge.due
    for proof in shop.proofs:
        if proof.state is not ProofState.WAITING:
            continue
        if balance.units > 0:
            yes = t("case.received_button", amount=t.amount(balance))
            rows += row(Button(yes, "took", f"{proof.proof_id}.{_units(balance)}", standing=True))
        other = f"{AmountOf.PROOF.value}.{proof.proof_id}"
        rows += row(
            Button(t("case.other_amount_button"), "amount", other),
            Button(t("case.decline_button"), "decline", f"{proof.proof_id}", standing=True),
        )
        if proof.kind is not ProofKind.TEXT:
            rows += row(Button(t("case.see_button"), "see", f"{proof.proof_id}", standing=True))
    if shop.standing is Standing.TO_PAY_THERE:
        rows += _pay_there(view, order)
    waits = any(proof.state is ProofState.WAITING for proof in shop.proofs)
    if balance.units > 0 and not waits:
        rows += row(Button(t("case.receive_button"), "amount", AmountOf.RECEIPT.value))
        if balance.units * _ONE_PENNY_MORE <= charge.due.units:
            let_off = t("case.write_off_button", amount=t.amount(balance))
            arg = f"{number}.{_units(balance)}"
            rows += row(Button(let_off, "write_off", arg, standing=True))
    if balance.units < 0:
        sent = t("case.refunded_button", amount=t.amount(-balance))
        arg = f"{number}.{_units(-balance)}.{to_base36(view.session.revision)}"
        rows += row(Button(sent, "refunded", arg, standing=True))
        rows += row(Button(t("case.other_refund_button"), "amount", AmountOf.REFUND.value))
    for each in shop.moved[-_MOST_TAKEN_BACK:]:
        waived = each.kind is Kind.WRITE_OFF
        key = "case.not_waived_button" if waived else "case.take_back_button"
        take_back = t(key, amount=t.amount(amount_of(each)))
        rows += row(Button(take_back, "take_back", f"{number}.{mark_of(each)}", standing=True))
    back = Button(t("admin.desk_button"), "admin", standing=True)
    return rows + row(Button(t("card.refresh_button"), "case", number, standing=True), back)


def _pay_there(view: View, order: Order) -> Rows:
    """Pay 1688 from the agreement, or by a link for whoever is logged in as the buyer."""
    t = view.t
    rows: Rows = ()
    for number, part in enumerate(order.parts, 1):
        if part in unpaid(order):
            amount = t.yuan(part.total) if part.total is not None else ""
            label = t("case.pay_there_button", amount=amount)
            arg = f"{order.order_no}.{number}"
            rows += row(Button(label, "debit", arg, standing=True))
    return rows + row(Button(t("case.link_button"), "link", order.order_no, standing=True))


def amount_of(operation: Operation) -> Money:
    """The money that came in, was sent back, or was let off, by an operation."""
    by_account = {each.account: each.amount for each in operation.entries}
    amount = by_account.get(Account.CASH) or by_account[Account.CUSTOMER]
    return amount if amount.units > 0 else -amount


def mark_of(operation: Operation) -> str:
    """Return the few characters that stand for an operation in a button."""
    return hashlib.blake2s(operation.key.encode(), digest_size=5).hexdigest()


def _moved(view: View, shop: ShopShown) -> Html:
    """What was booked as received, sent back and let off, and so can be taken back."""
    t = view.t.priced(None)
    keys = {
        Kind.RECEIPT: "case.came_in",
        Kind.REFUND: "case.went_back",
        Kind.WRITE_OFF: "case.was_let_off",
    }
    return lines(
        *(
            t(keys[each.kind], amount=t.amount(amount_of(each)), time=t.moment(each.at))
            for each in shop.moved
        )
    )


def _units(money: Money) -> str:
    return to_base36(money.units)


def _asked(view: View, order: Order, charge: Charge) -> Screen | None:
    """The question for an amount, or for a yes to the one that was typed."""
    t, asked = view.t, amount_asked(view.session)
    if asked is None:
        return None
    back = row(Button(t("case.back_button"), "case", order.order_no, standing=True))
    currency = charge.due.currency
    if asked.typed is None:
        ask = t(_ASKS[asked.of], currency=currency.code, number=order.order_no)
        return Screen(paragraphs(view.flash, ask), back)
    refund = asked.of is AmountOf.REFUND
    key = "case.yes_refunded_button" if refund else "case.yes_received_button"
    yes = Button(t(key, amount=t.amount(asked.typed)), "amount_yes")
    sure = t("case.sure", amount=t.amount(asked.typed), number=order.order_no)
    return Screen(paragraphs(view.flash, sure), row(yes) + back)
