"""Taking the books of a buy from one bill to another."""

from datetime import datetime

from bot.domain.group_buys.bills import Bill
from bot.domain.group_buys.books import borne, charged
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.ledger import Books, Operation
from bot.domain.money import Fen


def recharged(
    buy: GroupBuy, bill: Bill, books: Books, now: datetime, named: str = ""
) -> list[Operation]:
    """Return what takes everybody's charges, and what the organiser bears, to another bill's.

    A buy without a bill has charged nobody yet. `named` is what the keys of the charges begin with.
    """
    before = buy.bill or Bill(units=(), shares=(), total=Fen(0))
    people = dict.fromkeys(each.user_id for each in (*before.shares, *bill.shares))
    booked: list[Operation] = []
    for user in people:
        one, other = before.share_of(user), bill.share_of(user)
        booked += charged(books, buy.account_of(user), one, other, buy.terms.rate, now, named)
    less = bill.borne - before.borne
    kept = Books([*books, *booked])
    return [*booked, *borne(kept, buy.own_account, buy.organiser, less, now)]
