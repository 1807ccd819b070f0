"""A message that nobody pressed for: sent once, without its markup where Telegram refuses that."""

from typing import Any

import structlog
from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.chat.keyboards import keyboard
from bot.chat.measuring import fitted, without_markup
from bot.chat.screens import TEXT_LIMIT, Screen
from bot.domain.sessions import Session

_NEVER_AGAIN = -1  # python-telegram-bot does not pass on a 0
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_log = structlog.get_logger(__name__)


async def send_screen(bot: ExtBot[Any], session: Session, screen: Screen) -> None:
    """Send a screen's text and buttons as a message of its own. Raises `TelegramError`."""
    text = fitted(screen.text, TEXT_LIMIT)
    try:
        await bot.send_message(
            session.chat_id,
            text,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(session, screen),
            link_preview_options=_NO_PREVIEW,
            rate_limit_args=_NEVER_AGAIN,
        )
    except BadRequest as error:
        if "chat not found" in error.message.lower():
            raise
        _log.error("news_simplified", reason=error.message)
        await bot.send_message(
            session.chat_id,
            without_markup(text),
            reply_markup=keyboard(session, screen, only_actions=True),
            link_preview_options=_NO_PREVIEW,
            rate_limit_args=_NEVER_AGAIN,
        )
