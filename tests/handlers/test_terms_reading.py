"""What an organiser types for a deadline: on the clocks of the group's zone, whatever those do."""

from datetime import UTC, datetime

import pytest

from handlers.group.terms_reading import OddHour, odd_hour, read_moment

NOW = datetime(2027, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "typed", "moment", "odd"),
    [
        # Berlin: back from 3 to 2 o'clock on 31 October 2027, at 1:00 UTC.
        ("Europe/Berlin", "2027-10-31 02:30", "2027-10-31 00:30", OddHour.TWICE),
        ("Europe/Berlin", "2027-10-31 01:59", "2027-10-30 23:59", None),
        ("Europe/Berlin", "2027-10-31 03:00", "2027-10-31 02:00", None),
        # New York: back from 2 to 1 o'clock on 7 November 2027, at 6:00 UTC.
        ("America/New_York", "2027-11-07 01:30", "2027-11-07 05:30", OddHour.TWICE),
        ("Asia/Shanghai", "2027-10-31 02:30", "2027-10-30 18:30", None),
    ],
)
def test_an_hour_that_clocks_show_twice_is_its_first(
    zone: str, typed: str, moment: str, odd: OddHour | None
) -> None:
    assert read_moment(typed, zone, NOW) == datetime.fromisoformat(f"{moment}+00:00")
    assert odd_hour(typed, zone) is odd


@pytest.mark.parametrize(
    ("zone", "typed", "moment"),
    [
        # Forward from 2 to 3 o'clock: half past two is half past three.
        ("Europe/Berlin", "2027-03-28 02:30", "2027-03-28 01:30"),
        ("America/New_York", "2027-03-14 02:30", "2027-03-14 07:30"),
    ],
)
def test_an_hour_that_clocks_skip_is_the_one_after(zone: str, typed: str, moment: str) -> None:
    now = datetime(2027, 3, 1, tzinfo=UTC)
    assert read_moment(typed, zone, now) == datetime.fromisoformat(f"{moment}+00:00")
    assert odd_hour(typed, zone) is OddHour.NEVER


@pytest.mark.parametrize(
    "typed", ["2027-02-30 10:00", "2027-10-25 25:00", "soon", "2027-10-19 10:0"]
)
def test_what_is_no_moment_or_past_is_none(typed: str) -> None:
    assert read_moment(typed, "Europe/Berlin", NOW) is None
    assert odd_hour(typed, "Europe/Berlin") is None
