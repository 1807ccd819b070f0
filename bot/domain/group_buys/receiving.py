"""The members' money: said to be paid, seen to come in, one by one or all of it at once; or not."""

from datetime import datetime

from bot.domain.bookings import received
from bot.domain.currencies import Money
from bot.domain.group_buys.books import agreed_with
from bot.domain.group_buys.buys import AFTER_ORDER, BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.claims import (
    Claim,
    ClaimState,
    SentProof,
)
from bot.domain.group_buys.ending import left_out
from bot.domain.group_buys.news import News, NewsOf, news_to
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books, Kind

_PAYABLE = {ClaimState.DUE, ClaimState.PROOF}


def paid(
    buy: GroupBuy, user_id: UserId, amount: Money, key: str, books: Books, now: datetime
) -> Change:
    """The organiser saw that amount come in from a member. Raises `BuyRefused`, `LedgerError`.

    Whether everybody has paid with it their page says: they are not told of their own press.
    """
    if f"receipt:{key}" in books:
        return Change(buy)
    account, rate = buy.account_of(user_id), buy.terms.rate
    agreed = agreed_with(account, buy.share_of(user_id), rate, buy.terms.charged_fee_ppm)
    if not buy.claims_of(user_id):
        raise BuyRefused(Why.NOT_YOURS)
    operation = received(key, agreed, amount, buy.organiser, now)
    after = Books([*books, operation])
    moved = settled_claims(buy, user_id, after)
    # What they sent has been looked at: whoever paid less owes the rest like anybody.
    said = [each for each in moved.claims_of(user_id) if each.state is ClaimState.PROOF]
    moved = moved.with_claims(each.moved(ClaimState.DUE) for each in said)
    told = News(kind=NewsOf.RECEIVED, user_id=user_id, detail=key)
    return Change(moved, (told,), (operation,))


def proof_sent(buy: GroupBuy, user_id: UserId, proof: SentProof, detail: str) -> Change:
    """A member says they paid: that moves nothing but their claims' state.

    What somebody sent before is marked for the organiser, and taken. Raises `BuyRefused`.
    """
    earlier = [each.proof for each in buy.claims if each.proof is not None]
    marked = proof.replace(seen_before=any(map(proof.is_the_same, earlier)))
    told = (News(kind=NewsOf.PROOF, user_id=buy.organiser, detail=detail),)
    if buy.state in AFTER_ORDER and (still := [e for e in buy.claims_of(user_id) if e.is_in]):
        return Change(buy.with_claims([still[0].replace(proof=marked)]), told)
    buy.demand(BuyState.COLLECTING)
    mine = [each for each in buy.claims_of(user_id) if each.state in _PAYABLE]
    if not mine:
        raise BuyRefused(Why.STATE)
    waiting = [each for each in mine if each.state is ClaimState.DUE]
    sent = buy.with_claims(each.moved(ClaimState.PROOF) for each in waiting)
    sent = sent.with_claims(
        each.replace(proof=marked)
        for each in sent.claims_of(user_id)
        if each.state is ClaimState.PROOF
    )
    return Change(sent, told)


def proof_declined(buy: GroupBuy, user_id: UserId, detail: str) -> Change:
    """The organiser saw nothing come in. Raises `BuyRefused` where nobody says so any more."""
    buy.demand(BuyState.COLLECTING)
    mine = [each for each in buy.claims_of(user_id) if each.state is ClaimState.PROOF]
    if not mine:
        raise BuyRefused(Why.STATE)
    back = buy.with_claims(each.moved(ClaimState.DUE) for each in mine)
    return Change(back, (News(kind=NewsOf.NOT_RECEIVED, user_id=user_id, detail=detail),))


def lapse_unpaid(buy: GroupBuy, books: Books, now: datetime) -> Change:
    """Leave out who has not paid: before the order, never after.

    Raises `BuyRefused` while the time that they were promised runs.
    """
    buy.demand(BuyState.COLLECTING)
    if buy.pay_before is not None and now < buy.pay_before:
        raise BuyRefused(Why.NOT_OVER)
    gone = [each for each in buy.taken if each.state is ClaimState.DUE]
    kept = buy.replace(pay_before=None)
    return left_out(kept, gone, NewsOf.LAPSED, books, now, detail="unpaid")


def given_up_by(buy: GroupBuy, user_id: UserId, books: Books, now: datetime) -> Change:
    """Somebody says, before their time to pay is over, that they won't: they are out at once.

    What they paid of it goes back in full. Raises `BuyRefused` where nothing is due.
    """
    buy.demand(BuyState.COLLECTING)
    mine = [each for each in buy.taken if each.user_id == user_id and each.state is ClaimState.DUE]
    if not mine:
        raise BuyRefused(Why.STATE)
    change = left_out(buy, mine, None, books, now, ClaimState.DECLINED)
    if not change.buy.taken or is_unpaid(change.buy):
        return change
    told = News(kind=NewsOf.ALL_PAID, user_id=buy.organiser, detail=f"without-{mine[0].number}")
    return Change(change.buy, (*change.news, told), change.booked)


def reminded(buy: GroupBuy, books: Books, detail: str) -> Change:
    """Remind whoever owes something, and nobody else. Raises `BuyRefused` where nobody does."""
    owing = [user for user in buy.members if user != buy.organiser and not buy.covered(books, user)]
    said = {each.user_id for each in buy.claims if each.state is ClaimState.PROOF}
    people = [user for user in owing if user not in said]
    if not people or buy.bill is None:
        raise BuyRefused(Why.STATE)
    return Change(buy, news_to(NewsOf.REMIND, people, detail))


def settled_claims(buy: GroupBuy, user_id: UserId, books: Books) -> GroupBuy:
    """Move a member's claims to where their balance puts them: paid, or due once more."""
    covered = user_id == buy.organiser or buy.covered(books, user_id)
    mine = [each for each in buy.taken if each.user_id == user_id]
    if covered:
        moved = [each.moved(ClaimState.PAID) for each in mine if each.state in _PAYABLE]
    else:
        moved = [each.moved(ClaimState.DUE) for each in mine if each.state is ClaimState.PAID]
    return buy.with_claims(moved)


def is_unpaid(buy: GroupBuy) -> bool:
    """Tell whether anybody whom the group takes has not paid."""
    return any(each.state is not ClaimState.PAID for each in buy.taken)


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
        change = Change(one.buy, (*change.news, *one.news), (*change.booked, *one.booked))
    return change
