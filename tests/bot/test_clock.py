"""What time it is when the host's clock says otherwise."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from bot.process.clock import MARKETPLACE, TELEGRAM, WorldClock, since_boot

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Host:
    """A host whose wall clock can be stepped."""

    def __init__(self) -> None:
        self.true, self.off = NOW.timestamp(), 0.0
        self.clock = WorldClock(lambda: self.true + self.off, lambda: self.true - 1e9)

    def hear(self, source: str = TELEGRAM, off: float = 0.0, delay: float = 0.0) -> None:
        moment = datetime.fromtimestamp(self.true + off - delay, UTC).replace(microsecond=0)
        self.clock.hears(source)(format_datetime(moment, usegmt=True))

    def seconds(self) -> float:
        return self.clock.now().timestamp() - self.true


def test_alone_the_host_is_believed() -> None:
    """And nobody knows whether it is right."""
    host = Host()
    host.off = 3600
    assert host.seconds() == 3600
    assert host.clock.off is None
    assert host.clock.there() is None


def test_a_step_of_the_host_changes_nothing_once_another_was_heard() -> None:
    """Ahead or behind, then or later."""
    host = Host()
    host.hear()
    for off in (-2400, 0, 180, 3600):
        host.off = off
        host.true += 10
        assert host.seconds() == 0
        assert host.clock.off == timedelta(seconds=off)


def test_of_three_clocks_the_one_that_is_off_is_outvoted() -> None:
    """Whichever it is."""
    for wrong in ("host", TELEGRAM, MARKETPLACE):
        host = Host()
        host.off = 900 if wrong == "host" else 0
        for source in (TELEGRAM, MARKETPLACE):
            host.hear(source, off=900 if wrong == source else 0)
        assert abs(host.seconds()) <= 1


def test_a_delayed_answer_makes_nobody_late() -> None:
    """The least delayed of the last answers counts."""
    host = Host()
    host.hear()
    for _ in range(20):
        host.true += 5
        host.hear(delay=4)
    assert host.seconds() == 0


def test_what_was_not_heard_of_for_long_is_not_asked() -> None:
    """The host is believed again."""
    host = Host()
    host.hear()
    host.true += 901
    host.off = 5
    assert host.seconds() == 5


def test_no_date_is_no_clock() -> None:
    """Whatever the header holds."""
    host = Host()
    for text in ("", "yesterday", "Mon, 30 Feb 2026 10:00:00 GMT", "9" * 5000):
        host.clock.hears(TELEGRAM)(text)
    assert host.clock.off is None


def test_it_is_never_earlier_than_it_was() -> None:
    """A clock that was set back while the bot was down: what was shown grows old all the same."""
    host = Host()
    host.clock.set_floor(NOW + timedelta(hours=1))
    assert host.clock.now() == NOW + timedelta(hours=1)
    host.true += 7200
    assert host.clock.now() == NOW + timedelta(hours=3)
    host.hear()
    assert host.seconds() == 0


def test_a_host_that_is_set_back_while_it_alone_is_known_makes_nothing_younger() -> None:
    """What was shown before it stays as long ago as it is."""
    host = Host()
    host.off = 3600
    shown = host.clock.now()
    host.off = 0
    host.true += 1200
    assert host.clock.now() - shown == timedelta(minutes=20)
    host.off = 7200
    assert host.seconds() == 7200


def test_a_clock_that_fell_silent_is_gone_on_from() -> None:
    """A host that is behind does not bring back what it was outvoted with."""
    host = Host()
    host.off = -2400
    host.hear()
    assert host.seconds() == 0
    host.true += 901
    assert host.clock.off is None
    assert host.seconds() == 0


def test_other_clocks_set_right_what_the_host_alone_told() -> None:
    """Also where that means going back."""
    host = Host()
    host.off = 3600
    assert host.seconds() == 3600
    host.hear()
    assert host.seconds() == 0


def test_sleep_counts() -> None:
    """The clock that never jumps goes on while the machine is asleep, where the system has one."""
    assert abs(since_boot() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 5
