"""What following placed orders asks of the storage. Its errors stand in `bot.storage.ports`."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from bot.domain.identifiers import (
    ALIBABA_1688,
    ChatId,
    MarketplaceName,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
)
from bot.domain.model import Value
from bot.domain.news import News
from bot.domain.orders import Order

FIRST_LOOK = timedelta(seconds=20)
"""So long after it was placed an order is read; whoever draws its payment reads it before."""


class Tracked(Value):
    """A placed order as it is being re-read. `hints` and `misses` as of its loading."""

    order: Order
    hints: int = 0  # how often a reading was asked for
    misses: int = 0  # how many readings in a row failed
    forgotten: bool = False  # its person asked to be; it stays until it is over


class NewNotice(Value):
    """A piece of news to be told at `not_before` at the earliest.

    `shown` when the person sees it already, so that it only has to be known as told.
    """

    news: News
    not_before: datetime
    shown: bool = False


class Notice(Value):
    """A piece of news that waits to be told."""

    notice_id: int
    news: News
    born_at: datetime
    not_before: datetime


class NoticeEnd(StrEnum):
    """What became of a notice. Whatever it was, it is not sent again."""

    TOLD = "told"
    UNCLEAR = "unclear"  # it may have been sent: nobody knows
    DROPPED = "dropped"  # no longer so, or the person can't be reached


class StoredPush(Value):
    """A genuine push as it arrived. `msg_id` is the marketplace's, or made of the message."""

    marketplace: MarketplaceName = ALIBABA_1688
    msg_id: str
    topic: str
    message: str
    received_at: datetime


class WaitingPush(Value):
    """A stored push that is still to be handled."""

    push_id: int
    marketplace: MarketplaceName = ALIBABA_1688
    message: str
    received_at: datetime
    attempts: int = 0


class TrackingPort(Protocol):
    """Placed orders as they are read again, and when that is due."""

    async def tracked(self, order_no: MerchantOrderNo) -> Tracked | None:
        """Return a placed order, None when there is none or it is not placed."""

    async def save_tracked(
        self,
        before: Tracked,
        after: Order,
        look_at: datetime | None,
        notices: Sequence[NewNotice] = (),
    ) -> None:
        """Store what a reading made of an order, its news, and when the next is due (None: never).

        News whose key the order had before is dropped. What asked for a reading since `before`
        was loaded keeps the order due. Raises `OrderMoved` when the order is gone.
        """

    async def missed(
        self, order_no: MerchantOrderNo, look_at: datetime, hints: int | None = None
    ) -> None:
        """Count a reading that failed and put the next one off.

        With `hints` (as of before the reading) only unless one was asked for since.
        """

    async def due_orders(self, now: datetime, limit: int) -> list[MerchantOrderNo]:
        """Return the orders whose reading is due, the longest due first."""

    async def sort_orders(self, limit: int = 200) -> int:
        """Work out stages and ids of orders from an earlier release; return how many were done.

        The newest first. What is counted or looked for by stage is right before that, too; whose
        an order of the marketplace's is can't be said of one that no other has: that raises
        `StorageUnavailable`, so that pushes of it wait.
        """


class NoticePort(Protocol):
    """News on its way to people. What is claimed is sent by whoever claimed it, or by nobody."""

    async def orders_to_tell(
        self, now: datetime, limit: int
    ) -> list[tuple[MerchantOrderNo, ChatId]]:
        """Return the orders with news that may be told now, and where to; the oldest news first."""

    async def waiting_notices(self, order_no: MerchantOrderNo, now: datetime) -> list[Notice]:
        """Return an order's notices that may be told now, in the order in which they came."""

    async def claim_notices(self, notice_ids: Collection[int]) -> None:
        """Mark notices as being sent. Durable before anything is sent."""

    async def end_notices(self, notice_ids: Collection[int], end: NoticeEnd) -> None:
        """Record what became of notices; what they said is no longer kept."""

    async def put_back_notices(self, notice_ids: Collection[int], until: datetime) -> None:
        """Have notices that were certainly not sent wait again, and later ones of their orders."""

    async def hold_notices(self, notice_ids: Collection[int], until: datetime) -> None:
        """Have waiting notices wait on; what came later of their orders may overtake them."""

    async def give_up_claimed(self) -> int:
        """End as unclear what an earlier run had claimed; return how many."""


class PartOwners(Struct, frozen=True):
    """Which orders of the marketplace are ours."""

    ours: dict[MarketplaceOrderId, MerchantOrderNo]
    are_all: bool = True
    """False while one that is not named may be of an order that is not sorted in yet."""


class PushPort(Protocol):
    """What the marketplace told without being asked, durable before it is acknowledged."""

    async def put_push(self, push: StoredPush) -> bool:
        """Store a push; return whether it is new. A repeat changes nothing."""

    async def waiting_pushes(self, now: datetime, limit: int) -> list[WaitingPush]:
        """Return pushes that are to be handled now, in the order of their arrival."""

    async def orders_of_parts(self, order_ids: Collection[MarketplaceOrderId]) -> PartOwners:
        """Return our numbers of those orders of the marketplace that are ours."""

    async def finish_pushes(
        self,
        used: Collection[int],
        unused: Collection[int],
        due: Collection[MerchantOrderNo] = (),
        offers: Collection[OfferId] = (),
    ) -> None:
        """Mark pushes as handled and, with it, what they tell of as due before everything else.

        `offers` are watched ones.
        """

    async def retry_pushes(
        self, push_ids: Collection[int], not_before: datetime, *, counted: bool = True
    ) -> None:
        """Have pushes handled again later, and count that as an attempt if it was one."""
