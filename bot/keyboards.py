"""A screen's buttons as Telegram wants them."""

import html

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.buttons import Press
from bot.domain.sessions import Session
from bot.screens import Button, Screen


def keyboard(
    session: Session, screen: Screen, *, only_actions: bool = False
) -> InlineKeyboardMarkup | None:
    """Build the keyboard with the session's id and revision in every button that acts.

    `only_actions` leaves out the links and copies, which Telegram may refuse for what they hold.
    """
    rows = [
        [_button(session, each) for each in row if not only_actions or each.action is not None]
        for row in screen.rows
    ]
    there = [row for row in rows if row]
    return InlineKeyboardMarkup(there) if there else None


def _button(session: Session, button: Button) -> InlineKeyboardButton:
    # Buttons carry plain text, so what was escaped for HTML is taken back.
    text = html.unescape(button.text)
    if button.url is not None:
        return InlineKeyboardButton(text, url=button.url)
    if button.copy is not None:
        return InlineKeyboardButton(text, copy_text=CopyTextButton(button.copy))
    revision = None if button.standing else session.revision
    drawn = session.revision if button.standing else None
    press = Press(session.session_id, revision, button.action or "", button.arg, drawn)
    return InlineKeyboardButton(text, callback_data=press.encode())
