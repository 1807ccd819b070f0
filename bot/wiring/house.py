"""The whole bot put together over what stands outside of it: the one wiring.

Production, the fuzz and whatever else runs the real parts come here; they differ in storage,
marketplace, Telegram and pictures, and in how long is waited.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Protocol

from msgspec import Struct, field

from bot.chat.drawing import Drawer
from bot.chat.screens import Picture
from bot.domain.news import ON_CARD, ON_PAYMENT
from bot.domain.orders import Order
from bot.domain.rates import Rate
from bot.intake.inbox import Intake
from bot.intake.processing import (
    REDRAW_DELAYS,
    RETRY_DELAYS,
    STORAGE_PAUSE,
    UpdateProcessor,
)
from bot.marketplace.port import Marketplace
from bot.process.clock import WorldClock
from bot.process.metrics import Metrics
from bot.process.replica import Leases, alone
from bot.services.bundle import Services
from bot.services.finding.categories import Categories
from bot.services.finding.comparing import Comparing
from bot.services.finding.freight import Freight
from bot.services.finding.search import PhotoPreparer, Search
from bot.services.finding.short_links import ShortLinks
from bot.services.following.aftersales import Aftersales
from bot.services.paying.payments import Payments
from bot.services.paying.together import PayingTogether
from bot.services.placing import latecomers, ordering
from bot.services.placing.forgotten import ForgottenOrders
from bot.services.placing.ordering import Ordering
from bot.services.placing.resolving import OrderResolving
from bot.services.spending import counted
from bot.services.support import Support
from bot.settings import Settings, StartupError
from bot.storage.ports import Storage
from bot.telegram import DirectBot
from bot.telling.alarms import Alarms
from bot.telling.group_cards import GroupCards
from bot.telling.publisher import Publisher
from bot.telling.question_teller import QuestionTeller
from bot.telling.teller import Teller
from bot.telling.upkeep import Upkeep
from bot.wiring.collecting import Collecting
from bot.wiring.following import Following
from bot.wiring.grouping import Grouping
from bot.wiring.parts import (
    build_access,
    build_application,
    build_operator_payments,
    build_quotas,
    face_of,
)
from bot.wiring.routes import Routes
from handlers.collecting import told
from handlers.group import buy_news
from handlers.group.buy_card import buy_card
from handlers.orders import news
from handlers.placing import session_after
from handlers.shared.offer_card import post_card
from handlers.support import told as question_told
from handlers.watching import told as watch_told


class PictureMaker(Protocol):
    """Makes what a screen describes."""

    async def make(self, picture: Picture) -> bytes | None:
        """Return the picture's bytes, or None when it can't be had now."""

    async def close(self) -> None:
        """Give up what is being made."""


class Outside(Struct, frozen=True):
    """What the house stands on. Whoever made it opens and closes it."""

    storage: Storage
    marketplace: Marketplace
    bot: DirectBot
    metrics: Metrics
    photos: PhotoPreparer
    pictures: PictureMaker
    short_links: ShortLinks
    clock: WorldClock = field(default_factory=WorldClock)
    leases: Leases | None = None
    """None where this process is alone with its storage."""
    replicas: Callable[[], int] = lambda: 1
    """How many are alive that share the storage, with this one."""


class Waits(Struct, frozen=True):
    """Seconds between tries, in the order in which they are waited; the last one repeats."""

    update_again: Sequence[float] = RETRY_DELAYS
    redraw: Sequence[float] = REDRAW_DELAYS
    storage_again: float = STORAGE_PAUSE
    order_again: Sequence[float] = ordering.RETRY_DELAYS
    watch_later: Sequence[float] = latecomers.WATCH_LATER


class House:
    """Every part above storage, marketplace and Telegram, connected and not yet running."""

    def __init__(self, settings: Settings, outside: Outside, waits: Waits | None = None) -> None:
        waits = waits or Waits()
        storage, marketplace, bot = outside.storage, outside.marketplace, outside.bot
        if hinders := marketplace.capabilities.hinder_ordering:
            raise StartupError(f"can't order at {marketplace.name}: {', '.join(hinders)}")
        clock, leases = outside.clock, outside.leases
        self.application = build_application(bot, outside.metrics)
        self.following = Following(
            settings,
            storage,
            marketplace,
            outside.metrics,
            bot,
            news.screen,
            clock.now,
            among=leases.holding if leases else alone,
        )
        tracking = self.following.tracking
        self.ordering = Ordering(
            marketplace,
            storage.orders,
            lookup_delays=settings.lookup_delays,
            retry_delays=waits.order_again,
            watch_later=waits.watch_later,
            recreate=settings.recreate,
            holding=tracking.holding,
            owning=leases.owning if leases else alone,
            clock=clock.now,
            there=clock.there,
            replicas=outside.replicas,
        )
        self.forgotten = ForgottenOrders(marketplace, storage.orders)
        self.collecting = Collecting(settings, storage, bot, told.screen, clock.now)
        self.operator_payments = build_operator_payments(
            settings, marketplace, storage.payments, tracking, clock.now, self.collecting.shop
        )
        support = Support(storage.questions, operators=settings.admin_ids, clock=clock.now)
        self.question_teller = QuestionTeller(
            bot,
            storage,
            support,
            for_person=question_told.for_person,
            for_operators=question_told.for_operators,
            topic_name=question_told.topic_name,
            operators=settings.admin_ids,
            group=settings.support_chat,
            quiet=settings.quiet,
            clock=clock.now,
        )
        access = build_access(settings, storage.access, clock.now, shared=leases is not None)
        self.grouping = Grouping(
            settings,
            storage,
            marketplace,
            bot,
            access,
            buy_news.screen,
            clock.now,
            lambda: None if settings.webhook_url else self.intake.caught_up_at,
        )
        quotas = build_quotas(settings, storage.orders, tracking)
        wished = counted(marketplace, quotas)
        search, categories = Search(wished, outside.photos), Categories(wished)
        freight = Freight(wished)
        comparing = Comparing(search, freight)
        self._reads = (search, categories, freight, comparing)
        self.services = Services(
            store=storage,
            marketplace=wished,
            search=search,
            categories=categories,
            freight=freight,
            comparing=comparing,
            ordering=self.ordering,
            payments=Payments(marketplace),
            tracking=tracking,
            aftersales=Aftersales(
                marketplace,
                partial(tracking.refresh, told=ON_CARD),
                tracking.holding,
                clock=clock.now,
            ),
            paying_together=PayingTogether(marketplace, partial(tracking.refresh, told=ON_PAYMENT)),
            short_links=outside.short_links,
            access=access,
            quotas=quotas,
            resolving=OrderResolving(storage, marketplace),
            operator_payments=self.operator_payments,
            health=outside.metrics.health,
            support=support,
            tier_scope=settings.marketplace_tier_scope,
            face=partial(face_of, bot),
            clock_off=lambda: clock.off,
            shop=self.collecting.shop,
            groups=self.grouping.groups,
            watches=self.following.watching.watches,
        )
        self.drawer = drawer = Drawer(
            bot,
            outside.pictures,
            storage.picture_files,
            rich=settings.rich_messages,
            words_wait=settings.picture_seconds,
        )
        self.following.watching.tell_by(bot, drawer, watch_told.screen, access.lets_in, self._rate)
        self.group_cards = GroupCards(bot, drawer.cards, storage, buy_card, clock=clock.now)
        self.routes = Routes(settings, self.services, drawer, clock.now)
        self.routes.add_to(self.application)
        self.teller = Teller(
            bot, storage, self.routes.journey, session_after, redraw_delays=tuple(waits.redraw)
        )
        self.ordering.on_change(self._order_changed)
        processor = UpdateProcessor(
            storage.inbox,
            self.application,
            redraw=self.teller.redraw,
            parked=self.teller.update_parked,
            dropped=outside.metrics.on_dropped,
            retry_delays=tuple(waits.update_again),
            redraw_delays=tuple(waits.redraw),
            storage_pause=waits.storage_again,
            clock=clock.now,
        )
        self.publisher = Publisher(
            bot,
            drawer.cards,
            storage,
            marketplace.offer,
            post_card,
            every=timedelta(seconds=settings.post_seconds),
            calls_per_minute=settings.post_calls_per_minute,
            rate=self._rate,
            clock=clock.now,
        )
        self.intake = Intake(storage.inbox, processor, clock=clock.now)
        self.alarms = alarms = Alarms(
            bot,
            storage,
            settings.admin_ids,
            settings.alarm_backlog,
            lambda: outside.metrics.credentials_refused,
            strays=lambda: self.ordering.strays,
            clock_off=lambda: clock.off,
            forgotten=lambda: self.forgotten.numbers,
            clock=clock.now,
        )
        self.upkeep = Upkeep(
            storage, self.intake, self.ordering, alarms, settings.retention, clock=clock.now
        )

    def _rate(self) -> Rate | None:
        shop = self.services.shop
        return shop.rate if shop else None

    async def _order_changed(self, order: Order) -> None:
        """Have whoever an order is of hear of it: a group buy, or the person's conversation."""
        if not await self.grouping.order_changed(order):
            await self.teller.order_changed(order)

    async def close_reads(self) -> None:
        """Give up what is being read for several at once."""
        await self.routes.inline.close()
        for reads in self._reads:
            await reads.close()
