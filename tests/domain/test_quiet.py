"""Quiet hours: what can wait waits, on the clocks of one zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.news import News, NewsKind
from bot.domain.quiet import QuietHours, tell_at

CHINA = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(time(23), time(8), CHINA)
moments = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
clocks = st.times().map(lambda each: each.replace(second=0, microsecond=0))


def news(kind: NewsKind = NewsKind.PAID, pay_before: datetime | None = None) -> News:
    return News(kind=kind, key="k", parts=(MarketplaceOrderId("1"),), pay_before=pay_before)


@given(moments, clocks, clocks, st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC"]))
def test_quiet_is_over_within_a_day_and_at_its_hour(
    now: datetime, begin: time, end: time, zone: str
):
    """Whatever the hours and the zone, and where clocks are changed as well."""
    if begin == end:
        return
    hours = QuietHours(begin, end, ZoneInfo(zone))
    over = hours.over_at(now)
    if over is None:
        assert tell_at(news(), now, hours) == now
        return
    assert now < over <= now + timedelta(hours=25)
    assert tell_at(news(), now, hours) == over
    gap = zone == "Europe/Berlin" and end.hour in {2, 3}  # an hour that clocks skip or repeat
    assert gap or over.astimezone(hours.zone).time() == end
    assert gap or hours.over_at(over) is None


@pytest.mark.parametrize("hour_utc", range(24))
def test_the_night_goes_over_midnight(hour_utc: int):
    """23:00 to 8:00 in China is 15:00 to 0:00 in UTC."""
    over = NIGHT.over_at(datetime(2026, 11, 23, hour_utc, tzinfo=UTC))
    assert over == (datetime(2026, 11, 24, tzinfo=UTC) if hour_utc >= 15 else None)


@pytest.mark.parametrize("minute", range(0, 180, 15))
def test_an_hour_that_clocks_show_twice_is_quiet_both_times(minute: int):
    """What waits is told after it, never in it."""
    hours = QuietHours.parse("22:30-2:30", ZoneInfo("Europe/Berlin"))
    now = datetime(2026, 10, 24, 23, tzinfo=UTC) + timedelta(minutes=minute)
    over = hours.over_at(now)
    assert over is None or over > now
    assert (over is not None) == (now.astimezone(hours.zone).time() < time(2, 30))


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [("23-8", time(23), time(8)), (" 22:30 - 7:15 ", time(22, 30), time(7, 15))],
)
def test_hours_are_read(text: str, begin: time, end: time):
    """With minutes or without."""
    assert QuietHours.parse(text, UTC) == QuietHours(begin, end, UTC)


@pytest.mark.parametrize(
    "text", ["", "23", "25-8", "8-8", "23-8-9", "23:60-8", "eleven-eight", "２３-8"]
)
def test_what_is_no_span_of_hours_is_refused(text: str):
    """With a word on how to write them."""
    with pytest.raises(ValueError, match=r"."):
        QuietHours.parse(text, UTC)


def test_what_would_be_too_late_in_the_morning_is_told_at_night():
    """A reminder or a new price of an order that closes before; nothing else."""
    night = datetime(2026, 11, 23, 17, tzinfo=UTC)
    over = NIGHT.over_at(night)
    assert over is not None
    soon, later = over - timedelta(minutes=1), over + timedelta(minutes=1)
    for kind in NewsKind:
        urgent = kind in {NewsKind.PAY_REMINDER, NewsKind.PRICE_CHANGED}
        assert tell_at(news(kind, soon), night, NIGHT) == (night if urgent else over)
        assert tell_at(news(kind, later), night, NIGHT) == over
    assert tell_at(news(), night, None) == night
