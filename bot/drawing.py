"""Putting a screen before a person: edited in place where it can be, else a new message."""

import hashlib
from dataclasses import replace
from typing import Any, Protocol

import structlog
from telegram import InlineKeyboardMarkup, InputMediaPhoto, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.domain.identifiers import ChatId
from bot.domain.sessions import Session
from bot.keyboards import keyboard
from bot.measuring import fitted, visible_length, without_markup
from bot.screens import CAPTION_LIMIT, TEXT_LIMIT, Picture, QrCode, Screen
from bot.storage.ports import PictureFilePort, StorageUnavailable

__all__ = ["Drawer", "PictureSource", "is_unchanged", "picture_key", "visible_length"]

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
        length = visible_length(screen.text)
        if length > TEXT_LIMIT:
            _log.error("screen_too_long", step=session.step, length=length)
            screen = replace(screen, text=fitted(screen.text, TEXT_LIMIT))
        markup = keyboard(session, screen)
        chat_id, place = session.chat_id, None if screen.milestone else tapped
        if screen.picture is not None and length > CAPTION_LIMIT:
            _log.warning("picture_left_out", step=session.step, length=length)
        elif screen.picture is not None:
            photo = _Photo(screen.picture, await self._known_file(screen.picture), self._pictures)
            if await self._edit_photo(chat_id, screen, photo, markup, place):
                return
            if await self._send_photo(chat_id, screen, photo, markup):
                await self._retire(chat_id, tapped)
                return
        if not await self._edit_text(chat_id, screen, markup, place):
            await self._send_text(session, screen, markup)
            await self._retire(chat_id, tapped, delete=screen.replaces)

    async def rewrite(self, session: Session, message_id: int, screen: Screen) -> None:
        """Change an earlier message's text and buttons, where that can still be done."""
        try:
            await self._bot.edit_message_text(
                fitted(screen.text, TEXT_LIMIT),
                chat_id=session.chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(session, screen),
                link_preview_options=_NO_PREVIEW,
            )
        except TelegramError as error:
            # A record beside the conversation: what matters comes as a message of its own.
            _log.info("message_not_rewritten", error=type(error).__name__)

    async def _edit_text(
        self,
        chat_id: ChatId,
        screen: Screen,
        markup: InlineKeyboardMarkup | None,
        place: Message | None,
    ) -> bool:
        """Put the text into a message that has one; return whether it stands there now."""
        if place is None or place.text is None:
            return False
        try:
            await self._bot.edit_message_text(
                screen.text,
                chat_id=chat_id,
                message_id=place.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            if is_unchanged(error):
                return True
            _log.info("edit_refused", reason=error.message)
            return False
        return True

    async def _send_text(
        self, session: Session, screen: Screen, markup: InlineKeyboardMarkup | None
    ) -> None:
        try:
            await self._bot.send_message(
                session.chat_id,
                screen.text,
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            # A link or a text that Telegram does not take: the rest is better than silence.
            _log.error("screen_simplified", step=session.step, reason=error.message)
            await self._bot.send_message(
                session.chat_id,
                without_markup(screen.text),
                reply_markup=keyboard(session, screen, only_actions=True),
                link_preview_options=_NO_PREVIEW,
            )

    async def _edit_photo(
        self,
        chat_id: ChatId,
        screen: Screen,
        photo: "_Photo",
        markup: InlineKeyboardMarkup | None,
        place: Message | None,
    ) -> bool:
        """Put the picture into a message that has one; return whether it stands there now."""
        if place is None or not place.photo:
            return False
        sent: Message | bool
        try:
            if photo.unique_id == place.photo[-1].file_unique_id:
                sent = await self._bot.edit_message_caption(
                    chat_id=chat_id,
                    message_id=place.message_id,
                    caption=screen.text,
                    parse_mode=ParseMode.HTML,
                    reply_markup=markup,
                )
            else:
                content = photo.file_id or await photo.made()
                if content is None:
                    return False
                media = InputMediaPhoto(content, caption=screen.text, parse_mode=ParseMode.HTML)
                sent = await self._bot.edit_message_media(
                    media, chat_id=chat_id, message_id=place.message_id, reply_markup=markup
                )
        except BadRequest as error:
            if is_unchanged(error):
                return True
            # The tapped message may be gone, or the remembered file may be.
            _log.info("edit_refused", reason=error.message)
            return False
        await self._remember(photo, sent)
        return True

    async def _send_photo(
        self,
        chat_id: ChatId,
        screen: Screen,
        photo: "_Photo",
        markup: InlineKeyboardMarkup | None,
    ) -> bool:
        """Send by the remembered file id, then by the picture's bytes."""
        for known in dict.fromkeys((photo.file_id, None)):
            content = known or await photo.made()
            if content is None:
                return False
            try:
                sent = await self._bot.send_photo(
                    chat_id,
                    content,
                    caption=screen.text,
                    parse_mode=ParseMode.HTML,
                    reply_markup=markup,
                )
            except BadRequest as error:
                _log.warning("picture_refused", known=bool(known), reason=error.message)
            else:
                await self._remember(photo, sent)
                return True
        return False

    async def _known_file(self, picture: Picture) -> str:
        # A payment code is personal and short-lived: it is made anew each time.
        if isinstance(picture, QrCode):
            return ""
        return await self._files.file_id(picture_key(picture)) or ""

    async def _remember(self, photo: "_Photo", sent: Message | bool) -> None:  # noqa: FBT001 - what Telegram's edits return
        if isinstance(photo.picture, QrCode) or not isinstance(sent, Message) or not sent.photo:
            return
        size = sent.photo[-1]
        try:
            await self._files.remember_file(
                picture_key(photo.picture), f"{size.file_unique_id} {size.file_id}"
            )
        except StorageUnavailable as error:
            _log.warning("picture_not_remembered", error=str(error))

    async def _retire(
        self, chat_id: ChatId, tapped: Message | None, *, delete: bool = False
    ) -> None:
        """Take the buttons off a message that a new one replaced, or take it away."""
        if tapped is None or tapped.reply_markup is None:
            return
        try:
            if delete:
                await self._bot.delete_message(chat_id, tapped.message_id)
            else:
                await self._bot.edit_message_reply_markup(chat_id, tapped.message_id)
        except TelegramError as error:
            # Old buttons still answer, so a message that keeps its own does no harm.
            _log.info("buttons_left", reason=type(error).__name__)


class _Photo:
    """A picture with what Telegram remembers of it, made at most once."""

    def __init__(self, picture: Picture, known: str, source: PictureSource) -> None:
        self.picture = picture
        unique, _, file_id = known.partition(" ")
        self.unique_id, self.file_id = unique or None, file_id or None
        self._source = source
        self._made: bytes | None = None
        self._tried = False

    async def made(self) -> bytes | None:
        """The picture's bytes, None when it can't be had now."""
        if not self._tried:
            self._tried = True
            self._made = await self._source.make(self.picture)
        return self._made


def picture_key(picture: Picture) -> str:
    """Return the key under which a picture's file id is remembered."""
    return hashlib.sha256(repr(picture).encode()).hexdigest()[:32]


def is_unchanged(error: BadRequest) -> bool:
    """Tell whether Telegram refused only because the message already looks so."""
    return "message is not modified" in error.message.lower()
