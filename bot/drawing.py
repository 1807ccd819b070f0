"""Putting a screen before a person: edited in place where it can be, else a new message."""

import hashlib
import html
import re
from typing import Any, Protocol

import structlog
from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.buttons import Press
from bot.domain.identifiers import ChatId
from bot.domain.sessions import Session
from bot.screens import CAPTION_LIMIT, Button, Picture, QrCode, Screen
from bot.storage.ports import PictureFilePort

_TAG = re.compile(r"<[^>]+>")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_log = structlog.get_logger(__name__)


class PictureSource(Protocol):
    """Turns a description of a picture into a JPEG or PNG."""

    async def make(self, picture: Picture) -> bytes | None:
        """Return the picture's bytes, or None when it can't be had now."""


class Drawer:
    """Draws screens. Telegram's refusals that only mean "already so" are no errors here."""

    def __init__(self, bot: ExtBot[Any], pictures: PictureSource, files: PictureFilePort) -> None:
        self._bot = bot
        self._pictures = pictures
        self._files = files

    async def draw(self, session: Session, screen: Screen, tapped: Message | None = None) -> None:
        """Show `screen`, in place of the tapped message where Telegram allows it.

        Raises `telegram.error.TelegramError` when it can't be shown at all.
        """
        markup = keyboard(session, screen)
        if screen.picture is None or visible_length(screen.text) > CAPTION_LIMIT:
            await self._draw_text(session.chat_id, screen, markup, tapped)
            return
        if not await self._draw_picture(session.chat_id, screen, screen.picture, markup, tapped):
            await self._draw_text(session.chat_id, screen, markup, tapped)

    async def _draw_text(
        self,
        chat_id: ChatId,
        screen: Screen,
        markup: InlineKeyboardMarkup | None,
        tapped: Message | None,
    ) -> None:
        if tapped is not None and tapped.text is not None and not screen.milestone:
            try:
                await self._bot.edit_message_text(
                    screen.text,
                    chat_id=chat_id,
                    message_id=tapped.message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=markup,
                    link_preview_options=_NO_PREVIEW,
                )
            except BadRequest as error:
                if is_unchanged(error):
                    return
                _log.info("edit_refused", reason=error.message)
            else:
                return
        await self._bot.send_message(
            chat_id,
            screen.text,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            link_preview_options=_NO_PREVIEW,
        )
        await self._retire(chat_id, tapped)

    async def _draw_picture(
        self,
        chat_id: ChatId,
        screen: Screen,
        picture: Picture,
        markup: InlineKeyboardMarkup | None,
        tapped: Message | None,
    ) -> bool:
        key = picture_key(picture)
        known = await self._known_file(picture, key)
        unique, _, file_id = (known or "").partition(" ")
        photo: str | bytes | None = file_id or await self._pictures.make(picture)
        if photo is None:
            return False
        sent: Message | bool
        try:
            if tapped is not None and tapped.photo and not screen.milestone:
                sent = await self._edit_picture(chat_id, screen, photo, unique, markup, tapped)
            else:
                sent = await self._send_picture(chat_id, screen, photo, markup)
                await self._retire(chat_id, tapped)
        except BadRequest as error:
            if is_unchanged(error):
                return True
            if not known and tapped is None:
                raise
            # The remembered file may be gone, or the tapped message may not be editable.
            _log.info("picture_sent_anew", reason=error.message)
            photo = await self._pictures.make(picture)
            if photo is None:
                return False
            sent = await self._send_picture(chat_id, screen, photo, markup)
        if isinstance(sent, Message) and sent.photo and not isinstance(picture, QrCode):
            size = sent.photo[-1]
            await self._files.remember_file(key, f"{size.file_unique_id} {size.file_id}")
        return True

    async def _known_file(self, picture: Picture, key: str) -> str | None:
        # A payment code is personal and short-lived: it is made anew each time.
        return None if isinstance(picture, QrCode) else await self._files.file_id(key)

    async def _edit_picture(
        self,
        chat_id: ChatId,
        screen: Screen,
        photo: str | bytes,
        unique: str,
        markup: InlineKeyboardMarkup | None,
        tapped: Message,
    ) -> Message | bool:
        if unique and unique == tapped.photo[-1].file_unique_id:
            return await self._bot.edit_message_caption(
                chat_id=chat_id,
                message_id=tapped.message_id,
                caption=screen.text,
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
            )
        media = InputMediaPhoto(photo, caption=screen.text, parse_mode=ParseMode.HTML)
        return await self._bot.edit_message_media(
            media, chat_id=chat_id, message_id=tapped.message_id, reply_markup=markup
        )

    async def _send_picture(
        self,
        chat_id: ChatId,
        screen: Screen,
        photo: str | bytes,
        markup: InlineKeyboardMarkup | None,
    ) -> Message:
        return await self._bot.send_photo(
            chat_id, photo, caption=screen.text, parse_mode=ParseMode.HTML, reply_markup=markup
        )

    async def _retire(self, chat_id: ChatId, tapped: Message | None) -> None:
        """Take the buttons off a message that a new one replaced."""
        if tapped is None or tapped.reply_markup is None:
            return
        try:
            await self._bot.edit_message_reply_markup(chat_id, tapped.message_id)
        except BadRequest as error:
            # Old buttons still answer, so a message that can't be edited does no harm.
            _log.info("buttons_left", reason=error.message)


def keyboard(session: Session, screen: Screen) -> InlineKeyboardMarkup | None:
    """Build the keyboard with the session's id and revision in every button."""
    if not screen.rows:
        return None
    return InlineKeyboardMarkup(
        [[_button(session, button) for button in row] for row in screen.rows if row]
    )


def _button(session: Session, button: Button) -> InlineKeyboardButton:
    # Buttons carry plain text, so what was escaped for HTML is taken back.
    text = html.unescape(button.text)
    if button.url is not None:
        return InlineKeyboardButton(text, url=button.url)
    if button.copy is not None:
        return InlineKeyboardButton(text, copy_text=CopyTextButton(button.copy))
    revision = None if button.standing else session.revision
    press = Press(session.session_id, revision, button.action or "", button.arg)
    return InlineKeyboardButton(text, callback_data=press.encode())


def picture_key(picture: Picture) -> str:
    """Return the key under which a picture's file id is remembered."""
    return hashlib.sha256(repr(picture).encode()).hexdigest()[:32]


def visible_length(text: str) -> int:
    """Return the length that Telegram counts: UTF-16 units after the markup is taken out."""
    bare = _TAG.sub("", text)
    for entity in ("&lt;", "&gt;", "&amp;", "&quot;"):
        bare = bare.replace(entity, "x")
    return len(bare.encode("utf-16-le")) // 2


def is_unchanged(error: BadRequest) -> bool:
    """Tell whether Telegram refused only because the message already looks so."""
    return "message is not modified" in error.message.lower()
