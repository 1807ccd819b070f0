"""Another person runs a buy whose organiser can't: blocked the bot, left, is gone."""

from bot.domain.addresses import Address
from bot.domain.group_buys.buys import ENDED, BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.news import NewsOf, news_to
from bot.domain.group_buys.receiving import settled_claims
from bot.domain.identifiers import ChatId, UserId
from bot.domain.ledger import Books

_BEFORE_ORDERING = (
    BuyState.DRAFT,
    BuyState.OPEN,
    BuyState.PAUSED,
    BuyState.LOCKED,
    BuyState.CONFIRMING,
    BuyState.COLLECTING,
)


def taken_over(
    buy: GroupBuy, by: UserId, payment: str, address: Address | None, language: str, books: Books
) -> Change:
    """Make `by` the organiser, whom members pay as `payment` says, and who gets all goods.

    What was agreed stays, and so do all books: what came in before counts. Pieces that the first
    organiser took on their own account are theirs to pay for like anybody's. Raises `BuyRefused`.
    """
    if buy.state in ENDED or buy.organiser == by:
        raise BuyRefused(Why.STATE)
    if not payment.strip() or (address is None and buy.state in _BEFORE_ORDERING):
        raise BuyRefused(Why.INCOMPLETE)
    before = buy.organiser
    # An order that stands has its own; one that is made again is to reach whoever runs the buy.
    goes_there = address or buy.terms.address
    after = buy.replace(
        organiser=by,
        chat_id=ChatId(by),
        language=language,
        terms=buy.terms.changed(payment=payment, address=goes_there),
        earlier=(*buy.earlier, buy.terms),
    )
    if buy.state is BuyState.COLLECTING:
        for user in (before, by):
            after = settled_claims(after, user, books)
    people = dict.fromkeys(each.user_id for each in after.claims)
    told = [each for each in (*people, before) if each != by]
    detail = f"{after.terms.number}"
    return Change(after, news_to(NewsOf.TAKEN_OVER, told, detail))
