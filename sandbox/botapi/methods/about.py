"""What the bot says of itself: name, descriptions, commands, menu button."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.world import Json

from .call import Call

LENGTHS: Final = {"name": 64, "description": 512, "short_description": 120}
COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
MAX_COMMANDS: Final = 100
MAX_COMMAND_TEXT: Final = 256
Handler = Callable[[Call], Awaitable[Any]]


async def get_me(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getme."""
    said: Json = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": call.sandbox.switches.inline_mode,
        "supports_guest_queries": call.sandbox.switches.guest_mode,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    set_here = {name: value for name, value in call.sandbox.settings.items() if name in said}
    return call.sandbox.world.bot | said | set_here


async def leave(_call: Call) -> bool:
    """https://core.telegram.org/bots/api#logout and #close: nothing to leave here."""
    return True


def language(call: Call) -> str:
    """The language_code parameter. Raises BadRequestError unless two letters or none."""
    code: str = call.params.get("language_code", "")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise BadRequestError("invalid language code specified")
    return code


def text_setter(kind: str) -> Handler:
    """setMyName, setMyDescription, setMyShortDescription."""

    async def set_text(call: Call) -> bool:
        text = call.params.get(kind, "")
        if len(text) > LENGTHS[kind]:
            raise BadRequestError(f"bot {kind.replace('_', ' ')} is too long")
        default = call.sandbox.config.bot_name if kind == "name" and not language(call) else ""
        call.sandbox.profile.set_text(kind, language(call), text or default)
        return True

    return set_text


def text_getter(kind: str) -> Handler:
    """getMyName, getMyDescription, getMyShortDescription."""

    async def get_text(call: Call) -> Json:
        return {kind: call.sandbox.profile.text(kind, language(call))}

    return get_text


def scope(call: Call) -> Json:
    """The scope parameter with its chat found. Raises BadRequestError `chat not found`."""
    wanted: Json = dict(call.params.get("scope", {"type": "default"}))
    if "chat_id" in wanted:
        wanted["chat_id"] = call.sandbox.world.find_chat(wanted["chat_id"]).id
    return wanted


async def set_my_commands(call: Call) -> bool:
    """https://core.telegram.org/bots/api#setmycommands."""
    commands = call.params["commands"]
    if len(commands) > MAX_COMMANDS:
        raise BadRequestError("BOT_COMMANDS_TOO_MUCH")
    cleaned = []
    for item in commands:
        name = item["command"].strip().removeprefix("/").lower()
        if not COMMAND.fullmatch(name):
            raise BadRequestError("BOT_COMMAND_INVALID")
        if not 1 <= len(item["description"].strip()) <= MAX_COMMAND_TEXT:
            raise BadRequestError("BOT_COMMAND_DESCRIPTION_INVALID")
        cleaned.append({"command": name, "description": item["description"].strip()})
    call.sandbox.profile.set_commands(scope(call), language(call), cleaned)
    return True


async def get_my_commands(call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#getmycommands: exactly that scope and language."""
    return call.sandbox.profile.commands(scope(call), language(call))


async def delete_my_commands(call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletemycommands."""
    call.sandbox.profile.set_commands(scope(call), language(call), [])
    return True


async def set_chat_menu_button(call: Call) -> bool:
    """https://core.telegram.org/bots/api#setchatmenubutton."""
    button = call.params.get("menu_button", {"type": "default"})
    plain = {"type": "commands"} if button["type"] == "default" else button
    call.sandbox.profile.set_menu(menu_chat(call), plain)
    return True


async def get_chat_menu_button(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchatmenubutton."""
    return call.sandbox.profile.menu(menu_chat(call))


def menu_chat(call: Call) -> int | None:
    """The private chat meant, or None for all."""
    if "chat_id" not in call.params:
        return None
    chat = call.sandbox.world.find_chat(call.params["chat_id"])
    if not chat.is_private:
        raise BadRequestError("chat is not a private chat")
    return chat.id
