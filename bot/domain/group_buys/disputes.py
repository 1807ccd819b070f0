"""Complaints about what was handed out: said, answered, agreed on, or taken to an operator."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.charging import recharged
from bot.domain.group_buys.claims import Claim, ClaimState, Dispute, DisputeState
from bot.domain.group_buys.news import News, NewsOf, news_to
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen

FOR_OPERATOR = "operator:"
"""What the detail of news begins with that tells of a complaint taken to an operator."""

ALLOWED = "allowed:"
"""What the key of a compensation begins with, and the detail of the news that tells of it: the
mark of the complaint that it ended follows."""


def disputed(buy: GroupBuy, user_id: UserId, dispute: Dispute) -> Change:
    """A member says that something is wrong with what they got. Raises `BuyRefused`.

    That is possible from the goods' arrival until some days after they were handed out.
    """
    buy.demand(BuyState.ARRIVED, BuyState.HANDING_OUT, BuyState.SETTLING)
    mine = [
        each
        for each in buy.claims_of(user_id)
        if each.state in {ClaimState.ARRIVED, ClaimState.HANDED}
    ]
    if not mine or any(each.dispute is not None and each.dispute.is_open for each in mine):
        raise BuyRefused(Why.STATE)
    latest = max((each.handed_at for each in mine if each.handed_at), default=None)
    if latest is not None and dispute.at > latest + buy.terms.dispute_within:
        raise BuyRefused(Why.OVER)
    told = News(kind=NewsOf.DISPUTED, user_id=buy.organiser, detail=_when(mine[0], dispute))
    return Change(buy.with_claims([mine[0].replace(dispute=dispute)]), (told,))


def dispute_answered(buy: GroupBuy, user_id: UserId, answer: str) -> Change:
    """The organiser says why nothing is owed; the member agrees, or calls an operator.

    Raises `BuyRefused`.
    """
    claim, dispute = _dispute_of(buy, user_id)
    if not answer.strip():
        raise BuyRefused(Why.INCOMPLETE)
    said = dispute.replace(state=DisputeState.ANSWERED, answer=answer)
    told = News(kind=NewsOf.ANSWERED, user_id=user_id, detail=f"{_when(claim, dispute)}:{answer}")
    return Change(buy.with_claims([claim.replace(dispute=said)]), (told,))


def dispute_ended(buy: GroupBuy, user_id: UserId) -> Change:
    """The member agrees with what they were answered. Raises `BuyRefused`."""
    claim, dispute = _dispute_of(buy, user_id)
    agreed = dispute.replace(state=DisputeState.AGREED)
    return Change(buy.with_claims([claim.replace(dispute=agreed)]))


def dispute_raised(buy: GroupBuy, user_id: UserId, operators: Iterable[UserId]) -> Change:
    """The member does not agree: operators are told. Raises `BuyRefused`."""
    claim, dispute = _dispute_of(buy, user_id)
    if dispute.state is not DisputeState.ANSWERED:
        raise BuyRefused(Why.STATE)
    raised = dispute.replace(state=DisputeState.TO_OPERATOR)
    detail = f"{FOR_OPERATOR}{_when(claim, dispute)}"
    told = news_to(NewsOf.DISPUTED, [*operators, buy.organiser], detail)
    return Change(buy.with_claims([claim.replace(dispute=raised)]), told)


def allowed(buy: GroupBuy, user_id: UserId, amount: Fen, books: Books, now: datetime) -> Change:
    """Give somebody so many fen off after a complaint: the organiser bears it. It ends that.

    Raises `BuyRefused` beyond what they were charged.
    """
    claim, dispute = _dispute_of(buy, user_id)
    share = buy.share_of(user_id)
    if buy.bill is None or not 0 < amount <= share.total:
        raise BuyRefused(Why.AMOUNT, share.total)
    less = share.replace(allowed=Fen(share.allowed + amount))
    shares = tuple(less if each.user_id == user_id else each for each in buy.bill.shares)
    bill = buy.bill.replace(shares=shares, borne=Fen(buy.bill.borne + amount))
    booked = recharged(buy, bill, books, now, f"{ALLOWED}{_when(claim, dispute)}")
    agreed = claim.replace(dispute=dispute.replace(state=DisputeState.AGREED))
    told = News(kind=NewsOf.ANSWERED, user_id=user_id, detail=booked[0].key)
    return Change(buy.with_claims([agreed]).replace(bill=bill), (told,), tuple(booked))


def opened_again(buy: GroupBuy, key: str) -> GroupBuy:
    """Return the buy with the complaint open that the compensation of that key had ended.

    What was answered before stands: its member agrees with that, or calls an operator.
    """
    mark = key.split(":")[1]
    for each in buy.claims:
        found = each.dispute
        if found is not None and not found.is_open and _when(each, found) == mark:
            state = DisputeState.ANSWERED if found.answer else DisputeState.OPENED
            return buy.with_claims([each.replace(dispute=found.replace(state=state))])
    return buy


def open_disputes(buy: GroupBuy) -> tuple[UserId, ...]:
    """Return whose complaints are not agreed on."""
    found = [each for each in buy.claims if each.dispute is not None and each.dispute.is_open]
    return tuple(dict.fromkeys(each.user_id for each in found))


def _dispute_of(buy: GroupBuy, user_id: UserId) -> tuple[Claim, Dispute]:
    buy.demand(BuyState.ARRIVED, BuyState.HANDING_OUT, BuyState.SETTLING)
    for each in buy.claims_of(user_id):
        if each.dispute is not None and each.dispute.is_open:
            return each, each.dispute
    raise BuyRefused(Why.STATE)


def _when(claim: Claim, dispute: Dispute) -> str:
    return f"{claim.number}-{dispute.at:%Y%m%d%H%M%S}"
