"""What Telegram shows of the bot before anybody writes: commands and descriptions per language."""

from collections.abc import Iterable
from typing import Any

import structlog
from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.chat.measuring import without_markup
from bot.chat.texts import FALLBACK, LANGUAGES, texts_in
from bot.telegram import DirectBot
from bot.telegram.newer import SetMySettings

PRIVATE_COMMANDS = {
    "start": "command.start",
    "categories": "command.categories",
    "cart": "command.cart",
    "orders": "command.orders",
    "watches": "command.watches",
    "address": "command.address",
    "language": "command.language",
    "news": "command.news",
    "cancel": "command.cancel",
    "support": "command.support",
    "help": "command.help",
    "privacy": "command.privacy",
    "mydata": "command.mydata",
    "deletemydata": "command.deletemydata",
}
GROUP_BUY_COMMANDS = {"buys": "command.buys"}
SHOP_COMMANDS = {"balance": "command.balance"}
OPERATOR_COMMANDS = {
    "admin": "command.admin",
    "invite": "command.invite",
    "invites": "command.invites",
    "broadcast": "command.broadcast",
}
SHOP_OPERATOR_COMMANDS = {
    "case": "command.case",
    "shop": "command.shop",
    "rate": "command.rate",
}
GROUP_COMMANDS = {
    "find": "command.find_in_group",
    "start": "command.start_in_group",
    "help": "command.help",
}
_log = structlog.get_logger(__name__)


async def register(
    bot: DirectBot, operators: Iterable[int] = (), *, shop: bool = False, buys: bool = False
) -> None:
    """Set menus, descriptions and modes. A refusal is logged: the bot works without them.

    Operators have their own commands in their own chats, which others never see.
    """
    await _open_modes(bot)
    private = PRIVATE_COMMANDS | (GROUP_BUY_COMMANDS if buys else {})
    private = private | SHOP_COMMANDS if shop else private
    try:
        for language in LANGUAGES:
            await _register_language(bot, language, private, shop=shop)
    except TelegramError as error:
        _log.warning("profile_not_registered", error=str(error))
    own = OPERATOR_COMMANDS | (SHOP_OPERATOR_COMMANDS if shop else {}) | private
    for operator in operators:
        await _register_operator(bot, operator, own)


async def _open_modes(bot: DirectBot) -> None:
    """Switch on what the bot can be asked by, where the server lets a bot do that itself.

    Elsewhere it stays what @BotFather was told, and `doctor` says what is off. Privacy mode is the
    operator's to choose, and `callback_query_mode` stays unset: presses could lose their message.
    """
    t = texts_in(FALLBACK)
    try:
        me = await bot.call("getMe")
        if me.get("supports_inline_queries") and me.get("supports_guest_queries"):
            return
        wanted = SetMySettings(
            supports_inline_queries=True,
            inline_query_placeholder=without_markup(t("profile.inline_placeholder")),
            supports_guest_queries=True,
        )
        if await bot.ask(wanted):
            await bot.get_me()  # what screens offer depends on it
            _log.info("modes_opened")
    except TelegramError as error:
        _log.warning("modes_not_opened", error=str(error))


async def _register_operator(bot: ExtBot[Any], operator: int, commands: dict[str, str]) -> None:
    """Set an operator's menu; one who never wrote to the bot has no chat to set it in."""
    try:
        for language in LANGUAGES:
            t, code = texts_in(language), None if language == FALLBACK else language
            shown = [BotCommand(name, t(key)) for name, key in commands.items()]
            await bot.set_my_commands(shown, BotCommandScopeChat(operator), language_code=code)
    except TelegramError as error:
        _log.info("operator_menu_not_set", error=type(error).__name__)


async def _register_language(
    bot: ExtBot[Any], language: str, commands: dict[str, str], *, shop: bool
) -> None:
    t = texts_in(language)
    # No code means everybody whose language has no list of its own.
    code = None if language == FALLBACK else language
    private = [BotCommand(name, t(key)) for name, key in commands.items()]
    in_groups = [BotCommand(name, t(key)) for name, key in GROUP_COMMANDS.items()]
    await bot.set_my_commands(private, BotCommandScopeAllPrivateChats(), language_code=code)
    await bot.set_my_commands(in_groups, BotCommandScopeAllGroupChats(), language_code=code)
    await bot.set_my_description(
        t("profile.description_shop" if shop else "profile.description"), language_code=code
    )
    await bot.set_my_short_description(t("profile.short_description"), language_code=code)
