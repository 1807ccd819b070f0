"""Which callback an update goes to: buttons by their action, texts by what they hold."""

from collections.abc import Awaitable, Callable

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, filters

from bot.chat.buttons import BadButton, Press
from bot.chat.context import Context, Reply
from bot.domain.identifiers import order_named
from bot.domain.links import nameless_link, offer_in_link
from bot.domain.questions import question_named
from bot.domain.small_talk import says_paid

Callback = Callable[[Update, Context], Awaitable[Reply]]


class Buttons(BaseHandler[Update, Context, Reply]):
    """Routes presses by their action through one look-up, instead of a row of patterns."""

    def __init__(self, **actions: Callback) -> None:
        super().__init__(self._dispatch)
        self._actions = actions

    def check_update(self, update: object) -> object:
        """Take a press whose action is declared here."""
        if not isinstance(update, Update) or update.callback_query is None:
            return None
        try:
            press = Press.decode(update.callback_query.data or "")
        except BadButton:
            return None
        return True if press.action in self._actions else None

    async def _dispatch(self, update: Update, context: Context) -> Reply:
        if context.press is None:
            return None
        return await self._actions[context.press.action](update, context)


def said(message: Message) -> str:
    """Return a message's words, with the addresses that are hidden behind some of them."""
    entities = (*message.entities, *message.caption_entities)
    hidden = (entity.url for entity in entities if entity.url)
    return "\n".join((message.text or message.caption or "", *hidden))


class _OfferLink(filters.MessageFilter):
    def filter(self, message: Message) -> bool:
        words = said(message)
        return offer_in_link(words) is not None or nameless_link(words) is not None


class _OrderNumber(filters.MessageFilter):
    def filter(self, message: Message) -> bool:
        return order_named(message.text or "") is not None


class _Paid(filters.MessageFilter):
    def filter(self, message: Message) -> bool:
        return says_paid(message.text or "")


PAID = filters.TEXT & _Paid() & ~filters.UpdateType.EDITED
"""A text that says something was paid, and nothing else."""

ORDER_NUMBER = filters.TEXT & _OrderNumber() & ~filters.UpdateType.EDITED
"""A text that is the number of an order, ours or the marketplace's, and nothing else."""

OFFER_LINK = filters.TEXT & _OfferLink()
"""A text with a 1688 address, whether or not the address itself names an offer."""


class _AnswersAQuestion(filters.MessageFilter):
    def filter(self, message: Message) -> bool:
        target = message.reply_to_message
        if target is None or target.from_user is None:
            return False
        ours = target.from_user.id == message.get_bot().id
        return ours and question_named(target.text or target.caption or "") is not None


ANSWERS_A_QUESTION = ~filters.COMMAND & ~filters.UpdateType.EDITED & _AnswersAQuestion()
"""A message that answers one of ours which names a question to the operators."""

WORDS = (
    filters.TEXT
    & ~filters.COMMAND
    & ~_OfferLink()
    & ~_OrderNumber()
    & ~_Paid()
    & ~filters.UpdateType.EDITED
)
"""A text that answers what the screen asks.

Commands, links, orders' numbers and that something was paid lead elsewhere.
"""

_WRITTEN = filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL
# A live location "edits" its message every few seconds; only words are worth an answer.
_REWRITTEN = filters.UpdateType.EDITED_MESSAGE & (filters.TEXT | filters.CAPTION)


def asks_for_an_answer(update: object) -> bool:
    """Tell whether a person wrote or pressed something in a private chat.

    Anything else (a pinned message, a blocked bot, kinds of updates yet to be invented) asks
    for no answer.
    """
    if not isinstance(update, Update) or not update.effective_user:
        return False
    chat = update.effective_chat
    if chat is None or chat.type != ChatType.PRIVATE:
        return False
    message = update.message
    # Nearly all of them, without looking for each kind of service message: those have no words.
    if update.callback_query is not None or (message is not None and message.text is not None):
        return True
    return bool(_REWRITTEN.check_update(update) or _WRITTEN.check_update(update))
