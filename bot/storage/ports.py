"""What the rest of the bot asks of its storage, shaped as use cases rather than tables.

Every call is atomic and durable when it returns unless it says otherwise.

StorageError
├── VersionConflict     somebody else committed the session first; load again
├── AlreadyClaimed      this consent has its order already
├── OrderMoved          the order is no longer in the state that the change started from
├── PaymentTaken        another payment of that order began since
├── DatabaseInUse       another process has the database open, which has to have it alone
├── OverLimit           the payment would exceed what may be spent
└── StorageUnavailable  disk full, database locked, corrupt, read-only or closed
    └── Fenced          for good: another replica was given what this run held
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct
from pydantic import AwareDatetime, Field, JsonValue

from bot.domain.addresses import SavedAddress
from bot.domain.identifiers import ChatId, MerchantOrderNo, OfferId, UserId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Offer, SearchPage
from bot.domain.orders import Order, Placing
from bot.domain.sessions import Session
from bot.domain.stages import Stage
from bot.domain.writes import Write
from bot.storage.broadcast_ports import BroadcastPort
from bot.storage.group_ports import GroupBuyPort, GroupCardPort, GroupNewsPort
from bot.storage.operator_ports import AccessPort, AlarmPort, PaymentPort, People
from bot.storage.post_ports import PostPort
from bot.storage.question_ports import QuestionPort
from bot.storage.replica_ports import ReplicaPort
from bot.storage.shop_ports import ShopEventPort, ShopPort
from bot.storage.tracking_ports import NoticePort, PushPort, TrackingPort
from bot.storage.watch_ports import WatchCensus, WatchPort


class StorageError(Exception):
    """Anything that keeps a storage call from being done."""


class VersionConflict(StorageError):
    """The session's stored revision is not the expected one."""


class AlreadyClaimed(StorageError):
    """An order of that number exists, or that session revision was claimed before."""


class OrderMoved(StorageError):
    """The order's stored placing state is not the expected one."""


class PaymentTaken(StorageError):
    """There are other attempts to pay that order than the operator was shown."""


class OverLimit(StorageError):
    """With that payment more would be spent than may be; `spent` is what was, in fen."""

    def __init__(self, spent: Fen) -> None:
        super().__init__(f"{spent} fen spent")
        self.spent = spent


class StorageUnavailable(StorageError):
    """The database can't be used now; the cause is chained."""


class StorageStarting(StorageUnavailable):
    """The database's server is starting or stopping: soon it can be used."""


class Fenced(StorageUnavailable):
    """The run was declared dead, so its work is another's: nothing of the write was kept.

    No later write of this run will be. Its process ends, and a new run begins.
    """


class DatabaseInUse(StorageError):
    """Another process has the database open, and one of the two has to have it alone."""


class InboxUpdate(Value):
    """A Telegram update as received. `lane` keeps order: the chat's id, else the user's."""

    update_id: int
    lane: int
    payload: bytes  # the update's JSON, exactly as Telegram sent it
    received_at: datetime
    attempts: int = 0


class WaitingUpdate(Value):
    """A stored update that still needs work. `committed` ones only need their screen drawn."""

    update_id: int
    lane: int
    attempts: int = 0
    committed: bool = False
    not_before: datetime | None = None


class StepCommit(Struct, frozen=True):
    """Everything one step changes, committed together or not at all.

    `session.revision` must be `expected_revision + 1`; `expected_revision` is None for a
    conversation that has no row yet. `update_id` is marked committed, its screen still to be
    drawn. `writes` are carried out in their order, except that forgetting comes first. `passed` are
    updates that came before and still waited for the marketplace: this step takes their place, so
    they are finished.
    """

    session: Session
    expected_revision: int | None
    update_id: int | None = None
    writes: tuple[Write, ...] = ()
    passed: tuple[int, ...] = ()


MOST_PARKED = 1000
"""So many updates are kept aside at most; the oldest go first."""


class Retention(Value):
    """How long what nobody uses any more is kept. Open orders and addresses have no limit."""

    updates: timedelta = timedelta(hours=48)  # ids of handled updates; Telegram re-sends for 24 h
    searches: timedelta = timedelta(days=30)  # results, since they were found
    drafts: timedelta = timedelta(days=30)  # all of a conversation but its language, since its step
    offers: timedelta = timedelta(days=60)  # offers and file ids, since they were last stored
    # Orders that are not uncertain, since the consent; what was paid for them goes after them.
    orders: timedelta = timedelta(days=730)
    pushes: timedelta = timedelta(days=7)  # ids of handled pushes, since they came
    notices: timedelta = timedelta(days=90)  # which news was told, since it was
    parked: timedelta = timedelta(days=14)  # what people wrote that failed, since it came


class Census(Value):
    """How much of everything is there; for metrics and alarms."""

    waiting: int = 0
    oldest_waiting: datetime | None = None
    parked: int = 0
    orders: dict[Placing, int] = Field(default_factory=dict)
    pushes_waiting: int = 0
    notices_waiting: int = 0
    notices_late: int = 0  # waiting for a minute longer than they had to
    watches: WatchCensus = WatchCensus.model_construct()


class InboxPort(Protocol):
    """Updates from Telegram, durable before they are acknowledged."""

    async def put_updates(self, updates: Sequence[InboxUpdate]) -> tuple[int, ...]:
        """Store updates; return the ids that were new. Repeats change nothing.

        Among replicas those whose lane is another's are left out: that one hears of them.
        """

    async def waiting_updates(self, lanes: Sequence[int] | None = None) -> list[WaitingUpdate]:
        """Return the updates of some lanes, or all, that still need work, in order of their ids.

        Among replicas those that are this one's; what nobody holds becomes its own with that.
        """

    async def take_update(self, update_id: int) -> InboxUpdate | None:
        """Return a stored update, or None when it is finished or unknown."""

    async def finish_update(self, update_id: int) -> None:
        """Mark an update as handled and answered.

        May be made durable a little later: repeating the answer after a crash is harmless.
        """

    async def retry_update(self, update_id: int, error: str, not_before: datetime) -> int:
        """Count a failed attempt and return how many there were."""

    async def park_update(self, update_id: int, error: str) -> None:
        """Put an update aside for the operator; it is not tried again by itself."""

    async def parked_updates(self, limit: int = 100) -> list[tuple[WaitingUpdate, str]]:
        """Return parked updates, newest first, with their errors."""

    async def requeue_update(self, update_id: int) -> bool:
        """Have a parked update tried again from the start; return whether it was parked."""

    async def drop_parked(self, update_id: int) -> bool:
        """Give a parked update up for good; return whether it was parked."""

    async def purge(self, before: datetime) -> int:
        """Drop finished updates received before that time; return how many."""


class ConversationPort(Protocol):
    """Sessions and what their screens show."""

    async def load_session(self, chat_id: ChatId, user_id: UserId) -> Session | None:
        """Return the conversation of that person in that chat."""

    async def commit_step(self, commit: StepCommit) -> None:
        """Commit one step. Raises `VersionConflict` or `AlreadyClaimed`, then nothing changed."""

    async def results_of(self, session_id: str) -> SearchPage | None:
        """Return the session's current page of results."""


class OfferPort(Protocol):
    """Offers, the same for everybody; a step commits them."""

    async def offer(self, offer_id: OfferId) -> Offer | None:
        """Return an offer as last committed."""


class AddressPort(Protocol):
    """A person's address book."""

    async def addresses_of(self, user_id: UserId) -> tuple[SavedAddress, ...]:
        """Return that person's addresses, the default first, then the latest saved."""


class OrderPort(Protocol):
    """Consents and what became of them."""

    async def order(self, order_no: MerchantOrderNo) -> Order | None:
        """Return one order."""

    async def orders_of(
        self, user_id: UserId, limit: int = 10, offset: int = 0, stage: Stage | None = None
    ) -> list[Order]:
        """Return that person's orders, of one stage or of all, newest first."""

    async def orders_after(self, order_no: MerchantOrderNo, limit: int) -> list[Order]:
        """Return the orders of the same person that were stored after this one, oldest first.

        Whatever the clock said then: it may have been stepped in between.
        """

    async def count_orders(self, user_id: UserId) -> dict[Stage, int]:
        """Return how many orders that person has in each stage; none is left out."""

    async def save_order(self, order: Order, expected: Placing) -> None:
        """Store an order's next state if it is still `expected`. Raises `OrderMoved`."""

    async def unsettled_orders(self) -> list[Order]:
        """Return all CLAIMED, CREATING and UNCERTAIN orders, oldest first."""

    async def unresolved_orders(self) -> list[Order]:
        """Return the orders that a person has to decide on, oldest first."""

    async def latest_orders(self, since: datetime, limit: int) -> list[Order]:
        """Return everybody's PLACED, REFUSED and CHANGED orders agreed to since, newest first."""

    async def orders_since(self, since: datetime, limit: int) -> list[Order]:
        """Return everybody's orders agreed to since then, in any state, newest first."""

    async def untold_orders(self) -> list[Order]:
        """Return settled orders whose outcome the person was not yet told, oldest first."""

    async def mark_told(self, order_no: MerchantOrderNo, placing: Placing) -> None:
        """Remember that the person has this outcome on their screen.

        Changes nothing when the order has moved on from `placing`: that is news again.
        """


class RightsPort(Protocol):
    """What a person may ask of their own data."""

    async def forget(self, user_id: UserId) -> list[Order]:
        """Delete what is kept of a person; return the open orders, which stay until they close.

        Sessions with their results, addresses, stored updates and all other orders go.
        """

    async def export_of(self, user_id: UserId) -> dict[str, JsonValue]:
        """Return everything that is kept of a person, readable."""


LONG_GAP = timedelta(minutes=15)
"""The operators are told of a bot that was away for so long: consents of before are too old."""

CLOCK_WENT_BACK = timedelta(seconds=30)
"""So much earlier than the last run's end, a start shows a wrong clock, then or now."""


class Gap(Value):
    """From when to when nothing ran. Where `until` is earlier, a clock was wrong."""

    since: AwareDatetime
    until: AwareDatetime

    @property
    def is_told(self) -> bool:
        """Tell whether it is long, or impossible, enough for a person to know of it."""
        away = self.until - self.since
        return away >= LONG_GAP or away <= -CLOCK_WENT_BACK


class RunBegun(Value):
    """What a start found, and what earlier ones found last.

    `restored` tells that this start found the database put back; `restored_at` when a start last
    did, and `restored_from` when that copy was alive last, if known. `last_alive` is when the run
    before was alive, `gap` the last one worth telling.
    """

    restored: bool = False
    restored_at: AwareDatetime | None = None
    restored_from: AwareDatetime | None = None
    last_alive: AwareDatetime | None = None
    gap: Gap | None = None


class RunPort(Protocol):
    """One run of the bot after the other, on a database that may have been put back."""

    async def begin_run(self, now: datetime) -> RunBegun:
        """Begin a run. In a restored database everything that was in flight becomes uncertain.

        Claimed orders are to be looked up first, payments under way are unclear, buttons drawn
        before lose their power, and messages to everybody stop.
        """

    async def alive(self, now: datetime) -> None:
        """Remember that the bot runs."""

    async def run_under_way(self) -> RunBegun:
        """Return what the run that is under way found, for a replica that joins it."""

    async def last_gap(self) -> Gap | None:
        """Return the last gap between two runs that is worth telling."""


class UpkeepPort(Protocol):
    """Counting, dropping what is old, and what commands tell the running bot."""

    async def census(self) -> Census:
        """Count updates and orders."""

    async def count_people(self) -> People:
        """Count those who use this bot."""

    async def purge_old(self, keep: Retention) -> dict[str, int]:
        """Drop what is older than `keep` says; return how much of what went."""

    async def nudge(self) -> None:
        """Have the running bot look for what another process changed."""

    async def nudges(self) -> int:
        """Return a number that every nudge changes."""


class PictureFilePort(Protocol):
    """Telegram's file ids of pictures that were sent before. Losing them costs an upload."""

    async def file_id(self, key: str) -> str | None:
        """Return the file id remembered under a picture's key."""

    async def remember_file(self, key: str, file_id: str) -> None:
        """Remember a file id. May be made durable a little later."""


class Storage(Protocol):
    """Everything together, as the composition root holds it: a part for each port."""

    access: AccessPort
    addresses: AddressPort
    alarms: AlarmPort
    broadcasts: BroadcastPort
    conversations: ConversationPort
    inbox: InboxPort
    notices: NoticePort
    offers: OfferPort
    orders: OrderPort
    payments: PaymentPort
    picture_files: PictureFilePort
    posts: PostPort
    pushes: PushPort
    questions: QuestionPort
    group_buys: GroupBuyPort
    group_cards: GroupCardPort
    group_news: GroupNewsPort
    rights: RightsPort
    runs: RunPort
    shop: ShopPort
    shop_events: ShopEventPort
    tracking: TrackingPort
    upkeep: UpkeepPort
    watches: WatchPort

    @property
    def replicas(self) -> ReplicaPort | None:
        """Where other processes may share the database; None where none may."""

    async def open(self) -> None:
        """Open the database, migrate it, check the key. Raises `StorageUnavailable`."""

    async def close(self) -> None:
        """Finish what is under way and close. Closing twice does nothing."""

    async def check(self) -> None:
        """Answer if the database can be read and written. Raises `StorageUnavailable`."""
