"""More variants than one order takes: the several orders of one group buy, and their one total."""

from collections.abc import Iterable, Sequence

from bot.domain.drafts import Draft
from bot.domain.group_buys.bills import lines_of
from bot.domain.group_buys.claims import Claim
from bot.domain.group_buys.terms import Terms
from bot.domain.money import Fen
from bot.domain.quotes import Quote
from bot.domain.splitting import MOST_IN_ORDER, Lines, orders_of

MOST_ORDERS = 4
MOST_VARIANTS = MOST_ORDERS * MOST_IN_ORDER


def parts_of(claims: Iterable[Claim], terms: Terms) -> tuple[Lines, ...]:
    """Return the lines of each order: of one, as long as that takes all variants."""
    lines = lines_of(claims, terms)
    return orders_of(Draft(seller_id=terms.seller_id, lines=lines)) if lines else ()


def together(quotes: Sequence[Quote]) -> Quote:
    """Return what several orders come to as one quote, each with freight of its own."""
    if len(quotes) == 1:
        return quotes[0]
    return Quote(
        lines=tuple(line for each in quotes for line in each.lines),
        goods=Fen(sum(each.goods for each in quotes)),
        freight=Fen(sum(each.freight for each in quotes)),
        discount=Fen(sum(each.discount for each in quotes)),
        additional=Fen(sum(each.additional for each in quotes)),
        total=Fen(sum(each.total for each in quotes)),
        parts=sum(each.parts for each in quotes),
    )
