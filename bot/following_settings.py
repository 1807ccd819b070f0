"""The part of the settings that says how placed orders are followed and when people are told."""

from datetime import UTC, timedelta
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, PositiveFloat, field_validator, model_validator
from pydantic_settings import BaseSettings

from bot.domain.quiet import QuietHours
from bot.domain.watching import WatchPlan


class FollowingSettings(BaseSettings):
    """How often orders are read again, and when news of them is told."""

    # placed orders are read again: at least so often while unpaid, and while under way
    poll_shortest_seconds: PositiveFloat = 30.0
    poll_unpaid_seconds: PositiveFloat = 600.0
    poll_under_way_seconds: PositiveFloat = 3600.0
    poll_calls_per_minute: int = Field(default=240, ge=1)
    after_sale_days: int = Field(default=15, ge=0)
    pay_reminder_minutes: int = Field(default=120, ge=0)  # before an unpaid order closes; 0: never
    quiet_hours: str | None = None
    quiet_zone: str = "Asia/Shanghai"

    @field_validator("quiet_hours")
    @classmethod
    def _quiet_hours_are_hours(cls, value: str | None) -> str | None:
        if value is not None:
            QuietHours.parse(value, UTC)
        return value

    @model_validator(mode="after")
    def _quiet_zone_is_known(self) -> Self:
        try:
            _ = self.quiet
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                "QUIET_ZONE: write a time zone that this machine knows, such as Asia/Shanghai"
            ) from None
        return self

    @property
    def watch_plan(self) -> WatchPlan:
        """How often placed orders are read without being asked to."""
        return WatchPlan(
            shortest=timedelta(seconds=self.poll_shortest_seconds),
            unpaid=timedelta(seconds=self.poll_unpaid_seconds),
            under_way=timedelta(seconds=self.poll_under_way_seconds),
            after_sale=timedelta(days=self.after_sale_days),
            reminder=timedelta(minutes=self.pay_reminder_minutes) or None,
        )

    @property
    def quiet(self) -> QuietHours | None:
        """When nobody is told what can wait."""
        if self.quiet_hours is None:
            return None
        return QuietHours.parse(self.quiet_hours, ZoneInfo(self.quiet_zone))
