"""Many members say they paid, and the organiser finds all of it on one statement."""

from datetime import datetime

from bot.domain.currencies import Money
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, News, NewsOf, Why
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.closing import paid
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books


def said_to_be_paid(buy: GroupBuy, books: Books) -> dict[UserId, Money]:
    """Return what each owes who has sent a proof; one sent before is looked at alone."""
    currency = buy.terms.rate.currency
    found: dict[UserId, Money] = {}
    for each in buy.taken:
        if each.state is not ClaimState.PROOF or each.user_id in found:
            continue
        owed = books.account_of(buy.account_of(each.user_id), currency).balance
        if owed.units > 0 and not (each.proof and each.proof.seen_before):
            found[each.user_id] = owed
    return found


def all_received(buy: GroupBuy, total: int, key: str, books: Books, now: datetime) -> Change:
    """The organiser saw come in what all of them owe, `total` minor units together.

    Raises `BuyRefused` when it is no longer that much: somebody else said so meanwhile.
    """
    if any(each.key.startswith(f"receipt:{key}-") for each in books):
        return Change(buy)
    buy.demand(BuyState.COLLECTING)
    owed = said_to_be_paid(buy, books)
    if not owed or sum(each.units for each in owed.values()) != total:
        raise BuyRefused(Why.TERMS)
    change, kept = Change(buy), Books(books)
    for user, amount in owed.items():
        one = paid(change.buy, user, amount, f"{key}-{user}", kept, now)
        for operation in one.booked:
            kept.post(operation)
        told = [each for each in one.news if each.kind is not NewsOf.ALL_PAID]
        change = Change(one.buy, (*change.news, *told), (*change.booked, *one.booked))
    if any(each.state is not ClaimState.PAID for each in change.buy.taken):
        return change
    everybody = News(kind=NewsOf.ALL_PAID, user_id=buy.organiser, detail=key)
    return Change(change.buy, (*change.news, everybody), change.booked)
