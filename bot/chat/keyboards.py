"""A screen's buttons as Telegram wants them (https://core.telegram.org/bots/api#inlinekeyboardmarkup)."""

import html
from typing import Any

import orjson

from bot.chat.buttons import data_of, head_of
from bot.chat.screens import Button, Screen
from bot.domain.sessions import Session
from bot.telegram.abilities import Ability, Can, nothing_new
from bot.telegram.newer import DISABLED

# Other bots read nothing that is posted for them.
_ANYWHERE = {"allow_user_chats": True, "allow_group_chats": True, "allow_channel_chats": True}

IN_GROUP = "g."
"""What the data of a button in the operators' group begins with."""

ON_CARD = "c."
"""What the data of a button on a card begins with: it belongs to nobody's conversation."""

_ON_CARDS = frozenset({"part"})
"""What may be pressed on a card; any other button of a screen needs a conversation."""


def keyboard_json(
    session: Session,
    screen: Screen,
    can: Can = nothing_new,
    *,
    only_actions: bool = False,
    edited: bool = False,
) -> str | None:
    """Build the keyboard with the session's id and revision in every button that acts, as JSON.

    `can` says what of the newer looks the server takes. `only_actions` leaves out the links and
    copies, which Telegram may refuse for what they hold. What is `edited` keeps whether it opens
    the reply field.
    """
    rows = _rows(session, screen, can, only_actions=only_actions)
    if not rows:
        return None
    markup: dict[str, Any] = {"inline_keyboard": rows}
    if screen.asks and not edited and can(Ability.ASKING):
        markup["force_reply"] = True
    return orjson.dumps(markup).decode()


def links_json(screen: Screen, can: Can = nothing_new) -> str | None:
    """Build the keyboard of a card outside of any conversation, as JSON: it names no session."""
    markup = links(screen, can)
    return orjson.dumps(markup).decode() if markup else None


def links(screen: Screen, can: Can = nothing_new) -> dict[str, Any] | None:
    """Build the same as an object."""
    rows = [
        [
            {"text": html.unescape(each.text)} | _leading(each) | _look(each, can)
            for each in row
            if each.url or each.action in _ON_CARDS
        ]
        for row in screen.rows
    ]
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _leading(button: Button) -> dict[str, str]:
    if button.url:
        return {"url": button.url}
    return {"callback_data": f"{ON_CARD}{button.action}.{button.arg}"}


def group_json(screen: Screen) -> str | None:
    """Build the keyboard of a message in the operators' group: its buttons name no session."""
    rows = [
        [
            {
                "text": html.unescape(each.text),
                "callback_data": f"{IN_GROUP}{each.action}.{each.arg}",
            }
            for each in row
            if each.action
        ]
        for row in screen.rows
    ]
    kept = [row for row in rows if row]
    return orjson.dumps({"inline_keyboard": kept}).decode() if kept else None


def _rows(
    session: Session, screen: Screen, can: Can, *, only_actions: bool
) -> list[list[dict[str, Any]]]:
    of_now = head_of(session.session_id, session.revision)
    standing = head_of(session.session_id, session.revision, standing=True)
    rows = (
        [
            _button(standing if each.standing else of_now, each, can)
            for each in row
            if not only_actions or each.action is not None
        ]
        for row in screen.rows
    )
    return [row for row in rows if row]


def _look(button: Button, can: Can) -> dict[str, Any]:
    if button.style is None or not can(Ability.STYLES):
        return {}
    return {"style": button.style.value}


def _button(head: str, button: Button, can: Can) -> dict[str, Any]:
    # Buttons carry plain text, so what was escaped for HTML is taken back.
    made: dict[str, Any] = {"text": html.unescape(button.text)}
    if button.disabled and can(Ability.DISABLED):
        made |= DISABLED
    elif button.url is not None:
        made["url"] = button.url
    elif button.copy is not None:
        made["copy_text"] = {"text": button.copy}
    elif button.share is not None:
        made["switch_inline_query_chosen_chat"] = {"query": button.share} | _ANYWHERE
    else:
        made["callback_data"] = data_of(head, button.action or "", button.arg)
    if button.style is not None:
        made |= _look(button, can)
    return made
