"""`/language`: at any step, then that step again in the new language."""

from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Screen, row
from bot.chat.texts import LANGUAGES
from bot.domain.sessions import Session

NAMES = {"en": "English", "zh": "中文"}


def language_button(session: Session) -> Button:
    """Return the button that switches to the other language."""
    other = next(language for language in LANGUAGES if language != session.language)
    return _button(session, f"🌐 {NAMES[other]}", other)


def _button(session: Session, label: str, language: str) -> Button:
    # The revision tells switching back and forth from one tap that arrives twice.
    return Button(label, "lang", f"{language}.{session.revision}", standing=True)


async def ask(_: Update, context: Context) -> Reply:
    """Offer the languages without leaving the step."""
    session = context.session
    buttons = [
        _button(session, f"{'✓ ' if language == session.language else ''}{name}", language)
        for language, name in NAMES.items()
    ]
    return Overlay(Screen(context.t("language.ask"), row(*buttons)))


async def choose(_: Update, context: Context) -> Reply:
    """Switch and draw the current step again."""
    language = context.arg.partition(".")[0]
    if language not in LANGUAGES:
        return None
    context.keep_announced()
    context.change(language=language, language_chosen=True)
    context.toast = context.t("language.chosen")
    return None
