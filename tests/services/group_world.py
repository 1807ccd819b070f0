"""Group buys over a scripted marketplace and a clock that is set."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.addresses import Address
from bot.domain.currencies import CNY, Money
from bot.domain.drafts import OrderLine
from bot.domain.group_buys import ordering, receiving
from bot.domain.group_buys.buys import Change, GroupBuy
from bot.domain.group_buys.news import NewsOf
from bot.domain.identifiers import ChatId, MerchantOrderNo, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.offers import Offer
from bot.domain.orders import Placing
from bot.domain.quotes import Quote, QuoteLine
from bot.domain.writes import ChangeBuy, ClaimOrder, JoinBuy, OpenBuy
from bot.marketplace.errors import Unreachable
from bot.services.grouping.group_buys import GroupBuys
from bot.services.grouping.ordering import order_for
from bot.storage.ports import StepCommit
from tests.domain.group_buys.groups import NOW, STEPS, steps, wanted
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.grouping import BUY, BUYER, a_buy
from tests.storage.shopping import session

NUMBER = MerchantOrderNo("S261130-7K3MZQ4T")


class Quoting:
    """A marketplace whose price falls with the pieces; `freight` for all of them."""

    def __init__(self) -> None:
        self.freight = 500
        self.down = False

    async def offer(self, _: object) -> Offer:
        raise Unreachable("down", endpoint="offer")

    async def preview(self, lines: Sequence[OrderLine], _: Address) -> Quote:
        if self.down:
            raise Unreachable("down", endpoint="preview")
        price = steps(*STEPS).price_at(sum(each.quantity for each in lines))
        quoted = tuple(
            QuoteLine(
                offer_id=each.offer_id,
                spec_id=each.spec_id,
                amount=Fen(price * each.quantity),
                unit_price=price,
            )
            for each in lines
        )
        goods = sum(each.amount for each in quoted)
        return Quote(
            lines=quoted, goods=goods, freight=self.freight, total=Fen(goods + self.freight)
        )


class World:
    """An open buy, its service and a clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.storage = MemoryStorage(now=NOW)
        self.market = Quoting()
        self.groups = GroupBuys(
            self.storage,  # type: ignore[arg-type]  # plays what group buys call
            self.market,  # type: ignore[arg-type]
            organisers=lambda user: user == BUYER,
            clock=self.clock,
        )
        self.revisions: dict[int, int] = {}

    def clock(self) -> datetime:
        return self.now

    async def step(self, user: int, *writes: object) -> None:
        revision = self.revisions.get(user, 0)
        self.revisions[user] = revision + 1
        await self.storage.conversations.commit_step(
            StepCommit(
                session=session(UserId(user), revision + 1),
                expected_revision=revision or None,
                writes=writes,  # type: ignore[arg-type]
            )
        )

    async def open(self, **terms: Any) -> None:
        await self.step(BUYER, OpenBuy(a_buy(**terms)))

    async def join(self, user: int, pieces: int, ceiling: int = 1000) -> None:
        await self.step(user, JoinBuy(BUY, wanted(a_buy(), user, pieces, ceiling)))

    async def buy(self) -> GroupBuy:
        buy = await self.storage.group_buys.buy(BUY)
        assert buy is not None
        return buy

    async def told(self, kind: NewsOf) -> list[int]:
        found = await self.storage.group_news.news_to_tell(NOW + timedelta(days=999), 99)
        return [each.news.user_id for each in found if each.news.kind is kind]

    async def at_deadline(self) -> GroupBuy:
        self.now = a_buy().terms.deadline + timedelta(seconds=6)
        await self.groups.due.do_due()
        return await self.buy()

    async def all_pay(self) -> GroupBuy:
        buy = await self.buy()
        for user in buy.members:
            books = await self.storage.group_buys.books_of_buy(BUY)
            owed = books.account_of(buy.account_of(user), CNY).balance
            await self.storage.group_buys.change(BUY, partial(self._paid, user, owed))
        return await self.buy()

    def _paid(self, user: UserId, owed: Money, there: GroupBuy, books: Books) -> Change:
        return receiving.paid(there, user, owed, f"p{user}", books, self.now)

    async def order(self) -> MerchantOrderNo:
        buy = await self.groups.quoting.prepare(BUY, BUYER)
        order = order_for(buy, NUMBER, self.now)
        numbers = tuple(each.number for each in buy.taken)
        await self.step(
            BUYER,
            ClaimOrder(order.replace(chat_id=ChatId(BUYER))),
            ChangeBuy(
                BUY,
                lambda there, _: ordering.frozen(
                    there, NUMBER, order.quote.total, numbers, self.now
                ),
            ),
        )
        return NUMBER

    async def settled(self, placing: Placing, **changes: object) -> None:
        order = await self.storage.orders.order(NUMBER)
        assert order is not None
        sent = order.moved(Placing.CREATING)
        await self.storage.orders.save_order(sent, Placing.CLAIMED)
        await self.storage.orders.save_order(sent.moved(placing, **changes), Placing.CREATING)
