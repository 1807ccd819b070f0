"""Many members say they paid, and the organiser finds all of it on one statement."""

from datetime import datetime

from bot.domain.currencies import Money
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, News, NewsOf, Why
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.closing import AFTER_ORDER, paid
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books, Kind


def said_to_be_paid(buy: GroupBuy, books: Books) -> dict[UserId, Money]:
    """Return what each owes who has sent a proof; one sent before is looked at alone.

    Of the second leg no claim says so: a proof is of it when it came after the charge.
    """
    currency = buy.terms.rate.currency
    found: dict[UserId, Money] = {}
    for each in buy.taken:
        if each.user_id in found or not _says_so(buy, books, each):
            continue
        owed = books.account_of(buy.account_of(each.user_id), currency).balance
        if owed.units > 0 and not (each.proof and each.proof.seen_before):
            found[each.user_id] = owed
    return found


def _says_so(buy: GroupBuy, books: Books, claim: Claim) -> bool:
    if buy.state not in AFTER_ORDER:
        return claim.state is ClaimState.PROOF
    proof, account = claim.proof, buy.account_of(claim.user_id)
    if proof is None:
        return False
    mine = [each for each in books if each.order_no == account]
    charged = max((each.at for each in mine if each.kind is Kind.CHARGE), default=None)
    looked_at = max((each.at for each in mine if each.kind is Kind.RECEIPT), default=None)
    # Telegram's dates have no parts of a second.
    if charged is None or proof.at < charged.replace(microsecond=0):
        return False
    return looked_at is None or proof.at > looked_at


def all_received(buy: GroupBuy, total: int, key: str, books: Books, now: datetime) -> Change:
    """The organiser saw come in what all of them owe, `total` minor units together.

    Raises `BuyRefused` when it is no longer that much: somebody else said so meanwhile.
    """
    if any(each.key.startswith(f"receipt:{key}-") for each in books):
        return Change(buy)
    buy.demand(BuyState.COLLECTING, *AFTER_ORDER)
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
    collects = buy.state is BuyState.COLLECTING
    if not collects or any(each.state is not ClaimState.PAID for each in change.buy.taken):
        return change
    everybody = News(kind=NewsOf.ALL_PAID, user_id=buy.organiser, detail=key)
    return Change(change.buy, (*change.news, everybody), change.booked)
