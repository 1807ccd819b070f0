"""More variants than one order takes: the several orders of one group buy, and their one total."""

from collections.abc import Iterable, Sequence

from bot.domain.drafts import Draft
from bot.domain.group_buys.bills import lines_of
from bot.domain.group_buys.claims import Claim
from bot.domain.group_buys.terms import Terms
from bot.domain.identifiers import SpecId
from bot.domain.money import Fen
from bot.domain.quotes import Quote
from bot.domain.splitting import MOST_IN_ORDER, Lines, orders_of

MOST_ORDERS = 4
MOST_VARIANTS = MOST_ORDERS * MOST_IN_ORDER


def parts_of(claims: Iterable[Claim], terms: Terms) -> tuple[Lines, ...]:
    """Return the lines of each order: of one, as long as that takes all variants."""
    lines = lines_of(claims, terms)
    return orders_of(Draft(seller_id=terms.seller_id, lines=lines)) if lines else ()


def variants_in(lines: Lines, terms: Terms) -> frozenset[SpecId | None]:
    """Return the variants that lines are of, by their ids within the buy."""
    ordered = {(each.offer_id, each.sku_id, each.spec_id) for each in lines}
    return frozenset(
        variant.spec_id
        for goods in terms.all_goods
        for variant in goods.variants
        if (goods.offer_id, variant.sku_id, variant.at_marketplace) in ordered
    )


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
