"""`/news`: whether a person wants to hear news from the operators; nobody gets any unasked."""

from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Screen, row

_ON, _OFF = "on", "off"


async def news(_: Update, context: Context) -> Reply:
    """Say whether they get news, and offer the other."""
    return Overlay(await _screen(context))


async def choose(_: Update, context: Context) -> Reply:
    """Remember what they chose."""
    session = context.session
    wanted = context.arg.partition(".")[0]
    if wanted in {_ON, _OFF}:
        await context.services.store.broadcasts.set_news(
            session.user_id, session.chat_id, wanted=wanted == _ON
        )
    return Overlay(await _screen(context), in_place=True)


async def _screen(context: Context) -> Screen:
    t = context.t
    wanted = await context.services.store.broadcasts.wants_news(context.session.user_id)
    other = _OFF if wanted else _ON
    # The moment tells switching to and fro from one tap that arrives twice.
    arg = f"{other}.{int(context.now.timestamp())}"
    label = t("news.off_button" if wanted else "news.on_button")
    text = t("news.is_on" if wanted else "news.is_off")
    return Screen(text, row(Button(label, "news_set", arg, standing=True)))
