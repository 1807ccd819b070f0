"""Hours in which nobody wants to be told anything that can wait."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Self

from bot.domain.news import News, NewsKind

_HOURS = re.compile(r"(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?", re.ASCII)
_ABOUT_MONEY_NOW = frozenset({NewsKind.PAY_REMINDER, NewsKind.PRICE_CHANGED})


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` until `end` on the clocks of a zone, over midnight where `end` is earlier."""

    begin: time
    end: time
    zone: tzinfo

    @classmethod
    def parse(cls, text: str, zone: tzinfo) -> Self:
        """Read hours such as `23-8` or `22:30-7`. Raises `ValueError`."""
        read = _HOURS.fullmatch(text.strip())
        if read is None:
            raise ValueError("write quiet hours as 23-8 or 22:30-7:15")
        begin, end = (time(int(read[at]), int(read[at + 1] or 0)) for at in (1, 3))
        if begin == end:
            raise ValueError("quiet hours that begin when they end would never end")
        return cls(begin, end, zone)

    def over_at(self, now: datetime) -> datetime | None:
        """Return when the quiet hours of this moment are over (UTC), None when it is not quiet."""
        local = now.astimezone(self.zone)
        clock = local.time()
        if self.begin < self.end:
            quiet = self.begin <= clock < self.end
        else:
            quiet = clock >= self.begin or clock < self.end
        if not quiet:
            return None
        day = local.date() + timedelta(days=self.end <= clock)
        end = datetime.combine(day, self.end, self.zone)
        over = end.astimezone(UTC)
        # Clocks that are set back show an hour twice; past the first the second is meant.
        return over if over > now else end.replace(fold=1).astimezone(UTC)


def tell_at(news: News, now: datetime, quiet: QuietHours | None) -> datetime:
    """Return when a piece of news may be told: now, or when the quiet hours are over.

    What would be too late by then is told now: what there is to pay, of an order that closes.
    """
    over = quiet.over_at(now) if quiet else None
    if over is None:
        return now
    if news.kind in _ABOUT_MONEY_NOW and news.pay_before and news.pay_before <= over:
        return now
    return over
