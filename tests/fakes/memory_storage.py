"""A storage in memory that keeps the same promises as the SQLite one, except durability.

Held to them by `tests/storage/test_contract.py`.
"""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Self, assert_never

from pydantic import JsonValue

from bot.domain.addresses import SavedAddress
from bot.domain.identifiers import AddressId, ChatId, OfferId, UserId
from bot.domain.model import Value
from bot.domain.offers import Offer, SearchPage
from bot.domain.orders import Order, settled_states
from bot.domain.sessions import REVISIONS_LOST, Session
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
    AlreadyClaimed,
    Census,
    Retention,
    StepCommit,
    VersionConflict,
)
from tests.fakes.memory_access import MemoryAccess
from tests.fakes.memory_alarms import MemoryAlarms
from tests.fakes.memory_broadcasts import MemoryBroadcasts
from tests.fakes.memory_group_buys import MemoryGroupBuys
from tests.fakes.memory_inbox import MemoryInbox
from tests.fakes.memory_orders import MemoryOrders
from tests.fakes.memory_part import Claimed
from tests.fakes.memory_payments import MemoryPayments
from tests.fakes.memory_posts import MemoryPosts
from tests.fakes.memory_questions import MemoryQuestions
from tests.fakes.memory_runs import MemoryRuns
from tests.fakes.memory_shop import MemoryShop
from tests.fakes.memory_tracking import MemoryTracking


@dataclass
class MemoryStorage(
    MemoryTracking,
    MemoryInbox,
    MemoryOrders,
    MemoryRuns,
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

    commits: list[StepCommit] = field(default_factory=list)
    _sessions: dict[tuple[ChatId, UserId], Session] = field(default_factory=dict)
    _results: dict[str, SearchPage] = field(default_factory=dict)
    _offers: dict[OfferId, Offer] = field(default_factory=dict)
    _addresses: dict[UserId, dict[AddressId, SavedAddress]] = field(default_factory=dict)
    _files: dict[str, str] = field(default_factory=dict)

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

    def doubt(self) -> None:
        lost = REVISIONS_LOST.start  # by chance each time it would be, but for tests that repeat
        for place, session in self._sessions.items():
            self._sessions[place] = session.after_restore(lost)
        for number, each in self._orders.items():
            if each.order.placing not in settled_states():
                doubted = each.order.doubted()
                self._orders[number] = replace(each, order=doubted, told=False)
                self.order_of_buy_stored(doubted)
        self._doubt_payments()
        self._doubt_shop()
        self.doubt_watches()

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
