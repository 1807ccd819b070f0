"""Pictures on their way to Telegram: known there by a file id, else made and uploaded once."""

import hashlib
from typing import Any, Protocol

import structlog
from telegram import InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.chat.screens import Picture, QrCode, StoredPhoto
from bot.chat.wording import Markup, worded
from bot.domain.identifiers import ChatId
from bot.services.waiting import waiting
from bot.storage.ports import PictureFilePort, StorageUnavailable
from bot.telegram import DirectBot
from bot.telegram.outcomes import is_topic_lost

_log = structlog.get_logger(__name__)


class PictureSource(Protocol):
    """Turns a description of a picture into a JPEG or PNG."""

    async def make(self, picture: Picture) -> bytes | None:
        """Return the picture's bytes, or None when it can't be had now."""


class Photo:
    """A picture with what Telegram remembers of it, made at most once."""

    def __init__(self, picture: Picture, known: str, source: PictureSource) -> None:
        self.picture = picture
        self.known = known
        unique, _, file_id = known.partition(" ")
        self.unique_id, self.file_id = unique or None, file_id or None
        self._source = source
        self._made: bytes | None = None
        self._tried = False

    async def made(self) -> bytes | None:
        """The picture's bytes, None when it can't be had now."""
        if not self._tried:
            self._tried = True
            async with waiting():
                self._made = await self._source.make(self.picture)
        return self._made


class Photos:
    """Sends pictures, and knows what Telegram remembers of those that were sent before."""

    def __init__(self, bot: DirectBot, source: PictureSource, files: PictureFilePort) -> None:
        self._bot = bot
        self._source = source
        self._files = files

    async def of(self, picture: Picture) -> Photo:
        """Return the picture with what is known of it; nothing is made yet."""
        return Photo(picture, await self._known_file(picture), self._source)

    async def _known_file(self, picture: Picture) -> str:
        # A payment code is personal and short-lived: it is made anew each time.
        if isinstance(picture, QrCode):
            return ""
        if isinstance(picture, StoredPhoto):
            return picture.ids
        return await self._files.file_id(picture_key(picture)) or ""

    async def remember(self, photo: Photo, sent: object) -> None:
        """Keep the file id of the photo in a message that Telegram answered with."""
        own = isinstance(photo.picture, QrCode | StoredPhoto)
        known = None if own else _file_in(sent)
        if known is None or known == photo.known:
            return
        try:
            await self._files.remember_file(picture_key(photo.picture), known)
        except StorageUnavailable as error:
            _log.warning("picture_not_remembered", error=str(error))

    async def send(
        self,
        chat_id: ChatId,
        text: str,
        photo: Photo,
        markup: Markup,
        **where: Any,
    ) -> object | None:
        """Send words below a picture: by the remembered file id, else by the picture's bytes.

        Return what Telegram made of it, None where it takes or there is no picture. Raises
        `telegram.error.TelegramError` for whatever else it refuses.
        """
        for known in dict.fromkeys((photo.file_id, None)):
            content = known or await photo.made()
            if content is None:
                return None
            try:
                sent: object = await self._bot.fitting(
                    "sendPhoto",
                    worded("caption", text, markup),
                    chat_id=chat_id,
                    photo=content if isinstance(content, str) else InputFile(content),
                    parse_mode=ParseMode.HTML.value,
                    **where,
                )
            except BadRequest as error:
                if is_topic_lost(error):
                    raise
                _log.warning("picture_refused", known=bool(known), reason=error.message)
            else:
                await self.remember(photo, sent)
                return sent
        return None


def _file_in(sent: object) -> str | None:
    """Return both ids of the largest photo in a message that Telegram answered with.

    Without a photo the answer is of no use, whatever it is: the message was sent.
    """
    sizes = sent.get("photo") if isinstance(sent, dict) else None
    size = sizes[-1] if isinstance(sizes, list) and sizes else None
    if not isinstance(size, dict) or not {"file_id", "file_unique_id"} <= size.keys():
        return None
    return f"{size['file_unique_id']} {size['file_id']}"


def picture_key(picture: Picture) -> str:
    """Return the key under which a picture's file id is remembered."""
    return hashlib.sha256(repr(picture).encode()).hexdigest()[:32]
