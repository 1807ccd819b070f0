"""What works at any step: help, privacy, and an answer to everything else."""

from telegram import Update

from bot.chat.context import QUIET, Context, Overlay, Reply
from bot.chat.screens import Button, Screen, lines, paragraphs, row
from handlers.always.language import language_button
from handlers.finding.search import is_rest_of_album


async def help_(_: Update, context: Context) -> Reply:
    """`/help`: what can be sent, and the commands."""
    t = context.t
    support = None
    if context.services.support.is_there:
        support = Button(t("question.button"), "support", standing=True)
    watches = None
    if context.services.watches is not None:
        watches = Button(t("watches.button"), "watches", standing=True)
    rows = row(_back(context)) + row(support, language_button(context.session)) + row(watches)
    missing = [*([] if support else ["/support "]), *([] if watches else ["/watches "])]
    commands = [
        each for each in t("help.commands").splitlines() if not each.startswith(tuple(missing))
    ]
    return Overlay(Screen(paragraphs(t("help.what"), lines(*commands)), rows))


async def privacy(_: Update, context: Context) -> Reply:
    """`/privacy`: what is kept, why, and who sees it."""
    t, shop = context.t, context.services.shop
    text = paragraphs(t("privacy.text"), t("privacy.shop") if shop is not None else None)
    return Overlay(Screen(text, row(_back(context))))


def _back(context: Context) -> Button:
    # The revision tells going back twice from one tap that arrives twice.
    revision = str(context.session.revision)
    return Button(context.t("help.back_button"), "here", revision, standing=True)


async def here(_: Update, context: Context) -> Reply:
    """Draw the current step again, with what it had announced."""
    context.keep_announced()
    context.redraw_only = True
    return None


async def edited(_: Update, context: Context) -> Reply:
    """An edited message: say that only new messages count."""
    context.flash("anywhere.edited")
    return None


async def unknown_command(_: Update, context: Context) -> Reply:
    """A command that does not exist."""
    context.flash("anywhere.unknown_command")
    return None


async def anything(update: Update, context: Context) -> Reply:
    """A sticker, a voice message, a film: say what is understood, and stay."""
    message = update.effective_message
    if message is not None and is_rest_of_album(message, context):
        return QUIET
    moving = message is not None and (message.video or message.video_note)
    context.flash("search.moving" if moving else "anywhere.not_understood")
    return None


def stale(context: Context) -> None:
    """A button of an earlier screen, or one that was never ours."""
    context.keep_announced()
    context.toast = context.t("anywhere.old_button")
    context.flash("anywhere.old_button")
