"""Turning pages of whatever list is longer than its screen: one callback for every step."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply


async def turn(_: Update, context: Context) -> Reply:
    """Show the page that the button names; a page that is none changes nothing."""
    page = natural(context.arg)
    if page is not None:
        context.focus(page=page)
    return None
