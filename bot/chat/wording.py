"""A message's words, buttons and picture as parameters, as far as the server takes them."""

from collections.abc import Callable

import orjson
from telegram import InputMediaPhoto
from telegram.constants import ParseMode

from bot.chat.texts import without_moments
from bot.telegram.abilities import Ability, Can
from bot.telegram.bot import Made

_HTML = ParseMode.HTML.value
NO_PREVIEW = '{"is_disabled":true}'
Markup = Callable[[Can], str | None]


def worded(field: str, text: str, markup: Markup) -> Made:
    """Return what makes a message's words and buttons, as far as the server takes them."""
    return lambda can: {field: _shown(text, can), "reply_markup": markup(can)}


def pictured(content: str | bytes, caption: str, markup: Markup) -> Made:
    """Return what puts a picture with words below it into a message: a file id, or its bytes."""
    return lambda can: {
        "media": _media(content, _shown(caption, can)),
        "reply_markup": markup(can),
    }


def _shown(text: str, can: Can) -> str:
    if "<tg-time " not in text or can(Ability.MOMENTS):
        return text
    return without_moments(text)


def _media(content: str | bytes, caption: str) -> str | InputMediaPhoto:
    """Return a photo to be put in another's place: by its file id, or to be uploaded."""
    if isinstance(content, bytes):
        return InputMediaPhoto(content, caption=caption, parse_mode=_HTML)
    media = {"type": "photo", "media": content, "caption": caption, "parse_mode": _HTML}
    return orjson.dumps(media).decode()
