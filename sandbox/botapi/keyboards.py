"""Reply markup: Telegram's refusals about buttons.

https://core.telegram.org/bots/api#inlinekeyboardbutton
"""

from typing import Any, Final

from .errors import BadRequestError
from .links import wrong_url

MAX_BUTTONS: Final = 100
MAX_ROW: Final = 8
MAX_CALLBACK_DATA: Final = 64
MAX_COPY_TEXT: Final = 256
STYLES: Final = ("danger", "success", "primary")
EMPTY_IS_NONE: Final = ("callback_data", "url")
ACTIONS: Final = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
)


def inline_keyboard(markup: dict[str, Any] | None, *, refuse_local: bool) -> dict[str, Any] | None:
    """The inline keyboard as a message carries it; None if there is none or no button in it.

    Raises BadRequestError as Telegram does. Rows over 8 buttons are refused by the sandbox alone.
    """
    if not markup or "inline_keyboard" not in markup:
        return None
    rows = [row for row in markup["inline_keyboard"] if row]
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise BadRequestError("reply markup is too long")
    for row in rows:
        if len(row) > MAX_ROW:
            raise BadRequestError(f"more than {MAX_ROW} inline keyboard buttons in a row")
        for button in row:
            check_button(button, refuse_local=refuse_local)
    if not rows:
        return None
    kept: dict[str, Any] = {"inline_keyboard": rows}
    return kept | ({"force_reply": True} if markup.get("force_reply") else {})


def reply_keyboard(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """Markup of the other kinds, which the Bot API never shows but the person sees."""
    return markup if markup and "inline_keyboard" not in markup else None


def check_button(button: dict[str, Any], *, refuse_local: bool) -> None:
    """Raises BadRequestError for a button that Telegram refuses."""
    if not button["text"].strip():
        raise BadRequestError("inline keyboard button text must be non-empty")
    # Telegram reads empty data as no data at all.
    actions = [
        name
        for name in ACTIONS
        if name in button and (button[name] != "" or name not in EMPTY_IS_NONE)
    ]
    if not actions:
        raise BadRequestError(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise BadRequestError(
            "can't parse inline keyboard button: exactly one of the optional fields must be used"
        )
    if button.get("style", STYLES[0]) not in STYLES:
        raise BadRequestError("can't parse inline keyboard button: invalid button style specified")
    if actions[0] in ("pay", "callback_game"):
        # These need an invoice or a game, which the sandbox does not send.
        raise BadRequestError("BUTTON_TYPE_INVALID")
    if len(button.get("callback_data", "").encode()) > MAX_CALLBACK_DATA:
        raise BadRequestError("BUTTON_DATA_INVALID")
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= MAX_COPY_TEXT:
        raise BadRequestError("BUTTON_COPY_TEXT_INVALID")
    if "url" in button and (wrong := wrong_url(button["url"], refuse_local=refuse_local)):
        raise BadRequestError(f"inline keyboard button URL '{button['url']}' is invalid: {wrong}")
    if "web_app" in button and not button["web_app"]["url"].startswith("https://"):
        raise BadRequestError(
            f"inline keyboard button Web App URL '{button['web_app']['url']}' is invalid: "
            "Only HTTPS links are allowed"
        )
