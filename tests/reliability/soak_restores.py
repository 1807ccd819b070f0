"""What a restore may make the bot forget, and what it may not do to anybody."""

from collections.abc import Sequence
from typing import Any

from soak_books import Books, Pressed, PutBack
from soak_findings import Audit
from soak_people import Consent, Shopper

from bot.chat.buttons import Press
from bot.domain.orders import Order


def forgotten_orders(books: Books, put_back: Sequence[PutBack]) -> dict[str, Order]:
    """Return the orders that the bot no longer knows, as it knew them last."""
    known = {each.order_no for each in books.orders}
    return {
        each.order_no: each
        for restore in put_back
        for each in restore.replaced.orders
        if each.order_no not in known
    }


def judge_put_back(
    found: Audit,
    books: Books,
    put_back: Sequence[PutBack],
    at_marketplace: Sequence[dict[str, Any]],
) -> None:
    """A copy holds whatever was ordered before it was begun."""
    made: dict[str, float] = {}
    for each in at_marketplace:
        number, at = each["thirdOrderId"], each["createdMs"] / 1000
        made[number] = min(at, made.get(number, at))
    for restore in put_back:
        copied = {each.order_no for each in restore.copy.orders}
        for order in restore.replaced.orders:
            at = made.get(order.order_no)
            if order.order_no not in copied and at is not None and at < restore.copied:
                found.lost.append(f"{order.order_no}: not in a copy that was made after it")


def judge_consents(
    found: Audit, people: Sequence[Shopper], books: Books, put_back: Sequence[PutBack]
) -> None:
    """Every order has one button of its own, which named its total and was pressed.

    After a restore, it is one that was drawn since.
    """
    consents = {
        (each.chat.user_id, _pressed(consent)): consent
        for each in people
        for consent in each.consents
    }
    by_press = {pressed: consent for (_, pressed), consent in consents.items()}
    every = [*(each.replaced for each in put_back), books]
    agreed: dict[tuple[int, Pressed], str] = {}
    orders = {order.order_no: (order, known) for known in every for order in known.orders}
    for number, (order, known) in orders.items():
        press = (order.user_id, known.pressed[number])
        consent = consents.get(press)
        if consent is None and order.group_buy is not None:
            # Whoever took the buy over has its order, which whoever ran it before agreed to.
            consent = by_press.get(known.pressed[number])
        charge = order.quote.charge
        total = charge.total if charge is not None else order.quote.total
        if consent is None or consent.total != total:
            found.wrong.append(f"{number}: no press agreed to {total} fen")
        other = agreed.setdefault(press, number)
        if other != number:
            found.duplicated.append(f"{number}: agreed to with the same press as {other}")
    for restore, after in zip(put_back, every[1:], strict=True):
        copied = {each.order_no for each in restore.copy.orders}
        for order in after.orders:
            consent = consents.get((order.user_id, after.pressed[order.order_no]))
            if order.order_no not in copied and consent and consent.seen < restore.restored:
                found.wrong.append(f"{order.order_no}: agreed to on a screen of before a restore")


def _pressed(consent: Consent) -> Pressed:
    press = Press.decode(consent.data)
    return Pressed(press.session_id, press.revision or 0)
