"""What an organiser is sent as a file: spreadsheets, labels, and what members sent."""

import asyncio
import html

from telegram import Update

from bot.chat.context import Context, Reply
from bot.domain.collecting import ProofKind
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.identifiers import SpecId
from bot.domain.links import start_link
from bot.services.grouping.labels import label_page
from bot.services.grouping.sheets import packing_list, reconciliation
from handlers.group.buy_acting import (
    about_whom,
    claims_about,
    seen,
)
from handlers.group.buy_words import priced, variant_name
from handlers.group.settling import HAND_OUT
from handlers.group.terms_words import buy_title
from handlers.shared.files import send_made, sent_again


async def labels(context: Context, buy: GroupBuy) -> Reply:
    """Send a page of labels to be printed, one a member. Raises `ScreenNotDrawn`."""
    face, t = context.services.face(), priced(context.t, buy.terms)
    username = face.username if face else ""

    def link(number: int) -> str:
        return start_link(username, f"{HAND_OUT}{buy.token}-{number}")

    def variant(spec: SpecId | None) -> str:
        return variant_name(t, buy, buy.terms.variant(spec))

    title = buy_title(t, buy.terms)
    content = await asyncio.to_thread(
        label_page, buy, title, link, variant, html.unescape(t("buy.labels_hint"))
    )
    caption = t("buy.labels_caption", title=title)
    return await send_made(context, content, f"labels-{buy.buy_id}.html", caption)


async def see(_: Update, context: Context) -> Reply:
    """Send the organiser the picture or file that a member sent."""
    buy, _books = await seen(context.session, context.services)
    about = about_whom(context)
    claims = claims_about(buy, about) if buy and buy.organiser == context.session.user_id else ()
    if context.arg == "dispute":
        sent = [(each.dispute.file_id, each.dispute.is_photo) for each in claims if each.dispute]
    else:
        found = [each.proof for each in claims if each.proof is not None]
        sent = [(each.file_id, each.kind is ProofKind.PHOTO) for each in found]
    file_id, is_photo = next((each for each in sent if each[0]), ("", False))
    if not file_id:
        context.flash("buy.gone")
        return None
    chat_id = context.session.chat_id
    bot = context.bot
    return await sent_again(
        context,
        bot.send_photo(chat_id, file_id) if is_photo else bot.send_document(chat_id, file_id),
        gone="buy.file_gone",
    )


async def sheet(_: Update, context: Context) -> Reply:
    """Send a spreadsheet, made off the event loop."""
    buy, books = await seen(context.session, context.services)
    if buy is None or buy.organiser != context.session.user_id:
        context.flash("buy.gone")
        return None
    if context.arg == "labels":
        return await labels(context, buy)
    t = context.t

    def word(name: str) -> str:
        return html.unescape(t(_COLUMNS.get(name, "buy.column_other")))

    if context.arg == "packing":
        content = await asyncio.to_thread(packing_list, buy, word)
    else:
        content = await asyncio.to_thread(reconciliation, buy, books, word)
    kind = "packing" if context.arg == "packing" else "money"
    caption = t(_CAPTIONS[kind], title=buy_title(t, buy.terms))
    return await send_made(context, content, f"{kind}-{buy.buy_id}.xlsx", caption)


_CAPTIONS = {"packing": "buy.packing_caption", "money": "buy.money_caption"}
_COLUMNS = {
    "packing": "buy.column_packing",
    "money": "buy.column_money",
    "order": "buy.column_order",
    "tick": "buy.column_tick",
    "person": "buy.column_person",
    "username": "buy.column_username",
    "variant": "buy.column_variant",
    "pieces": "buy.column_pieces",
    "short": "buy.column_short",
    "claimed": "buy.column_claimed",
    "unit": "buy.column_unit",
    "abroad": "buy.column_abroad",
    "allowed": "buy.column_allowed",
    "refunded": "buy.column_refunded",
    "sum": "buy.column_sum",
    "product": "buy.column_product",
    "arrived": "buy.column_arrived",
    "spare": "buy.column_spare",
    "offer": "buy.column_offer",
    "goods": "buy.column_goods",
    "freight": "buy.column_freight",
    "fee": "buy.column_fee",
    "total": "buy.column_total",
    "currency": "buy.column_currency",
    "charged": "buy.column_charged",
    "received": "buy.column_received",
    "balance": "buy.column_balance",
    "shares": "buy.column_shares",
    "borne": "buy.column_borne",
    "marketplace_total": "buy.column_marketplace_total",
    "difference": "buy.column_difference",
    "sold_outside": "buy.column_sold_outside",
    "sold_outside_worth": "buy.column_sold_outside_worth",
    "books_difference": "buy.column_books_difference",
    "account_customer": "buy.account_customer",
    "account_fee": "buy.account_fee",
    "account_marketplace": "buy.account_marketplace",
    "account_cash": "buy.account_cash",
    "account_exchange": "buy.account_exchange",
    "account_rounding": "buy.account_rounding",
    "account_loss": "buy.account_loss",
    "account_gain": "buy.account_gain",
}
