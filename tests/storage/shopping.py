"""Somebody who ordered in a shop and sent a proof, as every storage is to keep it."""

from bot.domain.collecting import NewProof, ProofKind
from bot.domain.identifiers import ChatId, ShopEventId, UserId
from bot.domain.money import Fen
from bot.domain.orders import Order, OrderPart, Placing
from bot.domain.sessions import Session
from bot.domain.shop_terms import ShopTerms
from bot.domain.writes import ClaimOrder, SendProof, SetTerms
from bot.storage.ports import StepCommit, Storage
from tests.storage.samples import NOW, order

DAVE = UserId(7_777)
OPERATOR = UserId(7_000)
TERMS = ShopTerms(fee_ppm=100_000, instructions={"en": "Pay"}).changed(OPERATOR, NOW)


def shop_order(number: int = 90, user: UserId = DAVE, *, fen: int = 1_000) -> Order:
    """A placed order of a shop, which asks 10 % on top of so many fen."""
    placed = order(number, user, Placing.PLACED)
    charge = TERMS.price(Fen(fen), Fen(fen))
    quote = placed.quote.replace(goods=fen, freight=0, total=fen, charge=charge)
    return placed.replace(
        quote=quote, parts=(OrderPart(order_id=f"{number:019d}", total=Fen(fen)),)
    )


IN_SHOP = shop_order().order_no


def proof_of(placed: Order, message_id: int = 1, text: str = "A-1") -> NewProof:
    return NewProof(
        order_no=placed.order_no,
        user_id=placed.user_id,
        message_id=message_id,
        kind=ProofKind.TEXT,
        text=text,
        sent_at=NOW,
    )


def session(user: UserId, revision: int) -> Session:
    return Session(session_id=f"S{user}", chat_id=ChatId(user), user_id=user, revision=revision)


async def place(storage: Storage, placed: Order, revision: int = 1) -> None:
    """Claim an order and have it placed."""
    claimed = placed.replace(placing=Placing.CLAIMED, parts=())
    commit = StepCommit(
        session(placed.user_id, revision),
        revision - 1 or None,
        writes=(ClaimOrder(claimed),),
    )
    await storage.conversations.commit_step(commit)
    await storage.orders.save_order(placed, Placing.CLAIMED)


async def shop(storage: Storage) -> None:
    """Terms, an order, a proof; of the two events the second is being told."""
    await place(storage, shop_order())
    writes = (SetTerms(TERMS), SendProof(proof_of(shop_order())))
    await storage.conversations.commit_step(StepCommit(session(DAVE, 2), 1, writes=writes))
    await storage.shop_events.claim_event(ShopEventId(2))
