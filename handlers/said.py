"""Words that are no goods: a command that Telegram does not mark, where an order is, a human.

Whoever says them gets what they ask for; a command also says how goods of its name are found.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from msgspec.structs import replace
from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Screen, paragraphs
from bot.chat.texts import cut
from bot.domain.asking import NoteAsked, WordAsked
from bot.domain.sessions import Step
from bot.domain.small_talk import Talk, command_meant, has_slash, talk_of, turns_back
from handlers import address, cart, start
from handlers.always import anywhere, language
from handlers.finding import categories
from handlers.finding.search import ANSWERS, LONGEST_KEYWORD
from handlers.group import buy
from handlers.orders import listing
from handlers.support import question
from handlers.watching import listing as watching

Callback = Callable[[Update, Context], Coroutine[Any, Any, Reply]]

COMMANDS: dict[str, Callback] = {
    "/help": anywhere.help_,
    "/orders": listing.show,
    "/watches": watching.show,
    "/cart": cart.show,
    "/cancel": start.cancel,
    "/start": start.start,
    "/language": language.ask,
    "/address": address.book,
    "/categories": categories.show,
    "/buys": buy.mine,
    "/support": question.support,
    "/privacy": anywhere.privacy,
}
_KEEPS_ITS_WORDS = (NoteAsked, WordAsked)


Names = Callable[[Context, str], Coroutine[Any, Any, bool]]


def or_said(text: Callback, unless: Names | None = None) -> Callback:
    """Return a callback that answers what is said to somebody, and leaves all else to `text`.

    A note to the seller and a keyword that were asked for may be any words but those that turn
    back: a seller who reads 取消 might cancel. What `unless` finds on the screen is no command:
    英文 may be an edition.
    """

    async def read(update: Update, context: Context) -> Reply:
        message = update.effective_message
        words = (message.text if message else None) or ""
        if unless is not None and await unless(context, words):
            return await text(update, context)
        command = command_meant(words)
        if isinstance(context.session.focus.asking, _KEEPS_ITS_WORDS):
            if not turns_back(words):
                return await text(update, context)
            context.focus(asking=None)
            return None
        if command in COMMANDS:
            reply = await COMMANDS[command](update, context)
            return reply if has_slash(words) else _with_a_hint(context, words, reply)
        talk = talk_of(words)
        answer = await _answered(update, context, talk, words) if talk is not None else None
        return answer or await text(update, context)

    return read


async def _answered(
    update: Update, context: Context, talk: Talk, said: str
) -> Overlay | Step | None:
    """Return what is shown for small talk; None where there is nothing better than words."""
    if talk is Talk.ORDER:
        user_id = context.session.user_id
        if not await context.services.store.orders.orders_of(user_id, 1):
            return None
        reply = await listing.show(update, context)
    elif talk is Talk.HUMAN and context.services.support.is_there:
        reply = await question.support(update, context)
    elif context.walk is not None and context.walk.passed:
        # Said while they wait for a search: beside it, so that it is not given up for this.
        return Overlay(Screen(context.t(ANSWERS[talk], words=said)))
    else:
        return None
    return reply if isinstance(reply, Overlay | Step) else None


def _with_a_hint(context: Context, words: str, reply: Reply) -> Reply:
    """Tell how goods of that name are found, unless there is more important to tell."""
    words = cut(words.strip(), LONGEST_KEYWORD)
    if isinstance(reply, Overlay):
        hint = context.t("search.of_that_name", words=words)
        text = paragraphs(reply.screen.text, hint)
        return Overlay(replace(reply.screen, text=text, rich=None), reply.in_place)
    if context.session.announced.flash is None:
        context.flash("search.of_that_name", words=words)
    return reply
