"""Groups and channels: nothing personal happens there, so the way leads to a private chat."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.chat.context import Context
from bot.chat.profile import (
    GROUP_BUY_COMMANDS,
    GROUP_COMMANDS,
    OPERATOR_COMMANDS,
    PRIVATE_COMMANDS,
    SHOP_COMMANDS,
    SHOP_OPERATOR_COMMANDS,
)
from bot.chat.texts import Texts
from bot.storage.ports import ConversationPort
from bot.storage.post_ports import PostPort
from handlers.shared.asker import texts_for

Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]

_OURS = {
    *PRIVATE_COMMANDS,
    *SHOP_COMMANDS,
    *OPERATOR_COMMANDS,
    *SHOP_OPERATOR_COMMANDS,
    *GROUP_COMMANDS,
    *GROUP_BUY_COMMANDS,
    "takeover",  # in no menu: what is hardly ever needed
}
# No right to write there, a message that is gone, a bot that was put out: for good.
_FOR_GOOD = (BadRequest, ChatMigrated, Forbidden)
_log = structlog.get_logger(__name__)


def leading_to_private(posts: PostPort, conversations: ConversationPort | None) -> Callback:
    """Return what answers a command of ours in a group with a link into the private chat."""

    async def lead(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is not None and _is_ours(message.text or "", context.bot.username):
            await _lead(message, context, await texts_for(message, posts, conversations))

    return lead


async def _lead(message: Message, context: Context, t: Texts) -> None:
    link = f"https://t.me/{context.bot.username}?start=group"
    button = InlineKeyboardButton(t("groups.open_button"), url=link)
    try:
        await message.reply_text(
            t("groups.private_only"),
            parse_mode=ParseMode.HTML,
            reply_markup=InlineKeyboardMarkup([[button]]),
        )
    except _FOR_GOOD as error:
        _log.info("group_not_answered", reason=type(error).__name__)


def _is_ours(text: str, username: str) -> bool:
    """Tell our commands from those of other bots in the same group."""
    name, _, addressee = text.split(maxsplit=1)[0].lstrip("/").lower().partition("@")
    return addressee == username.lower() if addressee else name in _OURS


async def press_elsewhere(update: Update, _: Any) -> None:
    """A button pressed outside a private chat has no power; it only stops spinning."""
    if update.callback_query is not None:
        try:
            await update.callback_query.answer()
        except TelegramError as error:
            # It stopped spinning by itself: Telegram forgets a press within a minute.
            _log.info("tap_not_answered", reason=type(error).__name__)
