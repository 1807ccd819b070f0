"""Fitting a locked buy into what can be had: whole rows, and what the seller has left."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.group_buys.buys import BuyState, Change, GroupBuy
from bot.domain.group_buys.claims import Claim
from bot.domain.group_buys.ending import left_out
from bot.domain.group_buys.joining import consent_to
from bot.domain.group_buys.minimum import topped_up
from bot.domain.group_buys.news import News, NewsOf, news_to
from bot.domain.group_buys.rows import fill_rows, in_row, row_of
from bot.domain.group_buys.terms import Terms
from bot.domain.identifiers import SpecId
from bot.domain.ledger import Books
from bot.domain.money import Fen


def rows_filled(buy: GroupBuy, books: Books, now: datetime) -> Change:
    """Leave out whom no whole row has room for; the organiser takes the holes agreed to.

    Whoever said that fewer are fine is cut rather than left out. Raises `BuyRefused`.
    """
    buy.demand(BuyState.LOCKED, BuyState.CONFIRMING, BuyState.COLLECTING)
    row = row_of(buy.terms)
    if not row:
        return Change(buy)
    may_fill = buy.terms.row_fill if buy.state is BuyState.LOCKED else 0
    filled = fill_rows(row, [in_row(each) for each in buy.taken if each.spec_id in row], may_fill)
    gone, cut = [], []
    for each in buy.taken:
        served = filled.served.get(each.number, 0) if each.spec_id in row else each.served
        if not served:
            gone.append(each)
        elif served < each.served:
            cut.append(each.replace(short=each.pieces - served))
    change = left_out(buy.with_claims(cut), gone, NewsOf.ROW, books, now)
    after = change.buy
    for spec, pieces in filled.filled.items():
        variant = buy.terms.variant(spec)
        dearest = variant.steps.first_price if variant else Fen(0)
        consent = consent_to(buy.terms, pieces, dearest, now)
        after = topped_up(after, consent, spec, pieces).buy
    told = news_to(NewsOf.ROW, (each.user_id for each in cut), "cut")
    return Change(after, (*change.news, *told), change.booked)


def stock_fell(
    buy: GroupBuy, left: Mapping[SpecId | None, int], books: Books, now: datetime
) -> Change:
    """Fit a buy into what the seller has by now: the last to claim goes without.

    They get what they named for that case where there is room and it is no dearer than agreed,
    else fewer where they said so, else nothing. Raises `BuyRefused`.
    """
    buy.demand(BuyState.LOCKED, BuyState.CONFIRMING, BuyState.COLLECTING)
    if buy.state is BuyState.CONFIRMING:
        buy = buy.replace(bill=None)  # nobody was charged by it, and it is quoted again
    terms = buy.terms.fitted(left)
    room = {each.spec_id: each.limit for each in terms.variants}
    kept, gone, told = [], [], []
    for each in sorted(buy.taken, key=lambda claim: claim.number):
        space = room.get(each.spec_id, 0)
        other = next((spec for spec in each.alternatives if _fits(each, terms, spec, room)), None)
        if each.served <= space:
            room[each.spec_id] = space - each.served
        elif other is not None and buy.state is not BuyState.COLLECTING:
            room[other] -= each.served
            kept.append(each.replace(spec_id=other))
            told.append(
                News(kind=NewsOf.SUBSTITUTED, user_id=each.user_id, detail=f"{each.number}")
            )
        elif each.partly and space and buy.state is not BuyState.COLLECTING:
            room[each.spec_id] = 0
            kept.append(each.replace(short=each.pieces - space))
            told.append(_told(NewsOf.SOLD_OUT, each))
        else:
            gone.append(each)
    change = left_out(buy.with_claims(kept), gone, NewsOf.SOLD_OUT, books, now)
    return Change(change.buy.replace(terms=terms), (*told, *change.news), change.booked)


def _fits(claim: Claim, terms: Terms, spec: SpecId, room: Mapping[SpecId | None, int]) -> bool:
    variant = terms.variant(spec)
    if variant is None or room.get(spec, 0) < claim.served:
        return False
    return terms.usual_ceiling(variant) <= claim.ceiling


def _told(kind: NewsOf, claim: Claim) -> News:
    return News(kind=kind, user_id=claim.user_id, detail=f"{claim.number}")
