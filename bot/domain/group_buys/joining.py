"""While a buy is open: publishing it, joining, leaving, pausing, changing its terms, locking it."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.group_buys.buys import (
    BuyRefused,
    BuyState,
    Change,
    GroupBuy,
    News,
    NewsOf,
    Wanted,
    Why,
    admitted,
    taken_of,
)
from bot.domain.group_buys.claims import Claim, ClaimState, adverse_terms
from bot.domain.group_buys.terms import Terms
from bot.domain.identifiers import UserId

_HELD_OR_WAITING = {ClaimState.HELD, ClaimState.WAITING}


def published(buy: GroupBuy, now: datetime) -> Change:
    """Open a draft for joining. Raises `BuyRefused`."""
    buy.demand(BuyState.DRAFT)
    if now >= buy.terms.deadline:
        raise BuyRefused(Why.OVER)
    return Change(buy.moved(BuyState.OPEN, now))


def paused(buy: GroupBuy, now: datetime) -> Change:
    """Let nobody join for now."""
    return Change(buy.moved(BuyState.PAUSED, now))


def resumed(buy: GroupBuy, now: datetime) -> Change:
    """Let people join again."""
    buy.demand(BuyState.PAUSED)
    return Change(buy.moved(BuyState.OPEN, now))


def joined(buy: GroupBuy, wanted: Wanted) -> tuple[Change, Claim]:
    """Add a claim. Raises `BuyRefused`."""
    claim = admitted(buy, wanted, taken_of(buy, wanted.user_id, wanted.spec_id))
    return Change(buy.replace(claims=(*buy.claims, claim))), claim


def withdrawn(buy: GroupBuy, user_id: UserId, number: int, sent_at: datetime) -> Change:
    """Take a claim back while that is free: before the lock. Raises `BuyRefused`."""
    buy.demand(BuyState.OPEN, BuyState.PAUSED)
    claim = buy.claim(number)
    if claim.user_id != user_id:
        raise BuyRefused(Why.NOT_YOURS)
    if sent_at > buy.terms.deadline:
        raise BuyRefused(Why.OVER)
    if claim.state not in _HELD_OR_WAITING:
        raise BuyRefused(Why.STATE)
    return _promoted(buy.with_claims([claim.moved(ClaimState.WITHDRAWN)]))


def removed(buy: GroupBuy, number: int, reason: str) -> Change:
    """The organiser takes a claim out, with a reason that its person is shown."""
    buy.demand(BuyState.OPEN, BuyState.PAUSED)
    claim = buy.claim(number)
    if claim.state not in _HELD_OR_WAITING:
        raise BuyRefused(Why.STATE)
    if not reason.strip():
        raise BuyRefused(Why.INCOMPLETE)
    gone = claim.moved(ClaimState.LAPSED, reason=reason)
    change = _promoted(buy.with_claims([gone]))
    told = News(kind=NewsOf.CHANGED_BY_ORGANISER, user_id=claim.user_id, detail=str(number))
    return Change(change.buy, (told, *change.news))


def reworded(buy: GroupBuy, terms: Terms, now: datetime) -> Change:
    """Put the next terms in force. Claims stay with what was agreed to; all are told.

    Whoever would be worse off by them has not agreed: their claims lapse unless they join again.
    A deadline is moved on as often as the terms allow. Raises `BuyRefused`.
    """
    buy.demand(BuyState.DRAFT, BuyState.OPEN, BuyState.PAUSED)
    if terms.number != buy.terms.number + 1:
        raise BuyRefused(Why.TERMS)
    if terms.deadline <= now:
        raise BuyRefused(Why.OVER)
    later = terms.deadline > buy.terms.deadline and buy.state is not BuyState.DRAFT
    if later and buy.extended >= buy.terms.extensions:
        raise BuyRefused(Why.EXTENDED)
    lapsed, told = [], []
    for each in buy.claims:
        if each.state not in _HELD_OR_WAITING:
            continue
        if adverse_terms(each.consent, terms, each.pieces):
            lapsed.append(each.moved(ClaimState.LAPSED))
        told.append(each.user_id)
    after = buy.with_claims(lapsed).replace(
        terms=terms, earlier=(*buy.earlier, buy.terms), extended=buy.extended + later
    )
    change = _promoted(after)
    news = _each_once(NewsOf.TERMS, told, str(terms.number))
    return Change(change.buy, (*news, *change.news))


def locked(buy: GroupBuy, now: datetime) -> Change:
    """End joining and leaving: who waits in the queue gets nothing. Raises `BuyRefused`."""
    waiting = [each for each in buy.claims if each.state is ClaimState.WAITING]
    lapsed = [each.moved(ClaimState.LAPSED) for each in waiting]
    after = buy.with_claims(lapsed).moved(BuyState.LOCKED, now)
    news = _each_once(NewsOf.LAPSED, [each.user_id for each in waiting], "queue")
    return Change(after, (*news, News(kind=NewsOf.LOCKED, user_id=buy.organiser)))


def _promoted(buy: GroupBuy) -> Change:
    """Give what came free to the queue, in its order; a claim that does not fit lets none pass."""
    news: list[News] = []
    stopped: set[object] = set()
    for each in sorted(buy.claims, key=lambda claim: claim.number):
        if each.state is not ClaimState.WAITING or each.spec_id in stopped:
            continue
        variant = buy.terms.goods.variant(each.spec_id)
        taken = taken_of(buy, each.user_id, each.spec_id).of_variant
        if variant is None or taken + each.pieces > variant.limit:
            stopped.add(each.spec_id)
            continue
        buy = buy.with_claims([each.moved(ClaimState.HELD)])
        news.append(News(kind=NewsOf.TAKEN, user_id=each.user_id, detail=str(each.number)))
    return Change(buy, tuple(news))


def _each_once(kind: NewsOf, people: Iterable[UserId], detail: str = "") -> tuple[News, ...]:
    return tuple(News(kind=kind, user_id=each, detail=detail) for each in dict.fromkeys(people))
