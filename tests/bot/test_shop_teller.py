"""What happens to a shop's money is told once, to whom it concerns."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from telegram.error import Forbidden, RetryAfter, TimedOut

from bot.chat.screens import Screen
from bot.domain.bookings import received
from bot.domain.identifiers import ChatId, UserId
from bot.domain.order_books import agreed_of
from bot.domain.orders import OrderStatus
from bot.domain.quiet import QuietHours
from bot.services.collecting.shop import Shop
from bot.storage.ports import Storage
from bot.telegram.abilities import nothing_new
from bot.telling.shop_teller import ShopTeller
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.samples import NOW
from tests.storage.shopping import DAVE, IN_SHOP, OPERATOR, place, shop_order

COLLEAGUE = 7_001


class Sending:
    """Telegram as far as telling needs it; fails for a chat with what is asked for."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.failing: dict[int, Exception] = {}

    async def fitting(self, _: str, make: Any, *, chat_id: int, **__: Any) -> None:
        assert make(nothing_new)["text"]
        if chat_id in self.failing:
            raise self.failing[chat_id]
        self.sent.append(chat_id)


@pytest.fixture
async def storage() -> Storage:
    made = MemoryStorage(now=NOW)
    await place(made, shop_order())
    return made


def teller(storage: Storage, bot: Any, now: datetime = NOW, **more: Any) -> ShopTeller:
    return ShopTeller(
        bot,
        storage,
        Shop(storage.shop, operators=(OPERATOR, COLLEAGUE)),
        lambda _view, event: Screen(event.kind.value),
        operators=(OPERATOR, COLLEAGUE),
        clock=lambda: now,
        **more,
    )


async def test_operators_hear_of_a_new_order_once(storage: Storage) -> None:
    """Each of them; the customer does not."""
    bot = Sending()
    for _ in range(2):
        await teller(storage, bot).tell_waiting()
    assert bot.sent == [OPERATOR, COLLEAGUE]


async def test_whoever_cannot_be_reached_keeps_nobody_else_from_hearing(storage: Storage) -> None:
    bot = Sending()
    bot.failing[OPERATOR] = Forbidden("bot was blocked by the user")
    await teller(storage, bot).tell_waiting()
    assert bot.sent == [COLLEAGUE]
    assert await storage.shop_events.events_to_tell(NOW + timedelta(days=1), 9) == []


async def test_what_surely_reached_nobody_waits_again(storage: Storage) -> None:
    """Flood control for everybody: told later, once."""
    bot = Sending()
    bot.failing = dict.fromkeys((OPERATOR, COLLEAGUE), RetryAfter(3))
    await teller(storage, bot).tell_waiting()
    bot.failing = {}
    await teller(storage, bot, NOW + timedelta(minutes=1)).tell_waiting()
    assert bot.sent == [OPERATOR, COLLEAGUE]


async def test_what_may_have_reached_somebody_is_not_told_again(storage: Storage) -> None:
    bot = Sending()
    bot.failing = dict.fromkeys((OPERATOR, COLLEAGUE), TimedOut())
    await teller(storage, bot).tell_waiting()
    bot.failing = {}
    await teller(storage, bot, NOW + timedelta(days=1)).tell_waiting()
    assert bot.sent == []


async def test_quiet_hours_keep_it_for_the_morning(storage: Storage) -> None:
    bot = Sending()
    zone = ZoneInfo("UTC")
    quiet = QuietHours.parse("11-14", zone)
    await teller(storage, bot, quiet=quiet).tell_waiting()
    assert bot.sent == []
    await teller(storage, bot, NOW.replace(hour=14, minute=1), quiet=quiet).tell_waiting()
    assert bot.sent == [OPERATOR, COLLEAGUE]


async def test_an_order_that_was_deleted_is_told_to_nobody(storage: Storage) -> None:
    bot = Sending()
    storage._orders.pop(IN_SHOP)
    await teller(storage, bot).tell_waiting()
    assert bot.sent == []


async def test_who_hears_first_gets_a_conversation_that_the_buttons_name(storage: Storage) -> None:
    """A press of what was told is found."""
    await teller(storage, Sending()).tell_waiting()
    chat, who = ChatId(COLLEAGUE), UserId(COLLEAGUE)
    assert await storage.conversations.load_session(chat, who) is not None


async def test_operators_hear_once_of_a_paid_order_that_1688_closes_soon() -> None:
    """In the quiet hours too: it can't wait for the morning. Who has not paid is no reason."""
    storage = MemoryStorage(now=NOW)
    soon = NOW + timedelta(minutes=90)
    for number in (90, 91):
        placed = shop_order(number, DAVE if number == 90 else UserId(8_888))
        part = placed.parts[0].replace(pay_before=soon, status=OrderStatus.AWAITING_PAYMENT)
        await place(storage, placed.replace(parts=(part,)))
    agreed = agreed_of(shop_order())
    assert agreed is not None
    due = agreed.charge.due
    await storage.shop.book(IN_SHOP, lambda *_: (received("1", agreed, due, OPERATOR, NOW),))
    await teller(storage, Sending()).tell_waiting()
    quiet = QuietHours.parse("11-14", ZoneInfo("UTC"))
    bot = Sending()
    for minute in (0, 2, 4):
        each = teller(storage, bot, NOW + timedelta(minutes=minute), quiet=quiet)
        await each.look_for_closing()
        await each.tell_waiting()
    assert bot.sent == [OPERATOR, COLLEAGUE]
    later = teller(storage, bot, closing=None)
    await later.look_for_closing()
    assert await storage.shop_events.events_to_tell(NOW, 9) == []
