"""What a shop's screens show besides goods: the terms that hold, and where an order's money is."""

from msgspec import Struct

from bot.domain.collecting import Proof, ProofState, Standing, standing_of
from bot.domain.ledger import Operation, OrderAccount
from bot.domain.money import Fen
from bot.domain.orders import Order, Placing
from bot.domain.shop_terms import ShopTerms
from bot.services.collecting.shop import Dearer, Shop


class ShopShown(Struct, frozen=True):
    """A shop's terms as they are now, and where an order's money is; proofs the oldest first.

    `in_yuan` is the order's price in fen with the fee; `dearer` what 1688 asks beyond what the
    customer agreed to; `moved` what came in and was sent back.
    """

    terms: ShopTerms | None = None
    account: OrderAccount | None = None
    standing: Standing | None = None
    proofs: tuple[Proof, ...] = ()
    in_yuan: Fen | None = None
    dearer: Dearer | None = None
    moved: tuple[Operation, ...] = ()


async def shop_shown(shop: Shop | None, order: Order | None = None) -> ShopShown | None:
    """Return it, with an order's money if one is given; None where there is no shop."""
    if shop is None:
        return None
    terms = await shop.terms()
    money = await shop.money_of(order) if order is not None else None
    if order is None or money is None:
        return ShopShown(terms=terms)
    proofs = tuple(await shop.proofs_of(order.order_no))
    if order.placing is not Placing.PLACED:
        return ShopShown(terms=terms, proofs=proofs)
    waiting = sum(each.state is ProofState.WAITING for each in proofs)
    return ShopShown(
        terms=terms,
        account=money.account,
        standing=standing_of(order, money.account, waiting),
        proofs=proofs,
        in_yuan=money.in_yuan,
        dearer=money.dearer,
        moved=money.moved,
    )
