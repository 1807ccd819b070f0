"""The orders of a time as a spreadsheet, sent to the operator alone."""

import asyncio
import html
from datetime import UTC, datetime, timedelta

import structlog
from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Screen, lines, paragraphs, row
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.ledger import OrderAccount
from bot.domain.orders import Order
from bot.domain.payment_attempts import start_of_day
from bot.domain.stages import stage_of
from bot.services.following.order_sheet import order_sheet
from handlers.desk.door import desk_button, for_operators
from handlers.orders.listing import STAGES
from handlers.shared.files import send_made

MOST = 10_000  # orders in one file
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_SPANS = {
    "today": "admin.export_today_button",
    "month": "admin.export_month_button",
    "all": "admin.export_all_button",
}
_MONTH = timedelta(days=30)
_log = structlog.get_logger(__name__)


@for_operators
async def choose(_: Update, context: Context) -> Reply:
    """Ask for which time."""
    return _asked(context)


def _asked(context: Context, *above: str) -> Overlay:
    t = context.t
    spans = [Button(t(key), "export_days", span, standing=True) for span, key in _SPANS.items()]
    text = paragraphs(*above, t("admin.export_ask"))
    return Overlay(Screen(text, row(*spans) + row(desk_button(context))), in_place=True)


@for_operators
async def send(_: Update, context: Context) -> Reply:
    """Make the file, off the event loop, and send it."""
    t = context.t
    orders = await context.services.store.orders.orders_since(_since(context), MOST)
    if not orders:
        # Not a toast: looking through the orders may take so long that the press is answered.
        return _asked(context, t("admin.export_none"))
    accounts = None
    if context.services.shop is not None:
        accounts = await context.services.shop.accounts_of(orders)
    content = await asyncio.to_thread(_made, context, orders, accounts)
    caption = lines(
        t("admin.export_caption", number=len(orders)),
        t("admin.export_cut", number=MOST) if len(orders) >= MOST else None,
    )
    name = f"orders-{context.now:%Y%m%d-%H%M}.xlsx"
    sent = await send_made(context, content, name, caption)
    _log.info("orders_exported", orders=len(orders))
    return sent


def _since(context: Context) -> datetime:
    match context.arg:
        case "all":
            return _EVER
        case "month":
            return start_of_day(context.now) - _MONTH
        case _:
            return start_of_day(context.now)


def _made(
    context: Context,
    orders: list[Order],
    accounts: dict[MerchantOrderNo, OrderAccount] | None,
) -> bytes:
    t = context.t
    titles = html.unescape(t("admin.columns")).split("|")
    if accounts is not None:
        titles += html.unescape(t("admin.columns_shop")).split("|")
    stages = [html.unescape(t(STAGES[stage_of(each)])) for each in orders]
    return order_sheet(orders, titles, stages, html.unescape(t("admin.sheet")), accounts)
