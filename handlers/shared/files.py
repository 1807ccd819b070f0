"""Files that are sent beside a screen: made for the person, or sent before by somebody."""

from collections.abc import Awaitable, Iterable

import structlog
from telegram import InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat.context import QUIET, Context, Reply
from bot.chat.conversation import ScreenNotDrawn
from bot.chat.texts import Html

_log = structlog.get_logger(__name__)


async def send_made(context: Context, content: bytes, name: str, caption: str) -> Reply:
    """Send a file that was made just now. Raises `ScreenNotDrawn` when it should be tried again."""
    try:
        await context.bot.send_document(
            context.session.chat_id,
            InputFile(content, filename=name, attach=True),
            caption=caption,
            parse_mode=ParseMode.HTML,
        )
    except Forbidden:
        _log.info("person_unreachable")
    except TelegramError as error:
        raise ScreenNotDrawn(type(error).__name__, committed=False) from error
    return QUIET


async def send_texts(context: Context, texts: Iterable[Html]) -> Reply:
    """Send texts to be copied, in their order. Raises `ScreenNotDrawn` as `send_made`."""
    try:
        for each in texts:
            await context.bot.send_message(context.session.chat_id, each, parse_mode=ParseMode.HTML)
    except Forbidden:
        _log.info("person_unreachable")
    except TelegramError as error:
        raise ScreenNotDrawn(type(error).__name__, committed=False) from error
    return QUIET


async def sent_again(
    context: Context, sending: Awaitable[object], *, gone: str = "case.file_gone"
) -> Reply:
    """Send what Telegram keeps, or say by `gone` that it no longer has it; what is on record stays.

    Raises `ScreenNotDrawn` when it should be tried again.
    """
    try:
        await sending
    except BadRequest:
        context.flash(gone)
        return None
    except TelegramError as error:
        raise ScreenNotDrawn(type(error).__name__, committed=False) from error
    return QUIET
