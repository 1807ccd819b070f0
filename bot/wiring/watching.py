"""Watches of offers put together, where the setting allows them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiolimiter import AsyncLimiter

from bot.chat.drawing import Drawer
from bot.domain.identifiers import UserId
from bot.domain.rates import Rate
from bot.marketplace.port import Marketplace
from bot.process.metrics import Metrics
from bot.services.watches.reading import OfferReadings
from bot.services.watches.setting import Watches
from bot.settings import Settings
from bot.storage.ports import Storage
from bot.telegram import DirectBot
from bot.telling.watch_teller import ScreenOfWatch, WatchTeller


class Watching:
    """`watches` is None where nobody may have any: what is stored waits until they may again."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        marketplace: Marketplace,
        metrics: Metrics,
        limiter: AsyncLimiter,
        clock: Callable[[], datetime],
    ) -> None:
        self.watches: Watches | None = None
        every = timedelta(seconds=settings.watch_seconds)
        if settings.watches_per_person:
            self.watches = Watches(
                storage.watches, most=settings.watches_per_person, every=every, clock=clock
            )
        self._storage = storage
        self._quiet = settings.quiet
        self._metrics = metrics
        self._clock = clock
        self._offers = OfferReadings(
            storage.watches,
            marketplace.offer,
            every=every,
            limiter=limiter,
            life=timedelta(days=settings.watch_days),
            quiet=settings.quiet,
            clock=clock,
        )
        self.readings = self._offers.readings
        self._teller: WatchTeller | None = None

    def tell_by(
        self,
        bot: DirectBot,
        drawer: Drawer,
        screen: ScreenOfWatch,
        lets_in: Callable[[UserId], Awaitable[bool]],
        rate: Callable[[], Rate | None],
    ) -> None:
        """Tell what comes true this way."""
        self._teller = WatchTeller(
            bot,
            drawer,
            self._storage,
            screen,
            lets_in,
            rate=rate,
            quiet=self._quiet,
            look_soon=self.readings.wake,
            on_end=self._metrics.on_watch,
            clock=self._clock,
        )
        self._offers.on_found(self._teller.wake)

    async def run(self) -> None:
        """Read and tell, for ever."""
        if self.watches is None or self._teller is None:
            await asyncio.Event().wait()
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.readings.run(), name="watched_offers")
            tasks.create_task(self._teller.run(), name="watch_news")

    async def close(self, grace: float) -> None:
        """Let readings under way end for so many seconds."""
        await self.readings.close(grace)
