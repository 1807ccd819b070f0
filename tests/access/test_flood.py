"""The guard against floods: counts, holds, tells once, forgives."""

import tracemalloc
from typing import Any, cast

import pytest

from bot.chat.flood import FloodGuard, Verdict
from bot.domain.identifiers import UserId
from bot.services.quotas import Quotas

PASS, TELL, DROP = Verdict.PASS, Verdict.TELL, Verdict.DROP


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guard(clock: Clock) -> FloodGuard:
    return FloodGuard(3, 10.0, clock)


def test_the_one_too_many_is_told_and_the_rest_is_dropped(guard: FloodGuard) -> None:
    """Three pass within ten seconds; the fourth hears of it, once."""
    assert [guard.judge(7, number) for number in range(6)] == [PASS, PASS, PASS, TELL, DROP, DROP]


def test_others_are_not_held(guard: FloodGuard) -> None:
    """Each person has a pace of their own."""
    for number in range(9):
        guard.judge(7, number)
    assert guard.judge(8, 100) is PASS


def test_who_waits_as_long_as_told_may_go_on(guard: FloodGuard, clock: Clock) -> None:
    """Not sooner, and what was sent meanwhile does not make the wait longer."""
    for number in range(4):
        guard.judge(7, number)
    clock.now += 9.9
    assert guard.judge(7, 10) is DROP
    clock.now += 0.1
    assert [guard.judge(7, number) for number in range(11, 15)] == [PASS, PASS, PASS, TELL]


def test_a_steady_pace_is_never_held(guard: FloodGuard, clock: Clock) -> None:
    """Three in ten seconds, for as long as one likes."""
    for number in range(60):
        assert guard.judge(7, number) is PASS
        clock.now += 10 / 3 + 0.01


def test_an_album_counts_once_and_shares_one_fate(guard: FloodGuard) -> None:
    """Its pictures pass together, or are held together with one notice."""
    assert {guard.judge(7, number, album="a") for number in range(10)} == {PASS}
    assert guard.judge(7, 20) is PASS
    assert guard.judge(7, 21) is PASS
    assert [guard.judge(7, 30 + number, album="b") for number in range(3)] == [TELL, DROP, DROP]


def test_a_retry_is_not_counted_again(guard: FloodGuard) -> None:
    """An update that failed and comes back is the same update."""
    for _ in range(20):
        assert guard.judge(7, 1) is PASS
    assert [guard.judge(7, number) for number in (2, 3, 4)] == [PASS, PASS, TELL]


def test_a_backlog_is_judged_by_when_it_was_written(guard: FloodGuard, clock: Clock) -> None:
    """After an outage an hour's messages arrive at once; nobody was too fast."""
    sent = [clock.now - 3600 + 60 * number for number in range(50)]
    assert {guard.judge(7, n, sent=moment) for n, moment in enumerate(sent)} == {PASS}


def test_a_notice_that_did_not_get_through_is_given_again(guard: FloodGuard) -> None:
    """Nobody is held without having been told."""
    for number in range(3):
        guard.judge(7, number)
    assert guard.judge(7, 4) is TELL
    guard.not_told(7)
    assert guard.judge(7, 5) is TELL
    assert guard.judge(7, 6) is DROP


def test_a_clock_that_jumps_back_holds_nobody_for_long(guard: FloodGuard, clock: Clock) -> None:
    """An hour's jump is not an hour's wait."""
    for number in range(5):
        guard.judge(7, number)
    clock.now -= 3600
    assert guard.judge(7, 10) is PASS


def test_zero_lets_everything_through(clock: Clock) -> None:
    """For operators who guard elsewhere."""
    guard = FloodGuard(0, 10.0, clock)
    assert {guard.judge(7, number) for number in range(1000)} == {PASS}


def test_memory_is_bounded(guard: FloodGuard) -> None:
    """Thirty thousand passers-by leave four thousand behind."""
    for person in range(30_000):
        guard.judge(person, person)
    assert len(guard._paces) == 4_000


def test_a_person_who_is_remembered_takes_little_memory() -> None:
    """Here a tenth of them: less than 1.2 kB each, which four deques alone were twice."""
    guard = FloodGuard(30, 10.0)
    quotas = Quotas(
        cast("Any", None), cast("Any", None), searches_per_hour=120, calls_per_hour=2000
    )
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for person in range(1_000):
            guard.judge(person, person)
            quotas.count_search(UserId(person))
            quotas.spend(UserId(person), 3)
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken < 1_000 * 1_200  # bytes
