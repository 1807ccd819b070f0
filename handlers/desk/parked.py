"""Updates that failed again and again: another try, or given up. What people wrote is not shown."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, lines, paragraphs, row
from bot.chat.texts import cut
from handlers.desk.door import desk_button, for_operators

_SHOWN = 8
_ERROR = 120
_LARGEST = 2**63 - 1


@for_operators
async def parked(_: Update, context: Context) -> Reply:
    """List them with their errors."""
    return Overlay(await _list(context), in_place=True)


@for_operators
async def retry(_: Update, context: Context) -> Reply:
    """Have one tried again within seconds."""
    store, update_id = context.services.store, _number(context)
    there = update_id is not None and await store.inbox.requeue_update(update_id)
    if there:
        await store.upkeep.nudge()
    context.toast = context.t("admin.retried" if there else "admin.not_parked")
    return Overlay(await _list(context), in_place=True)


@for_operators
async def drop(_: Update, context: Context) -> Reply:
    """Ask whether one is to be given up."""
    t = context.t
    yes = Button(t("admin.drop_yes_button"), "parked_gone", context.arg, standing=True)
    keep = Button(t("admin.drop_no_button"), "admin_parked", standing=True)
    text = t("admin.drop_ask", number=str(_number(context) or ""))
    return Overlay(Screen(text, row(keep) + row(yes)), in_place=True)


@for_operators
async def gone(_: Update, context: Context) -> Reply:
    """Give one up for good; its person was told when it was put aside."""
    update_id = _number(context)
    there = update_id is not None and await context.services.store.inbox.drop_parked(update_id)
    context.toast = context.t("admin.dropped" if there else "admin.not_parked")
    return Overlay(await _list(context), in_place=True)


def _number(context: Context) -> int | None:
    number = natural(context.arg)
    return number if number is not None and number <= _LARGEST else None


async def _list(context: Context) -> Screen:
    t = context.t
    found = await context.services.store.inbox.parked_updates(_SHOWN)
    rows: Rows = ()
    told = []
    for update, error in found:
        number = str(update.update_id)
        told.append(
            t("admin.parked_line", number=number, tries=update.attempts, error=cut(error, _ERROR))
        )
        rows += row(
            Button(t("admin.retry_button", number=number), "parked_retry", number, standing=True),
            Button(t("admin.drop_button", number=number), "parked_drop", number, standing=True),
        )
    text = paragraphs(
        t("admin.parked_title") if told else t("admin.none_parked"),
        lines(*told),
        t("admin.parked_how") if told else None,
    )
    return Screen(text, rows + row(desk_button(context)))
