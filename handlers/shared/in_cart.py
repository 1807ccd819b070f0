"""What waits in the cart, told on other screens: its button, and what a draft is called."""

from bot.chat.screens import Button
from bot.chat.texts import Texts, cut
from bot.domain.drafts import Draft
from bot.domain.offers import Wording
from bot.domain.sessions import Session
from bot.domain.titles import telling

_TITLE = 48


def cart_button(t: Texts, session: Session) -> Button | None:
    """Return the cart's button with how many lines are in it; None while it is empty."""
    count = len(session.cart.lines)
    return Button(t("cart.button", count=count), "cart") if count else None


def called(draft: Draft) -> Wording:
    """Name a draft by its first goods, in either language: sellers are masked (contract 4.4)."""
    title = draft.lines[0].title
    short = [cut(telling(each, _TITLE), _TITLE) for each in (title.zh, title.translated)]
    return Wording(zh=short[0], translated=short[1])
