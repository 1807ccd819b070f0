"""python-telegram-bot as its manual shows it: one message back for every update."""

import asyncio
import os
from typing import Any

import uvloop
from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say what was said."""
    if update.message is not None:
        await update.message.reply_text(update.message.text or "")


async def echo_press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say what was pressed."""
    query = update.callback_query
    if query is not None:
        await context.bot.send_message(query.from_user.id, query.data or "")


def main() -> None:
    """Poll until stopped."""
    # As aiogram does by itself where uvloop is installed.
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    application: Application[Any, Any, Any, Any, Any, Any] = (
        Application.builder()
        .token(os.environ["BOT_TOKEN"])
        .base_url(os.environ["TELEGRAM_API_URL"] + "/bot")
        .build()
    )
    application.add_handler(MessageHandler(filters.ALL, echo))
    application.add_handler(CallbackQueryHandler(echo_press))
    application.run_polling()


if __name__ == "__main__":
    main()
