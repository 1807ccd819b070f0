"""Which callback an update goes to: buttons by their action, texts by what they hold."""

from collections.abc import Awaitable, Callable

from telegram import Message, Update
from telegram.ext import BaseHandler, filters

from bot.buttons import BadButton, Press
from bot.context import Context, Outcome
from bot.domain.links import bare_offer, offer_in_link

Callback = Callable[[Update, Context], Awaitable[Outcome]]


class Buttons(BaseHandler[Update, Context, Outcome]):
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

    async def _dispatch(self, update: Update, context: Context) -> Outcome:
        if context.press is None:
            return None
        return await self._actions[context.press.action](update, context)


class _OfferLink(filters.MessageFilter):
    def filter(self, message: Message) -> bool:
        return offer_in_link(message.text or "") is not None


class _BareOffer(filters.MessageFilter):
    def filter(self, message: Message) -> bool:
        return bare_offer(message.text or "") is not None


OFFER_LINK = filters.TEXT & _OfferLink()
BARE_OFFER = filters.TEXT & _BareOffer()
WORDS = filters.TEXT & ~filters.COMMAND & ~_OfferLink() & ~filters.UpdateType.EDITED
"""A text that answers what the screen asks: no command and no link, which lead elsewhere."""
