"""While a buy is open: publishing it, joining, leaving, pausing, changing its terms, locking it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.claims import Claim, ClaimState, Consent, adverse_terms
from bot.domain.group_buys.news import News, NewsOf, news_to
from bot.domain.group_buys.parts import MOST_VARIANTS
from bot.domain.group_buys.rows import in_row, opens_a_row, row_of, successor_of
from bot.domain.group_buys.terms import Terms, Variant
from bot.domain.identifiers import SpecId, UserId
from bot.domain.money import Fen

_HELD_OR_WAITING = {ClaimState.HELD, ClaimState.WAITING}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to join with; `terms` is the number they saw.

    `ceiling` is the most they agree to for a piece, in fen; `sent_at` is Telegram's date of the
    message, or when a press came in.
    """

    user_id: UserId
    spec_id: SpecId | None
    pieces: int
    ceiling: Fen
    terms: int
    sent_at: datetime
    name: str = ""
    username: str = ""
    language: str = "en"
    alternatives: tuple[SpecId, ...] = ()
    partly: bool = False
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of a buy is spoken for: what decides whether one more claim fits.

    `mine` and `next_number` include claims in the queue, and `mine` no claims that ended. `banned`
    is whether the organiser takes no new claims from the person.
    """

    of_variant: int = 0
    other_variants: int = 0
    mine: int = 0
    queued: int = 0
    next_number: int = 1
    banned: bool = False


def taken_of(buy: GroupBuy, user_id: UserId, spec_id: SpecId | None) -> Taken:
    """Count what is spoken for."""
    waiting = [each for each in buy.claims if each.state is ClaimState.WAITING]
    return Taken(
        other_variants=len(
            {each.spec_id for each in (*buy.taken, *waiting) if each.spec_id != spec_id}
        ),
        of_variant=sum(each.served for each in buy.taken if each.spec_id == spec_id),
        mine=sum(
            each.pieces
            for each in buy.claims
            if each.user_id == user_id and (each.is_in or each.state is ClaimState.WAITING)
        ),
        queued=sum(each.spec_id == spec_id for each in waiting),
        next_number=max((each.number for each in buy.claims), default=0) + 1,
        banned=any(each.banned for each in buy.claims_of(user_id)),
    )


def admitted(buy: GroupBuy, wanted: Wanted, taken: Taken) -> Claim:
    """Return the claim of somebody who joins: held where there is room, else in the queue.

    `buy` needs no claims: `taken` counts them. Raises `BuyRefused`.
    """
    if buy.state is not BuyState.OPEN:
        raise BuyRefused(Why.STATE)
    terms = buy.terms
    if wanted.sent_at > terms.deadline:
        raise BuyRefused(Why.OVER)
    if taken.banned:
        raise BuyRefused(Why.BANNED)
    if wanted.terms != terms.number:
        raise BuyRefused(Why.TERMS)
    variant = terms.variant(wanted.spec_id)
    if variant is None:
        raise BuyRefused(Why.NO_VARIANT)
    if wanted.pieces < 1 or wanted.ceiling < 0:
        raise BuyRefused(Why.AMOUNT)
    if terms.most_each is not None and taken.mine + wanted.pieces > terms.most_each:
        raise BuyRefused(Why.MOST_EACH, max(0, terms.most_each - taken.mine))
    if wanted.pieces > variant.limit:
        raise BuyRefused(Why.FULL, max(0, variant.limit - taken.of_variant))
    if taken.other_variants >= MOST_VARIANTS:
        raise BuyRefused(Why.MANY_VARIANTS, MOST_VARIANTS)
    fits = not taken.queued and taken.of_variant + wanted.pieces <= variant.limit
    return Claim(
        number=taken.next_number,
        user_id=wanted.user_id,
        name=wanted.name,
        username=wanted.username,
        language=wanted.language,
        spec_id=wanted.spec_id,
        pieces=wanted.pieces,
        ceiling=wanted.ceiling,
        alternatives=wanted.alternatives,
        partly=wanted.partly,
        state=ClaimState.HELD if fits else ClaimState.WAITING,
        consent=consent_to(
            terms, wanted.pieces, wanted.ceiling, wanted.sent_at, wanted.shown, variant
        ),
        at=wanted.sent_at,
    )


def consent_to(
    terms: Terms,
    pieces: int,
    ceiling: Fen,
    at: datetime,
    shown: str = "",
    variant: Variant | None = None,
) -> Consent:
    """Return what somebody agrees to who takes so many pieces under these terms."""
    return Consent(
        terms=terms.number,
        goods=Fen(ceiling * pieces),
        freight=terms.freight_most(pieces, variant),
        fee_ppm=terms.charged_fee_ppm,
        other=terms.abroad_most(pieces, variant),
        arrival=terms.arrival,
        shown=shown,
        at=at,
    )


def published(buy: GroupBuy, now: datetime) -> Change:
    """Open a draft for joining, under terms no. 1: nobody saw what it said before.

    Raises `BuyRefused`.
    """
    buy.demand(BuyState.DRAFT)
    if now >= buy.terms.deadline:
        raise BuyRefused(Why.OVER)
    return Change(buy.moved(BuyState.OPEN, now, terms=buy.terms.replace(number=1)))


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
    claim = _free_claim(buy, user_id, number, sent_at)
    if would_open_a_row(buy, claim):
        raise BuyRefused(Why.ROW)
    return _promoted(buy.with_claims([claim.moved(ClaimState.WITHDRAWN)]))


def _free_claim(buy: GroupBuy, user_id: UserId, number: int, sent_at: datetime) -> Claim:
    """Return a claim that its person may still change. Raises `BuyRefused`."""
    buy.demand(BuyState.OPEN, BuyState.PAUSED)
    claim = buy.claim(number)
    if claim.user_id != user_id:
        raise BuyRefused(Why.NOT_YOURS)
    if sent_at > buy.terms.deadline:
        raise BuyRefused(Why.OVER)
    if claim.state not in _HELD_OR_WAITING:
        raise BuyRefused(Why.STATE)
    return claim


def would_open_a_row(buy: GroupBuy, claim: Claim, kept: int = 0) -> bool:
    """Tell whether what a claim gives up, all but `kept` pieces, is in a row that closed.

    It is not where somebody stands ready to take the claim's place.
    """
    row = row_of(buy.terms)
    held = [in_row(each) for each in buy.taken if each.spec_id in row]
    if not row or claim.state is not ClaimState.HELD or claim.spec_id not in row:
        return False
    waiting = [in_row(each) for each in buy.claims if each.state is ClaimState.WAITING]
    return opens_a_row(row, held, claim.number, kept) and (
        successor_of(held, in_row(claim), waiting) is None
    )


def lessened(
    buy: GroupBuy, user_id: UserId, number: int, pieces: int, ceiling: Fen, sent_at: datetime
) -> Change:
    """Take fewer pieces, or agree to another price a piece, and keep one's place.

    More pieces are a claim of their own, behind those of others. Raises `BuyRefused`.
    """
    claim = _free_claim(buy, user_id, number, sent_at)
    if not 1 <= pieces <= claim.pieces or ceiling < 0:
        raise BuyRefused(Why.AMOUNT, claim.pieces)
    if pieces < claim.pieces and would_open_a_row(buy, claim, pieces):
        raise BuyRefused(Why.ROW)
    variant = buy.terms.variant(claim.spec_id)
    consent = consent_to(buy.terms, pieces, ceiling, sent_at, variant=variant)
    kept = claim.replace(pieces=pieces, ceiling=ceiling, consent=consent, renew=False)
    return _promoted(buy.with_claims([kept]))


def renewed(buy: GroupBuy, user_id: UserId, terms: int, at: datetime) -> Change:
    """Agree to the terms as they are now with all of one's claims. Raises `BuyRefused`."""
    buy.demand(BuyState.OPEN, BuyState.PAUSED)
    if terms != buy.terms.number:
        raise BuyRefused(Why.TERMS)
    if at > buy.terms.deadline:
        raise BuyRefused(Why.OVER)
    mine = [
        each
        for each in buy.claims_of(user_id)
        if each.renew and each.state in _HELD_OR_WAITING and buy.terms.variant(each.spec_id)
    ]
    if not mine:
        raise BuyRefused(Why.STATE)
    return Change(buy.with_claims(_agreeing(buy.terms, each, at) for each in mine))


def _agreeing(terms: Terms, claim: Claim, at: datetime) -> Claim:
    variant = terms.variant(claim.spec_id)
    least = terms.usual_ceiling(variant) if variant and terms.is_fixed else claim.ceiling
    ceiling = Fen(max(claim.ceiling, least))
    consent = consent_to(terms, claim.pieces, ceiling, at, variant=variant)
    return claim.replace(ceiling=ceiling, consent=consent, renew=False)


def removed(buy: GroupBuy, number: int, reason: str) -> Change:
    """The organiser takes a claim out, with a reason that its person is shown.

    Raises `BuyRefused`.
    """
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

    Whoever would be worse off by them has not agreed: they are asked, and out if they have not
    answered when joining ends.
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
    known = {each.number: each for each in (*buy.earlier, buy.terms)}
    asked, told = [], []
    for each in buy.claims:
        if each.state not in _HELD_OR_WAITING:
            continue
        agreed = known.get(each.consent.terms, buy.terms)
        renew = bool(adverse_terms(each, agreed, terms))
        asked.append(each.replace(renew=renew))
        told.append((each.user_id, renew))
    after = buy.with_claims(asked).replace(
        terms=terms,
        earlier=() if buy.state is BuyState.DRAFT else (*buy.earlier, buy.terms),
        extended=buy.extended + later,
    )
    worse = {user for user, renew in told if renew}
    news = (
        *news_to(NewsOf.RENEW, [user for user, _ in told if user in worse], str(terms.number)),
        *news_to(NewsOf.TERMS, [user for user, _ in told if user not in worse], str(terms.number)),
    )
    return Change(after, news)


def locked(buy: GroupBuy, now: datetime) -> Change:
    """End joining and leaving: who waits in the queue gets nothing. Raises `BuyRefused`.

    Whoever was asked about worse terms and has not answered is out, and the queue moves up.
    """
    silent = [each for each in buy.claims if each.renew and each.state in _HELD_OR_WAITING]
    buy = _promoted(buy.with_claims(each.moved(ClaimState.LAPSED) for each in silent)).buy
    waiting = [each for each in buy.claims if each.state is ClaimState.WAITING]
    lapsed = [each.moved(ClaimState.LAPSED) for each in waiting]
    after = buy.with_claims(lapsed).moved(BuyState.LOCKED, now)
    news = (
        *news_to(NewsOf.LAPSED, [each.user_id for each in silent], "silent"),
        *news_to(NewsOf.LAPSED, [each.user_id for each in waiting], "queue"),
    )
    return Change(after, (*news, News(kind=NewsOf.LOCKED, user_id=buy.organiser)))


def _promoted(buy: GroupBuy) -> Change:
    """Give what came free to the queue, in its order; a claim that does not fit lets none pass."""
    news: list[News] = []
    stopped: set[object] = set()
    for each in sorted(buy.claims, key=lambda claim: claim.number):
        if each.state is not ClaimState.WAITING or each.spec_id in stopped:
            continue
        variant = buy.terms.variant(each.spec_id)
        taken = taken_of(buy, each.user_id, each.spec_id).of_variant
        if variant is None or taken + each.pieces > variant.limit:
            stopped.add(each.spec_id)
            continue
        buy = buy.with_claims([each.moved(ClaimState.HELD)])
        news.append(News(kind=NewsOf.TAKEN, user_id=each.user_id, detail=str(each.number)))
    return Change(buy, tuple(news))
