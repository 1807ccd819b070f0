"""What the marketplace's numbers mean for a locked buy: who falls out, is asked, or pays."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.group_buys.bills import (
    bill_of,
    rebilled,
    units_of,
)
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.charging import recharged
from bot.domain.group_buys.claims import (
    Claim,
    ClaimState,
)
from bot.domain.group_buys.confirming import worse_off
from bot.domain.group_buys.ending import failed, left_out
from bot.domain.group_buys.minimum import short_of_minimum
from bot.domain.group_buys.news import News, NewsOf, news_to
from bot.domain.group_buys.receiving import settled_claims
from bot.domain.ledger import Books
from bot.domain.quotes import Quote

_MORNING, _EVENING = 9, 22
MOST_ROUNDS = 2
"""So often people are asked at most; then the buy fails rather than asking for ever."""


def too_dear(buy: GroupBuy, quote: Quote) -> tuple[Claim, ...]:
    """Return the claims whose ceiling a quote of all of them passes.

    Dropped together and quoted again, until there are none, this ends in the one largest set that
    can buy together. Raises `BillUnclear`.
    """
    taken = buy.taken
    if buy.terms.is_fixed:
        return ()  # what the marketplace's price is above theirs, the organiser bears
    units, _ = units_of(taken, buy.terms, quote)
    price = {each.spec_id: each.price for each in units}
    return tuple(
        each
        for each in taken
        if price[each.spec_id] > each.ceiling and each.user_id != buy.organiser
    )


def fell_out(buy: GroupBuy, claims: Iterable[Claim], books: Books, now: datetime) -> Change:
    """Leave out claims that the price is too dear for; who paid already gets it all back.

    Raises `BuyRefused` once the claims are frozen.
    """
    buy.demand(BuyState.LOCKED, BuyState.CONFIRMING, BuyState.COLLECTING)
    return left_out(buy, claims, NewsOf.FELL_OUT, books, now)


def priced(buy: GroupBuy, quote: Quote, books: Books, now: datetime) -> Change:
    """Take a quote that is too dear for nobody: ask whom it is worse for, else collect.

    Below the minimum the buy fails, whose money was paid back before. Raises `BuyRefused`,
    `BillUnclear`.
    """
    buy.demand(BuyState.LOCKED, BuyState.CONFIRMING)
    if too_dear(buy, quote):
        raise BuyRefused(Why.NO_CONSENT)
    if short_of_minimum(buy):
        return failed(buy, "minimum", books, now)
    bill = bill_of(buy.taken, buy.terms, quote, buy.organiser)
    worse = worse_off(buy, bill)
    if not worse:
        return _collecting(buy.replace(bill=bill, asked=()), books, now)
    if buy.rounds >= MOST_ROUNDS:
        return failed(buy, "consents", books, now)
    asked = buy.replace(
        bill=bill,
        asked=tuple(worse),
        rounds=buy.rounds + 1,
        answer_before=by_day(now + buy.terms.answer_within, buy.terms.zone),
    )
    if asked.state is BuyState.LOCKED:
        asked = asked.moved(BuyState.CONFIRMING, now)
    return Change(asked, news_to(NewsOf.ASK, worse, str(asked.rounds)))


def requoted(buy: GroupBuy, quote: Quote, books: Books, now: datetime) -> Change:
    """Take newer numbers for who is left, just before the order.

    What freight changed by is split by itself; above somebody's cap the organiser bears it, and
    nobody is asked again. Raises `BuyRefused` when it is too dear for somebody, or too few are
    left; `BillUnclear`.
    """
    buy.demand(BuyState.COLLECTING)
    if buy.bill is None or not buy.taken:
        raise BuyRefused(Why.TOO_FEW)
    if too_dear(buy, quote):
        raise BuyRefused(Why.NO_CONSENT)
    if missing := short_of_minimum(buy):
        raise BuyRefused(Why.TOO_FEW, missing)
    bill = rebilled(buy.bill, buy.taken, buy.terms, quote, buy.organiser)
    booked = recharged(buy, bill, books, now)
    after = buy.replace(bill=bill).with_claims(
        each.replace(unit=bill.unit_of(each.spec_id)) for each in buy.taken
    )
    kept = Books([*books, *booked])
    for user in after.members:
        after = settled_claims(after, user, kept)
    owing = dict.fromkeys(each.user_id for each in after.taken if each.state is ClaimState.DUE)
    if owing:
        # Their share of the freight rose within what they agreed to, as others are gone.
        until = by_day(now + buy.terms.pay_within, buy.terms.zone)
        after = after.replace(pay_before=until, reminded=False)
    news = news_to(NewsOf.DUE, owing, f"{buy.version}")
    return Change(after, news, tuple(booked))


def _collecting(buy: GroupBuy, books: Books, now: datetime) -> Change:
    bill = buy.bill
    if bill is None:
        raise BuyRefused(Why.STATE)
    due = [
        each.moved(ClaimState.CONFIRMED).moved(ClaimState.DUE, unit=bill.unit_of(each.spec_id))
        for each in buy.taken
    ]
    after = buy.with_claims(due).moved(
        BuyState.COLLECTING,
        now,
        pay_before=by_day(now + buy.terms.pay_within, buy.terms.zone),
        answer_before=None,
    )
    booked = recharged(buy.replace(bill=None), bill, books, now)
    kept = Books([*books, *booked])
    for user in after.members:
        if user == buy.organiser:
            mine = [each for each in after.taken if each.user_id == user]
            after = after.with_claims(each.moved(ClaimState.PAID) for each in mine)
        else:
            after = settled_claims(after, user, kept)
    people = [each for each in after.members if each != buy.organiser]
    told = News(kind=NewsOf.COLLECTING, user_id=buy.organiser)
    return Change(after, (*news_to(NewsOf.DUE, people), told), tuple(booked))


def by_day(moment: datetime, zone: str) -> datetime:
    """Return a moment by which people answer: one at night is put off to the morning."""
    local = moment.astimezone(ZoneInfo(zone))
    if _MORNING <= local.hour < _EVENING:
        return moment
    day = local if local.hour < _MORNING else local + timedelta(days=1)
    return day.replace(hour=_MORNING, minute=0, second=0, microsecond=0).astimezone(moment.tzinfo)
