"""Putting a screen before a person: edited in place where it can be, else a new message."""

from typing import Any

import structlog
from msgspec.structs import replace
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.chat.cards import CardDrawer
from bot.chat.keyboards import keyboard_json
from bot.chat.later_pictures import LaterPictures
from bot.chat.measuring import fits, fitted, visible_length, without_markup
from bot.chat.photos import Photo, Photos, PictureSource
from bot.chat.reading import Place
from bot.chat.rich_drawing import Drawn, RichDrawing
from bot.chat.screens import CAPTION_LIMIT, TEXT_LIMIT, Screen
from bot.chat.wording import NO_PREVIEW, Markup, pictured, worded
from bot.domain.identifiers import ChatId
from bot.domain.sessions import Session
from bot.storage.ports import PictureFilePort
from bot.telegram import DirectBot
from bot.telegram.abilities import Ability, Can
from bot.telegram.outcomes import is_topic_lost, is_unchanged

_HTML = ParseMode.HTML.value
_NO_TEXT = "no text in the message"
"""What Telegram says of words that stand below a picture by now."""
_log = structlog.get_logger(__name__)


class Drawer:
    """Draws screens. Telegram's refusals that only mean "already so" are no errors here."""

    def __init__(
        self,
        bot: DirectBot,
        pictures: PictureSource,
        files: PictureFilePort,
        *,
        rich: bool = False,
        picture_patience: float = 0.4,
        words_wait: float = 2.0,
    ) -> None:
        """`rich` has screens that have a rich form take it where the server does.

        `picture_patience` is how many seconds a press waits for the picture of its message where
        that comes after the words, `words_wait` how many words wait that should come with theirs.
        """
        self._bot = bot
        self._photos = Photos(bot, pictures, files)
        self._later = LaterPictures(bot, self._photos, picture_patience, words_wait)
        self._rich = RichDrawing(bot, self._photos) if rich else None
        self.cards = CardDrawer(bot, self._photos, self._later)

    async def draw(self, session: Session, screen: Screen, tapped: Place | None = None) -> None:
        """Show `screen`, in place of the tapped message where Telegram allows it.

        A topic that is gone or closed does not keep it from being seen: it comes outside of it.
        Raises `telegram.error.TelegramError` when it can't be shown at all.
        """
        tapped = await self._later.settled(session.chat_id, tapped, screen)
        try:
            await self._draw(session, screen, tapped)
        except BadRequest as error:
            if session.topic is None or not is_topic_lost(error):
                raise
            _log.info("topic_lost", reason=error.message)
            await self._draw(session.replace(topic=None), screen, tapped)

    async def _draw(self, session: Session, screen: Screen, tapped: Place | None) -> None:
        if not fits(screen.text, TEXT_LIMIT):
            length = visible_length(screen.text)
            _log.error("screen_too_long", step=session.step, length=length)
            screen = replace(screen, text=fitted(screen.text, TEXT_LIMIT))
        place = None if screen.milestone else tapped
        refusal = ""
        if self._rich is not None and screen.rich is not None:
            drawn, refusal = await self._rich.draw(session, screen, place)
            if drawn is Drawn.ANEW:
                await self._retire(session.chat_id, tapped, delete=screen.replaces)
            if drawn is not None:
                return
        await self._draw_plain(session, screen, tapped, place)
        if refusal:  # what it says goes through in plain words, so it is the form that was refused
            self._bot.abilities.blame(frozenset({Ability.RICH}), refusal)

    async def _draw_plain(
        self, session: Session, screen: Screen, tapped: Place | None, place: Place | None
    ) -> None:
        """Draw it as text, or below its picture: in `place`, else anew, and retire `tapped`."""
        chat_id = session.chat_id

        def new(can: Can) -> str | None:
            return keyboard_json(session, screen, can)

        def edited(can: Can) -> str | None:
            return keyboard_json(session, screen, can, edited=True)

        if screen.picture is not None and not fits(screen.text, CAPTION_LIMIT):
            length = visible_length(screen.text)
            _log.warning("picture_left_out", step=session.step, length=length)
        elif screen.picture is not None:
            photo = await self._photos.of(screen.picture)
            if await self._reworded(chat_id, screen, photo, edited, place):
                return
            if await self._words_went_first(session, screen, photo, new, place):
                await self._retire(chat_id, tapped)
                return
            if await self._edit_photo(chat_id, screen, photo, edited, place):
                return
            if await self._photos.send(chat_id, screen.text, photo, new, **_within(session)):
                await self._retire(chat_id, tapped)
                return
        if not await self._edit_text(chat_id, screen, edited, place):
            await self._send_text(session, screen, new)
            await self._retire(chat_id, tapped, delete=screen.replaces)

    async def close(self, grace: float) -> None:
        """Let pictures that are on their way arrive, for so many seconds."""
        await self._later.close(grace)

    async def _reworded(
        self, chat_id: ChatId, screen: Screen, photo: Photo, markup: Markup, place: Place | None
    ) -> bool:
        """Put the words into a message whose picture is still to come, and this one above them.

        Tell whether they stand there: else they come as a message of their own.
        """
        if place is None or not place.takes_picture or not self._later.suits(photo):
            return False
        is_coming = self._later.awaits(chat_id, place.message_id, photo)
        if is_coming:
            await self._later.reworded(chat_id, place.message_id, screen.text, markup)
        if not await self._edit_text(chat_id, screen, markup, place):
            return False
        if not is_coming:
            self._later.add(
                (chat_id, place.message_id),
                photo,
                self._later.making(photo),
                screen.text,
                markup,
                is_shared=screen.shared_picture,
            )
        return True

    async def _words_went_first(
        self, session: Session, screen: Screen, photo: Photo, markup: Markup, place: Place | None
    ) -> bool:
        """Send the words of a picture that they should not, or no longer, wait for, if it is such.

        The picture is added to them when it is made.
        """
        if not self._later.suits(photo):
            return False
        making = self._later.making(photo)
        if await self._later.comes_soon(photo, making, place):
            return False
        await self._later.after_words(
            session.chat_id,
            screen,
            photo,
            making,
            markup,
            lambda: self._send_text(session, screen, markup),
            **_within(session),
        )
        return True

    async def send_picture(self, session: Session, screen: Screen, **how: Any) -> bool:
        """Send a screen below its picture, if it has one that can be had; tell whether it was.

        Raises `telegram.error.TelegramError`.
        """
        if screen.picture is None or visible_length(screen.text) > CAPTION_LIMIT:
            return False
        photo = await self._photos.of(screen.picture)
        sent = await self._photos.send(
            session.chat_id,
            screen.text,
            photo,
            lambda can: keyboard_json(session, screen, can),
            **_within(session),
            **how,
        )
        return sent is not None

    async def rewrite(
        self, session: Session, message_id: int, screen: Screen, *, below_picture: bool = False
    ) -> None:
        """Change an earlier message's text and buttons, where that can still be done."""

        def markup(can: Can) -> str | None:
            return keyboard_json(session, screen, can, edited=True)

        text = fitted(screen.text, CAPTION_LIMIT if below_picture else TEXT_LIMIT)
        try:
            if below_picture:
                await self._write(session.chat_id, message_id, text, markup, caption=True)
            else:
                await self._write_anyhow(session.chat_id, message_id, text, markup)
        except TelegramError as error:
            # A record beside the conversation: what matters comes as a message of its own.
            _log.info("message_not_rewritten", error=type(error).__name__)

    async def _edit_text(
        self,
        chat_id: ChatId,
        screen: Screen,
        markup: Markup,
        place: Place | None,
    ) -> bool:
        """Put the text into a message that has one; return whether it stands there now.

        A screen that keeps the pressed message's picture goes below it.
        """
        below = place is not None and place.photo is not None and screen.keeps_picture
        if place is None or not (place.has_text or below):
            return False
        try:
            if screen.keeps_picture and not below:
                await self._write_anyhow(chat_id, place.message_id, screen.text, markup)
            else:
                await self._write(chat_id, place.message_id, screen.text, markup, caption=below)
        except BadRequest as error:
            if is_unchanged(error):
                return True
            _log.info("edit_refused", reason=error.message)
            return False
        return True

    async def _write_anyhow(
        self, chat_id: ChatId, message_id: int, text: str, markup: Markup
    ) -> None:
        """Change what a message says that may have got its picture since. Raises `BadRequest`."""
        await self._later.reworded(chat_id, message_id, text, markup)
        try:
            await self._write(chat_id, message_id, text, markup, caption=False)
        except BadRequest as error:
            if _NO_TEXT not in error.message.lower():
                raise
            text = fitted(text, CAPTION_LIMIT)
            await self._write(chat_id, message_id, text, markup, caption=True)

    async def _write(
        self, chat_id: ChatId, message_id: int, text: str, markup: Markup, *, caption: bool
    ) -> None:
        """Change what a message says, or what stands below its picture. Raises `BadRequest`."""
        if caption:
            await self._bot.fitting(
                "editMessageCaption",
                worded("caption", text, markup),
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=_HTML,
            )
            return
        await self._bot.fitting(
            "editMessageText",
            worded("text", text, markup),
            chat_id=chat_id,
            message_id=message_id,
            parse_mode=_HTML,
            link_preview_options=NO_PREVIEW,
        )

    async def _send_text(self, session: Session, screen: Screen, markup: Markup) -> object:
        """Send the words; return what Telegram made of them."""
        try:
            return await self._bot.fitting(
                "sendMessage",
                worded("text", screen.text, markup),
                chat_id=session.chat_id,
                parse_mode=_HTML,
                link_preview_options=NO_PREVIEW,
                **_within(session),
            )
        except BadRequest as error:
            if is_topic_lost(error):
                raise
            # A link or a text that Telegram does not take: the rest is better than silence.
            _log.error("screen_simplified", step=session.step, reason=error.message)
            return await self._bot.call(
                "sendMessage",
                chat_id=session.chat_id,
                text=without_markup(screen.text),
                reply_markup=keyboard_json(session, screen, only_actions=True),
                link_preview_options=NO_PREVIEW,
                **_within(session),
            )

    async def _edit_photo(
        self,
        chat_id: ChatId,
        screen: Screen,
        photo: Photo,
        markup: Markup,
        place: Place | None,
    ) -> bool:
        """Put the picture into a message that has one; return whether it stands there now."""
        if place is None or (place.photo is None and not place.takes_picture):
            return False
        try:
            if place.photo is not None and photo.unique_id == place.photo:
                sent = await self._bot.fitting(
                    "editMessageCaption",
                    worded("caption", screen.text, markup),
                    chat_id=chat_id,
                    message_id=place.message_id,
                    parse_mode=_HTML,
                )
            else:
                content = photo.file_id or await photo.made()
                if content is None:
                    return False
                sent = await self._bot.fitting(
                    "editMessageMedia",
                    pictured(content, screen.text, markup),
                    chat_id=chat_id,
                    message_id=place.message_id,
                )
        except BadRequest as error:
            if is_unchanged(error):
                return True
            # The tapped message may be gone, or the remembered file may be.
            _log.info("edit_refused", reason=error.message)
            return False
        await self._photos.remember(photo, sent)
        return True

    async def _retire(self, chat_id: ChatId, tapped: Place | None, *, delete: bool = False) -> None:
        """Take the buttons off a message that a new one replaced, or take it away."""
        if tapped is None or not tapped.has_buttons:
            return
        try:
            method = "deleteMessage" if delete else "editMessageReplyMarkup"
            await self._bot.call(method, chat_id=chat_id, message_id=tapped.message_id)
        except TelegramError as error:
            # Old buttons still answer, so a message that keeps its own does no harm.
            _log.info("buttons_left", reason=type(error).__name__)


def _within(session: Session) -> dict[str, Any]:
    return {} if session.topic is None else {"message_thread_id": session.topic}
