"""A message that nobody pressed for: sent once, without its markup where Telegram refuses that."""

import contextlib

import structlog
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.chat.drawing import Drawer
from bot.chat.keyboards import keyboard_json
from bot.chat.measuring import fitted, without_markup
from bot.chat.screens import TEXT_LIMIT, Screen
from bot.chat.wording import NO_PREVIEW, worded
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Session
from bot.storage.ports import ConversationPort, StepCommit, StorageError, VersionConflict
from bot.telegram import DirectBot
from bot.telegram.outcomes import is_topic_lost
from bot.telegram.pacing import NEVER_AGAIN, NOT_HELD

_log = structlog.get_logger(__name__)


async def send_pictured(bot: DirectBot, drawer: Drawer, session: Session, screen: Screen) -> None:
    """Send a screen as `send_screen` does, below its picture where that can be had.

    Raises `TelegramError`.
    """
    try:
        sent = await drawer.send_picture(session, screen, retries=NOT_HELD)
    except BadRequest as error:
        if session.topic is None or not is_topic_lost(error):
            raise
        await send_pictured(bot, drawer, session.replace(topic=None), screen)
        return
    if not sent:
        await send_screen(bot, session, screen)


async def send_screen(
    bot: DirectBot, session: Session, screen: Screen, *, even_held: bool = False
) -> None:
    """Send a screen's text and buttons as a message of its own, where the person wrote last.

    Raises `TelegramError`; `RetryAfter` at once for a chat that is held back, unless `even_held`.
    """
    retries = NEVER_AGAIN if even_held else NOT_HELD
    text = fitted(screen.text, TEXT_LIMIT)
    try:
        await bot.fitting(
            "sendMessage",
            worded("text", text, lambda can: keyboard_json(session, screen, can)),
            chat_id=session.chat_id,
            parse_mode=ParseMode.HTML.value,
            link_preview_options=NO_PREVIEW,
            message_thread_id=session.topic,
            retries=retries,
        )
    except BadRequest as error:
        if "chat not found" in error.message.lower():
            raise
        if session.topic is not None and is_topic_lost(error):
            await send_screen(bot, session.replace(topic=None), screen, even_held=even_held)
            return
        _log.error("news_simplified", reason=error.message)
        await bot.call(
            "sendMessage",
            chat_id=session.chat_id,
            text=without_markup(text),
            reply_markup=keyboard_json(session, screen, only_actions=True),
            link_preview_options=NO_PREVIEW,
            message_thread_id=session.topic,
            retries=retries,
        )


async def session_of(
    conversations: ConversationPort, chat_id: ChatId, user_id: UserId, language: str
) -> Session:
    """Return the person's conversation, whose buttons the message will have; begun if need be.

    One that can't be read keeps nobody from hearing. Raises `StorageUnavailable`.
    """
    try:
        session = await conversations.load_session(chat_id, user_id)
    except (StorageError, ValueError):
        _log.exception("language_unknown")
        session = None
    if session is not None:
        return session
    return await begun_session(conversations, chat_id, user_id, language)


async def begun_session(
    conversations: ConversationPort, chat_id: ChatId, user_id: UserId, language: str
) -> Session:
    """Begin somebody's conversation and keep it: a press of its buttons has to find it.

    Raises `StorageUnavailable`.
    """
    session = Session.begun(chat_id, user_id, language)
    with contextlib.suppress(VersionConflict):  # somebody who just wrote has one by now
        await conversations.commit_step(StepCommit(session=session, expected_revision=None))
    return session
