"""Who gets an update: the gate before all, then the first that takes it."""

from collections.abc import Callable
from datetime import datetime

from bot.chat.drawing import Drawer
from bot.chat.flood import FloodGuard
from bot.chat.gate import BEFORE_ALL, AnyHandler, Gate
from bot.services.bundle import Services
from bot.settings import Settings
from bot.wiring.parts import AnyApplication
from handlers.group.answering import GoodsInGroups, GroupAllowance
from handlers.group.guest import GuestGoods
from handlers.group.inline import InlineGoods
from handlers.group.my_part import MyPart
from handlers.group.operators import OperatorsGroup
from handlers.journey import conversation, group_handlers


class Routes:
    """The private chat's conversation, what groups and channels get, and the gate before both."""

    def __init__(
        self, settings: Settings, services: Services, drawer: Drawer, clock: Callable[[], datetime]
    ) -> None:
        self.journey = conversation(services, drawer, clock=clock)
        self.inline = InlineGoods(services)
        self.flood = FloodGuard(settings.flood_updates, settings.flood_seconds)
        self._behind = self._in_order(settings, services, drawer)
        store = services.store
        self._gate = Gate(self._behind, services.access, self.flood, store.conversations)

    def add_to(self, application: AnyApplication) -> None:
        """Have an application ask the gate, then these, in their order."""
        application.add_handlers(self._behind)
        application.add_handler(self._gate, BEFORE_ALL)

    def _in_order(self, settings: Settings, services: Services, drawer: Drawer) -> list[AnyHandler]:
        store, most = services.store, settings.group_answers_per_minute
        goods = GoodsInGroups(services, drawer.cards, GroupAllowance(most), settings.group_links)
        guests = GuestGoods(services, goods, GroupAllowance(most), settings.group_links)
        first: list[AnyHandler] = []
        if settings.support_chat is not None:
            first.append(OperatorsGroup(services, settings.support_chat))
        if services.groups is not None:
            first.append(MyPart(services))
        in_groups = group_handlers(
            store.posts, goods if most else None, guests, store.conversations
        )
        return [*first, self.journey, self.inline, *in_groups]
