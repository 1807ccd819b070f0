"""Counting what arrived: who gets theirs, who goes without, and what that changes for everybody."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.group_buys.bills import Share, people_of, pieces_by_variant, shared_by
from bot.domain.group_buys.books import borne, charged, paid_there
from bot.domain.group_buys.buys import (
    Arrived,
    BuyRefused,
    BuyState,
    Change,
    GroupBuy,
    Why,
    all_told,
)
from bot.domain.group_buys.charging import recharged
from bot.domain.group_buys.claims import Claim, ClaimState, Swapped
from bot.domain.group_buys.news import News, NewsOf, news_to
from bot.domain.group_buys.shares import fee_of, split
from bot.domain.group_buys.terms import MOST_PIECES
from bot.domain.identifiers import SpecId, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen

_TAKING = (BuyState.ARRIVED, BuyState.HANDING_OUT)
_BOUGHT = {ClaimState.BOUGHT, ClaimState.SUBSTITUTED, ClaimState.ARRIVED}


def counted(
    buy: GroupBuy, pieces: Mapping[SpecId | None, int], books: Books, now: datetime
) -> Change:
    """Count what arrived by variant; what is missing is short of whoever claimed last.

    What came beyond what was ordered, of whatever variant, is taken by those who named it for
    that case, at no more than what theirs cost; what is left of it is spare (`taken_instead`).
    What the marketplace took less than all that came was charged for goes back to all.
    Raises `BuyRefused` for a variant that the buy does not know.
    """
    buy.demand(BuyState.BOUGHT, BuyState.SHIPPED)
    ordered = pieces_by_variant(buy.taken)
    for spec, count in pieces.items():
        if buy.terms.variant(spec) is None or not 0 <= count <= MOST_PIECES:
            raise BuyRefused(Why.AMOUNT, MOST_PIECES)
    came = {spec: pieces.get(spec, count) for spec, count in ordered.items()} | dict(pieces)
    spare = {
        spec: more for spec, count in came.items() if (more := count - ordered.get(spec, 0)) > 0
    }
    without: dict[int, int] = {}
    for spec, count in ordered.items():
        without |= _last_without(buy, spec, max(0, count - came[spec]))
    change = _gone_without(buy, _with_named(buy, without, spare), Fen(0), books, now)
    change = shared_out(change, books, now)
    moved = change.buy.with_claims(
        each.moved(ClaimState.ARRIVED) for each in change.buy.taken if each.state in _BOUGHT
    )
    done = moved.moved(
        BuyState.ARRIVED,
        now,
        arrived=_listed(came),
        arrived_at=now,
        spare=_listed({spec: count for spec, count in spare.items() if count}),
    )
    return Change(done, (*change.news, *all_told(done, NewsOf.ARRIVED)), change.booked)


def _listed(pieces: Mapping[SpecId | None, int]) -> tuple[Arrived, ...]:
    return tuple(Arrived(spec_id=spec, pieces=count) for spec, count in pieces.items())


def never_ordered(
    buy: GroupBuy, specs: Iterable[SpecId | None], books: Books, now: datetime
) -> Change:
    """Nothing of these variants was ordered: whoever took them is credited them in full.

    It was not paid for either, so that only what it cost more comes to be the organiser's.
    Raises `BuyRefused`.
    """
    buy.demand(BuyState.BOUGHT)
    ordered, without = pieces_by_variant(buy.taken), dict[int, int]()
    for each in specs:
        without |= _last_without(buy, each, ordered.get(each, 0))
    change = _gone_without(buy, _with_named(buy, without, {}), Fen(0), books, now)
    people = (buy.claim(number).user_id for number in sorted(without))
    told = news_to(NewsOf.NOT_ORDERED, (each for each in people if each != buy.organiser))
    return Change(change.buy, told, change.booked)


def _last_without(buy: GroupBuy, spec_id: SpecId | None, pieces: int) -> dict[int, int]:
    """Return how many pieces each claim goes without, by its number: the last to claim first."""
    lacking, without = pieces, {}
    for each in sorted(buy.taken, key=lambda claim: -claim.number):
        if each.spec_id == spec_id and each.state in _BOUGHT and lacking:
            without[each.number] = min(lacking, each.served)
            lacking -= without[each.number]
    return without


def _with_named(
    buy: GroupBuy, without: Mapping[int, int], spare: dict[SpecId | None, int]
) -> list[Claim]:
    """Return the claims that go without, with what they named for that case, first come first.

    What they take is taken off `spare`.
    """
    changed = []
    for number in sorted(without):
        claim, lacking = buy.claim(number), without[number]
        for spec in claim.alternatives:
            if taken := min(lacking, spare.get(spec, 0)):
                spare[spec] -= taken
                lacking -= taken
                claim = _swapping(buy, claim, spec, taken)
        left = claim.replace(short=claim.short + lacking)
        changed.append(left if left.served else left.moved(ClaimState.SHORT))
    return changed


def _swapping(buy: GroupBuy, claim: Claim, spec_id: SpecId | None, pieces: int) -> Claim:
    unit = unit_instead(buy, claim, spec_id)
    more = Swapped(spec_id=spec_id, pieces=pieces, unit=unit)
    return claim.replace(swapped=(*claim.swapped, more))


def unit_instead(buy: GroupBuy, claim: Claim, spec_id: SpecId | None) -> Fen:
    """Return what a piece of another variant costs who takes it for a missing one, in fen.

    Nobody pays more for a mistake of the seller's than for what they joined with, nor more than
    those who joined with that variant. Raises `BillUnclear`, `BuyRefused`.
    """
    bill, variant = buy.bill, buy.terms.variant(spec_id)
    if bill is None or variant is None:
        raise BuyRefused(Why.NO_VARIANT)
    own = bill.unit_of(claim.spec_id)
    known = {each.spec_id: each.price for each in bill.units}
    listed = buy.terms.fixed_price(variant) if buy.terms.is_fixed else variant.steps.first_price
    return Fen(min(own, known.get(spec_id, listed)))


def offered_instead(buy: GroupBuy, user_id: UserId) -> tuple[tuple[Claim, SpecId | None, int], ...]:
    """Return what somebody whose pieces are missing may take of what is spare: how many of what.

    They have their money back, or are to have it: taking it is a new consent, silence is none.
    """
    if buy.state not in _TAKING or user_id == buy.organiser:
        return ()
    return tuple(
        (each, spare.spec_id, min(each.short, spare.pieces))
        for each in buy.claims_of(user_id)
        if each.short and each.state in {ClaimState.SHORT, ClaimState.ARRIVED}
        for spare in buy.spare
    )


def taken_instead(
    buy: GroupBuy,
    user_id: UserId,
    number: int,
    spec_id: SpecId | None,
    unit: Fen,
    books: Books,
    now: datetime,
) -> Change:
    """Somebody takes spare pieces for missing ones, at `unit` fen each as they saw it.

    They are charged the pieces with the fee on them, and no freight more than they bear. It
    lessens what the organiser bears. Raises `BuyRefused` once they are gone or cost otherwise.
    """
    offered = {
        (claim.number, spec): pieces for claim, spec, pieces in offered_instead(buy, user_id)
    }
    claim, pieces = buy.claim(number), offered.get((number, spec_id), 0)
    if not pieces or buy.bill is None:
        raise BuyRefused(Why.FULL)
    if unit_instead(buy, claim, spec_id) != unit:
        raise BuyRefused(Why.TERMS)
    got = _swapping(buy, claim, spec_id, pieces).replace(short=claim.short - pieces)
    if got.state is ClaimState.SHORT:
        got = got.moved(ClaimState.SUBSTITUTED).moved(ClaimState.ARRIVED)
    after = buy.with_claims([got])
    before = buy.bill.share_of(user_id)
    share = _without(before, after, user_id)
    more = share.goods - before.goods
    shares = tuple(share if each.user_id == user_id else each for each in buy.bill.shares)
    bill = buy.bill.replace(shares=shares, borne=Fen(buy.bill.borne - more))
    booked = recharged(buy, bill, books, now)
    spare = {each.spec_id: each.pieces for each in buy.spare}
    spare[spec_id] -= pieces
    after = after.replace(
        bill=bill,
        spare=_listed({spec: count for spec, count in spare.items() if count}),
        spare_taken=Fen(buy.spare_taken + more),
    )
    told = News(kind=NewsOf.SPARE_TAKEN, user_id=buy.organiser, detail=f"{number}:{got.short}")
    return Change(after, (told,), tuple(booked))


def _gone_without(
    buy: GroupBuy, changed: list[Claim], refund: Fen, books: Books, now: datetime
) -> Change:
    """Credit who goes without, and have the organiser bear what the seller does not send back."""
    if buy.bill is None:
        raise BuyRefused(Why.STATE)
    if not changed and not refund:
        return Change(buy)
    after = buy.with_claims(changed)
    concerned = dict.fromkeys(each.user_id for each in changed)
    shares = {each.user_id: each for each in buy.bill.shares}
    for user in concerned:
        shares[user] = _without(shares[user], after, user)
    given_back = buy.bill.total - buy.bill.borne - sum(each.marketplace for each in shares.values())
    beyond = refund - given_back
    if beyond > 0:
        staying = [user for user in shares if shares[user].pieces]
        parts = split(-beyond, [shares[user].pieces for user in staying]) if staying else ()
        for user, part in zip(staying, parts, strict=bool(staying)):
            shares[user] = shares[user].replace(freight=Fen(shares[user].freight + part))
    total = Fen(buy.bill.total - refund)
    loss = total - sum(each.marketplace for each in shares.values())
    bill = buy.bill.replace(shares=tuple(shares.values()), total=total, borne=Fen(loss))
    booked = list(paid_there(books, buy.own_account, buy.organiser, -refund, now))
    for user, share in shares.items():
        before = buy.bill.share_of(user)
        booked += charged(books, buy.account_of(user), before, share, buy.terms.rate, now)
    booked += borne(
        Books([*books, *booked]),
        buy.own_account,
        buy.organiser,
        loss - buy.bill.borne,
        now,
    )
    was = {each.number: each for each in buy.claims}
    news = tuple(
        News(kind=kind, user_id=each.user_id, detail=f"{each.number}:{each.short}")
        for each in changed
        for kind, is_so in (
            (NewsOf.SWAPPED, each.swapped != was[each.number].swapped),
            (NewsOf.SHORT, each.short > was[each.number].short),
        )
        if is_so
    )
    return Change(after.replace(bill=bill), news, tuple(booked))


def shared_out(change: Change, books: Books, now: datetime) -> Change:
    """Give what all were charged above what all of it cost back to them, as freight.

    At a fixed price it is the organiser's, and so is what is too little to be sent round, and
    what members paid for pieces that came beyond what was ordered.
    """
    buy, bill = change.buy, change.buy.bill
    over = 0 if bill is None else -bill.borne - buy.spare_taken
    if bill is None or buy.terms.is_fixed or over <= buy.terms.open_below:
        return change
    people = people_of(each for each in buy.claims if each.is_borne and each.served)
    if not people:
        return change
    price = {each.spec_id: each.price for each in bill.units}
    parts = split(-over, shared_by(people, buy.terms, price))
    cost = [bill.share_of(user).marketplace for user in people]
    if any(one + part < 0 for one, part in zip(cost, parts, strict=True)) and min(cost) >= 0:
        parts = split(-over, cost)  # nobody gets back more than what theirs cost
    less = dict(zip(people, parts, strict=True))
    shares = tuple(
        each.replace(freight=Fen(each.freight + less.get(each.user_id, 0))) for each in bill.shares
    )
    after = bill.replace(shares=shares, borne=Fen(-buy.spare_taken))
    kept = Books([*books, *change.booked])
    booked = recharged(buy, after, kept, now)
    told = tuple(
        News(kind=NewsOf.CHEAPER, user_id=user, detail=f"{bill.total}")
        for user in people
        if user != buy.organiser and less[user]
    )
    return Change(buy.replace(bill=after), (*change.news, *told), (*change.booked, *booked))


def _without(share: Share, buy: GroupBuy, user_id: UserId) -> Share:
    """Return the share of somebody whose pieces did not all come."""
    if buy.bill is None:
        return share
    mine = [each for each in buy.claims_of(user_id) if each.is_borne]
    pieces = sum(each.served for each in mine)
    goods = sum(each.worth(buy.bill.unit_of(each.spec_id)) for each in mine)
    fee = 0 if user_id == buy.organiser else fee_of(goods, buy.terms.charged_fee_ppm)
    return share.replace(
        pieces=pieces,
        goods=Fen(goods),
        fee=Fen(fee),
        freight=share.freight if pieces else Fen(0),
        abroad=share.abroad if pieces else Fen(0),
    )
