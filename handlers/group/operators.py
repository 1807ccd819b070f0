"""The operators' own group: what answers a question of ours there goes to who asked.

Everything else that is written in a topic stays among the operators. Telegram has each message of
a topic answer the one that opened it, which is ours too: that is no answer.
"""

import html
from typing import Any

import structlog
from telegram import Message, Update, User
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import BaseHandler

from bot.chat.buttons import natural
from bot.chat.context import Context
from bot.chat.keyboards import IN_GROUP
from bot.chat.texts import cut, language_of, texts_in
from bot.domain.identifiers import ChatId, QuestionId, UserId
from bot.domain.questions import LONGEST_ANSWER, Operator, Topic, question_named
from bot.services.bundle import Services
from bot.services.support import QuestionGone
from handlers.shared.asker import texts_for
from handlers.support.question import words_of

_NAME = 40
_LONGEST_TOAST = 200  # https://core.telegram.org/bots/api#answercallbackquery
_DEEDS = ("answer", "take_question", "close_question")
_log = structlog.get_logger(__name__)


class OperatorsGroup(BaseHandler[Update, Context, None]):
    """Takes answers and presses in the group that `SUPPORT_CHAT` names."""

    def __init__(self, services: Services, group: int) -> None:
        super().__init__(self._handle)
        self._services = services
        self._group = group

    def check_update(self, update: object) -> bool:
        """Take a message that answers one of ours there, and a press of our button."""
        if not isinstance(update, Update) or update.effective_chat is None:
            return False
        if update.effective_chat.id != self._group:
            return False
        query = update.callback_query
        if query is not None:
            return (query.data or "").startswith(IN_GROUP)
        return update.message is not None and self._answers(update.message, update.get_bot().id)

    @staticmethod
    def _answers(message: Message, me: int) -> bool:
        target = message.reply_to_message
        if target is None or target.from_user is None or target.from_user.id != me:
            return False
        return target.forum_topic_created is None

    async def _handle(self, update: Update, _: Context) -> None:
        if update.callback_query is not None:
            await self._pressed(update)
        elif update.message is not None:
            await self._answered(update.message)

    async def _answered(self, message: Message) -> None:
        user = message.from_user
        store = self._services.store
        t = await texts_for(message, store.posts, store.conversations)
        question_id = await self._named(message)
        if question_id is None:
            return
        if user is None or not self._services.support.is_operator(user.id):
            await _reply(message, t("support.only_operators"))
            return
        words = (message.text or message.caption or "").strip()
        if not words and not message.photo:
            await _reply(message, t("question.only_words"))
            return
        if len(words) > LONGEST_ANSWER:
            await _reply(message, t("question.too_long", most=LONGEST_ANSWER, length=len(words)))
            return
        try:
            await self._services.support.answer(question_id, _operator(user), words_of(message))
        except QuestionGone:
            await _reply(message, t("question.gone"))

    async def _named(self, message: Message) -> QuestionId | None:
        """Return the question that an answer is for: named in what it answers, or by its topic."""
        target = message.reply_to_message
        named = question_named((target.text or target.caption or "") if target else "")
        if named is not None or message.message_thread_id is None:
            return named
        topic = Topic(chat_id=ChatId(message.chat.id), thread_id=message.message_thread_id)
        question = await self._services.store.questions.question_in(topic)
        return question.question_id if question else None

    async def _pressed(self, update: Update) -> None:
        query, user = update.callback_query, update.effective_user
        if query is None or user is None:
            return
        deed, _, number = (query.data or "").removeprefix(IN_GROUP).partition(".")
        t = texts_in(language_of(user.language_code))
        told: str = t("anywhere.old_button")
        if not self._services.support.is_operator(user.id):
            told = t("support.only_operators")
        elif deed in _DEEDS and (question_id := natural(number)) is not None:
            told = await self._do(deed, QuestionId(question_id), user, t)
        try:
            await query.answer(_plain(told), show_alert=deed == "answer")
        except TelegramError as error:
            _log.info("tap_not_answered", reason=type(error).__name__)

    async def _do(self, deed: str, question_id: QuestionId, user: User, t: Any) -> str:
        try:
            if deed == "take_question":
                await self._services.support.take(question_id, _operator(user))
                return str(t("answer.taken", number=f"{question_id}"))
            if deed == "close_question":
                await self._services.support.close(question_id, _operator(user))
                return str(t("answer.closed_now", number=f"{question_id}"))
        except QuestionGone:
            return str(t("question.gone"))
        return str(t("support.reply_here"))


def _operator(user: User) -> Operator:
    return Operator(user_id=UserId(user.id), name=cut(user.full_name, _NAME))


def _plain(text: str) -> str:
    return cut(html.unescape(text), _LONGEST_TOAST)


async def _reply(message: Message, text: str) -> None:
    try:
        await message.reply_text(
            text, parse_mode=ParseMode.HTML, message_thread_id=message.message_thread_id
        )
    except TelegramError as error:
        _log.info("operators_group_not_answered", reason=type(error).__name__)
