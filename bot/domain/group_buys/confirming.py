"""Asking whoever would pay more than they agreed to, and what their answers do."""

from datetime import datetime

from bot.domain.group_buys.bills import (
    Bill,
    people_of,
)
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.claims import (
    Adverse,
    Asked,
    ClaimState,
    adverse,
    agreed_together,
)
from bot.domain.group_buys.ending import left_out
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.shares import freight_cap, split
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen


def worse_off(buy: GroupBuy, bill: Bill) -> dict[UserId, frozenset[Adverse]]:
    """Return who would pay more than they agreed to, and in what. The organiser decides anyway."""
    found = {}
    for user, claims in people_of(buy.taken).items():
        share = bill.share_of(user)
        asked = Asked(
            units=tuple((bill.unit_of(each.spec_id), each.ceiling) for each in claims),
            goods=share.goods,
            freight=share.freight,
            fee=share.fee,
        )
        worse = adverse(tuple(each.consent for each in claims), asked, buy.terms)
        if worse and user != buy.organiser:
            found[user] = worse
    return found


def answered(
    buy: GroupBuy, user_id: UserId, *, agrees: bool, books: Books, now: datetime, shown: str = ""
) -> Change:
    """Take one answer. Who agrees has agreed to the freight as it came out, and to some more.

    That is asked once: should others leave, nobody is asked again whose part stays within it
    (`freight_asked`). Who does not agree is out. When all have answered the buy waits to be
    quoted again. Raises `BuyRefused`.
    """
    buy.demand(BuyState.CONFIRMING)
    if user_id not in buy.asked or buy.bill is None:
        raise BuyRefused(Why.NOT_YOURS)
    if buy.answer_before is not None and now > buy.answer_before:
        raise BuyRefused(Why.OVER)
    mine = [each for each in buy.taken if each.user_id == user_id]
    left = buy.replace(asked=tuple(each for each in buy.asked if each != user_id))
    if not agrees:
        return left_out(left, mine, None, books, now, ClaimState.DECLINED)
    bill, most = buy.bill, freight_asked(buy, user_id)
    consented = []
    # Each claim has its part of it, as one of them may be left out later.
    by_heads = buy.terms.by_heads
    parts = [most] * len(mine) if by_heads else split(most, [each.pieces for each in mine])
    for each, freight in zip(mine, parts, strict=True):
        consent = each.consent.replace(
            goods=Fen(max(each.consent.goods, bill.unit_of(each.spec_id) * each.pieces)),
            freight=freight,
            fee_ppm=buy.terms.charged_fee_ppm,
            at=now,
            shown=shown,
        )
        consented.append(each.replace(consent=consent))
    return Change(left.with_claims(consented))


def freight_asked(buy: GroupBuy, user_id: UserId) -> Fen:
    """Return the most freight that somebody agrees to who is asked, in fen.

    It is what they agreed to before, or their part as it came out with the cap above it.
    """
    mine = [each for each in buy.taken if each.user_id == user_id]
    agreed = agreed_together((each.consent.freight for each in mine), buy.terms)
    part = buy.share_of(user_id).freight
    if part <= agreed:
        return agreed
    return Fen(max(part, freight_cap(part, buy.terms.cap_ppm)))


def lapse_unanswered(buy: GroupBuy, books: Books, now: datetime) -> Change:
    """Whoever did not answer in time has not agreed. Raises `BuyRefused` before it is time."""
    buy.demand(BuyState.CONFIRMING)
    if buy.answer_before is not None and now <= buy.answer_before and buy.asked:
        raise BuyRefused(Why.NOT_OVER)
    gone = [each for each in buy.taken if each.user_id in buy.asked]
    return left_out(buy.replace(asked=()), gone, NewsOf.LAPSED, books, now, detail="silent")
