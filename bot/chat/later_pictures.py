"""Pictures that come after their words: a message is sent as text, its picture is added when made.

A sheet of search results takes ten downloads and a composition, the words take nothing. What is
not added before the process ends is left out: the words and buttons are all there without it, and
a sheet that might be the second is none.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from msgspec import Struct
from msgspec.structs import replace
from telegram import InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.chat.photos import Photo, Photos
from bot.chat.reading import Place
from bot.chat.screens import ContactSheet, Screen, SellerPicture
from bot.chat.wording import Markup, pictured, worded
from bot.domain.identifiers import ChatId
from bot.domain.recent import Recent
from bot.services.waiting import waiting
from bot.telegram import DirectBot
from bot.telegram.abilities import Ability, Can
from bot.telegram.outcomes import is_unchanged, number_of

_TURNED_KEPT: Final = 1024
_NO_MEDIA: Final = "no media in the message"
"""What a server says for which a text message can't become one with a picture."""
_log = structlog.get_logger(__name__)

_Key = tuple[ChatId, int]


class _Awaited(Struct):
    """A message of words that is to get its picture."""

    photo: Photo
    text: str
    markup: Markup
    where: dict[str, Any]
    task: asyncio.Task[None] | None = None
    leaving: bool = False
    """Telegram is being told, with the words of now."""
    is_passed: bool = False
    """A button of it was pressed, and what that led to stands below it."""
    is_shared: bool = False
    """Whoever finds the same next would have it made again."""

    def markup_now(self, can: Can) -> str | None:
        """Return its buttons, none once one was pressed."""
        return None if self.is_passed else self.markup(can)


class LaterPictures:
    """Adds pictures to messages of words."""

    def __init__(self, bot: DirectBot, photos: Photos, patience: float, words_wait: float) -> None:
        """`patience` is how many seconds a press waits for the picture of its message.

        `words_wait` is how many seconds words wait for a picture that they should come with.
        """
        self._patience, self._words_wait = patience, words_wait
        self._bot = bot
        self._photos = photos
        self._awaited: dict[_Key, _Awaited] = {}
        self._turned: Recent[_Key, str] = Recent(_TURNED_KEPT)

    def suits(self, photo: Photo) -> bool:
        """Tell whether it could come after its words: it is to be made of what a host has."""
        return (
            isinstance(photo.picture, ContactSheet | SellerPicture)
            and photo.file_id is None
            and self._bot.abilities.has(Ability.ADDED_PICTURES)
        )

    def making(self, photo: Photo) -> "asyncio.Task[bytes | None]":
        """Begin to make a picture, maybe while its words are on their way."""
        return asyncio.create_task(photo.made(), name="later picture")

    async def comes_soon(
        self, photo: Photo, making: "asyncio.Task[bytes | None]", place: Place | None
    ) -> bool:
        """Wait a little for a picture that words should come with; tell whether it is made.

        That is any but a sheet in a new message: what has a picture already keeps the old one
        until the new one is there, and an offer's takes one download.
        """
        in_place = place is not None and place.photo is not None
        if isinstance(photo.picture, ContactSheet) and not in_place:
            return False
        return await self.comes_in_time(making)

    async def comes_in_time(self, making: "asyncio.Task[bytes | None]") -> bool:
        """Wait for a picture as long as words may; tell whether it is made."""
        try:
            async with waiting():
                await asyncio.wait({making}, timeout=self._words_wait)
        except BaseException:
            making.cancel()
            raise
        if making.done():
            making.result()
        return making.done()

    def add(
        self,
        key: _Key,
        photo: Photo,
        making: "asyncio.Task[bytes | None]",
        text: str,
        markup: Markup,
        *,
        is_shared: bool = False,
        **where: Any,
    ) -> None:
        """Add the picture to a message that was sent, when it is made; the words stay as they are.

        One that `is_shared` is added also when the chat has gone on. `where` is what a message of
        its own would be sent with, to a server that can't add one.
        """
        awaited = _Awaited(photo, text, markup, where, is_shared=is_shared)
        self._awaited[key] = awaited
        awaited.task = asyncio.create_task(self._add(key, awaited, making), name="picture added")

    async def after_words(
        self,
        chat_id: ChatId,
        screen: Screen,
        photo: Photo,
        making: "asyncio.Task[bytes | None]",
        markup: Markup,
        send: Callable[[], Awaitable[object]],
        **where: Any,
    ) -> None:
        """Send words, and have the picture that is being made added to them.

        Raises what `send` does; then there is no picture either.
        """
        try:
            sent = await send()
        except BaseException:
            making.cancel()
            raise
        try:
            key = (chat_id, number_of(sent))
        except NetworkError as error:
            # The words are there; sent again for their picture they would be there twice.
            _log.warning("picture_left_out", reason=error.message)
            making.cancel()
        else:
            shared = screen.shared_picture
            self.add(key, photo, making, screen.text, markup, is_shared=shared, **where)

    async def reworded(self, chat_id: ChatId, message_id: int, text: str, markup: Markup) -> None:
        """Have a picture that is still to come put above other words, which are about to be set."""
        awaited = self._awaited.get((chat_id, message_id))
        if awaited is None or awaited.task is None:
            return
        if awaited.leaving:  # with the old words, which must not come after the new ones
            async with waiting():
                await asyncio.wait({awaited.task})
        awaited.text, awaited.markup = text, markup

    def awaits(self, chat_id: ChatId, message_id: int, photo: Photo) -> bool:
        """Tell whether that message of words is to get that very picture."""
        awaited = self._awaited.get((chat_id, message_id))
        return awaited is not None and awaited.photo.picture == photo.picture

    async def settled(self, chat_id: ChatId, place: Place | None, screen: Screen) -> Place | None:
        """Return a pressed message as it stands now, for the screen that the press led to.

        A press that was made before the picture came tells of a message of words. The picture is
        waited for a little, no longer than anybody waits for an answer. Of one that takes longer
        the message goes on to the screen, and the picture is given up for the screen's own. One
        that is shared still comes, since whoever finds the same next would have it made again: its
        message is left to it then, without buttons, and what the press led to comes below. What
        `keeps_picture` goes into that message all the same, see `reworded`.
        """
        if place is None:
            return None
        key = (chat_id, place.message_id)
        awaited = self._awaited.get(key)
        task = awaited.task if awaited is not None else None
        if awaited is not None and task is not None:
            async with waiting():
                await asyncio.wait({task}, timeout=self._patience)
            if not task.done() and not screen.keeps_picture:
                if _goes_on(awaited, screen):
                    if awaited.photo.picture != screen.picture or screen.rich is not None:
                        task.cancel()
                        del self._awaited[key]
                    return replace(place, takes_picture=True)
                awaited.is_passed = True
                return replace(place, has_text=False)
        turned = self._turned.get(key)
        if turned is None or place.photo is not None:
            return place
        return replace(place, has_text=False, photo=turned)

    async def close(self, grace: float) -> None:
        """Let what is under way end for so many seconds; the rest is left out."""
        tasks = {each.task for each in self._awaited.values() if each.task is not None}
        if not tasks:
            return
        _, left = await asyncio.wait(tasks, timeout=grace)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _add(
        self, key: _Key, awaited: _Awaited, making: "asyncio.Task[bytes | None]"
    ) -> None:
        try:
            content = await making
            if content is not None:
                known = (await self._photos.of(awaited.photo.picture)).file_id
                awaited.leaving = True
                await self._put(key, awaited, dict.fromkeys(filter(None, (known, content))))
        except TelegramError as error:
            # The words are there, and say everything.
            _log.info("picture_left_out", reason=type(error).__name__)
        except Exception:  # noqa: BLE001 - nobody waits for this task, and the words are there
            _log.exception("picture_left_out")
        finally:
            making.cancel()
            # A task that was cancelled knows where, and there it is known: both would be left to
            # the garbage collector, with the picture.
            awaited.task = None
            if self._awaited.get(key) is awaited:
                del self._awaited[key]

    async def _put(self, key: _Key, awaited: _Awaited, contents: dict[str | bytes, None]) -> None:
        """Put the first of `contents` that Telegram takes above the words."""
        chat_id, message_id = key
        for content in contents:
            try:
                sent = await self._bot.fitting(
                    "editMessageMedia",
                    pictured(content, awaited.text, awaited.markup_now),
                    chat_id=chat_id,
                    message_id=message_id,
                )
            except BadRequest as error:
                if is_unchanged(error):
                    return
                if _NO_MEDIA in error.message.lower():
                    self._bot.abilities.lacks(Ability.ADDED_PICTURES)
                    if not awaited.is_passed:
                        await self._replace(key, awaited, content)
                    return
                # The message may be gone, or what Telegram remembered of the picture.
                _log.info("picture_refused", reason=error.message)
            else:
                await self._photos.remember(awaited.photo, sent)
                self._note(key, sent)
                return

    def _note(self, key: _Key, sent: object) -> None:
        sizes = sent.get("photo") if isinstance(sent, dict) else None
        size = sizes[-1] if isinstance(sizes, list) and sizes else None
        unique = size.get("file_unique_id") if isinstance(size, dict) else None
        self._turned.put(key, unique if isinstance(unique, str) else "")

    async def _replace(self, key: _Key, awaited: _Awaited, content: str | bytes) -> None:
        """Send words and picture anew, then take away the words alone."""
        chat_id, message_id = key
        sent = await self._bot.fitting(
            "sendPhoto",
            worded("caption", awaited.text, awaited.markup),
            chat_id=chat_id,
            photo=content if isinstance(content, str) else InputFile(content),
            parse_mode=ParseMode.HTML.value,
            **awaited.where,
        )
        await self._photos.remember(awaited.photo, sent)
        await self._bot.call("deleteMessage", chat_id=chat_id, message_id=message_id)


def _goes_on(awaited: _Awaited, screen: Screen) -> bool:
    """Tell whether a message that waits for its picture can show another screen in its place."""
    if screen.milestone or awaited.leaving or awaited.is_passed:
        return False
    return not awaited.is_shared or screen.shared_picture
