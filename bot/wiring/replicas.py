"""One of several replicas put together: what all of them share, and what only one does."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.chat.flood import FloodGuard
from bot.intake.inbox import Intake
from bot.process.allowance import SharedAllowance
from bot.process.replica import Duties, Leases, Look, Replica
from bot.services.collecting.shop import Shop
from bot.services.paying.agreement import OperatorPayments
from bot.services.placing.ordering import Ordering
from bot.services.quotas import Quotas
from bot.storage.operator_ports import PaymentPort
from bot.storage.ports import StorageUnavailable
from bot.storage.replica_ports import NEWER, ReplicaPort
from bot.storage.sql.migrations import NAMES
from bot.telegram.pacing import Pacer
from bot.wiring.counts import SharedCounts

_PAYMENTS_EVERY = 30.0  # seconds
_PAYS_WITHIN = timedelta(minutes=2)  # longer than any call of the marketplace's may take
_log = structlog.get_logger(__name__)


class Among:
    """A process among those that share a database. `None` stands where it is alone."""

    def __init__(self, store: ReplicaPort) -> None:
        self.store = store
        self.replica = Replica(store)
        self.leases = Leases(store)
        self._duties: Duties | None = None
        self._counts: SharedCounts | None = None
        self._rings: set[asyncio.Task[None]] = set()
        self._rung: set[int] = set()
        """Lanes of which something was heard in this turn of the event loop."""

    def messages(self, per_second: float) -> SharedAllowance:
        """Return Telegram's messages a second, which all replicas share."""
        return SharedAllowance(self.store, "telegram messages", per_second)

    def share_holds(self, pacer: Pacer) -> None:
        """Have a chat that Telegram holds back here held back everywhere."""

        def held(chat: str, seconds: float) -> None:
            ring = asyncio.create_task(self.replica.ring("hold", f"{chat} {seconds}"))
            self._rings.add(ring)
            ring.add_done_callback(self._rings.discard)

        def heard(word: str) -> None:
            chat, _, seconds = word.rpartition(" ")
            if chat:
                pacer.hold(chat, float(seconds))

        pacer.on_hold = held
        self.replica.on_bell("hold", heard)

    def share_counts(self, quotas: Quotas, flood: FloodGuard) -> None:
        """Have what one person asks for counted once, wherever it is worked on."""
        self._counts = SharedCounts(self.replica, quotas, flood)

    def give_way(self, end: Callable[[], None]) -> None:
        """Have `end` called when a release begins that stores what this one does not know."""

        def heard(least: str) -> None:
            if least.isdigit() and int(least) > len(NAMES):
                end()

        self.replica.on_bell(NEWER, heard)

    def count(self) -> int:
        """Return how many replicas are alive, with this one."""
        return max(1, len(self.replica.alive))

    def share(self, intake: Intake, ordering: Ordering, shop: Shop | None) -> None:
        """Work on what nobody else does, again and again, from the replica's run on."""
        self.replica.on_bell("lane", partial(self._lane_rung, intake))
        self.replica.on_look(intake.requeue)
        self.replica.on_look(_Orders(self.replica, ordering).look)
        if shop is not None:
            self.replica.on_look(_Terms(shop).look)

    def take(self, duties: dict[str, Look]) -> None:
        """Do each of the duties for as long as no other does."""
        self._duties = Duties(self.store, duties.items())
        self.replica.on_look(self._duties.look)

    async def close(self, patience: float) -> list[str]:
        """End this one's duties; return what has not ended within so many seconds."""
        return await self._duties.close(patience) if self._duties else []

    def _lane_rung(self, intake: Intake, word: str) -> None:
        if not word:
            return
        if not self._rung:
            ring = asyncio.create_task(self._requeue(intake), name="lanes rung")
            self._rings.add(ring)
            ring.add_done_callback(self._rings.discard)
        self._rung.add(int(word))

    async def _requeue(self, intake: Intake) -> None:
        lanes, self._rung = sorted(self._rung), set()
        try:
            await intake.requeue(lanes)
        except StorageUnavailable as error:
            # The next look finds them.
            _log.warning("lanes_wait", error=type(error).__name__)


class _Orders:
    """Goes on with orders that nobody works on; after a change, with what is watched as well."""

    def __init__(self, replica: Replica, ordering: Ordering) -> None:
        self._replica, self._ordering = replica, ordering
        self._resumed_with: tuple[int, ...] | None = None

    async def look(self) -> None:
        alive = self._replica.alive
        if alive == self._resumed_with:
            await self._ordering.pick_up()
            return
        await self._ordering.resume_all()
        self._resumed_with = alive


class _Terms:
    """Keeps the rate that prices are shown at as whoever set it last has it."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def look(self) -> None:
        await self._shop.terms()


async def payments_given_up(
    store: PaymentPort, payments: OperatorPayments, now: Callable[[], datetime]
) -> None:
    """End what a replica that is gone left under way, for ever: nothing is ever sent again."""
    while True:
        await asyncio.sleep(_PAYMENTS_EVERY)
        try:
            unclear = await store.give_up_payments(now() - _PAYS_WITHIN)
        except StorageUnavailable as error:
            _log.warning("payments_wait", error=str(error))
        else:
            await payments.look_into(unclear)
