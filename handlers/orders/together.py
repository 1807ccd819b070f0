"""Several unpaid orders paid at once: which of them is chosen here, beside the journey.

A button carries the choice itself and eight characters for what it was drawn for, so that one
drawn for other orders or amounts shows the choice anew.
"""

import hashlib
import html
from collections.abc import Sequence

from msgspec import Struct
from telegram import Update

from bot.chat.buttons import BadButton, from_base36, natural, to_base36
from bot.chat.context import QUIET, Context, Overlay, Reply
from bot.chat.screens import Button, QrCode, Rows, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.domain.order_actions import amount_due, fingerprint, unpaid
from bot.domain.orders import Order
from bot.marketplace.errors import MarketplaceError
from bot.services.paying.together import NotPayableTogether, bundles
from bot.services.waiting import waiting
from handlers.orders import listing as order_list
from handlers.orders.card import LONGEST_COPY
from handlers.orders.words import state
from handlers.shared.failures import failure_key, reason_in
from handlers.shared.own_order import pieces

MOST_LISTED = 20
_TITLE = 18
_COLUMNS = 4


class Choice(Struct, frozen=True):
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


async def together(_: Update, context: Context) -> Reply:
    """Choose among the unpaid orders; all of them unless said otherwise."""
    mask, known = pieces(context, 2)
    orders = await unpaid_orders(context)
    choice = Choice.read(orders, mask)
    if known and known != choice.listed:
        return choose(context, Choice.of_all(orders), context.t("together.list_changed"))
    return choose(context, choice)


async def unpaid_orders(context: Context) -> list[Order]:
    """The person's orders that are still to be paid as last seen, newest first."""
    found = await context.services.store.orders.orders_of(context.session.user_id, limit=100)
    # A shop's customers pay the shop: what is to be paid at 1688 is its operator's.
    return [each for each in found if unpaid(each) and each.quote.charge is None][:MOST_LISTED]


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


_REASON = 120


async def together_pay(_: Update, context: Context) -> Reply:
    """Show the link for what was chosen, if it still stands at these amounts."""
    mask, agreed, page = pieces(context, 3)
    orders = await unpaid_orders(context)
    choice = Choice.read(orders, mask)
    if not choice.indexes or choice.agreed != agreed:
        # Another list than the one the button was drawn for: its choice means nothing here.
        return choose(context, Choice.of_all(orders), context.t("together.list_changed"))
    together = context.services.paying_together
    try:
        fresh = await together.reread(choice.chosen)
    except MarketplaceError as error:
        return choose(context, choice, context.t(failure_key(error)))
    moved = _moved(context, choice.chosen, fresh)
    if moved:
        return choose(context, await _reduced(context, fresh), *moved)
    groups = bundles(fresh)
    at = min(natural(page) or 0, len(groups) - 1)
    try:
        link = await together.link(groups[at])
    except NotPayableTogether as error:
        return await _refused(context, choice, fresh, error)
    except MarketplaceError as error:
        return choose(context, choice, context.t(failure_key(error)))
    return Overlay(_link(context, choice, groups, at, link.url), in_place=True)


def _moved(context: Context, before: Sequence[Order], now: Sequence[Order]) -> list[Html]:
    """Say what is different from what the person saw; nothing when all is as it was."""
    t, told = context.t, []
    for old, new in zip(before, now, strict=True):
        number = new.order_no
        if not unpaid(new):
            told.append(t("together.dropped", order=number, state=state(t, new.parts[0])))
        elif due(t, [old]) != due(t, [new]):
            told.append(
                t("together.costs_now", order=number, before=due(t, [old]), now=due(t, [new]))
            )
    return told


async def _reduced(context: Context, wanted: Sequence[Order]) -> Choice:
    """The present unpaid orders, of which those that were wanted are chosen."""
    orders = await unpaid_orders(context)
    numbers = {order.order_no for order in wanted}
    chosen = (index for index, order in enumerate(orders) if order.order_no in numbers)
    return Choice(tuple(orders), frozenset(chosen))


async def _refused(
    context: Context, choice: Choice, fresh: Sequence[Order], error: NotPayableTogether
) -> Overlay:
    """Leave out what the marketplace takes no payment for, say so, and ask anew."""
    t = context.t
    reason = cut(reason_in(error.refusal.message, error.refusal.code), _REASON)
    if not error.orders:
        return choose(context, choice, t("together.not_together", reason=reason))
    refused = {order.order_no for order in error.orders}
    left = await _reduced(context, [order for order in fresh if order.order_no not in refused])
    told = [t("together.refused", order=number, reason=reason) for number in sorted(refused)]
    return choose(context, left, *told)


def _link(
    context: Context, choice: Choice, groups: Sequence[Sequence[Order]], at: int, url: str
) -> Screen:
    t, group = context.t, groups[at]
    total = due(t, group)
    text = paragraphs(
        t("together.link_title", count=len(group), total=total),
        t("together.link_page", page=at + 1, pages=len(groups)) if len(groups) > 1 else None,
        lines(*(line(context, n, order) for n, order in enumerate(group, 1))),
        t("together.how"),
    )
    rows = row(Button(t("payment.pay_button", total=total), url=url))
    if len(url) <= LONGEST_COPY:
        rows += row(Button(t("payment.copy_link_button"), copy=url))
    rows += row(Button(t("payment.check_button"), "together_check", standing=True))
    return Screen(text, rows + _ways(context, choice, len(groups), at), QrCode(url), replaces=True)


def _ways(context: Context, choice: Choice, pages: int, at: int) -> Rows:
    """To the other links, and back to the choice."""
    t = context.t
    turns = []
    for key, page in (("together.previous_button", at - 1), ("together.next_button", at + 1)):
        if 0 <= page < pages:
            arg = f"{choice.mask}.{choice.agreed}.{page}"
            turns.append(Button(t(key, page=page + 1), "together_pay", arg, standing=True))
    back = f"{choice.mask}.{choice.listed}"
    return row(*turns) + row(Button(t("together.back_button"), "together", back, standing=True))


async def together_check(_: Update, context: Context) -> Reply:
    """Read from the marketplace which of the unpaid orders are paid by now."""
    t, orders = context.t, await unpaid_orders(context)
    try:
        async with waiting(firm=True):
            now = await context.services.paying_together.reread(orders)
    except MarketplaceError as error:
        return _toast(context, t(failure_key(error)))
    settled = [order for order in now if not unpaid(order)]
    if orders and not settled:
        return _toast(context, t("payment.not_yet"))
    told = t("together.settled", count=len(settled))
    return await order_list.listed(context, told, in_place=True)


def _toast(context: Context, text: Html) -> Reply:
    """Answer the press alone: the link stays where it is."""
    context.toast, context.alert = html.unescape(text), True
    return QUIET
