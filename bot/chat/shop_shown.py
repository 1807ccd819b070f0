"""What a shop's screens show besides goods: the terms that hold, and where an order's money is."""

from dataclasses import dataclass

from bot.domain.collecting import Proof, ProofState, Standing, standing_of
from bot.domain.ledger import OrderAccount
from bot.domain.orders import Order, Placing
from bot.domain.shop_terms import ShopTerms
from bot.services.collecting.shop import Shop


@dataclass(frozen=True, slots=True)
class ShopShown:
    """A shop's terms as they are now, and where an order's money is; proofs the oldest first."""

    terms: ShopTerms | None = None
    account: OrderAccount | None = None
    standing: Standing | None = None
    proofs: tuple[Proof, ...] = ()


async def shop_shown(shop: Shop | None, order: Order | None = None) -> ShopShown | None:
    """Return it, with an order's money if one is given; None where there is no shop."""
    if shop is None:
        return None
    terms = await shop.terms()
    account = await shop.account_of(order) if order is not None else None
    if order is None or account is None:
        return ShopShown(terms=terms)
    proofs = tuple(await shop.proofs_of(order.order_no))
    waiting = sum(each.state is ProofState.WAITING for each in proofs)
    placed = order.placing is Placing.PLACED
    return ShopShown(
        terms=terms,
        account=account if placed else None,
        standing=standing_of(order, account, waiting) if placed else None,
        proofs=proofs,
    )
