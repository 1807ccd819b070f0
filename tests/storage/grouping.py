"""Group buys of one organiser, as every storage is to keep them."""

from collections.abc import Iterable

from bot.domain.group_buys import bans, joining, ordering, quoting, receiving
from bot.domain.group_buys.buys import Change, GroupBuy
from bot.domain.group_buys.showing import Card
from bot.domain.identifiers import BuyId, ChatId, MerchantOrderNo, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.writes import JoinBuy, OpenBuy, Write
from bot.storage.ports import StepCommit, Storage
from tests.domain.group_buys.groups import NOW, RED, opened, quote, wanted
from tests.storage.samples import following
from tests.storage.shopping import DAVE, session

__all__ = [
    "BUY",
    "BUYER",
    "BUY_ORDER",
    "RED",
    "SHOWN",
    "TOKEN",
    "WANTED",
    "commit",
    "group_buy",
    "organise",
    "pausing",
]

BUYER = UserId(7_888)
BUY = BuyId(1)
TOKEN = "t0ken"
BUY_ORDER = MerchantOrderNo("S261130-7K3MZQ4T")
WANTED = Card(buy_id=BuyId(2), chat_id=ChatId(-100), message_id=0)
SHOWN = Card(buy_id=BUY, chat_id=ChatId(-100), message_id=1)


def a_buy(organiser: UserId = BUYER, token: str = TOKEN, **terms: object) -> GroupBuy:
    buy = opened(**terms)
    return buy.replace(buy_id=BuyId(0), token=token, organiser=organiser, chat_id=ChatId(organiser))


def pausing(buy: GroupBuy, _: Books) -> Change:
    return joining.paused(buy, NOW)


async def commit(storage: Storage, who: UserId, revision: int, writes: Iterable[Write]) -> None:
    """Have somebody's step of that revision commit writes."""
    step = StepCommit(
        session=session(who, revision), expected_revision=revision - 1 or None, writes=tuple(writes)
    )
    await storage.conversations.commit_step(step)


async def group_buy(storage: Storage) -> None:
    """One that is open, with a claim, a queue, a card and news; one being ordered, with a ban."""
    writes = (
        OpenBuy(a_buy(limit=5)),
        OpenBuy(a_buy(token="other")),
    )
    await commit(storage, BUYER, 1, writes)
    joins = [JoinBuy(BUY, wanted(a_buy(), user, 5, 1000)) for user in (DAVE, BUYER)]
    await commit(storage, BUYER, 2, joins)
    await storage.group_cards.put_card(SHOWN)
    await storage.group_cards.put_card(WANTED)
    await storage.group_cards.put_card(SHOWN.replace(buy_id=BuyId(2), message_id=-1, chat_id=-7))
    await storage.group_buys.change(BUY, lambda buy, _: joining.removed(buy, 1, "Twice"))
    await storage.group_news.claim_news(1)
    await order_all(storage, BuyId(2), DAVE)
    await storage.group_buys.change(BuyId(2), lambda buy, _: bans.banned(buy, DAVE, "Rude", NOW))


async def order_all(storage: Storage, buy_id: BuyId, member: UserId) -> None:
    """Bring a buy with one member to where its order is being made."""
    buys = storage.group_buys
    await buys.change(buy_id, lambda buy, _: joining.joined(buy, wanted(buy, member, 5, 1000))[0])
    await buys.change(buy_id, lambda buy, _: joining.locked(buy, NOW))
    await buys.change(buy_id, lambda buy, books: quoting.priced(buy, quote(buy, 500), books, NOW))
    books = await buys.books_of_buy(buy_id)
    owed = books.balance(*books.currencies())
    await buys.change(
        buy_id, lambda buy, books: receiving.paid(buy, member, owed, f"{buy_id}-1", books, NOW)
    )
    whole = await buys.buy(buy_id)
    assert whole is not None
    assert whole.bill is not None
    total, numbers = Fen(whole.bill.total), tuple(each.number for each in whole.taken)
    await buys.change(buy_id, lambda buy, _: ordering.frozen(buy, BUY_ORDER, total, numbers, NOW))


async def organise(storage: Storage, organiser: UserId, revision: int) -> None:
    """Have somebody organise a buy, join it and pay; and be told of it."""
    writes = (OpenBuy(a_buy(organiser)),)
    await storage.conversations.commit_step(following(organiser, expected=revision, writes=writes))
    await order_all(storage, BUY, organiser)
