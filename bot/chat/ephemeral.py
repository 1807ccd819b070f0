"""What one person gets to see in a group after pressing a button there, and nobody else.

Its words are personal, so it never takes the way of an ordinary message: where Telegram can't show
it to one person, it is not shown in the group at all, and the private chat opens instead.
"""

from datetime import timedelta
from typing import Final

import structlog
from telegram import CallbackQuery
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.chat.keyboards import links
from bot.chat.measuring import fitted
from bot.chat.screens import TEXT_LIMIT, Screen
from bot.domain.links import start_link
from bot.telegram import DirectBot
from bot.telegram.abilities import everything
from bot.telegram.newer import EphemeralMessageParameters, SendEphemeralMessage

_IN_TIME: Final = timedelta(seconds=14)
"""Telegram gives 15 s after the press; one goes for the way there."""
_log = structlog.get_logger(__name__)


async def show_presser(
    bot: DirectBot, query: CallbackQuery, screen: Screen, *, payload: str, age: timedelta
) -> bool:
    """Show a screen, whose buttons are links, to whoever pressed; answer the press.

    `age` is how long ago the press arrived. Where it is too long, or Telegram refuses, the private
    chat opens with `/start payload`, which has to show the same. Returns whether it was sent; that
    it arrived is not known.
    """
    sent = age <= _IN_TIME and await _sent(bot, query, screen)
    link = None if sent else start_link(bot.username, payload)
    try:
        await bot.call("answerCallbackQuery", callback_query_id=query.id, url=link)
    except TelegramError as error:
        # "Query is too old": nobody waits any more, and the card with its button is still there.
        _log.info("tap_not_answered", reason=type(error).__name__)
    return sent


async def _sent(bot: DirectBot, query: CallbackQuery, screen: Screen) -> bool:
    message = SendEphemeralMessage(
        ephemeral_message_parameters=EphemeralMessageParameters(callback_query_id=query.id),
        text=fitted(screen.text, TEXT_LIMIT),
        parse_mode=ParseMode.HTML.value,
        link_preview_options={"is_disabled": True},
        # Whoever knows these messages knows every look that is older.
        reply_markup=links(screen, everything),
    )
    try:
        return await bot.ask(message) is not None
    except TelegramError as error:
        # Too late, a group that is none, a flood: the private chat can show it as well.
        _log.info("ephemeral_refused", reason=type(error).__name__)
        return False
