"""What the bot says of itself, by language, and its commands, by scope and language.

https://core.telegram.org/bots/api#botcommandscope has the order in which scopes are asked.
"""

import json
from typing import Any, Final

from .world import Chat

TEXTS: Final = ("name", "description", "short_description")


class Profile:
    """Texts by (kind, language), commands by (scope, language), menu buttons by chat."""

    def __init__(self, bot_name: str) -> None:
        self._texts: dict[tuple[str, str], str] = {("name", ""): bot_name}
        self._commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._menus: dict[int | None, dict[str, Any]] = {}

    def set_text(self, kind: str, language: str, text: str) -> None:
        """An empty text removes the language's own one."""
        if text:
            self._texts[kind, language] = text
        else:
            self._texts.pop((kind, language), None)

    def text(self, kind: str, language: str) -> str:
        """The text for people of that language, else the one for all."""
        return self._texts.get((kind, language)) or self._texts.get((kind, ""), "")

    def view(self, language: str) -> dict[str, str]:
        """What a person of that language sees; `zh-hans` is asked for as `zh`."""
        return {kind: self.text(kind, primary(language)) for kind in TEXTS}

    def set_commands(
        self, scope: dict[str, Any], language: str, commands: list[dict[str, Any]]
    ) -> None:
        """Replaces one list; an empty one is deleted."""
        self._commands[scope_key(scope), language] = commands
        if not commands:
            del self._commands[scope_key(scope), language]

    def commands(self, scope: dict[str, Any], language: str) -> list[dict[str, Any]]:
        """Exactly that list."""
        return self._commands.get((scope_key(scope), language), [])

    def commands_for(self, chat: Chat, user: dict[str, Any]) -> list[dict[str, Any]]:
        """What the person sees in the chat: the first scope that has any."""
        language = primary(user.get("language_code", ""))
        for scope in scopes(chat, user["id"]):
            for code in (language, ""):
                if found := self.commands(scope, code):
                    return found
        return []

    def set_menu(self, chat_id: int | None, button: dict[str, Any]) -> None:
        """The menu button of one private chat, or of all."""
        self._menus[chat_id] = button

    def menu(self, chat_id: int | None) -> dict[str, Any]:
        """The menu button that the chat shows."""
        return self._menus.get(chat_id) or self._menus.get(None) or {"type": "commands"}


def primary(language: str) -> str:
    """The two letters that the Bot API's language_code parameters mean."""
    return language.partition("-")[0].lower()


def scope_key(scope: dict[str, Any]) -> str:
    """A scope as a dictionary key."""
    return json.dumps(scope, sort_keys=True)


def scopes(chat: Chat, user_id: int) -> list[dict[str, Any]]:
    """The scopes that apply, the narrowest first."""
    at = {"chat_id": chat.id}
    if chat.is_private:
        kinds: list[dict[str, Any]] = [{"type": "chat", **at}, {"type": "all_private_chats"}]
    else:
        is_admin = chat.members.get(user_id) in ("creator", "administrator")
        admins: list[list[dict[str, Any]]] = (
            [[{"type": "chat_administrators", **at}], [{"type": "all_chat_administrators"}]]
            if is_admin
            else [[], []]
        )
        kinds = [
            {"type": "chat_member", **at, "user_id": user_id},
            *admins[0],
            {"type": "chat", **at},
            *admins[1],
            {"type": "all_group_chats"},
        ]
    return [*kinds, {"type": "default"}]
