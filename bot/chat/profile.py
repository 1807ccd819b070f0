"""What Telegram shows of the bot before anybody writes: commands and descriptions per language."""

from typing import Any

import structlog
from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.chat.texts import FALLBACK, LANGUAGES, texts_in

PRIVATE_COMMANDS = {
    "start": "command.start",
    "categories": "command.categories",
    "cart": "command.cart",
    "orders": "command.orders",
    "address": "command.address",
    "language": "command.language",
    "news": "command.news",
    "cancel": "command.cancel",
    "help": "command.help",
    "privacy": "command.privacy",
    "mydata": "command.mydata",
    "deletemydata": "command.deletemydata",
}
GROUP_COMMANDS = {
    "find": "command.find_in_group",
    "start": "command.start_in_group",
    "help": "command.help",
}
_log = structlog.get_logger(__name__)


async def register(bot: ExtBot[Any]) -> None:
    """Set menus and descriptions. A refusal is logged: the bot works without them."""
    try:
        for language in LANGUAGES:
            await _register_language(bot, language)
    except TelegramError as error:
        _log.warning("profile_not_registered", error=str(error))


async def _register_language(bot: ExtBot[Any], language: str) -> None:
    t = texts_in(language)
    # No code means everybody whose language has no list of its own.
    code = None if language == FALLBACK else language
    private = [BotCommand(name, t(key)) for name, key in PRIVATE_COMMANDS.items()]
    in_groups = [BotCommand(name, t(key)) for name, key in GROUP_COMMANDS.items()]
    await bot.set_my_commands(private, BotCommandScopeAllPrivateChats(), language_code=code)
    await bot.set_my_commands(in_groups, BotCommandScopeAllGroupChats(), language_code=code)
    await bot.set_my_description(t("profile.description"), language_code=code)
    await bot.set_my_short_description(t("profile.short_description"), language_code=code)
