"""Drawing a screen's rich form, which a server may refuse; then its plain words are drawn."""

from enum import Enum, auto
from typing import Any

import structlog
from telegram import InputFile
from telegram.error import BadRequest

from bot.chat.keyboards import keyboard_json
from bot.chat.photos import Photo, Photos
from bot.chat.reading import Place
from bot.chat.rich import rich_message
from bot.chat.screens import RichScreen, Screen
from bot.domain.sessions import Session
from bot.telegram import DirectBot
from bot.telegram.abilities import Ability
from bot.telegram.newer import InputRichMessage, SendRichMessage
from bot.telegram.outcomes import is_topic_lost, is_unchanged

_UPLOAD = "picture"
_log = structlog.get_logger(__name__)


class Drawn(Enum):
    """How a screen came before the person."""

    IN_PLACE = auto()
    ANEW = auto()


class RichDrawing:
    """Sends and edits rich messages."""

    def __init__(self, bot: DirectBot, photos: Photos) -> None:
        self._bot = bot
        self._photos = photos

    async def draw(
        self, session: Session, screen: Screen, place: Place | None
    ) -> tuple[Drawn | None, str]:
        """Return how it was drawn, or None and what Telegram had against it.

        Without words against it the server was not asked. Raises `telegram.error.TelegramError`
        that plain words would not mend, and for a topic that is lost.
        """
        rich, refusal = screen.rich, ""
        if rich is None or not self._bot.abilities.has(Ability.RICH):
            return None, ""
        photo = await self._photos.of(rich.picture) if rich.picture is not None else None
        for known in dict.fromkeys((photo.file_id, None) if photo else (None,)):
            message, uploads = await _message(rich, photo, known)
            try:
                if place is not None and place.has_text:
                    sent = await self._edited(session, screen, place, message, uploads)
                    if sent is not None:
                        return await self._done(Drawn.IN_PLACE, photo, sent), ""
                sent = await self._bot.ask(
                    SendRichMessage(
                        chat_id=session.chat_id,
                        rich_message=message,
                        message_thread_id=session.topic,
                        reply_markup=keyboard_json(session, screen, self._bot.abilities.has),
                    ),
                    **uploads,
                )
            except BadRequest as error:
                if is_topic_lost(error):
                    raise
                _log.warning("rich_refused", known=bool(known), reason=error.message)
                refusal = error.message
            else:
                if sent is None:
                    return None, ""
                return await self._done(Drawn.ANEW, photo, sent), ""
        return None, refusal

    async def _edited(
        self,
        session: Session,
        screen: Screen,
        place: Place,
        message: InputRichMessage,
        uploads: dict[str, Any],
    ) -> object | None:
        """Put it into a message that has words; None where that can't be done."""
        try:
            sent: object = await self._bot.call(
                "editMessageText",
                chat_id=session.chat_id,
                message_id=place.message_id,
                rich_message=message.as_json(),
                reply_markup=keyboard_json(session, screen, self._bot.abilities.has, edited=True),
                **uploads,
            )
        except BadRequest as error:
            if is_unchanged(error):
                return {}
            _log.info("edit_refused", reason=error.message)
            return None
        self._bot.abilities.found(Ability.RICH)
        return sent

    async def _done(self, drawn: Drawn, photo: Photo | None, sent: object) -> Drawn:
        message = sent.get("rich_message") if isinstance(sent, dict) else None
        blocks = message.get("blocks") if isinstance(message, dict) else None
        if photo is not None and isinstance(blocks, list) and blocks:
            await self._photos.remember(photo, blocks[0])
        return drawn


async def _message(
    rich: RichScreen, photo: Photo | None, known: str | None
) -> tuple[InputRichMessage, dict[str, Any]]:
    """Return the message with its picture, and what is uploaded along."""
    content = known or (await photo.made() if photo is not None else None)
    if isinstance(content, bytes):
        return rich_message(rich.parts, f"attach://{_UPLOAD}"), {_UPLOAD: InputFile(content)}
    return rich_message(rich.parts, content), {}
