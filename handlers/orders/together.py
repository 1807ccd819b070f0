"""Several unpaid orders paid at once: which of them is chosen here, beside the journey.

A button carries the choice itself and eight characters for what it was drawn for, so that one
drawn for other orders or amounts shows the choice anew.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Update

from bot.chat.buttons import BadButton, from_base36, to_base36
from bot.chat.context import Context, Outcome, Overlay
from bot.chat.screens import Button, Rows, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.domain.order_actions import amount_due, fingerprint, unpaid
from bot.domain.orders import Order
from handlers.orders.own import pieces

MOST_LISTED = 20
_TITLE = 18
_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """Unpaid orders, newest first, and which of them are to be paid."""

    orders: tuple[Order, ...]
    indexes: frozenset[int]

    @classmethod
    def of_all(cls, orders: Sequence[Order]) -> "Choice":
        """Choose every order."""
        return cls(tuple(orders), frozenset(range(len(orders))))

    @classmethod
    def read(cls, orders: Sequence[Order], mask: str) -> "Choice":
        """Choose what a button's argument says; everything when it says nothing."""
        try:
            bits = from_base36(mask)
        except BadButton:
            return cls.of_all(orders)
        return cls(tuple(orders), frozenset(i for i in range(len(orders)) if bits >> i & 1))

    @property
    def mask(self) -> str:
        """The choice as a button carries it."""
        return to_base36(sum(1 << index for index in self.indexes))

    @property
    def chosen(self) -> tuple[Order, ...]:
        """The chosen orders."""
        return tuple(self.orders[index] for index in sorted(self.indexes))

    @property
    def listed(self) -> str:
        """Eight characters for exactly these orders in this sequence."""
        return _digest(" ".join(order.order_no for order in self.orders))

    @property
    def agreed(self) -> str:
        """Eight characters for what would be paid: the chosen orders at their amounts."""
        parts = [part for order in self.chosen for part in unpaid(order)]
        return _digest(self.listed + fingerprint(parts))

    def toggled(self, index: int) -> "Choice":
        """Choose one more order, or one less."""
        return Choice(self.orders, self.indexes ^ {index})


def _digest(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()


async def together(_: Update, context: Context) -> Outcome:
    """Choose among the unpaid orders; all of them unless said otherwise."""
    mask, known = pieces(context, 2)
    orders = await unpaid_orders(context)
    choice = Choice.read(orders, mask)
    if known and known != choice.listed:
        return choose(context, Choice.of_all(orders), context.t("together.list_changed"))
    return choose(context, choice)


async def unpaid_orders(context: Context) -> list[Order]:
    """The person's orders that are still to be paid as last seen, newest first."""
    found = await context.services.store.orders_of(context.session.user_id, limit=100)
    return [order for order in found if unpaid(order)][:MOST_LISTED]


def choose(context: Context, choice: Choice, *above: str) -> Overlay:
    """List the unpaid orders, each to be switched on or off."""
    t = context.t
    if not choice.orders:
        rows = row(Button(t("orders.mine_button"), "mine", standing=True))
        screen = Screen(paragraphs(*above, t("together.none")), rows, replaces=True)
        return Overlay(screen, in_place=True)
    total = due(t, choice.chosen)
    text = paragraphs(
        lines(*above),
        t("together.choose"),
        lines(*(line(context, n, order) for n, order in enumerate(choice.orders, 1))),
        t("together.chosen", count=len(choice.indexes), total=total),
    )
    return Overlay(Screen(text, _buttons(t, choice, total), replaces=True), in_place=True)


def line(context: Context, number: int, order: Order) -> Html:
    """An order in one line: amount, goods, number."""
    t = context.t
    title = cut(order.lines[0].title.in_language(context.session.language), _TITLE)
    return t(
        "together.line",
        number=str(number),
        amount=due(t, [order]),
        title=title,
        order=order.order_no,
    )


def due(t: Texts, orders: Sequence[Order]) -> Html:
    """What is to be paid for all of these."""
    amount = amount_due(part for order in orders for part in unpaid(order))
    return t.money(amount) if amount is not None else t("payment.amount_unknown")


def _buttons(t: Texts, choice: Choice, total: Html) -> Rows:
    toggles = []
    for index in range(len(choice.orders)):
        key = "together.on_button" if index in choice.indexes else "together.off_button"
        arg = f"{choice.toggled(index).mask}.{choice.listed}"
        toggles.append(Button(t(key, number=str(index + 1)), "together", arg, standing=True))
    go: Rows = ()
    if choice.indexes:
        arg = f"{choice.mask}.{choice.agreed}.0"
        go = row(Button(t("together.go_button", total=total), "together_pay", arg, standing=True))
    back = Button(t("orders.mine_button"), "mine", standing=True)
    return grid(toggles, _COLUMNS) + go + row(back)
