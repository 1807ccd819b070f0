"""What lacks to the least that can be ordered, and the organiser who takes it."""

from bot.domain.group_buys.bills import (
    pieces_by_variant,
)
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.claims import (
    Claim,
    ClaimState,
    Consent,
)
from bot.domain.group_buys.rows import missing_pieces, row_of
from bot.domain.identifiers import OfferId, SpecId


def short_of_minimum(buy: GroupBuy) -> int:
    """Return how many pieces lack to what can be ordered."""
    return sum(short_by_offer(buy).values())


def short_by_offer(buy: GroupBuy) -> dict[OfferId, int]:
    """Return how many pieces lack of each offer; the group's own minimum falls to the first.

    Every offer that anything is taken of has a minimum of its own.
    """
    terms, pieces = buy.terms, pieces_by_variant(buy.taken)
    taken = {
        each.offer_id: sum(pieces.get(variant.spec_id, 0) for variant in each.variants)
        for each in terms.all_goods
    }
    if not terms.also:
        goods, least = terms.goods, max(terms.minimum, terms.goods.minimum)
        lacking = missing_pieces(taken[goods.offer_id], least, goods.lot)
        return {goods.offer_id: lacking} if lacking else {}
    short = {
        each.offer_id: missing_pieces(taken[each.offer_id], each.minimum, each.lot)
        for each in terms.all_goods
        if taken[each.offer_id]
    }
    rest = terms.minimum - sum(taken.values()) - sum(short.values())
    if rest > 0:
        first = next((each for each in terms.all_goods if taken[each.offer_id]), terms.goods)
        wanted = taken[first.offer_id] + short.get(first.offer_id, 0) + rest
        lacking = missing_pieces(wanted, wanted, first.lot) + wanted - taken[first.offer_id]
        short[first.offer_id] = lacking
    return {offer: count for offer, count in short.items() if count}


def to_take(buy: GroupBuy) -> dict[SpecId | None, int]:
    """Return what the organiser has to take so that enough pieces come together, by variant.

    Goods that are sold in rows are taken in whole ones, others of the variant with most left.
    """
    row, wanted = row_of(buy.terms), pieces_by_variant(())
    held = pieces_by_variant(buy.taken)
    for offer, missing in short_by_offer(buy).items():
        goods = next(each for each in buy.terms.all_goods if each.offer_id == offer)
        in_rows = [each.spec_id for each in goods.variants if each.spec_id in row]
        if in_rows:
            rows = -(-missing // sum(row[spec] for spec in in_rows))
            wanted |= {spec: rows * count for spec, count in row.items()}
            continue
        free = {each.spec_id: each.limit - held.get(each.spec_id, 0) for each in goods.variants}
        wanted[max(free, key=lambda spec: free[spec])] = missing
    return wanted


def topped_up(buy: GroupBuy, consent: Consent, spec_id: object, pieces: int) -> Change:
    """The organiser takes pieces on their own account, at the price that all pay.

    That is possible before the order, whoever is missing: who never joined, or has not paid.
    Raises `BuyRefused`.
    """
    buy.demand(BuyState.LOCKED, BuyState.COLLECTING)
    variant = next((each for each in buy.terms.variants if each.spec_id == spec_id), None)
    if variant is None:
        raise BuyRefused(Why.NO_VARIANT)
    taken = sum(each.served for each in buy.taken if each.spec_id == variant.spec_id)
    if pieces < 1 or taken + pieces > variant.limit:
        raise BuyRefused(Why.FULL, max(0, variant.limit - taken))
    claim = Claim(
        number=max((each.number for each in buy.claims), default=0) + 1,
        user_id=buy.organiser,
        language=buy.language,
        spec_id=variant.spec_id,
        pieces=pieces,
        ceiling=variant.steps.first_price,
        state=ClaimState.PAID if buy.state is BuyState.COLLECTING else ClaimState.HELD,
        consent=consent,
        at=consent.at,
    )
    return Change(buy.replace(claims=(*buy.claims, claim)))
