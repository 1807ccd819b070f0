"""`/mydata` and `/deletemydata`: a person's own data as a file, and its deletion."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import structlog
from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Screen, paragraphs, row
from bot.chat.texts import Html, Texts
from bot.domain.group_buys.buys import ENDED, FORGOTTEN_AT_ONCE, GroupBuy
from bot.domain.group_buys.claims import OUT
from bot.domain.identifiers import new_session_id
from bot.domain.orders import Order, Placing
from bot.domain.sessions import Session, Step
from bot.domain.writes import ForgetPerson
from bot.marketplace.errors import MarketplaceError
from bot.telegram.newer import Style
from handlers.shared.files import send_made

_MOST_NAMED = 10
_MOST_REFRESHED = 5
_REFRESHED_WITHIN = 5.0  # seconds
_ALL = 10_000
_log = structlog.get_logger(__name__)


async def my_data(_: Update, context: Context) -> Reply:
    """`/mydata`: everything that is kept of the person, as a JSON file in this chat."""
    session, t = context.session, context.t
    export: dict[str, Any] = {
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **await context.services.store.rights.export_of(session.user_id),
    }
    content = json.dumps(export, ensure_ascii=False, indent=2).encode()
    return await send_made(context, content, "snaporder-my-data.json", t("mydata.caption"))


async def ask(_: Update, context: Context) -> Reply:
    """`/deletemydata`: say what goes and what stays, and ask once more."""
    t = context.t
    kept, buys = await _open_orders(context, refreshed=True), await _open_buys(context)
    # Bound to this revision: whoever goes on meanwhile is asked again.
    rows = row(Button(t("forget.yes_button"), "forget", style=Style.DANGER))
    rows += row(Button(t("forget.no_button"), "here", standing=True))
    text = paragraphs(
        t("forget.ask"),
        t("forget.keeps", numbers=_named(context.t, kept), count=len(kept)) if kept else None,
        t("forget.keeps_buys", count=buys) if buys else None,
        t("forget.elsewhere"),
    )
    return Overlay(Screen(text, rows))


async def forget(_: Update, context: Context) -> Reply:
    """Delete at one stroke with the beginning of a new conversation.

    Orders that are under way stay until they are finished: goods or money depend on them.
    """
    session = context.session
    kept, buys = await _open_orders(context, refreshed=False), await _open_buys(context)
    context.write(ForgetPerson())
    context.session = Session(
        session_id=new_session_id(),
        chat_id=session.chat_id,
        user_id=session.user_id,
        revision=session.revision,
        language=session.language,
    )
    if kept:
        context.flash("forget.done_but", numbers=_named(context.t, kept), count=len(kept))
    else:
        context.flash("forget.done_but_buys" if buys else "forget.done")
    return Step.START


async def _open_buys(context: Context) -> int:
    """Count the group buys that stay until they are settled: the person's, and those joined.

    While one is open its claims are taken back; what is locked, or has money in it, stays.
    """
    buys, me = context.services.store.group_buys, context.session.user_id
    kept = {
        each.buy_id for each in await buys.buys_of(me, _ALL) if each.state not in FORGOTTEN_AT_ONCE
    }
    for each in await buys.joined_by(me, _ALL):
        free = each.state in ENDED or each.is_free_to_leave(context.now)
        if not free and await _has_part(context, each):
            kept.add(each.buy_id)
    return len(kept)


async def _has_part(context: Context, buy: GroupBuy) -> bool:
    """Tell whether any of the person's claims is alive, or money is open for one."""
    if any(each.state not in OUT for each in buy.claims):
        return True
    books = await context.services.store.group_buys.books_of_buy(buy.buy_id)
    account = buy.account_of(context.session.user_id)
    return account in books.open_orders(buy.terms.rate.currency)


async def _open_orders(context: Context, *, refreshed: bool) -> list[Order]:
    """Return the person's orders that stay; first ask the marketplace which ended meanwhile."""
    orders = await _kept(context)
    placed = [each for each in orders if each.placing is Placing.PLACED][:_MOST_REFRESHED]
    if not refreshed or not placed:
        return orders
    try:
        async with asyncio.timeout(_REFRESHED_WITHIN):
            await asyncio.gather(*(_refresh(context, each) for each in placed))
    except TimeoutError:
        _log.info("states_not_refreshed", reason="too slow")
    return await _kept(context)


async def _kept(context: Context) -> list[Order]:
    """Return the orders that goods are under way for, or that a shop or its customer owes for."""
    store, user_id = context.services.store, context.session.user_id
    books = await store.shop.books_of(user_id)
    owed = {order for each in books.currencies() for order in books.open_orders(each)}
    orders = await store.orders.orders_of(user_id, limit=_ALL)
    return [each for each in orders if each.is_open or each.order_no in owed]


async def _refresh(context: Context, order: Order) -> None:
    try:
        await context.services.tracking.refresh(order)
    except MarketplaceError as error:
        # As last seen: an order that may be open is kept.
        _log.info("states_not_refreshed", reason=type(error).__name__)


def _named(t: Texts, orders: list[Order]) -> Html:
    """Name orders by their numbers; of very many the first ones."""
    numbers: list[str] = [each.order_no for each in orders[:_MOST_NAMED]]
    if len(orders) > _MOST_NAMED:
        numbers.append("…")
    return Html(t("card.and").join(numbers))
