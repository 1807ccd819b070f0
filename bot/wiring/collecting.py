"""A shop put together, where there is one: its money, and what is told of it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.services.collecting.shop import Shop
from bot.settings import PaymentWay, Settings
from bot.storage.ports import Storage
from bot.telegram import DirectBot
from bot.telling.shop_teller import ScreenOfEvent, ShopTeller


class Collecting:
    """`shop` is None for a team, and there is nothing to tell."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        bot: DirectBot,
        screen: ScreenOfEvent,
        clock: Callable[[], datetime],
    ) -> None:
        self.shop: Shop | None = None
        self._teller: ShopTeller | None = None
        if settings.payment is PaymentWay.TEAM:
            return
        self.shop = Shop(storage.shop, operators=settings.admin_ids, clock=clock)
        self._teller = ShopTeller(
            bot,
            storage,
            self.shop,
            screen,
            operators=settings.admin_ids,
            quiet=settings.quiet,
            closing=timedelta(minutes=settings.pay_reminder_minutes) or None,
            clock=clock,
        )
        self.shop.on_event(self._teller.wake)

    async def run(self) -> None:
        """Tell what happens to a shop's money, for ever."""
        if self._teller is None:
            await asyncio.Event().wait()
        else:
            await self._teller.run()
