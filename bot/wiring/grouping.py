"""Group buys put together, where the setting allows them."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.domain.identifiers import UserId
from bot.domain.orders import Order
from bot.marketplace.port import Marketplace
from bot.services.access import Access
from bot.services.grouping.group_buys import GroupBuys
from bot.settings import GroupBuying, Settings
from bot.storage.ports import Storage
from bot.telegram import DirectBot
from bot.telling.group_cards import GroupCards
from bot.telling.group_teller import GroupTeller, ScreenOfBuyNews


class Grouping:
    """`groups` is None where there are none: buys that run wait until there are some again."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        marketplace: Marketplace,
        bot: DirectBot,
        access: Access,
        screen: ScreenOfBuyNews,
        clock: Callable[[], datetime],
        caught_up: Callable[[], datetime | None],
    ) -> None:
        self.groups: GroupBuys | None = None
        self._teller: GroupTeller | None = None
        if settings.group_buys is GroupBuying.OFF:
            return
        everyone = settings.group_buys is GroupBuying.EVERYONE

        def may_organise(user_id: UserId) -> bool:
            return everyone or access.is_operator(user_id)

        self._teller = GroupTeller(bot, storage, screen, quiet=settings.quiet, clock=clock)
        self.groups = GroupBuys(
            storage,
            marketplace,
            organisers=may_organise,
            zone=settings.quiet_zone,
            on_news=self._teller.wake,
            caught_up=caught_up,
            clock=clock,
        )

    async def order_changed(self, order: Order) -> bool:
        """Take over what became of a buy's order; tell whether it was one's."""
        if self.groups is None or order.group_buy is None:
            return False
        await self.groups.due.order_changed(order)
        return True

    async def run(self, cards: GroupCards) -> None:
        """Do and tell what is due, for ever."""
        if self.groups is None or self._teller is None:
            await asyncio.Event().wait()
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.groups.due.run(), name="group_buys")
            tasks.create_task(self._teller.run(), name="group_news")
            tasks.create_task(cards.run(), name="group_cards")
