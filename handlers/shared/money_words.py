"""A shop's amounts in words: what is asked for and why, what came in, where an order stands."""

from bot.chat.screens import Button, View, lines
from bot.chat.shop_shown import ShopShown
from bot.chat.texts import Html, Texts
from bot.domain.collecting import Standing
from bot.domain.currencies import CNY
from bot.domain.ledger import OrderAccount
from bot.domain.orders import Order
from bot.domain.quotes import Quote
from bot.domain.rates import Rate
from bot.domain.shop_terms import PPM, Charge

_STANDINGS = {
    Standing.PROOF: "pay.standing_proof",
    Standing.TO_PAY_THERE: "pay.standing_to_pay_there",
    Standing.OWED: "pay.standing_owed",
    Standing.TO_PAY: "pay.standing_to_pay",
    Standing.UNDER_WAY: "pay.standing_under_way",
    Standing.OVER: "pay.standing_over",
}
_PERCENT = 100


def rate_of(order: Order) -> Rate | None:
    """Return the rate that an order was agreed at, None for a team's order."""
    return order.quote.charge.rate if order.quote.charge else None


def percent(ppm: int) -> str:
    """Write millionths as percent: 80000 is 8, 12500 is 1.25."""
    whole, rest = divmod(ppm * _PERCENT, PPM)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def fee_named(t: Texts, ppm: int, fixed: int) -> Html | None:
    """Name a shop's fee in words, None when it takes none."""
    if ppm and fixed:
        return t("pay.fee_both", percent=percent(ppm), amount=t.yuan(fixed))
    if ppm:
        return t("pay.fee_percent", percent=percent(ppm))
    return t("pay.fee_fixed", amount=t.yuan(fixed)) if fixed else None


def fee_ahead(view: View) -> Html | None:
    """Say beside a price that the shop's fee comes on top, so that nobody meets it at the end."""
    terms = view.shop.terms if view.shop else None
    named = fee_named(view.t, terms.fee_ppm, terms.fee_fixed) if terms else None
    return view.t("pay.fee_ahead", fee=named) if named else None


def charged(t: Texts, quote: Quote, account: OrderAccount | None = None) -> Html | None:
    """The fee, the total in yuan, and the one total that is agreed to, with the rate beside it.

    Once something was booked beside it, what came in and what is left.
    """
    charge = quote.charge
    if charge is None:
        return None
    named = fee_named(t, charge.fee_ppm, charge.fee_fixed)
    return lines(
        t("pay.fee", fee=named, amount=t.money(charge.fee)) if named else None,
        t("pay.total_yuan", amount=t.yuan(charge.total)) if is_foreign(charge) else None,
        t("pay.total", amount=t.amount(charge.due))
        if account is None or account.balance == charge.due
        else account_lines(t, account),
        rate_line(t, charge.rate) if is_foreign(charge) else None,
    )


def rate_line(t: Texts, rate: Rate) -> Html:
    """The rate as the operator named it."""
    return t("pay.rate", rate=rate.text)


def both_amounts(t: Texts, charge: Charge) -> Html:
    """What is due, with the same in yuan where that is another currency."""
    due = t.amount(charge.due)
    return t("pay.both", due=due, yuan=t.yuan(charge.total)) if is_foreign(charge) else due


def standing_word(t: Texts, standing: Standing) -> Html:
    """Where an order stands, in a few words."""
    return t(_STANDINGS[standing])


def account_lines(t: Texts, account: OrderAccount, *, total: bool = True) -> Html:
    """What was asked for, what came in, and what is left either way.

    `total` is left out where it stands already.
    """
    balance = account.balance
    return lines(
        t("pay.charged", amount=t.amount(account.charged)) if total else None,
        t("pay.received", amount=t.amount(account.received)) if account.received else None,
        t("pay.written_off", amount=t.amount(account.written_off)) if account.written_off else None,
        t("pay.still_due", amount=t.amount(balance)) if balance.units > 0 else None,
        t("pay.owed_back", amount=t.amount(-balance)) if balance.units < 0 else None,
    )


def is_foreign(charge: Charge) -> bool:
    """Tell whether a customer pays in another currency than 1688 is paid in."""
    return charge.due.currency is not CNY


def dearer_line(t: Texts, shop: ShopShown | None) -> Html | None:
    """Say that 1688 asks more than was agreed, and by how much."""
    dearer = shop.dearer if shop is not None else None
    if dearer is None:
        return None
    return t("dearer.line", more=t.amount(dearer.more), after=t.amount(dearer.after))


def dearer_button(t: Texts, order: Order, shop: ShopShown | None) -> Button | None:
    """The way to the question."""
    if shop is None or shop.dearer is None:
        return None
    return Button(t("dearer.look_button"), "dearer", order.order_no, standing=True)
