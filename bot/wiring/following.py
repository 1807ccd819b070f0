"""Everything that follows orders and offers, put together: pushes in, readings, news to people."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from aiolimiter import AsyncLimiter

from bot.marketplace.daji.push_messages import read_push
from bot.marketplace.port import Marketplace
from bot.process.metrics import Metrics
from bot.process.replica import Holding, alone
from bot.services.following.push_handling import Pushes
from bot.services.following.tracking import Tracking
from bot.services.following.watching import Watch
from bot.settings import Settings
from bot.storage.ports import Storage
from bot.telegram import DirectBot
from bot.telling.notifier import Notifier, ScreenOfNews
from bot.web.push_intake import PushIntake
from bot.wiring.watching import Watching


class Following:
    """Works from `run` on until that is cancelled; pushes are taken before, too."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        marketplace: Marketplace,
        metrics: Metrics,
        bot: DirectBot,
        screen: ScreenOfNews,
        clock: Callable[[], datetime],
        among: Holding = alone,
    ) -> None:
        limiter = AsyncLimiter(settings.poll_calls_per_minute, 60)
        self.watching = Watching(settings, storage, marketplace, metrics, limiter, clock)
        self.tracking = Tracking(
            marketplace,
            storage.tracking,
            plan=settings.watch_plan,
            quiet=settings.quiet,
            among=among,
            clock=clock,
        )
        self._readings = Watch(
            self.tracking,
            storage.tracking,
            calls_per_minute=settings.poll_calls_per_minute,
            limiter=limiter,
            clock=clock,
        ).readings
        self._pushes = Pushes(
            storage.pushes,
            self.tracking,
            read_push,
            on_due=self._readings.wake,
            watches=storage.watches,
            on_offers=self.watching.readings.wake,
            on_push=metrics.on_push,
            clock=clock,
        )
        self.push_intake = PushIntake(
            storage.pushes,
            settings.push_secret,
            settings.marketplace_push_signature,
            wake=self._pushes.wake,
            on_arrival=metrics.on_push_arrival,
            clock=clock,
        )
        self._notifier = Notifier(
            bot,
            storage,
            self.tracking,
            screen,
            quiet=settings.quiet,
            on_notice=metrics.on_notice,
            clock=clock,
        )
        self.tracking.on_news(self._notifier.wake)

    async def run(self) -> None:
        """Follow, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pushes.run(), name="pushes")
            tasks.create_task(self._readings.run(), name="watch")
            tasks.create_task(self._notifier.run(), name="notifier")
            tasks.create_task(self.watching.run(), name="watching")

    async def close(self, grace: float) -> None:
        """Let what is under way end for so many seconds; the rest stays stored."""
        began = time.monotonic()
        await self._readings.close(grace)
        await self._notifier.close(max(0.0, grace - (time.monotonic() - began)))
        await self.watching.close(max(0.0, grace - (time.monotonic() - began)))
