"""The group's books: what each member is charged, pays and gets back, in the shop's double entry.

Every member has an account of their own in the buy's books, named by the buy and the number of
their first claim, so that what concerns one person can be shown and forgotten by itself. Each
function returns operations to post and posts none.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.bookings import Agreed, next_key
from bot.domain.currencies import Money, yuan
from bot.domain.group_buys.bills import Share
from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.ledger import Account, Books, Kind, Operation, converted, entries
from bot.domain.money import Fen
from bot.domain.rates import Rate
from bot.domain.shop_terms import Charge


def account_no(buy_id: int, first_claim: int) -> MerchantOrderNo:
    """Return the name of a member's account; 0 is the buy's own."""
    return MerchantOrderNo(f"G{buy_id}-{first_claim}")


def agreed_with(account: MerchantOrderNo, share: Share, rate: Rate, fee_ppm: int) -> Agreed:
    """Return a member's share as the books of a shop know an agreed charge."""
    charge = Charge(
        terms=1,
        rate=rate,
        fee_ppm=fee_ppm,
        fee_fixed=Fen(0),
        rounding=1,
        goods=share.goods,
        marketplace=share.marketplace,
        fee=share.fee,
        due=due_of(share, rate),
        pay_within=timedelta(0),
    )
    return Agreed(order_no=account, user_id=share.user_id, charge=charge)


def due_of(share: Share, rate: Rate) -> Money:
    """Return a share in the currency that is paid: converted once, as a whole."""
    return rate.convert(share.total)


def charged(
    books: Books,
    account: MerchantOrderNo,
    before: Share,
    after: Share,
    rate: Rate,
    at: datetime,
    named: str = "",
) -> Iterator[Operation]:
    """Yield what takes a member's charge from one share to another; nothing where none changed.

    `before` is what was charged until now, a share of nothing at first. `named` is what the key
    begins with that tells this booking from other charges and credits.
    """
    due = due_of(after, rate) - due_of(before, rate)
    total = after.total - before.total
    booked = entries(
        (Account.CUSTOMER, due),
        *converted(total, due, rate),
        (Account.MARKETPLACE, -yuan(after.marketplace - before.marketplace)),
        (Account.FEE, -yuan(after.fee - before.fee)),
    )
    if booked:
        less = due.units < 0
        yield Operation(
            key=next_key(books, f"{named or ('credit' if less else 'charge')}:{account}"),
            kind=Kind.CREDIT if less else Kind.CHARGE,
            user_id=after.user_id,
            order_no=account,
            entries=booked,
            rate=rate,
            at=at,
        )


def borne(
    books: Books, account: MerchantOrderNo, organiser: UserId, fen: int, at: datetime
) -> Iterator[Operation]:
    """Yield what the organiser bears of the marketplace's total; what comes back is a gain."""
    if fen:
        other = Account.LOSS if fen > 0 else Account.GAIN
        yield Operation(
            key=next_key(books, f"difference:{account}"),
            kind=Kind.DIFFERENCE,
            user_id=organiser,
            order_no=account,
            entries=entries((other, yuan(fen)), (Account.MARKETPLACE, -yuan(fen))),
            at=at,
        )


def paid_there(
    books: Books, account: MerchantOrderNo, organiser: UserId, fen: int, at: datetime
) -> Iterator[Operation]:
    """Yield the marketplace's payment (fen above 0) or its refund (below)."""
    if fen:
        refund = fen < 0
        yield Operation(
            key=next_key(books, f"{'refund' if refund else 'paid'}_there:{account}"),
            kind=Kind.MARKETPLACE_REFUND if refund else Kind.MARKETPLACE_PAID,
            user_id=organiser,
            order_no=account,
            entries=entries((Account.MARKETPLACE, yuan(fen)), (Account.CASH, -yuan(fen))),
            at=at,
        )
