"""Cards in groups and channels: what stands there by itself, in nobody's conversation."""

from functools import partial
from typing import Any

import orjson
import structlog
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.chat.keyboards import links_json
from bot.chat.later_pictures import LaterPictures
from bot.chat.measuring import fitted, visible_length
from bot.chat.photos import Photos
from bot.chat.screens import CAPTION_LIMIT, TEXT_LIMIT, Screen
from bot.chat.wording import NO_PREVIEW, worded
from bot.domain.identifiers import ChatId
from bot.telegram import DirectBot
from bot.telegram.outcomes import is_unchanged, number_of
from bot.telegram.pacing import NOT_HELD

_HTML = ParseMode.HTML.value
_log = structlog.get_logger(__name__)


class CardDrawer:
    """Posts cards and keeps them true; their buttons are links, or known by the card."""

    def __init__(self, bot: DirectBot, photos: Photos, later: LaterPictures) -> None:
        self._bot = bot
        self._photos = photos
        self._later = later

    async def post(
        self, chat_id: ChatId, screen: Screen, *, reply_to: int, topic: int | None = None
    ) -> None:
        """Answer a message in a group with a card whose buttons are links, within its topic.

        A picture that is not soon made is added to it later: one message rather than an edit, as
        Telegram counts both. What the group refuses (no right to write, no pictures, a topic that
        was closed) is simplified, then left: nobody waits for it in particular.
        """
        links = partial(links_json, screen)
        where: dict[str, Any] = {
            "reply_parameters": orjson.dumps(
                {"message_id": reply_to, "allow_sending_without_reply": True}
            ).decode(),
            "message_thread_id": topic,
        }

        async def words() -> object:
            return await self._bot.fitting(
                "sendMessage",
                worded("text", screen.text, links),
                chat_id=chat_id,
                parse_mode=_HTML,
                link_preview_options=NO_PREVIEW,
                **where,
            )

        try:
            if screen.picture is not None:
                photo = await self._photos.of(screen.picture)
                if self._later.suits(photo):
                    making = self._later.making(photo)
                    if not await self._later.comes_in_time(making):
                        await self._later.after_words(
                            chat_id, screen, photo, making, links, words, **where
                        )
                        return
                if await self._photos.send(chat_id, screen.text, photo, links, **where):
                    return
            await words()
        except (BadRequest, ChatMigrated, Forbidden) as error:
            _log.info("group_not_answered", reason=type(error).__name__)

    async def publish(self, chat_id: ChatId, screen: Screen) -> tuple[int, bool]:
        """Post a card of its own; return its number, and whether it stands below a picture.

        Raises `telegram.error.TelegramError` when it can't be, or may not be, there, or where the
        chat is held back.
        """
        links = partial(links_json, screen)
        if screen.picture is not None and visible_length(screen.text) <= CAPTION_LIMIT:
            photo = await self._photos.of(screen.picture)
            sent = await self._photos.send(chat_id, screen.text, photo, links, retries=NOT_HELD)
            if sent is not None:
                return number_of(sent), True
        sent = await self._bot.fitting(
            "sendMessage",
            worded("text", fitted(screen.text, TEXT_LIMIT), links),
            chat_id=chat_id,
            parse_mode=_HTML,
            link_preview_options=NO_PREVIEW,
            retries=NOT_HELD,
        )
        return number_of(sent), False

    async def revise(
        self, chat_id: ChatId, message_id: int, screen: Screen, *, pictured: bool
    ) -> None:
        """Change the words and buttons of a card that was published; its picture stays.

        Raises `telegram.error.TelegramError`, but not for one that says so already.
        """
        links = partial(links_json, screen)
        method, field, limit = "editMessageText", "text", TEXT_LIMIT
        if pictured:
            method, field, limit = "editMessageCaption", "caption", CAPTION_LIMIT
        try:
            await self._bot.fitting(
                method,
                worded(field, fitted(screen.text, limit), links),
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=_HTML,
                retries=NOT_HELD,
                **({} if pictured else {"link_preview_options": NO_PREVIEW}),
            )
        except BadRequest as error:
            if not is_unchanged(error):
                raise
