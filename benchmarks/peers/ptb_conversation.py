"""python-telegram-bot's own ConversationHandler, with and without its PicklePersistence."""

import asyncio
import os
import sys
from html import escape
from typing import Any

import uvloop
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from benchmarks.peers.screens import BUTTONS, STEPS, text_of


def _keyboard() -> InlineKeyboardMarkup:
    buttons = [InlineKeyboardButton(each, callback_data=f"pick.{each}") for each in BUTTONS]
    return InlineKeyboardMarkup([buttons[:4], buttons[4:]])


def _next(context: ContextTypes.DEFAULT_TYPE, said: str) -> int:
    data: dict[str, Any] = context.user_data if context.user_data is not None else {}
    step = int(data.get("step", 0)) + 1
    data["step"], data["said"] = step, said
    return step


async def said(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Words: the next step as a new message."""
    words = (update.message.text if update.message else None) or ""
    step = _next(context, words)
    if update.message is not None:
        await update.message.reply_text(
            text_of(step, escape(words)), parse_mode=ParseMode.HTML, reply_markup=_keyboard()
        )
    return _state(step, context)


async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """A button: the next step in its place."""
    query = update.callback_query
    step = _next(context, query.data or "" if query else "")
    if query is not None:
        await query.answer()
        await query.edit_message_text(
            text_of(step, query.data or ""), parse_mode=ParseMode.HTML, reply_markup=_keyboard()
        )
    return _state(step, context)


def _state(step: int, context: ContextTypes.DEFAULT_TYPE) -> int:
    if step < STEPS:
        return step
    if context.user_data is not None:
        context.user_data.clear()
    return ConversationHandler.END


def main() -> None:
    """Poll until stopped; an argument names the file to persist in."""
    # As aiogram does by itself where uvloop is installed.
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    builder = (
        Application.builder()
        .token(os.environ["BOT_TOKEN"])
        .base_url(os.environ["TELEGRAM_API_URL"] + "/bot")
    )
    persistent = len(sys.argv) > 1
    if persistent:
        builder = builder.persistence(PicklePersistence(sys.argv[1]))
    application = builder.build()
    words: Any = MessageHandler(filters.TEXT & ~filters.COMMAND, said)
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("start", said)],
            states={step: [words, CallbackQueryHandler(pressed)] for step in range(1, STEPS)},
            fallbacks=[],
            name="journey",
            persistent=persistent,
        )
    )
    application.run_polling()


if __name__ == "__main__":
    main()
