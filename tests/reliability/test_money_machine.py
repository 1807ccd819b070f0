"""Backups, restores, stepped clocks, downtime, splits, late effects and operators, at random.

However they follow each other: a consent has at most one order alive, none is made without a
fresh one, nothing that is wanted is closed, and nothing is paid above what was agreed.
"""

import asyncio
import copy
import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from money_market import Market, quoted

from bot.domain.identifiers import ChatId, MerchantOrderNo, UserId
from bot.domain.orders import CONSENT_LASTS, Order, Placing
from bot.domain.sessions import Session
from bot.domain.writes import ClaimOrder
from bot.services.following.tracking import Tracking
from bot.services.paying.agreement import Blocked, OperatorPayments
from bot.services.placing.ordering import Ordering
from bot.services.placing.placing import VOUCHED_CONSENT_LASTS
from bot.services.placing.resolving import NotSettled, OrderResolving
from bot.storage.ports import StepCommit
from tests.fakes.memory_storage import MemoryStorage
from tests.services.agreed import BLACK, WHITE, consent, line

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BOSS = UserId(1)
MOST_OFF = 100  # minutes; the windows leave room for two hours
EFFECTS = ("", "made", "no", "late", "split", "half late")
_SOON = (0.0001,) * 3


class Money(RuleBasedStateMachine):
    """Every rule leaves the bot at rest, with all its watches ended."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.logs = structlog.testing.capture_logs()
        self.logs.__enter__()
        self.market = Market(START)
        self.storage = MemoryStorage(now=START)
        self.kept: MemoryStorage | None = None
        self.off = 0  # minutes that the host's clock is ahead
        self.heard = True  # whether another clock than the host's is known
        self.people = itertools.count(100)
        self.agreed: dict[MerchantOrderNo, Order] = {}
        self.seen_at: dict[MerchantOrderNo, datetime] = {}
        self.honest: dict[MerchantOrderNo, bool] = {}
        self.vouched: set[MerchantOrderNo] = set()
        self.given_up: set[MerchantOrderNo] = set()
        self.checked = 0
        self.strays: dict[MerchantOrderNo, Any] = {}

    def time(self) -> datetime:
        return self.market.now if self.heard else self.market.now + timedelta(minutes=self.off)

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        self.run(self._start())
        self.orders(0, "")

    async def _start(self) -> None:
        market: Any = self.market
        self.storage.now = self.time()
        begun = await self.storage.begin_run(self.time())
        self.tracking = Tracking(market, self.storage, clock=self.time)
        self.payments = OperatorPayments(
            market, self.storage, self.tracking, operators=[BOSS], clock=self.time
        )
        await self.payments.give_up(begun.restored_at)
        self.resolving = OrderResolving(self.storage, market)

    async def _work(self) -> None:
        """One run of the ordering until nothing is left to do, its watches included."""
        ordering = Ordering(
            self.market,  # type: ignore[arg-type] - plays the calls that ordering makes
            self.storage,
            lookup_delays=_SOON,
            retry_delays=_SOON,
            watch_later=_SOON,
            holding=self.tracking.holding,
            clock=self.time,
            there=lambda: self.market.now if self.heard else None,
        )
        await ordering.resume_all()
        async with asyncio.timeout(20):
            while any(  # noqa: ASYNC110 - no event tells of all tasks
                task.get_name().startswith(("order ", "watch ")) for task in asyncio.all_tasks()
            ):
                await asyncio.sleep(0.0001)
        self.strays = ordering.strays
        await ordering.close()

    @rule(age=st.sampled_from((0, 0, 5, 14, 16, 90)), effect=st.sampled_from(EFFECTS))
    def orders(self, age: int, effect: str) -> None:
        """Somebody confirms what was on the screen for so many minutes."""
        person = next(self.people)
        tail = f"{person:08}".translate(str.maketrans("01", "AB"))
        number = MerchantOrderNo(f"S261123-{tail}")
        lines = (line(WHITE, person), line(BLACK, 2))
        order = consent(
            order_no=number,
            user_id=UserId(person),
            chat_id=ChatId(person),
            lines=lines,
            quote=quoted(lines),
            created_at=self.time(),
            quoted_at=self.time() - timedelta(minutes=age),
        )
        session = Session.begun(ChatId(person), UserId(person), "en").replace(revision=1)
        commit = StepCommit(session=session, expected_revision=None, writes=(ClaimOrder(order),))
        self.run(self.storage.commit_step(commit))
        self.agreed[number] = order
        self.seen_at[number] = self.market.now - timedelta(minutes=age)
        self.honest[number] = self.heard
        self.market.effects = [effect]

    @rule(effects=st.lists(st.sampled_from(EFFECTS), max_size=2))
    def works(self, effects: list[str]) -> None:
        self.market.effects += effects
        self.run(self._work())
        self.market.effects = []

    @rule()
    def what_was_late_is_listed(self) -> None:
        self.market.appear()
        self.run(self._work())

    @rule(minutes=st.integers(1, 40))
    def is_down(self, minutes: int) -> None:
        self.market.advance(timedelta(minutes=minutes))
        self.run(self._start())

    @rule(minutes=st.sampled_from((-60, -40, -3, 3, 40, 60)))
    def the_clock_is_stepped(self, minutes: int) -> None:
        if abs(self.off + minutes) <= MOST_OFF:
            self.off += minutes

    @rule(heard=st.booleans())
    def other_clocks_are_heard(self, heard: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        self.heard = heard

    @rule()
    def is_backed_up(self) -> None:
        self.kept = copy.deepcopy(self.storage)

    @rule()
    def is_restored(self) -> None:
        if self.kept is not None:
            self.storage = copy.deepcopy(self.kept)
            self.storage.restored = True
            self.run(self._start())
            self.run(self._work())

    @rule(which=st.integers(0, 20), decision=st.sampled_from(("adopt", "recreate", "drop")))
    def an_operator_decides(self, which: int, decision: str) -> None:
        open_ones = self.run(self.storage.unresolved_orders())
        if not open_ones:
            return
        order = open_ones[which % len(open_ones)]
        try:
            if decision == "adopt":
                finding = self.run(self.resolving.look(order))
                ids = [each.order_id for each in finding.adopt]
                if ids:
                    self.run(self.resolving.adopt(order.order_no, ids))
            elif decision == "recreate":
                if any(each.hidden and each.number == order.order_no for each in self.market.made):
                    return  # an operator who vouches has looked at the marketplace itself
                self.run(self.resolving.recreate(order.order_no))
                self.vouched.add(order.order_no)
            else:
                self.run(self.resolving.drop(order.order_no))
                self.given_up.add(order.order_no)
        except NotSettled:
            return
        self.run(self._work())

    @rule(which=st.integers(0, 50), by=st.integers(-800, 800))
    def a_seller_changes_a_price(self, which: int, by: int) -> None:
        self.market.raise_price(which, by)

    @rule(which=st.integers(0, 50), part=st.integers(1, 2))
    def an_operator_pays(self, which: int, part: int) -> None:
        placed = [each for each in self._all_orders() if each.placing is Placing.PLACED]
        if not placed:
            return
        order = placed[which % len(placed)]
        try:
            order, offered = self.run(self.payments.offer(BOSS, order, part))
            self.run(self.payments.pay(BOSS, order, part, offered.agreed, asked_at=self.time()))
        except Blocked:
            pass

    def _all_orders(self) -> list[Order]:
        return self.run(self.storage.orders_since(START - timedelta(days=30), 10_000))

    @invariant()
    def at_most_one_order_a_consent(self) -> None:
        """Its parts are one. What only a person may judge is named to one, or awaits one."""
        known = {each.order_no: each for each in self._all_orders()}
        for number, order in self.agreed.items():
            alive = [it for it in self.market.made if it.number == number and it.alive]
            goods: Counter[Any] = Counter()
            for each in alive:
                goods.update({it.spec_id: it.quantity for it in each.found.lines})
            wanted = Counter({it.spec_id: it.quantity for it in order.lines})
            if goods <= wanted:
                continue
            waits = known.get(number)
            late = any(each.hidden for each in alive)
            at_rest = waits is not None and waits.placing not in {
                Placing.CLAIMED,
                Placing.CREATING,
                Placing.UNCERTAIN,
            }
            unresolved = waits is not None and waits.placing is Placing.UNRESOLVED
            if at_rest and not unresolved and not late:
                assert number in self.strays, f"{number}: {goods} alive for {wanted}"

    @invariant()
    def a_consent_is_sent_twice_at_most_by_itself(self) -> None:
        sent = Counter(number for number, _ in self.market.sent)
        for number, count in sent.items():
            assert count <= 2 + (number in self.vouched) * 9, (number, count)

    @invariant()
    def none_is_made_without_a_fresh_consent(self) -> None:
        for number, at in self.market.sent[self.checked :]:
            if self.honest[number] and self.heard:
                lasts = VOUCHED_CONSENT_LASTS if number in self.vouched else CONSENT_LASTS
                assert at - self.seen_at[number] <= lasts, number
        self.checked = len(self.market.sent)

    @invariant()
    def nothing_wanted_is_closed(self) -> None:
        """Beside what was closed, everything that was agreed is alive, or nothing was to be."""
        known = {each.order_no: each for each in self._all_orders()}
        for order_id in self.market.cancelled:
            number = self.market._made(order_id).number
            order = known.get(number)
            if order is None or order.placing in {Placing.REFUSED, Placing.CHANGED}:
                continue
            goods: Counter[Any] = Counter()
            for each in self.market.made:
                if each.number == number and each.alive:
                    goods.update({it.spec_id: it.quantity for it in each.found.lines})
            wanted = Counter({it.spec_id: it.quantity for it in order.lines})
            assert wanted <= goods, f"{number}: {order_id} was closed, {goods} are left"

    @invariant()
    def nothing_is_paid_above_what_was_agreed(self) -> None:
        paid: Counter[MerchantOrderNo] = Counter()
        for number, amount in self.market.paid:
            paid[number] += amount
        for number, amount in paid.items():
            assert amount <= self.agreed[number].quote.total, number

    def teardown(self) -> None:
        self.logs.__exit__(None, None, None)
        self.loop.close()


TestMoney = Money.TestCase
TestMoney.settings = settings(
    max_examples=settings().max_examples // 2,  # each one runs a small shop
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
