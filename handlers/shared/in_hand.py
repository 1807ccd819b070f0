"""What an operator is being asked at the desk, and which order is in hand there."""

from bot.chat.context import Context
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.sessions import Focus, Ordered, Session
from bot.domain.shop_asking import AmountAsked, TermAsked


def amount_asked(session: Session) -> AmountAsked | None:
    """Return the question for an amount, if that is what is asked."""
    asked = session.focus.asking
    return asked if isinstance(asked, AmountAsked) else None


def term_asked(session: Session) -> TermAsked | None:
    """Return the question for one of the terms, if that is what is asked."""
    asked = session.focus.asking
    return asked if isinstance(asked, TermAsked) else None


def ask(context: Context, asking: AmountAsked | TermAsked | None) -> None:
    """Ask for it, or for nothing any more."""
    context.change(focus=Focus(asking=asking))


def take_in_hand(context: Context, order_no: MerchantOrderNo) -> None:
    """Have the screen be about an order, with nothing asked."""
    context.change(ordered=Ordered(order_no=order_no), focus=Focus())


def in_hand(session: Session) -> MerchantOrderNo:
    """Return the order that the screen is about."""
    return session.ordered.order_no or MerchantOrderNo("")
