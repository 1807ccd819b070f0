"""A process among several: sure of its life for a lease at most, lanes spread, duties taken."""

import asyncio
from collections.abc import Callable

from structlog.testing import capture_logs

from bot.process.allowance import SharedAllowance
from bot.process.replica import Duties, Leases, Replica, kept_up
from bot.storage.ports import Fenced, StorageUnavailable
from bot.storage.replica_ports import Held
from tests.bot.meeting import Meeting


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def replica(meeting: Meeting, clock: Clock | None = None) -> Replica:
    return Replica(
        meeting,
        lease=3.0,
        beat_every=0.001,
        look_every=60.0,
        seconds=clock or Clock(),
    )


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what it waits for rings nothing
            await asyncio.sleep(0.001)


async def test_whoever_was_stopped_for_a_lease_acts_no_more():
    """By its own clock, which ran on, before any other may have taken its work."""
    clock = Clock()
    me = replica(Meeting(), clock)
    assert me.may_act()  # it has nothing yet that others could take
    await me.join()
    clock.now += 2.4
    assert me.may_act()
    clock.now += 0.2
    assert not me.may_act()


async def test_a_database_that_is_away_ends_the_surety_and_not_the_run():
    meeting, clock = Meeting(), Clock()
    me = replica(meeting, clock)
    await me.join()
    running = asyncio.create_task(me.run())
    meeting.away = True
    before = meeting.beats
    await until(lambda: meeting.beats > before + 2)
    clock.now += 3
    assert not me.may_act()
    meeting.away = False
    await until(me.may_act)
    running.cancel()
    await asyncio.wait({running})


async def test_whoever_was_declared_dead_ends():
    meeting = Meeting()
    me = replica(meeting)
    await me.join()
    running = asyncio.create_task(me.run())
    meeting.alive = (2,)
    await asyncio.wait({running}, timeout=60)
    found = running.exception()
    assert isinstance(found, ExceptionGroup)
    assert isinstance(found.exceptions[0], Fenced)


async def test_a_change_among_them_is_looked_into_at_once():
    meeting, looks = Meeting(alive=(1, 2)), []
    me = replica(meeting)

    async def look() -> None:
        looks.append(me.alive)

    me.on_look(look)
    await me.join()
    running = asyncio.create_task(me.run())
    await until(lambda: looks == [(1, 2)])
    meeting.alive = (1,)
    await until(lambda: looks == [(1, 2), (1,)])
    running.cancel()
    await asyncio.wait({running})


async def test_bells_reach_their_listeners_and_a_gap_reaches_all():
    meeting, heard = Meeting(), []
    me = replica(meeting)
    me.on_bell("hold", lambda word: heard.append(("hold", word)))
    me.on_bell("news", lambda word: heard.append(("news", word)))
    await me.join()
    running = asyncio.create_task(me.run())
    meeting.heard.put_nowait("hold 5 30")
    meeting.heard.put_nowait("")
    await until(lambda: len(heard) == 3)
    assert heard == [("hold", "5 30"), ("hold", ""), ("news", "")]
    await me.ring("hold", "5 30")
    assert meeting.rung == ["hold 5 30"]
    running.cancel()
    await asyncio.wait({running})


async def test_lanes_are_spread_and_only_a_leaving_ones_move():
    meeting = Meeting(alive=(1, 2, 3))
    me = replica(meeting)
    await me.join()
    three = {lane: meeting.assign(lane) for lane in range(3000)}
    for each in (1, 2, 3):
        assert 850 < list(three.values()).count(each) < 1150
    meeting.alive = (1, 3)
    await me.join()
    assert all(meeting.assign(lane) == holder for lane, holder in three.items() if holder in {1, 3})


async def test_a_duty_is_done_by_one_and_goes_to_whoever_looks_next():
    meeting, done = Meeting(), []

    def duty(name: str) -> Callable[[], object]:
        async def work() -> None:
            done.append(name)
            await asyncio.Event().wait()

        return work

    duties = Duties(meeting, [(name, duty(name)) for name in ("poll", "watch")])
    meeting.held[Held.DUTY, "poll"] = 2
    await duties.look()
    await until(lambda: done == ["watch"])
    await duties.look()
    del meeting.held[Held.DUTY, "poll"]
    await duties.look()
    await until(lambda: done == ["watch", "poll"])
    assert set(duties.held) == {"watch", "poll"}
    assert await duties.close(5) == []
    assert meeting.held == {}


async def test_a_duty_that_fails_is_begun_again_and_one_that_is_done_is_not():
    """A bug at one thing, or a storage that is away, must not end it for good without a word."""
    fails: list[Exception] = [ValueError("a bug"), StorageUnavailable("away")]
    begun = 0

    async def work() -> None:
        nonlocal begun
        begun += 1
        if fails:
            raise fails.pop()

    with capture_logs() as logs:
        await kept_up("sorting", work, again=0)
    assert begun == 3
    assert [each["event"] for each in logs] == ["duty_waits", "duty_failed"]


async def test_what_another_holds_is_left_or_waited_for():
    meeting = Meeting()
    leases = Leases(meeting)
    async with leases.owning(Held.ORDER, "a") as ours:
        assert ours
        assert meeting.held == {(Held.ORDER, "a"): 1}
    assert meeting.held == {}
    meeting.held[Held.ORDER, "a"] = 2
    async with leases.owning(Held.ORDER, "a") as ours:
        assert not ours
    assert meeting.held == {(Held.ORDER, "a"): 2}

    async def wait() -> None:
        async with leases.holding(Held.ORDER, "a"):
            assert meeting.held == {(Held.ORDER, "a"): 1}

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    del meeting.held[Held.ORDER, "a"]
    await waiting
    assert meeting.held == {}


async def test_an_allowance_is_drawn_ahead_and_waited_for():
    meeting, clock = Meeting(), Clock()
    allowance = SharedAllowance(meeting, "messages", 30, seconds=clock)
    for _ in range(30):
        await allowance.acquire()
    assert meeting.level == 30
    waiting = asyncio.create_task(allowance.acquire())
    await asyncio.wait({waiting}, timeout=0.05)
    assert not waiting.done()
    meeting.level = 20
    await waiting
    assert meeting.level == 23
    clock.now += 2  # what was drawn ahead and not used is let go
    await allowance.acquire()
    assert meeting.level == 26
