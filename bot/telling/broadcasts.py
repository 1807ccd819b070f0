"""Sending news to those who asked for it: slowly, at most once to each, on after a restart."""

import asyncio
import contextlib
from typing import Any

import structlog
from telegram import LinkPreviewOptions
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.chat.texts import texts_in
from bot.domain.broadcasts import Reached, Recipient
from bot.storage.ports import Storage, StorageError, StorageUnavailable
from bot.telegram.pacing import seconds_of
from bot.telling.rounds import whole

_PER_SECOND = 10.0  # a third of what Telegram allows: chats come first
_TOGETHER = 100
_LOOKS_EVERY = 5.0  # seconds
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_log = structlog.get_logger(__name__)


class Broadcaster:
    """Works off what was started, in the order of starting."""

    def __init__(
        self,
        bot: ExtBot[Any],
        storage: Storage,
        *,
        per_second: float = _PER_SECOND,
        looks_every: float = _LOOKS_EVERY,
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._pause = 1 / per_second
        self._looks_every = looks_every

    async def run(self) -> None:
        """Send, for ever. What an earlier run was just sending is not sent again."""
        given_up = False
        while True:
            try:
                if not given_up:
                    await self._storage.broadcasts.give_up_recipients()
                    given_up = True
                while await self.send_some():
                    pass
            except StorageUnavailable as error:
                _log.warning("news_put_off", error=str(error))
            except Exception:  # noqa: BLE001 - a bug here must not end the sending of other messages
                _log.exception("news_failed")
            await asyncio.sleep(self._looks_every)

    async def send_some(self) -> bool:
        """Send to some of those who wait; return whether there may be more."""
        waiting = await self._storage.broadcasts.recipients(_TOGETHER)
        for who in waiting:
            # Read before the claim: a storage that fails here leaves nobody claimed and unwritten.
            text = await self._text(who)
            if text is not None:
                wait = await whole(self._tell(who, text))
                await asyncio.sleep(max(self._pause, wait))
        return bool(waiting)

    async def _text(self, who: Recipient) -> str | None:
        """Return what is sent to one: as it was written, then how to end it, in their language."""
        news = await self._storage.broadcasts.broadcast(who.broadcast_id)
        if news is None:
            return None
        try:
            session = await self._storage.conversations.load_session(who.chat_id, who.user_id)
        except (StorageError, ValueError):
            # One that can't be read keeps nobody from the news.
            _log.exception("language_unknown")
            session = None
        t = texts_in(session.language if session else "en")
        return f"{news.text}\n\n{t('news.footer')}"

    async def _tell(self, who: Recipient, text: str) -> float:
        """Send to one who waits for it; return the seconds that Telegram asks to wait."""
        if not await self._storage.broadcasts.claim_recipient(who):
            return 0.0
        end: Reached | None = Reached.UNCLEAR
        wait = 0.0
        try:
            # Without markup: nothing in it can be refused.
            await self._bot.send_message(who.chat_id, text, link_preview_options=_NO_PREVIEW)
            end = Reached.TOLD
        except Forbidden:
            end = Reached.UNREACHABLE
        except BadRequest as error:
            _log.warning("news_refused", reason=error.message)
            end = Reached.UNREACHABLE
        except RetryAfter as error:
            end, wait = None, seconds_of(error)
        except TelegramError as error:
            _log.warning("news_unclear", error=type(error).__name__)
        finally:
            with contextlib.suppress(StorageUnavailable):
                await self._storage.broadcasts.reached(who, end)
        if end is Reached.UNREACHABLE:
            await self._storage.broadcasts.set_news(who.user_id, who.chat_id, wanted=False)
        return wait
