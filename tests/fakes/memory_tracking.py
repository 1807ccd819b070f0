"""Placed orders in memory, as the SQLite storage keeps them for reading them again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from bot.domain.identifiers import ChatId, MarketplaceOrderId, MerchantOrderNo, OfferId, UserId
from bot.domain.orders import Order, Placing
from bot.storage.ports import OrderMoved
from bot.storage.tracking_ports import (
    NewNotice,
    Notice,
    NoticeEnd,
    PartOwners,
    StoredPush,
    Tracked,
    WaitingPush,
)
from tests.fakes.memory_watches import MemoryWatches


@dataclass
class _Told:
    order_no: MerchantOrderNo
    notice: Notice
    state: str = "waiting"
    ended_at: datetime | None = None


@dataclass
class _Pushed:
    push: StoredPush
    state: str = "waiting"
    attempts: int = 0
    not_before: datetime | None = None


@dataclass
class MemoryTracking(MemoryWatches):
    """Implements `TrackingPort`, `NoticePort` and `PushPort`."""

    _notices: dict[int, _Told] = field(default_factory=dict)
    _pushes: list[_Pushed] = field(default_factory=list)
    is_sorting: bool = False

    async def tracked(self, order_no: MerchantOrderNo) -> Tracked | None:
        self._answer()
        claimed = self._orders.get(order_no)
        if claimed is None or claimed.order.placing is not Placing.PLACED:
            return None
        return Tracked(
            order=claimed.order,
            hints=claimed.hints,
            misses=claimed.misses,
            forgotten=claimed.forgotten,
        )

    async def save_tracked(
        self,
        before: Tracked,
        after: Order,
        look_at: datetime | None,
        notices: Sequence[NewNotice] = (),
    ) -> None:
        self._answer()
        claimed = self._orders.get(after.order_no)
        if claimed is None or claimed.order.placing is not Placing.PLACED:
            raise OrderMoved(f"{after.order_no} is gone")
        self._orders[after.order_no] = replace(
            claimed,
            order=self._owned(after),
            misses=0,
            look_at=look_at if claimed.hints == before.hints else claimed.look_at,
        )
        self.order_of_buy_stored(after)
        self.book_state(after)
        for each in notices:
            self._add_notice(after.order_no, each)

    async def missed(
        self, order_no: MerchantOrderNo, look_at: datetime, hints: int | None = None
    ) -> None:
        self._answer()
        claimed = self._orders.get(order_no)
        if claimed is not None and claimed.look_at is not None:
            claimed.misses += 1
            if hints in {None, claimed.hints}:
                claimed.look_at = look_at

    async def due_orders(self, now: datetime, limit: int) -> list[MerchantOrderNo]:
        self._answer()
        due = [
            (each.look_at, order_no)
            for order_no, each in self._orders.items()
            if each.look_at is not None and each.look_at <= now
        ]
        return [order_no for _, order_no in sorted(due)][:limit]

    async def sort_orders(self, limit: int = 200) -> int:
        self._answer()
        return 0

    async def orders_to_tell(
        self, now: datetime, limit: int
    ) -> list[tuple[MerchantOrderNo, ChatId]]:
        self._answer()
        due = [
            told.order_no
            for _, told in sorted(self._standing().items())
            if told.state == "waiting" and told.notice.not_before <= now
        ]
        return [(each, self._orders[each].order.chat_id) for each in dict.fromkeys(due)][:limit]

    async def waiting_notices(self, order_no: MerchantOrderNo, now: datetime) -> list[Notice]:
        self._answer()
        return [
            told.notice
            for _, told in sorted(self._standing().items())
            if told.order_no == order_no
            and told.state == "waiting"
            and told.notice.not_before <= now
        ]

    async def claim_notices(self, notice_ids: Collection[int]) -> None:
        self._answer()
        for each in notice_ids:
            if self._notices[each].state == "waiting":
                self._notices[each].state = "claimed"

    async def end_notices(self, notice_ids: Collection[int], end: NoticeEnd) -> None:
        self._answer()
        for each in notice_ids:
            self._notices[each].state = end.value
            self._notices[each].ended_at = self._time()

    async def put_back_notices(self, notice_ids: Collection[int], until: datetime) -> None:
        self._answer()
        orders = {self._notices[each].order_no for each in notice_ids}
        for notice_id, told in self._notices.items():
            if notice_id in notice_ids and told.state == "claimed":
                told.state = "waiting"
                told.notice = told.notice.replace(not_before=until)
            if told.order_no in orders and told.state == "waiting":
                later = max(told.notice.not_before, until)
                told.notice = told.notice.replace(not_before=later)

    async def hold_notices(self, notice_ids: Collection[int], until: datetime) -> None:
        self._answer()
        for notice_id in notice_ids:
            told = self._notices[notice_id]
            if told.state == "waiting":
                told.notice = told.notice.replace(not_before=until)

    async def give_up_claimed(self) -> int:
        self._answer()
        claimed = [each for each in self._notices.values() if each.state == "claimed"]
        for each in claimed:
            each.state, each.ended_at = NoticeEnd.UNCLEAR.value, self._time()
        return len(claimed)

    async def put_push(self, push: StoredPush) -> bool:
        self._answer()
        name = (push.marketplace, push.msg_id)
        if name in {(each.push.marketplace, each.push.msg_id) for each in self._pushes}:
            return False
        self._pushes.append(_Pushed(push))
        return True

    async def waiting_pushes(self, now: datetime, limit: int) -> list[WaitingPush]:
        self._answer()
        return [
            WaitingPush(
                push_id=push_id,
                marketplace=each.push.marketplace,
                message=each.push.message,
                received_at=each.push.received_at,
                attempts=each.attempts,
            )
            for push_id, each in enumerate(self._pushes)
            if each.state == "waiting" and (each.not_before is None or each.not_before <= now)
        ][:limit]

    async def orders_of_parts(self, order_ids: Collection[MarketplaceOrderId]) -> PartOwners:
        self._answer()
        ours = {
            part.order_id: order_no
            for order_no, each in self._orders.items()
            for part in each.order.parts
            if part.order_id in order_ids
        }
        return PartOwners(ours, not self.is_sorting or len(ours) == len(set(order_ids)))

    async def finish_pushes(
        self,
        used: Collection[int],
        unused: Collection[int],
        due: Collection[MerchantOrderNo] = (),
        offers: Collection[OfferId] = (),
    ) -> None:
        self._answer()
        await self.look_soon(offers)
        for order_no in due:
            claimed = self._orders.get(order_no)
            if claimed is not None and claimed.look_at is not None:
                claimed.hints += 1
                claimed.look_at = datetime.fromtimestamp(0, UTC)
        for ids, state in ((used, "used"), (unused, "unused")):
            for each in ids:
                self._pushes[each].state = state

    async def retry_pushes(
        self, push_ids: Collection[int], not_before: datetime, *, counted: bool = True
    ) -> None:
        self._answer()
        for each in push_ids:
            self._pushes[each].attempts += counted
            self._pushes[each].not_before = not_before

    def told_of(self, user_id: UserId) -> list[JsonValue]:
        return [
            {
                "order_no": told.order_no,
                "what": told.notice.news.key.partition(".")[0],
                "state": told.state,
                "since": told.notice.born_at.isoformat(),
                "until": told.ended_at.isoformat() if told.ended_at else None,
                "news": None if told.ended_at else told.notice.news.model_dump(mode="json"),
            }
            for _, told in sorted(self._standing().items())
            if self._orders[told.order_no].order.user_id == user_id
        ]

    def _on_the_way(self) -> dict[str, int]:
        waiting = [each for each in self._standing().values() if each.state == "waiting"]
        late = self._time() - timedelta(minutes=1)
        return {
            "pushes_waiting": sum(each.state == "waiting" for each in self._pushes),
            "notices_waiting": len(waiting),
            "notices_late": sum(each.notice.not_before < late for each in waiting),
        }

    def _standing(self) -> dict[int, _Told]:
        """Notices leave with their orders."""
        gone = [each for each, told in self._notices.items() if told.order_no not in self._orders]
        for each in gone:
            del self._notices[each]
        return self._notices

    def _add_notice(self, order_no: MerchantOrderNo, new: NewNotice) -> None:
        known = {(each.order_no, each.notice.news.key) for each in self._standing().values()}
        if (order_no, new.news.key) in known:
            return
        notice_id = max(self._notices, default=0) + 1
        notice = Notice(
            notice_id=notice_id,
            news=new.news,
            born_at=self._time(),
            not_before=new.not_before,
        )
        told = _Told(order_no, notice)
        if new.shown:
            told.state, told.ended_at = "shown", self._time()
        self._notices[notice_id] = told
