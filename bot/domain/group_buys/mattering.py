"""Whether news that waited, for quiet hours or a slow Telegram, is still worth telling."""

from collections.abc import Callable

from bot.domain.currencies import Money
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.claims import ClaimState, DisputeState
from bot.domain.group_buys.disputes import ALLOWED, FOR_OPERATOR
from bot.domain.group_buys.fulfilling import SENT_BACK
from bot.domain.group_buys.minimum import short_of_minimum
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.receiving import is_unpaid
from bot.domain.group_buys.taking_back import TAKEN_BACK
from bot.domain.ledger import Books, Kind

SENDING_TAKEN_BACK = f"{TAKEN_BACK}refund:"
"""What the detail of news begins with that tells of money that was not sent back after all."""

_N = NewsOf
_NOT_QUOTED = {BuyState.LOCKED, BuyState.CONFIRMING}
_JOINED = {ClaimState.WAITING, ClaimState.HELD}


def still_matters(buy: GroupBuy, books: Books, news: News) -> bool:
    """Tell whether what news asks for is still to be done; what only tells always matters."""
    if (booked := booking_told(news)) is not None:
        return booked in books and not books.is_reversed(booked)
    if news.detail.startswith(SENDING_TAKEN_BACK):
        return _balance(buy, books, news).units < 0
    matters = _ASKS.get(news.kind)
    return matters is None or matters(buy, books, news)


def booking_told(news: News) -> str | None:
    """Return the key of the booking that news tells a member of: money sent back, or given off."""
    if news.detail.startswith(SENT_BACK):
        return news.detail.removeprefix(SENT_BACK)
    return news.detail if news.detail.startswith(ALLOWED) else None


def _waits_for_the_order(buy: GroupBuy, books: Books) -> bool:
    """Tell whether all have paid and the organiser has not looked at the order since."""
    if buy.state is not BuyState.COLLECTING or not buy.taken or is_unpaid(buy):
        return False
    quoted = buy.quoted_at
    came_in = [each.at for each in books if each.kind is Kind.RECEIPT]
    if quoted is None or not came_in:
        return True
    # What is booked after the order was looked at may be what let it go ahead: somebody left.
    return quoted <= max(came_in) or any(each.at > quoted for each in books)


def _owes(buy: GroupBuy, books: Books, news: News) -> bool:
    return _balance(buy, books, news).units > 0


def _balance(buy: GroupBuy, books: Books, news: News) -> Money:
    return books.account_of(buy.account_of(news.user_id), buy.terms.rate.currency).balance


def _complains(buy: GroupBuy, _: Books, news: News) -> bool:
    for_operator = news.detail.startswith(FOR_OPERATOR)
    wanted = DisputeState.TO_OPERATOR if for_operator else DisputeState.OPENED
    return any(each.dispute and each.dispute.state is wanted for each in buy.claims)


_ASKS: dict[NewsOf, Callable[[GroupBuy, Books, News], bool]] = {
    _N.ALL_PAID: lambda buy, books, _: _waits_for_the_order(buy, books),
    _N.DUE: lambda buy, books, news: buy.state is BuyState.COLLECTING and _owes(buy, books, news),
    _N.REMIND: _owes,
    _N.ABROAD: _owes,
    _N.NOT_RECEIVED: _owes,
    _N.ASK: lambda buy, _, news: news.user_id in buy.asked,
    _N.RENEW: lambda buy, _, news: any(
        each.renew and each.state in _JOINED for each in buy.claims_of(news.user_id)
    ),
    _N.COLLECTING: lambda buy, _books, _news: buy.state is BuyState.COLLECTING,
    _N.NOT_PLACED: lambda buy, _books, _news: buy.state is BuyState.COLLECTING,
    _N.PLACED: lambda buy, _books, _news: buy.state is BuyState.ORDERED,
    _N.TOO_FEW: lambda buy, _books, _news: (
        buy.state is BuyState.LOCKED and short_of_minimum(buy) > 0
    ),
    _N.NO_QUOTE: lambda buy, _books, _news: buy.state in _NOT_QUOTED,
    _N.PARTLY: lambda buy, _books, _news: bool(buy.lacking),
    _N.UNRESOLVED: lambda buy, _books, _news: bool(buy.unresolved),
    _N.DISPUTED: _complains,
}
