"""A storage in memory that keeps the same promises as the SQLite one, except durability.

Held to them by `tests/storage/test_contract.py`.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self, assert_never

from pydantic import JsonValue

from bot.domain.addresses import SavedAddress
from bot.domain.identifiers import AddressId, ChatId, MerchantOrderNo, OfferId, UserId
from bot.domain.model import Value
from bot.domain.offers import Offer, SearchPage
from bot.domain.orders import Order, Placing, settled_states
from bot.domain.sessions import REVISIONS_LOST, Session
from bot.domain.stages import Stage, stage_of
from bot.domain.writes import (
    ChangeBuy,
    ClaimOrder,
    DeleteAddress,
    EndPost,
    ForgetPerson,
    JoinBuy,
    KeepOffer,
    KeepResults,
    MarkTold,
    OpenBuy,
    QueuePost,
    SaveAddress,
    SendProof,
    SetTerms,
    ShowBuy,
    Write,
)
from bot.storage.operator_ports import People
from bot.storage.ports import (
    MOST_PARKED,
    AlreadyClaimed,
    Census,
    Gap,
    InboxUpdate,
    OrderMoved,
    Retention,
    RunBegun,
    StepCommit,
    VersionConflict,
    WaitingUpdate,
)
from bot.storage.tracking_ports import FIRST_LOOK
from tests.fakes.memory_access import MemoryAccess
from tests.fakes.memory_alarms import MemoryAlarms
from tests.fakes.memory_broadcasts import MemoryBroadcasts
from tests.fakes.memory_group_buys import MemoryGroupBuys
from tests.fakes.memory_part import Claimed
from tests.fakes.memory_payments import MemoryPayments
from tests.fakes.memory_posts import MemoryPosts
from tests.fakes.memory_questions import MemoryQuestions
from tests.fakes.memory_shop import MemoryShop
from tests.fakes.memory_tracking import MemoryTracking


@dataclass
class _Stored:
    update: InboxUpdate
    state: str = "waiting"
    committed: bool = False
    not_before: datetime | None = None
    error: str = ""

    def waiting(self) -> WaitingUpdate:
        return WaitingUpdate(
            update_id=self.update.update_id,
            lane=self.update.lane,
            attempts=self.update.attempts,
            committed=self.committed,
            not_before=self.not_before,
        )


@dataclass
class MemoryStorage(
    MemoryTracking,
    MemoryAccess,
    MemoryAlarms,
    MemoryPayments,
    MemoryBroadcasts,
    MemoryShop,
    MemoryQuestions,
    MemoryGroupBuys,
    MemoryPosts,
):
    """Implements `Storage`. Set `unavailable` to make every call raise `StorageUnavailable`.

    What was stored stays through `close` and `open`, as a restart of the bot would find it. One
    object answers for every port, so that a test may pass it as any of them, or as all.
    """

    restored: bool = False
    """Whether this is a copy of an earlier moment, which the next run has to know."""
    _alive_at: datetime | None = None
    commits: list[StepCommit] = field(default_factory=list)
    _inbox: dict[int, _Stored] = field(default_factory=dict)
    _sessions: dict[tuple[ChatId, UserId], Session] = field(default_factory=dict)
    _results: dict[str, SearchPage] = field(default_factory=dict)
    _offers: dict[OfferId, Offer] = field(default_factory=dict)
    _addresses: dict[UserId, dict[AddressId, SavedAddress]] = field(default_factory=dict)
    _files: dict[str, str] = field(default_factory=dict)
    _nudges: int = 0
    _restored_at: datetime | None = None
    _restored_from: datetime | None = None
    _gap: Gap | None = None

    @property
    def _part(self) -> Self:
        return self

    access = addresses = alarms = broadcasts = conversations = inbox = notices = offers = _part
    orders = payments = picture_files = pushes = rights = runs = tracking = upkeep = _part
    shop = shop_events = questions = group_buys = posts = watches = _part
    group_cards = group_news = _part
    replicas = None

    async def open(self) -> None:
        self.opened = True
        self._answer()

    async def close(self) -> None:
        self.opened = False

    async def check(self) -> None:
        self._answer()

    async def begin_run(self, now: datetime) -> RunBegun:
        self._answer()
        restored, last_alive = self.restored, self._alive_at
        if restored:
            self._doubt()
            self._restored_at, self._restored_from = now, last_alive
        self.restored = False
        known = last_alive is not None and not restored
        gap = Gap(since=last_alive, until=now) if known else None
        self._gap = gap if gap is not None and gap.is_told else self._gap
        await self.alive(now)
        return RunBegun(
            restored=restored,
            restored_at=self._restored_at,
            restored_from=self._restored_from,
            last_alive=last_alive,
            gap=self._gap,
        )

    async def run_under_way(self) -> RunBegun:
        self._answer()
        return RunBegun(
            restored_at=self._restored_at,
            restored_from=self._restored_from,
            last_alive=self._alive_at,
            gap=self._gap,
        )

    async def last_gap(self) -> Gap | None:
        self._answer()
        return self._gap

    async def alive(self, now: datetime) -> None:
        self._answer()
        self._alive_at = now

    def _doubt(self) -> None:
        lost = REVISIONS_LOST.start  # by chance each time it would be, but for tests that repeat
        for place, session in self._sessions.items():
            self._sessions[place] = session.after_restore(lost)
        for number, each in self._orders.items():
            if each.order.placing not in settled_states():
                doubted = each.order.doubted()
                self._orders[number] = replace(each, order=doubted, told=False)
        self._doubt_payments()
        self._doubt_shop()
        self.doubt_watches()

    async def put_updates(self, updates: Sequence[InboxUpdate]) -> tuple[int, ...]:
        self._answer()
        new: list[int] = []
        for update in updates:
            if update.update_id not in self._inbox:
                self._inbox[update.update_id] = _Stored(update)
                new.append(update.update_id)
        return tuple(new)

    async def waiting_updates(self, lane: int | None = None) -> list[WaitingUpdate]:
        self._answer()
        return [
            each.waiting()
            for _, each in sorted(self._inbox.items())
            if each.state == "waiting" and lane in {None, each.update.lane}
        ]

    async def take_update(self, update_id: int) -> InboxUpdate | None:
        self._answer()
        stored = self._inbox.get(update_id)
        return None if stored is None or stored.state == "finished" else stored.update

    async def finish_update(self, update_id: int) -> None:
        self._answer()
        if update_id in self._inbox:
            self._inbox[update_id].state = "finished"

    async def retry_update(self, update_id: int, error: str, not_before: datetime) -> int:
        self._answer()
        stored = self._inbox.get(update_id)
        if stored is None or stored.state != "waiting":
            return 0
        stored.update = stored.update.replace(attempts=stored.update.attempts + 1)
        stored.error, stored.not_before = error, not_before
        return stored.update.attempts

    async def park_update(self, update_id: int, error: str) -> None:
        self._answer()
        stored = self._inbox.get(update_id)
        if stored is not None and stored.state != "finished":
            stored.state, stored.error = "parked", error
        parked = [key for key, each in sorted(self._inbox.items()) if each.state == "parked"]
        for key in parked[:-MOST_PARKED]:
            self._inbox[key].state = "finished"

    async def parked_updates(self, limit: int = 100) -> list[tuple[WaitingUpdate, str]]:
        self._answer()
        newest = sorted(self._inbox.items(), reverse=True)
        parked = [(each.waiting(), each.error) for _, each in newest if each.state == "parked"]
        return parked[:limit]

    async def purge(self, before: datetime) -> int:
        self._answer()
        old = [
            update_id
            for update_id, each in self._inbox.items()
            if each.state == "finished" and each.update.received_at < before
        ]
        for update_id in old:
            del self._inbox[update_id]
        return len(old)

    async def load_session(self, chat_id: ChatId, user_id: UserId) -> Session | None:
        self._answer()
        return self._sessions.get((chat_id, user_id))

    async def commit_step(self, commit: StepCommit) -> None:
        self._answer()
        self._refuse(commit)
        session = commit.session
        place = (session.chat_id, session.user_id)
        before = self._sessions.get(place)
        if before is not None and before.session_id != session.session_id:
            self._results.pop(before.session_id, None)
        self._sessions[place] = session
        if commit.update_id in self._inbox:
            self._inbox[commit.update_id].committed = True
        for update_id in commit.passed:
            await self.finish_update(update_id)
        if ForgetPerson() in commit.writes:
            self._forget(session.user_id, place, commit.update_id)
        for write in commit.writes:
            await self._carry_out(write, session)
        self.commits.append(commit)

    async def results_of(self, session_id: str) -> SearchPage | None:
        self._answer()
        return self._results.get(session_id)

    async def offer(self, offer_id: OfferId) -> Offer | None:
        self._answer()
        return self._offers.get(offer_id)

    async def addresses_of(self, user_id: UserId) -> tuple[SavedAddress, ...]:
        self._answer()
        latest_first = reversed(self._addresses.get(user_id, {}).values())
        return tuple(sorted(latest_first, key=lambda saved: not saved.is_default))

    async def order(self, order_no: MerchantOrderNo) -> Order | None:
        self._answer()
        claimed = self._orders.get(order_no)
        return claimed.order if claimed else None

    async def orders_of(
        self, user_id: UserId, limit: int = 10, offset: int = 0, stage: Stage | None = None
    ) -> list[Order]:
        self._answer()
        theirs = [each.order for each in self._oldest_first() if each.order.user_id == user_id]
        staged = [each for each in theirs if stage in {None, stage_of(each)}]
        return staged[::-1][offset : offset + limit]

    async def orders_after(self, order_no: MerchantOrderNo, limit: int) -> list[Order]:
        self._answer()
        person = self._orders[order_no].order.user_id
        theirs = [it.order for it in self._orders.values() if it.order.user_id == person]
        before = [each.order_no for each in theirs].index(order_no) + 1
        return theirs[before : before + limit]

    async def count_orders(self, user_id: UserId) -> dict[Stage, int]:
        self._answer()
        theirs = [each.order for each in self._oldest_first() if each.order.user_id == user_id]
        return dict.fromkeys(Stage, 0) | Counter(map(stage_of, theirs))

    async def save_order(self, order: Order, expected: Placing) -> None:
        self._answer()
        claimed = self._orders.get(order.order_no)
        if claimed is None or claimed.order.placing is not expected:
            raise OrderMoved(f"{order.order_no} is not {expected}")
        moved = order.placing is not expected
        placed_now = moved and order.placing is Placing.PLACED
        self._orders[order.order_no] = replace(
            claimed,
            order=self._owned(order),
            told=claimed.told and not moved,
            look_at=self._time() + FIRST_LOOK if placed_now else claimed.look_at,
        )
        self.book_state(order)

    async def unsettled_orders(self) -> list[Order]:
        self._answer()
        settled = settled_states()
        return [each.order for each in self._oldest_first() if each.order.placing not in settled]

    async def unresolved_orders(self) -> list[Order]:
        self._answer()
        unresolved = Placing.UNRESOLVED
        return [each.order for each in self._oldest_first() if each.order.placing is unresolved]

    async def latest_orders(self, since: datetime, limit: int) -> list[Order]:
        self._answer()
        ended = {Placing.PLACED, Placing.REFUSED, Placing.CHANGED}
        newest_first = [each.order for each in reversed(self._oldest_first())]
        latest = [
            each for each in newest_first if each.placing in ended and each.created_at >= since
        ]
        return latest[:limit]

    async def orders_since(self, since: datetime, limit: int) -> list[Order]:
        self._answer()
        newest_first = [each.order for each in reversed(self._oldest_first())]
        return [each for each in newest_first if each.created_at >= since][:limit]

    async def untold_orders(self) -> list[Order]:
        self._answer()
        settled = settled_states()
        return [
            each.order
            for each in self._oldest_first()
            if each.order.placing in settled and not each.told
        ]

    async def mark_told(self, order_no: MerchantOrderNo, placing: Placing) -> None:
        self._answer()
        claimed = self._orders.get(order_no)
        if claimed is not None and claimed.order.placing is placing:
            claimed.told = True

    async def forget(self, user_id: UserId) -> list[Order]:
        self._answer()
        return self._forget(user_id, None, None)

    async def export_of(self, user_id: UserId) -> dict[str, JsonValue]:
        self._answer()
        updates = [each for _, each in sorted(self._inbox.items()) if each.update.lane == user_id]
        sessions = [each for (_, user), each in sorted(self._sessions.items()) if user == user_id]
        return {
            "telegram_user_id": user_id,
            "let_in_at": self.let_in_at(user_id),
            "asked_for_news_at": None,
            "conversations": [
                {
                    "state": each.model_dump(mode="json"),
                    "search_results": _dumped(self._results.get(each.session_id)),
                }
                for each in sessions
            ],
            "addresses": [_dumped(each) for each in await self.addresses_of(user_id)],
            "orders": [_dumped(each) for each in await self.orders_of(user_id, limit=10**6)],
            "news_of_orders": self.told_of(user_id),
            "watches_of_offers": self.watches_exported(user_id),
            "messages_being_handled": [
                {
                    "update_id": each.update.update_id,
                    "received_at": each.update.received_at.isoformat(),
                    "update": json.loads(each.update.payload),
                }
                for each in updates
                if each.state != "finished"
            ],
            "messages_handled": [
                {
                    "update_id": each.update.update_id,
                    "received_at": each.update.received_at.isoformat(),
                }
                for each in updates
                if each.state == "finished"
            ],
        }

    async def requeue_update(self, update_id: int) -> bool:
        self._answer()
        stored = self._inbox.get(update_id)
        if stored is None or stored.state != "parked":
            return False
        stored.state, stored.not_before = "waiting", None
        stored.update = stored.update.replace(attempts=0)
        return True

    async def drop_parked(self, update_id: int) -> bool:
        self._answer()
        stored = self._inbox.get(update_id)
        if stored is None or stored.state != "parked":
            return False
        stored.state = "finished"
        return True

    async def count_people(self) -> People:
        self._answer()
        known = {user for _, user in self._sessions}
        ordered = {each.order.user_id for each in self._orders.values()}
        return People(known=len(known), ordered=len(ordered), invited=len(self._members))

    async def census(self) -> Census:
        self._answer()
        waiting = [each for _, each in sorted(self._inbox.items()) if each.state == "waiting"]
        return Census(
            waiting=len(waiting),
            oldest_waiting=waiting[0].update.received_at if waiting else None,
            parked=sum(each.state == "parked" for each in self._inbox.values()),
            orders=dict(Counter(each.order.placing for each in self._orders.values())),
            **self._on_the_way(),
            watches=self._watch_census(),
        )

    async def purge_old(self, keep: Retention) -> dict[str, int]:
        self._answer()
        raise NotImplementedError("what a process keeps in memory is gone with it")

    async def nudge(self) -> None:
        self._answer()
        self._nudges += 1

    async def nudges(self) -> int:
        self._answer()
        return self._nudges

    async def file_id(self, key: str) -> str | None:
        self._answer()
        return self._files.get(key)

    async def remember_file(self, key: str, file_id: str) -> None:
        self._answer()
        self._files[key] = file_id

    def _refuse(self, commit: StepCommit) -> None:
        session, expected = commit.session, commit.expected_revision
        if expected is not None and session.revision != expected + 1:
            raise ValueError(f"revision {session.revision} does not follow {expected}")
        for write in commit.writes:
            if isinstance(write, SetTerms):
                self.refuse_terms(write.terms)
            if isinstance(write, JoinBuy | ChangeBuy):
                self.refuse_buy(write)
        consents = {each.consent for each in self._orders.values()}
        for write in [each for each in commit.writes if isinstance(each, ClaimOrder)]:
            claim = write.order
            if (claim.user_id, claim.chat_id) != (session.user_id, session.chat_id):
                raise ValueError(f"{claim.order_no} is not of this conversation")
            if claim.order_no in self._orders or _consent(session, write.part) in consents:
                raise AlreadyClaimed(claim.order_no)
            consents.add(_consent(session, write.part))
        place = (session.chat_id, session.user_id)
        stored = self._sessions.get(place)
        if (stored.revision if stored else None) != expected:
            raise VersionConflict(f"{session.session_id} is not at {expected}")
        others = (each.session_id for where, each in self._sessions.items() if where != place)
        if session.session_id in others:
            raise VersionConflict(f"{session.session_id} belongs to another conversation")

    def _forget(
        self, user_id: UserId, but: tuple[ChatId, UserId] | None, but_update: int | None
    ) -> list[Order]:
        for place in [each for each in self._sessions if each[1] == user_id]:
            self._results.pop(self._sessions[place].session_id, None)
            if place != but:
                del self._sessions[place]
        self._addresses.pop(user_id, None)
        self._readers.pop(user_id, None)
        self.forget_questions(user_id)
        self.forget_buys(user_id)
        self.forget_watches(user_id)
        for update_id, each in self._inbox.items():
            before = but_update is None or update_id < but_update
            if each.update.lane == user_id and before:
                each.state = "finished"
        theirs = [each.order for each in self._oldest_first() if each.order.user_id == user_id]
        unsettled = self.unsettled(user_id)
        kept = [each for each in theirs if each.is_open or each.order_no in unsettled]
        for order in theirs:
            self._orders[order.order_no].forgotten = True
            if order not in kept:
                del self._orders[order.order_no]
        self.forget_money(user_id, {each.order_no for each in kept})
        return kept

    async def _carry_out(self, write: Write, session: Session) -> None:  # noqa: C901, PLR0912 - an arm a write
        book = self._addresses.setdefault(session.user_id, {})
        match write:
            case KeepResults(page):
                self._results[session.session_id] = page
            case KeepOffer(offer):
                self._offers[offer.offer_id] = offer
            case SaveAddress(saved):
                _put(book, saved)
            case DeleteAddress(address_id):
                book.pop(address_id, None)
            case ClaimOrder(order, part):
                self._orders[order.order_no] = Claimed(order, _consent(session, part))
            case MarkTold(order_no, placing):
                claimed = self._orders.get(order_no)
                if claimed is not None and claimed.order.user_id == session.user_id:
                    await self.mark_told(order_no, placing)
            case OpenBuy() | JoinBuy() | ChangeBuy() | ShowBuy():
                self.carry_out_buy(write)
            case QueuePost(post):
                self.queue_post(post)
            case EndPost(post_id):
                self.end_post(post_id)
            case SendProof() | SetTerms():
                self.carry_out(write)
            case ForgetPerson():
                pass  # done before all else
            case _:
                assert_never(write)

    def _oldest_first(self) -> list[Claimed]:
        return sorted(self._orders.values(), key=lambda each: each.order.created_at)


def _put(book: dict[AddressId, SavedAddress], saved: SavedAddress) -> None:
    if saved.is_default:
        for address_id, each in book.items():
            book[address_id] = each.replace(is_default=False)
    book.pop(saved.address_id, None)  # saved again, it becomes the latest
    book[saved.address_id] = saved


def _consent(session: Session, part: int) -> tuple[str, int, UserId, int]:
    return (session.session_id, session.revision, session.user_id, part)


def _dumped(value: Value | None) -> JsonValue:
    return None if value is None else value.model_dump(mode="json")
