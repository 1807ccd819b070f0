"""The operators are told once, again when it was good meanwhile or after an hour."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from telegram.error import Forbidden, TelegramError, TimedOut

from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Placing
from bot.domain.writes import ClaimOrder
from bot.storage.ports import Gap, StepCommit
from bot.telling.alarms import REPEAT_AFTER, SETTLED_AFTER, Alarms
from tests.domain.group_buys.groups import NOW as THEN
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.grouping import BUY, group_buy
from tests.storage.samples import BOB, NOW, first, order, session, update

OPERATOR = 4711


class Mouth:
    """The one call of a bot that alarms make."""

    def __init__(self) -> None:
        self.said: list[tuple[int, str]] = []
        self.fails: TelegramError | None = None

    async def send_message(self, chat_id: int, text: str, **_: Any) -> None:
        if self.fails is not None:
            raise self.fails
        self.said.append((chat_id, text))


class World:
    def __init__(self) -> None:
        self.storage, self.mouth = MemoryStorage(now=NOW), Mouth()
        self.refused: bool | None = False
        self.start()

    @property
    def now(self) -> datetime:
        """One time for what is stored and for who looks at it, whatever the date is."""
        assert self.storage.now is not None
        return self.storage.now

    @now.setter
    def now(self, moment: datetime) -> None:
        self.storage.now = moment

    def start(self) -> None:
        """Begin as a run of the bot does."""
        self.alarms = Alarms(
            self.mouth,
            self.storage,
            [OPERATOR],
            most_waiting=3,
            credentials_refused=lambda: self.refused,
            clock=lambda: self.now,
        )

    async def look(self) -> list[str]:
        self.mouth.said.clear()
        await self.alarms.look()
        assert all(chat == OPERATOR for chat, _ in self.mouth.said)
        return [text for _, text in self.mouth.said]


@pytest.fixture
def world() -> World:
    return World()


async def test_nothing_is_said_while_all_is_well(world: World) -> None:
    """No trouble, no message."""
    assert await world.look() == []


async def test_refused_keys_are_told_once_and_again_after_an_hour(world: World) -> None:
    """A thousand failing calls make one message an hour."""
    world.refused = True
    (text,) = await world.look()
    assert "refuses our app key" in text
    assert [await world.look() for _ in range(50)] == [[]] * 50
    world.now += REPEAT_AFTER
    assert len(await world.look()) == 1


async def test_a_trouble_that_comes_back_is_told_again(world: World) -> None:
    """It was good in between, and not for a moment only, so it is news."""
    world.refused = True
    assert len(await world.look()) == 1
    world.refused = False
    assert await world.look() == []
    world.now += SETTLED_AFTER
    assert await world.look() == []
    world.refused = True
    assert len(await world.look()) == 1


async def test_unresolved_orders_are_named_each_once(world: World) -> None:
    """A new one is told alone; those that were told are not repeated with it."""
    await world.storage.commit_step(
        first(writes=(ClaimOrder(order(1, placing=Placing.UNRESOLVED)),))
    )
    (text,) = await world.look()
    assert order(1).order_no in text
    await world.storage.commit_step(
        first(BOB, writes=(ClaimOrder(order(2, BOB, Placing.UNRESOLVED)),))
    )
    (text,) = await world.look()
    assert order(2).order_no in text
    assert order(1).order_no not in text
    assert await world.look() == []


async def test_an_uncertain_order_alarms_only_when_it_lasts(world: World) -> None:
    """Most are found by the next look-ups."""
    await world.storage.commit_step(
        first(writes=(ClaimOrder(order(1, placing=Placing.UNCERTAIN)),))
    )
    said = [await world.look() for _ in range(8)]
    assert [len(each) for each in said] == [0, 0, 0, 0, 0, 0, 1, 0]


async def test_backlog_and_parked_updates_are_told(world: World) -> None:
    """From the threshold on; counts, never what people wrote."""
    await world.storage.inbox.put_updates([update(1), update(2)])
    assert await world.look() == []
    await world.storage.inbox.put_updates([update(3), update(4)])
    await world.storage.inbox.park_update(4, "why")
    backlog, parked = await world.look()
    assert "3 messages wait" in backlog
    assert "1 message failed" in parked


async def test_operators_are_told_in_their_language(world: World) -> None:
    """Whoever uses the bot in Chinese gets alarms in Chinese."""
    own = session(UserId(OPERATOR), language="zh")
    await world.storage.commit_step(StepCommit(session=own, expected_revision=None))
    assert await world.storage.load_session(ChatId(OPERATOR), UserId(OPERATOR)) == own
    world.refused = True
    (text,) = await world.look()
    assert "密钥" in text


async def test_a_restart_tells_nothing_again(world: World) -> None:
    """Not while nothing was asked yet, and not once it shows that all is as before."""
    world.refused = True
    await world.storage.commit_step(
        first(writes=(ClaimOrder(order(1, placing=Placing.UNRESOLVED)),))
    )
    await world.storage.commit_step(
        first(BOB, writes=(ClaimOrder(order(2, BOB, Placing.UNCERTAIN)),))
    )
    await world.storage.inbox.put_updates([update(1), update(2), update(3), update(4)])
    await world.storage.inbox.park_update(4, "why")
    assert sum([len(await world.look()) for _ in range(8)]) == 5
    world.start()
    world.refused = None
    assert [await world.look() for _ in range(3)] == [[]] * 3
    world.refused = True
    assert [await world.look() for _ in range(8)] == [[]] * 8


async def test_what_passed_while_the_bot_was_down_is_news_when_it_comes_back(world: World) -> None:
    """The record goes with the trouble."""
    world.refused = True
    assert len(await world.look()) == 1
    world.start()
    world.refused = False
    world.now += SETTLED_AFTER
    assert await world.look() == []
    world.refused = True
    assert len(await world.look()) == 1


async def test_a_trouble_that_comes_and_goes_makes_no_flood(world: World) -> None:
    """One endpoint refuses the keys, the others take them: six messages an hour, not hundreds."""
    said = 0
    for number in range(360):
        world.refused = bool(number % 2)
        said += len(await world.look())
        world.now += timedelta(seconds=10)
    assert said == 6


async def test_a_call_that_shows_nothing_of_the_keys_ends_no_trouble(world: World) -> None:
    """A time-out between two refusals is no good news."""
    world.refused = True
    assert len(await world.look()) == 1
    for refused in (None, True, None, True):
        world.refused = refused
        assert await world.look() == []


async def test_a_clock_set_back_silences_nothing_for_long(world: World) -> None:
    """What seems to have been told in the future is told now."""
    world.refused = True
    assert len(await world.look()) == 1
    world.now -= timedelta(days=400)
    assert len(await world.look()) == 1
    assert await world.look() == []


async def test_what_nobody_could_be_told_is_told_at_the_next_look(world: World) -> None:
    """Telegram is often in trouble at the same time."""
    world.refused, world.mouth.fails = True, TimedOut()
    assert await world.look() == []
    world.mouth.fails = None
    assert len(await world.look()) == 1
    assert await world.look() == []


async def test_an_operator_who_blocked_the_bot_is_not_tried_every_time(world: World) -> None:
    """That will not pass by itself."""
    world.refused, world.mouth.fails = True, Forbidden("bot was blocked by the user")
    assert await world.look() == []
    world.mouth.fails = None
    assert await world.look() == []


async def test_a_stray_order_is_named_once() -> None:
    """Nobody closes what may be wanted, so somebody has to look."""
    world = World()
    world.alarms.strays = lambda: ["S261123-7K3MZQ4T"]
    (text,) = await world.look()
    assert "S261123-7K3MZQ4T" in text
    assert await world.look() == []


async def parked(world: World, update_id: int, error: str) -> None:
    await world.storage.inbox.put_updates([update(update_id)])
    await world.storage.inbox.park_update(update_id, error)


async def test_the_same_failing_text_does_not_alarm_twice(world: World) -> None:
    """Not hourly, not after it was dropped, not when somebody sends it again; another bug does."""
    await parked(world, 1, "ValueError at bot/a.py:1")
    assert len(await world.look()) == 1
    world.now += timedelta(hours=2)
    await parked(world, 2, "ValueError at bot/a.py:1")
    assert await world.look() == []
    await world.storage.inbox.drop_parked(1)
    await world.storage.inbox.drop_parked(2)
    world.now += timedelta(hours=2)
    assert await world.look() == []
    await parked(world, 3, "ValueError at bot/a.py:1")
    assert await world.look() == []
    await parked(world, 4, "KeyError at bot/b.py:2")
    assert len(await world.look()) == 1
    world.start()
    await world.storage.inbox.drop_parked(4)
    await parked(world, 5, "KeyError at bot/b.py:2")
    assert await world.look() == []
    world.now += timedelta(days=1, hours=1)
    assert len(await world.look()) == 1


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(40, "40 seconds ahead"), (-90, "90 seconds behind"), (29, None), (None, None)],
)
async def test_a_host_whose_clock_is_off_is_told_while_it_runs(world, seconds, said) -> None:
    """Which way, and by how much; nothing while no other clock is known."""
    off = None if seconds is None else timedelta(seconds=seconds)
    world.alarms.clock_off = lambda: off
    told = await world.look()
    assert [said in each for each in told] == ([True] if said else [])
    assert await world.look() == []


async def test_a_database_that_was_put_back_is_told_once(world: World) -> None:
    """Also where the first run after it died before it could say so, and never again after."""
    world.mouth.fails = TimedOut()
    world.alarms.restored_at = NOW
    assert await world.look() == []
    world.mouth.fails = None
    world.start()
    world.alarms.restored_at = NOW
    (text,) = await world.look()
    assert "put back from a copy" in text
    world.start()
    world.alarms.restored_at = NOW
    world.now += timedelta(hours=5)
    assert await world.look() == []
    world.alarms.restored_at = world.now
    assert len(await world.look()) == 1


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(minutes=15), "was down from"),
        (timedelta(days=1), "was down from"),
        (timedelta(minutes=-1), "earlier than when it last ran"),
        (timedelta(days=-1), "earlier than when it last ran"),
    ],
)
async def test_a_gap_at_the_start_is_told_once(world: World, away: timedelta, said: str) -> None:
    """A downtime, or a clock that was wrong: in neither case is it told again by a restart."""
    gap = Gap(since=NOW, until=NOW + away)
    assert gap.is_told
    for expected in ([True], [], []):
        world.start()
        world.alarms.gap = gap
        assert [said in each for each in await world.look()] == expected
        world.now += timedelta(hours=2)


@pytest.mark.parametrize("seconds", [-29, 0, 1, 14 * 60 + 59])
def test_a_restart_is_no_gap(seconds: int) -> None:
    """Nothing is told of it."""
    assert not Gap(since=NOW, until=NOW + timedelta(seconds=seconds)).is_told


async def test_orders_that_a_restore_forgot_are_named_once(world: World) -> None:
    """Not again by a restart, whose look takes a while; what is found later is named as well."""
    found: set[str] = set()
    world.alarms.forgotten = lambda: found
    assert await world.look() == []
    found.add("S261123-AAAAAAA2")
    (text,) = await world.look()
    assert "S261123-AAAAAAA2" in text
    world.start()
    world.now += timedelta(hours=3)
    assert await world.look() == []
    world.alarms.forgotten = lambda: found
    assert await world.look() == []
    found.add("S261123-AAAAAAA3")
    (text,) = await world.look()
    assert "S261123-AAAAAAA3" in text


async def test_group_buys_that_stand_still_or_lost_their_organiser_are_told(world: World) -> None:
    """Each trouble once, with the numbers of the buys that can be taken over."""
    world.now = THEN
    await group_buy(world.storage)
    assert await world.look() == []
    await world.storage.group_buys.organiser_reached(BUY, reached=False)
    (text,) = await world.look()
    assert "organiser of group buy 1:" in text
    assert "/takeover" in text
    world.now = THEN + timedelta(days=9)
    said = " ".join(await world.look())
    assert "2 group buys are overdue" in said
    assert "messages about group buys" in said
    assert "organiser of group buy 1:" in said  # an hour has passed, and it lasts
    assert await world.look() == []
