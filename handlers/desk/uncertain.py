"""Uncertain orders at the desk: what is known, the three decisions explained, each asked again."""

import hashlib

from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, OrderView, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html
from bot.domain.money import Fen
from bot.domain.orders import Order, Placing
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import FoundOrder
from bot.services.placing.recovery import Finding
from bot.services.placing.resolving import NotSettled, Objection
from handlers.desk.door import desk_button, for_operators
from handlers.orders.card_text import goods_named
from handlers.shared.failures import failure_key
from handlers.shared.own_order import pieces

_SHOWN = 10
_ADOPT, _RECREATE, _DROP = "adopt", "again", "drop"
_ASKED = {_ADOPT: "admin.ask_adopt", _RECREATE: "admin.ask_again", _DROP: "admin.ask_drop"}
_DONE = {_ADOPT: "admin.adopted", _RECREATE: "admin.made_again", _DROP: "admin.order_dropped"}
_BUTTONS = {
    _ADOPT: "admin.adopt_button",
    _RECREATE: "admin.again_button",
    _DROP: "admin.order_drop_button",
}
_OBJECTIONS = {
    Objection.UNKNOWN: "admin.no_order",
    Objection.MOVED_ON: "admin.moved_on",
    Objection.NOT_NOW: "admin.moved_on",
    Objection.STILL_LOOKING: "admin.still_looking",
    Objection.UNREADABLE: "admin.no_answer",
    Objection.STRANGE: "admin.by_command",
    Objection.DOUBLES: "admin.by_command",
    Objection.OTHER_GOODS: "admin.by_command",
    Objection.NO_ANSWER: "admin.no_answer",
    Objection.EXISTS: "admin.exists",
    Objection.NOT_COMPLETE: "admin.no_answer",
}


@for_operators
async def questions(_: Update, context: Context) -> Reply:
    """List what waits for a decision."""
    return Overlay(await _list(context), in_place=True)


async def _list(context: Context, *above: str) -> Screen:
    t = context.t
    found = await context.services.resolving.open_questions()
    told = [_described(context, each) for each in found[:_SHOWN]]
    buttons = [
        Button(each.order_no, "admin_case", each.order_no, standing=True) for each in found[:_SHOWN]
    ]
    more = len(found) - _SHOWN
    text = paragraphs(
        *above,
        t("admin.open_title") if found else t("admin.none_open"),
        lines(*told),
        t("admin.more", number=more) if more > 0 else None,
    )
    return Screen(text, grid(buttons, 2) + row(desk_button(context)))


def _described(context: Context, order: Order) -> Html:
    t = context.t
    waits = order.placing is Placing.UNRESOLVED
    return t(
        "admin.open_line" if waits else "admin.looked_up_line",
        number=order.order_no,
        amount=t.money(order.quote.total),
        time=t.moment(order.created_at),
    )


@for_operators
async def case(_: Update, context: Context) -> Reply:
    """Show one order, what the marketplace has of it now, and the decisions."""
    return await _case(context, context.arg)


async def _case(context: Context, order_no: str, *above: str) -> Overlay:
    t, desk = context.t, context.services.resolving
    try:
        order = await desk.order(order_no)
    except NotSettled as refusal:
        return await _refused(context, refusal)
    if order.placing not in {Placing.UNRESOLVED, Placing.UNCERTAIN}:
        told = t("admin.moved_on", number=order.order_no)
        return Overlay(await _list(context, told), in_place=True)
    finding, trouble = None, None
    try:
        finding = await desk.look(order)
    except MarketplaceError as error:
        trouble = t(failure_key(error))
    view = OrderView(session=context.session, t=t, order=order)
    text = paragraphs(
        *above,
        lines(
            _described(context, order),
            t("admin.sent_at", time=t.moment(order.sent_at)) if order.sent_at else None,
        ),
        goods_named(view, order),
        trouble,
        _found(context, order, finding) if finding else None,
        lines(t("admin.how_adopt"), t("admin.how_again"), t("admin.how_drop")),
    )
    buttons = [
        Button(t(_BUTTONS[each]), "settle", f"{each}.{order_no}.{_mark(finding)}", standing=True)
        for each in _possible(order, finding)
    ]
    back = Button(t("admin.open_button"), "admin_open", standing=True)
    return Overlay(Screen(text, grid(buttons, 1) + row(back)), in_place=True)


def _possible(order: Order, finding: Finding | None) -> list[str]:
    """The decisions that what was found does not rule out; the rest is the command line's."""
    if finding is None or finding.doubtful:
        return []
    if finding.adopt:
        return [_ADOPT]
    return [_RECREATE, _DROP] if order.placing is Placing.UNRESOLVED else []


def _found(context: Context, order: Order, finding: Finding) -> Html:
    t = context.t
    if finding.doubtful:
        return t("admin.found_doubtful")
    if not finding.adopt:
        return t("admin.found_nothing")
    told = [t("admin.found", **_facts(context, each)) for each in finding.adopt]
    told += [t("admin.found_double", **_facts(context, each)) for each in finding.doubles]
    asked = [each.total or 0 for each in finding.adopt]
    if sum(asked) != order.quote.total:
        sums = {"agreed": t.money(order.quote.total), "asked": t.money(Fen(sum(asked)))}
        told.append(t("debit.compared", **sums))
    if finding.missing:
        told.append(t("admin.found_missing", number=len(finding.missing)))
    return lines(*told)


def _facts(context: Context, found: FoundOrder) -> dict[str, str]:
    amount = context.t.money(found.total) if found.total is not None else Html("?")
    return {"id": str(found.order_id), "amount": amount}


def _mark(finding: Finding | None) -> str:
    """Six characters that stand for what was found when the decision was offered."""
    ids = sorted(each.order_id for each in finding.adopt) if finding else []
    return hashlib.blake2s(repr(ids).encode(), digest_size=3).hexdigest()


@for_operators
async def ask(_: Update, context: Context) -> Reply:
    """Ask once more, with what the decision means."""
    t, (decision, order_no, mark) = context.t, pieces(context, 3)
    if decision not in _ASKED:
        return Overlay(await _list(context), in_place=True)
    try:
        order = await context.services.resolving.order(order_no)
    except NotSettled as refusal:
        return await _refused(context, refusal)
    amount = t.money(Fen(order.quote.total))
    arg = f"{decision}.{order.order_no}.{mark}"
    yes = Button(t(_BUTTONS[decision]), "settle_yes", arg, standing=True)
    back = Button(t("admin.back_button"), "admin_case", order.order_no, standing=True)
    text = t(_ASKED[decision], number=order.order_no, amount=amount)
    return Overlay(Screen(text, row(back) + row(yes)), in_place=True)


@for_operators
async def settle(_: Update, context: Context) -> Reply:
    """Decide; the running bot acts on it and tells the person."""
    t, desk, (decision, order_no, mark) = context.t, context.services.resolving, pieces(context, 3)
    try:
        if decision == _ADOPT:
            finding = await desk.look(await desk.order(order_no))
            if not finding.adopt or _mark(finding) != mark:
                return await _case(context, order_no, t("admin.exists"))
            order = await desk.adopt(order_no, [each.order_id for each in finding.adopt])
        elif decision == _RECREATE:
            order = await desk.recreate(order_no, context.session.user_id)
        elif decision == _DROP:
            order = await desk.drop(order_no)
        else:
            return Overlay(await _list(context), in_place=True)
    except NotSettled as refusal:
        return await _refused(context, refusal)
    except MarketplaceError as error:
        return Overlay(await _list(context, t(failure_key(error))), in_place=True)
    told = t(_DONE[decision], number=order.order_no)
    return Overlay(await _list(context, told), in_place=True)


async def _refused(context: Context, refusal: NotSettled) -> Overlay:
    told = context.t(_OBJECTIONS[refusal.objection], number=refusal.order_no)
    return Overlay(await _list(context, told), in_place=True)
