"""News of orders: claimed before it is sent, sent at most once, the newest truth of what waited."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from telegram.error import NetworkError, TimedOut

from bot.chat.screens import Button, Screen, View, row
from bot.domain.identifiers import ChatId, MarketplaceOrderId, UserId
from bot.domain.money import Fen
from bot.domain.news import News, NewsKind
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.quiet import QuietHours
from bot.domain.sessions import Session
from bot.domain.writes import ClaimOrder
from bot.marketplace.errors import Unreachable
from bot.services.following.tracking import Tracking
from bot.storage.ports import StepCommit
from bot.storage.tracking_ports import NewNotice
from bot.telegram import DirectBot
from bot.telegram.pacing import Pacer
from bot.telegram.request import NOT_SENT
from bot.telling.notifier import Notifier
from tests.bot.fake_telegram import TOKEN, Call, FakeTelegram
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.samples import order

ANN = 7
PART = MarketplaceOrderId("2257000000000000001")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STATES = {
    NewsKind.PAID: OrderStatus.AWAITING_SHIPMENT,
    NewsKind.SHIPPED: OrderStatus.AWAITING_RECEIPT,
    NewsKind.COMPLETED: OrderStatus.COMPLETED,
}


def _screen(view: View, news: News) -> Screen:
    passed = "+".join(each.kind for each in news.passed)
    assert view.order is not None
    card = Button("card", "card", view.order.order_no, standing=True)
    return Screen(f"<b>{news.kind}</b> {passed}".strip(), row(card))


class Desk:
    """A notifier over storage in memory, a Telegram that can fail, and a clock."""

    def __init__(self) -> None:
        self.now = NOON
        self.passed = 0.0
        self.quiet: QuietHours | None = None
        self.storage = MemoryStorage()
        self.telegram = FakeTelegram()
        self.bot = DirectBot(
            TOKEN,
            request=self.telegram,
            get_updates_request=self.telegram,
            rate_limiter=Pacer(seconds=self._seconds),
        )
        self.reads = 0
        self.found: OrderPart | None = None
        self.outcomes: list[str] = []
        self.started = self._new()

    def _seconds(self) -> float:
        """Return what no setting of the clock moves."""
        return self.passed

    def _new(self) -> Notifier:
        return Notifier(
            self.bot,
            self.storage,
            cast("Tracking", self),
            _screen,
            quiet=self.quiet,
            on_notice=self.outcomes.append,
            clock=lambda: self.now,
        )

    async def open(self) -> "Desk":
        await self.bot.initialize()
        self.telegram.calls.clear()
        claimed = order(1, UserId(ANN)).replace(chat_id=ChatId(ANN))
        session = Session(session_id="abcdef", chat_id=ChatId(ANN), user_id=UserId(ANN))
        await self.storage.commit_step(
            StepCommit(session=session, expected_revision=None, writes=(ClaimOrder(claimed),))
        )
        part = OrderPart(order_id=PART, total=Fen(1000), read_at=NOON)
        creating = claimed.moved(Placing.CREATING)
        await self.storage.save_order(creating, Placing.CLAIMED)
        self.order = creating.moved(Placing.PLACED, parts=(part,))
        await self.storage.save_order(self.order, Placing.CREATING)
        return self

    async def look(self, _: str) -> Order:
        """As `Tracking.look` does."""
        self.reads += 1
        if self.found is None:
            raise Unreachable("no answer", endpoint="order_detail")
        await self._store(self.found)
        return self.order

    async def happens(self, kind: NewsKind, number: int = 0, **fields: Any) -> None:
        """Something happens to the order, with its news."""
        status = STATES.get(kind, self.order.parts[0].status)
        news = News(kind=kind, key=f"{kind}.{number}", parts=(PART,), total=Fen(1000), **fields)
        notice = NewNotice(news=news, not_before=self.now)
        await self._store(self.order.parts[0].replace(status=status), notice)

    async def _store(self, part: OrderPart, *notices: NewNotice) -> None:
        before = await self.storage.tracked(self.order.order_no)
        assert before is not None
        self.order = self.order.replace(parts=(part,))
        await self.storage.save_tracked(before, self.order, None, notices)

    async def tell(self, *, after: float = 0) -> list[str]:
        """Let time pass, tell what waits, and return what was ever told."""
        self.now += timedelta(seconds=after)
        self.passed += after
        await self.started.begin_waiting()
        while self.started._tasks:
            for task in list(self.started._tasks.values()):
                await task
        return [call.text for call in self.sent()]

    def sent(self) -> list[Call]:
        return self.telegram.of("sendMessage")


@pytest.fixture
async def desk() -> Desk:
    return await Desk().open()


async def test_each_piece_is_told_once(desk: Desk) -> None:
    """However often it is looked for, and however often it is found again."""
    await desk.happens(NewsKind.PAID)
    assert await desk.tell() == ["<b>paid</b>"]
    await desk.happens(NewsKind.PAID)
    assert await desk.tell() == ["<b>paid</b>"]
    await desk.happens(NewsKind.SHIPPED)
    assert await desk.tell() == ["<b>paid</b>", "<b>shipped</b>"]
    assert desk.outcomes == ["told", "told"]
    assert desk.sent()[0].data("card").endswith(desk.order.order_no)


async def test_what_waited_together_is_told_as_the_newest_truth(desk: Desk) -> None:
    """One message, with what was gone through."""
    for kind in (NewsKind.PAID, NewsKind.SHIPPED, NewsKind.COMPLETED):
        await desk.happens(kind)
    assert await desk.tell() == ["<b>completed</b> paid+shipped"]
    assert await desk.tell(after=9999) == ["<b>completed</b> paid+shipped"]


SURELY_NOT = {
    "flood": lambda telegram: telegram.fail("sendMessage", 429, "Too Many", retry_after=3),
    "500": lambda telegram: telegram.fail("sendMessage", 500, "Internal Server Error"),
    "token": lambda telegram: telegram.fail("sendMessage", 401, "Unauthorized"),
    "no connection": lambda telegram: telegram.break_off(
        "sendMessage", NetworkError(f"http.NotConnected: refused. {NOT_SENT}")
    ),
    "full pool": lambda telegram: telegram.break_off("sendMessage", TimedOut(f"Pool. {NOT_SENT}")),
}


async def test_a_clock_that_is_set_right_puts_nobody_aside_for_longer(desk: Desk) -> None:
    """What was put back by a clock an hour ahead is sent when the storage says so."""
    desk.now = NOON + timedelta(hours=1)
    await desk.happens(NewsKind.PAID)
    SURELY_NOT["flood"](desk.telegram)
    await desk.tell()
    assert desk.outcomes == ["put_back"]
    desk.now = NOON
    desk.passed += 10
    (waiting,) = await desk.storage.waiting_notices(desk.order.order_no, NOON + timedelta(hours=2))
    await desk.storage.hold_notices([waiting.notice_id], NOON)
    await desk.tell()
    assert desk.outcomes == ["put_back", "told"]


async def test_news_that_comes_up_in_quiet_hours_waits_for_their_end(desk: Desk) -> None:
    """Whatever brought it up then."""
    desk.quiet = QuietHours.parse("12-14", UTC)
    desk.started = desk._new()
    await desk.happens(NewsKind.PAID)
    assert await desk.tell() == []
    assert await desk.tell(after=7199) == []
    assert len(await desk.tell(after=1)) == 1


async def test_what_would_be_too_late_after_the_quiet_hours_is_told_in_them(desk: Desk) -> None:
    desk.quiet = QuietHours.parse("12-14", UTC)
    desk.started = desk._new()
    await desk.happens(NewsKind.PAY_REMINDER, pay_before=NOON + timedelta(hours=1))
    assert len(await desk.tell()) == 1


@pytest.mark.parametrize("kind", SURELY_NOT)
async def test_what_was_surely_not_sent_is_sent_later(desk: Desk, kind: str) -> None:
    """Not at once, and longer each time; what comes meanwhile does not overtake it."""
    SURELY_NOT[kind](desk.telegram)
    await desk.happens(NewsKind.PAID)
    assert len(await desk.tell()) == 1
    assert len(await desk.tell()) == 1
    await desk.happens(NewsKind.REFUND)
    assert len(await desk.tell(after=1)) == 1
    assert await desk.tell(after=10) == ["<b>paid</b>", "<b>paid</b>", "<b>refund</b>"]
    assert desk.outcomes == ["put_back", "told", "told"]


UNCLEAR = {
    "read time-out": TimedOut(),
    "cut": NetworkError("http.Disconnected: closed before the answer was whole"),
    "504": NetworkError("Gateway Timeout (504)"),
}


@pytest.mark.parametrize("kind", UNCLEAR)
async def test_what_may_have_been_sent_is_not_sent_again(desk: Desk, kind: str) -> None:
    """Nobody is told twice; later news comes."""
    desk.telegram.break_off("sendMessage", UNCLEAR[kind])
    await desk.happens(NewsKind.PAID)
    await desk.tell()
    assert len(await desk.tell(after=9999)) == 1
    await desk.happens(NewsKind.SHIPPED)
    assert await desk.tell() == ["<b>paid</b>", "<b>shipped</b>"]
    assert desk.outcomes == ["unclear", "told"]


async def test_who_blocked_the_bot_is_not_tried_again(desk: Desk) -> None:
    """Forbidden ends it."""
    desk.telegram.fail("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await desk.happens(NewsKind.PAID)
    await desk.tell()
    assert len(await desk.tell(after=9999)) == 1
    assert desk.outcomes == ["dropped"]


async def test_markup_that_telegram_refuses_is_left_out(desk: Desk) -> None:
    """The news in plain words is better than none."""
    desk.telegram.fail("sendMessage", 400, "Bad Request: can't parse entities")
    await desk.happens(NewsKind.PAID)
    assert await desk.tell() == ["<b>paid</b>", "paid"]
    assert desk.outcomes == ["told"]


async def test_what_was_claimed_by_a_run_that_died_is_not_sent(desk: Desk) -> None:
    """It may be in the chat already."""
    await desk.happens(NewsKind.PAID)
    (waiting,) = await desk.storage.waiting_notices(desk.order.order_no, desk.now)
    await desk.storage.claim_notices([waiting.notice_id])
    assert await desk.storage.give_up_claimed() == 1
    assert await desk.tell(after=9999) == []


async def test_a_run_that_dies_while_sending_leaves_the_claim_behind(desk: Desk) -> None:
    """Claimed before it is sent: the next run knows that it may be in the chat."""
    sending = asyncio.Event()
    desk.telegram.on_call = lambda _: sending.set()
    desk.telegram.slow["sendMessage"] = 60
    await desk.happens(NewsKind.PAID)
    await desk.started.begin_waiting()
    await asyncio.wait_for(sending.wait(), 60)
    dying = list(desk.started._tasks.values())
    for task in dying:
        task.cancel()
    await asyncio.gather(*dying, return_exceptions=True)
    desk.telegram.slow.clear()
    desk.started = desk._new()
    assert await desk.storage.give_up_claimed() == 1
    assert len(await desk.tell(after=9999)) == 1


async def test_an_end_waits_for_what_is_being_sent(desk: Desk) -> None:
    """Whoever takes over gives up what is claimed: by then it is known to be told."""
    sending = asyncio.Event()
    desk.telegram.on_call = lambda _: sending.set()
    desk.telegram.slow["sendMessage"] = 0.05
    await desk.happens(NewsKind.PAID)
    run = asyncio.create_task(desk.started.run())
    await asyncio.wait_for(sending.wait(), 60)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert desk.outcomes == ["told"]
    assert await desk.storage.give_up_claimed() == 0


class TestPaying:
    DEADLINE = NOON + timedelta(hours=2)

    async def test_a_reminder_is_told_of_what_was_just_read(self, desk: Desk) -> None:
        """No reading is made twice for it."""
        await desk.happens(NewsKind.PAY_REMINDER, pay_before=self.DEADLINE)
        assert len(await desk.tell()) == 1
        assert desk.reads == 0

    async def test_one_that_waited_is_told_after_another_reading(self, desk: Desk) -> None:
        """Unread meanwhile, the order may be paid."""
        await desk.happens(NewsKind.PAY_REMINDER, pay_before=self.DEADLINE)
        assert await desk.tell(after=600) == []
        assert desk.outcomes == ["put_back"]
        desk.found = desk.order.parts[0].replace(read_at=desk.now)
        assert len(await desk.tell(after=61)) == 1

    async def test_nobody_is_reminded_of_what_is_paid(self, desk: Desk) -> None:
        """As that reading says."""
        await desk.happens(NewsKind.PAY_REMINDER, pay_before=self.DEADLINE)
        desk.found = desk.order.parts[0].replace(status=OrderStatus.AWAITING_SHIPMENT)
        assert await desk.tell(after=600) == []
        assert desk.outcomes == ["dropped"]

    async def test_nor_when_it_is_too_late(self, desk: Desk) -> None:
        """The time to pay is over."""
        await desk.happens(NewsKind.PAY_REMINDER, pay_before=self.DEADLINE)
        desk.found = desk.order.parts[0].replace(read_at=self.DEADLINE)
        assert await desk.tell(after=7200) == []
        assert desk.outcomes == ["dropped"]


async def test_what_the_person_has_seen_the_sequel_of_is_dropped(desk: Desk) -> None:
    """Shipped waited for the morning; meanwhile they confirmed receipt here."""
    await desk.happens(NewsKind.SHIPPED)
    await desk._store(desk.order.parts[0].replace(status=OrderStatus.RECEIVED))
    assert await desk.tell() == []
    assert desk.outcomes == ["dropped"]
