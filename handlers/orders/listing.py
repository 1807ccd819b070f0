"""`/orders`: what was ordered, newest first, a page and a stage at a time; each with its card."""

from collections.abc import Mapping

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.domain.collecting import Standing
from bot.domain.identifiers import MarketplaceOrderId, order_named
from bot.domain.order_actions import amount_due
from bot.domain.orders import Order, OrderPart, Placing
from bot.domain.stages import Stage
from handlers.orders import card
from handlers.orders.words import state
from handlers.shared.own_order import gone, own_order, pieces

_PAGE = 8
_COLUMNS = 4
_FURTHEST = 100_000  # beyond any button that was ever drawn
_TITLE = 26
_EVERY = "all"
STAGES = {
    Stage.TO_PAY: "orders.to_pay",
    Stage.TO_SHIP: "orders.to_ship",
    Stage.TO_RECEIVE: "orders.on_the_way",
    Stage.DONE: "orders.done",
    Stage.CLOSED: "orders.closed",
    Stage.NOT_MADE: "orders.not_made",
    Stage.PLACING: "orders.being_placed",
}
_SEARCHED = 500  # of a person's orders, for the marketplace's number
_SEVERAL = 2  # unpaid orders are worth one payment


async def show(update: Update, context: Context) -> Reply:
    """List the latest orders beside the journey, which stays where it is; `/orders S…` one."""
    if (number := _number_in(update, alone=False)) is not None:
        return await _opened(context, number)
    return await listed(context)


async def numbered(update: Update, context: Context) -> Reply:
    """An order's number, ours or 1688's: open that order's card."""
    number = _number_in(update)
    return await _opened(context, number) if number is not None else None


def _number_in(update: Update, *, alone: bool = True) -> str | None:
    message = update.message  # a press has none of its own
    return order_named(message.text or "", alone=alone) if message is not None else None


async def _opened(context: Context, number: str) -> Overlay:
    """Return the card of the person's own order of that number."""
    order = await own_order(context, number)
    if order is None and number.isdecimal():
        theirs = MarketplaceOrderId(number)
        mine = await context.services.store.orders.orders_of(context.session.user_id, _SEARCHED)
        order = next(
            (each for each in mine if any(part.order_id == theirs for part in each.parts)), None
        )
    if order is None:
        return gone(context)
    order, trouble = await card.reread(context, order)
    return Overlay(await card.screen(context, order, trouble))


async def mine(_: Update, context: Context) -> Reply:
    """List the orders of one stage from a place on, in place of the list that it was pressed on."""
    stage, offset = pieces(context, 2)
    known = next((each for each in Stage if each.value == stage), None)
    start = min(natural(offset) or 0, _FURTHEST)
    return await listed(context, stage=known, start=start, in_place=bool(stage))


async def earlier(_: Update, context: Context) -> Reply:
    """List the orders before those already listed; a button of lists that an earlier bot drew."""
    return await listed(context, start=min(natural(context.arg) or 0, _FURTHEST))


async def listed(
    context: Context,
    *above: str,
    stage: Stage | None = None,
    start: int = 0,
    in_place: bool = False,
) -> Overlay:
    """Return one page of the person's orders."""
    t, store, person = context.t, context.services.store, context.session.user_id
    counts = await store.orders.count_orders(person)
    total = sum(counts.values()) if stage is None else counts.get(stage, 0)
    # A page that is no longer there, since its orders moved on: the last one that is.
    start = min(start, max(0, (total - 1) // _PAGE * _PAGE))
    found = await store.orders.orders_of(person, limit=_PAGE, offset=start, stage=stage)
    if not sum(counts.values()):
        return Overlay(Screen(paragraphs(*above, t("orders.none"))))
    described = [await _described(context, start + n, order) for n, order in enumerate(found, 1)]
    title = t("orders.title") if stage is None else t("orders.title_of", stage=t(STAGES[stage]))
    page = None
    if total > len(found) > 0:
        page = t("orders.page", first=start + 1, last=start + len(found), total=total)
    text = paragraphs(*above, title, *(described or [t("orders.none_of_stage")]), page)
    opened = [
        Button(str(start + n), "card", order.order_no, standing=True)
        for n, order in enumerate(found, 1)
    ]
    rows = (
        grid(opened, _COLUMNS)
        + _turns(t, stage, start, total)
        + _stages(t, counts, stage)
        + (_together(t, counts, stage) if context.services.shop is None else ())
    )
    return Overlay(Screen(text, rows, replaces=True), in_place=in_place)


def _at(stage: Stage | None, start: int) -> str:
    return f"{stage.value if stage else _EVERY}.{start}"


def _turns(t: Texts, stage: Stage | None, start: int, total: int) -> Rows:
    before = after = None
    if start:
        to = _at(stage, max(0, start - _PAGE))
        before = Button(t("orders.newer_button"), "mine", to, standing=True)
    if start + _PAGE < total:
        to = _at(stage, start + _PAGE)
        after = Button(t("orders.earlier_button"), "mine", to, standing=True)
    return row(before, after)


def _stages(t: Texts, counts: Mapping[Stage, int], shown: Stage | None) -> Rows:
    """Every stage that has orders, and all of them; nothing when there is but one."""
    there = [stage for stage in STAGES if counts.get(stage)]
    if len(there) < _SEVERAL and shown is None:
        return ()
    buttons = [_stage_button(t, None, t("orders.all"), sum(counts.values()), shown)]
    buttons += [_stage_button(t, each, t(STAGES[each]), counts[each], shown) for each in there]
    return grid(buttons, 3)


def _stage_button(
    t: Texts, stage: Stage | None, name: Html, count: int, shown: Stage | None
) -> Button:
    key = "orders.stage_shown_button" if stage is shown else "orders.stage_button"
    return Button(t(key, stage=name, number=count), "mine", _at(stage, 0), standing=True)


def _together(t: Texts, counts: Mapping[Stage, int], shown: Stage | None) -> Rows:
    if counts.get(Stage.TO_PAY, 0) < _SEVERAL or shown not in {None, Stage.TO_PAY}:
        return ()
    return row(Button(t("orders.together_button"), "together", standing=True))


async def _described(context: Context, number: int, order: Order) -> Html:
    """An order in two lines: what, and how much in which state since when."""
    t = context.t
    title = cut(order.lines[0].title.in_language(context.session.language), _TITLE)
    shop = context.services.shop
    case = await shop.case(order.order_no) if shop and order.quote.charge else None
    more = t("orders.and_more", count=len(order.lines)) if len(order.lines) > 1 else Html("")
    return lines(
        t("orders.line", number=str(number), title=title, more=more),
        t(
            "orders.facts",
            amount=_amount(t, order),
            state=_state(t, order, case.standing if case else None),
            day=t.day(order.created_at, context.now),
        ),
        t("orders.agreed", agreed=t.money(order.quote.total))
        if order.quote.charge is None and _due(order) > order.agreed_total
        else None,
    )


def _amount(t: Texts, order: Order) -> Html:
    """What the person pays for it: the shop what was agreed, 1688 what it asks."""
    charge = order.quote.charge
    if charge is not None:
        return t.amount(charge.due)
    return t.money(_due(order))


def _due(order: Order) -> int:
    """Return the fen that 1688 asks, else what was agreed."""
    due = amount_due(order.parts) if order.parts else None
    return order.quote.total if due is None else due


def _state(t: Texts, order: Order, standing: Standing | None) -> Html:
    match order.placing:
        case Placing.PLACED:
            return _state_of_parts(t, order.parts, standing)
        case Placing.REFUSED | Placing.CHANGED:
            return t("orders.state_not_made")
        case Placing.UNCERTAIN:
            return t("orders.uncertain")
        case Placing.UNRESOLVED:
            return t("orders.unresolved")
        case _:
            return t("orders.state_being_placed")


def _state_of_parts(t: Texts, parts: tuple[OrderPart, ...], standing: Standing | None) -> Html:
    states = dict.fromkeys(state(t, part, standing) for part in parts)
    return Html(" / ".join(states))
