"""Whom an organiser takes no new claims from: remembered with what they claimed of them before.

It is between the two: the person is told why and what to do, nobody else sees it. What they have
in buys that run stays as it is. It goes when the claims do that it stands with: with its person's
data, and with the buy.
"""

from datetime import datetime

from bot.domain.group_buys.buys import BuyRefused, Change, GroupBuy, Why
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.identifiers import UserId


def banned(buy: GroupBuy, user_id: UserId, reason: str, now: datetime) -> Change:
    """Take no new claims from somebody, for a reason that they are shown. Raises `BuyRefused`."""
    mine = buy.claims_of(user_id)
    if not mine or user_id == buy.organiser:
        raise BuyRefused(Why.NOT_YOURS)
    if not reason.strip():
        raise BuyRefused(Why.INCOMPLETE)
    first = mine[0].replace(banned=reason)
    told = News(kind=NewsOf.BANNED, user_id=user_id, detail=f"{now:%Y%m%d%H%M%S}")
    return Change(buy.with_claims([first]), (told,))


def let_in_again(buy: GroupBuy, user_id: UserId, now: datetime) -> Change:
    """Take claims from somebody again. Raises `BuyRefused` where nothing was in the way."""
    mine = [each for each in buy.claims_of(user_id) if each.banned]
    if not mine:
        raise BuyRefused(Why.STATE)
    told = News(kind=NewsOf.ALLOWED, user_id=user_id, detail=f"{now:%Y%m%d%H%M%S}")
    return Change(buy.with_claims(each.replace(banned="") for each in mine), (told,))


def ban_on(buy: GroupBuy, user_id: UserId) -> str:
    """Return why somebody is taken no claims from, as far as this buy knows; empty if they are."""
    return next((each.banned for each in buy.claims_of(user_id) if each.banned), "")
