"""`/language`: at any step, then that step again in the new language."""

from telegram import Update

from bot.context import Context, Outcome, Overlay
from bot.screens import Button, Screen, row
from bot.texts import LANGUAGES

NAMES = {"en": "English", "zh": "中文"}


def language_button(current: str) -> Button:
    """Return the button that switches to the other language."""
    other = next(language for language in LANGUAGES if language != current)
    return Button(f"🌐 {NAMES[other]}", "lang", other, standing=True)


async def ask(_: Update, context: Context) -> Outcome:
    """Offer the languages without leaving the step."""
    current = context.session.language
    buttons = [
        Button(
            f"{'✓ ' if language == current else ''}{NAMES[language]}",
            "lang",
            language,
            standing=True,
        )
        for language in LANGUAGES
    ]
    return Overlay(Screen(context.t("language.ask"), row(*buttons)))


async def choose(_: Update, context: Context) -> Outcome:
    """Switch and draw the current step again."""
    if context.arg not in LANGUAGES:
        return None
    context.keep_announced()
    context.change(language=context.arg, language_chosen=True)
    context.toast = context.t("language.chosen")
    return None
