"""The parts of the bot that its settings shape."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from telegram.ext import Application, ContextTypes

from bot.chat.context import Context
from bot.http.errors import UnusableProxy
from bot.http.proxies import Proxies
from bot.marketplace.daji.config import ClientConfig, NavigationLocale
from bot.marketplace.port import Marketplace
from bot.process.clock import TELEGRAM, WorldClock, host_time
from bot.process.metrics import Metrics, OnUpdate
from bot.services.access import Access
from bot.services.bundle import Face
from bot.services.collecting.shop import Shop
from bot.services.following.tracking import Tracking
from bot.services.paying.agreement import OperatorPayments
from bot.services.quotas import Quotas
from bot.settings import Settings, StartupError
from bot.storage.keys import load_keyring
from bot.storage.operator_ports import AccessPort, PaymentPort
from bot.storage.ports import OrderPort, StorageUnavailable
from bot.storage.sealing import BadKey, Sealer
from bot.storage.sql.storage import SqlStorage
from bot.storage.sqlite.storage import SqliteStorage
from bot.telegram import DirectBot, DirectRequest
from bot.telegram.pacing import MeteredPacer
from bot.wiring.replicas import Among

AnyApplication = Application[Any, Context, Any, Any, Any, Any]


class StoringApplication(Application[Any, Context, Any, Any, Any, Any]):
    """An application whose handlers' errors reach the intake, which retries and parks."""

    on_update: OnUpdate | None = None

    async def process_update(self, update: object) -> None:
        """Handle an update and tell how long that took."""
        started, failed = time.perf_counter(), True
        try:
            await super().process_update(update)
            failed = False
        finally:
            if self.on_update is not None:
                self.on_update(update, time.perf_counter() - started, failed=failed)

    async def process_error(
        self,
        update: object | None,  # noqa: ARG002 - python-telegram-bot's signature
        error: Exception,
        job: Any = None,  # noqa: ARG002 - as above
        coroutine: Any = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Raise instead of swallowing."""
        raise error

    def _mark_for_persistence_update(self, **_: Any) -> None:
        """Keep no list of everybody: the library keeps one for as long as it runs, for nothing."""


def build_bot(
    settings: Settings, metrics: Metrics, clock: WorldClock, among: Among | None = None
) -> DirectBot:
    """Return the bot over our HTTP and pacing; `among` where replicas share what may be sent."""
    on_date = clock.hears(TELEGRAM)

    def request(pool: int) -> DirectRequest:
        return DirectRequest(
            pool,
            read_timeout=20.0,
            pool_timeout=20.0,
            proxy=settings.telegram_proxy,
            on_date=on_date,
            may_send=among.replica.may_act if among else None,
        )

    a_second = settings.telegram_messages_per_second
    pacer = MeteredPacer(a_second, together=among.messages(a_second) if among else None)
    if among is not None:
        among.share_holds(pacer)
    pacer.on_call = metrics.on_telegram
    base = str(settings.telegram_api_url).rstrip("/")
    return DirectBot(
        settings.bot_token.get_secret_value(),
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request(256),
        get_updates_request=request(1),
        rate_limiter=pacer,
    )


def build_application(bot: DirectBot, metrics: Metrics) -> AnyApplication:
    """Return python-telegram-bot's application, without an updater of its own."""
    application: AnyApplication = (
        Application.builder()
        .application_class(StoringApplication)
        .bot(bot)
        .updater(None)
        .job_queue(None)
        .context_types(ContextTypes(context=Context))
        .build()
    )
    assert isinstance(application, StoringApplication)  # noqa: S101 - the class given above
    application.on_update = metrics.on_update
    return application


def face_of(bot: DirectBot) -> Face | None:
    """Return what Telegram said of the bot; None before it was asked."""
    try:
        return Face(bot.bot.username or "", inline=bool(bot.bot.supports_inline_queries))
    except RuntimeError:  # python-telegram-bot's word for a bot that is not initialized
        return None


def build_sealer(settings: Settings) -> Sealer:
    """Return what seals. Raises `StartupError`."""
    folder = (settings.database_path or settings.key_path).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        key = settings.data_key.get_secret_value() if settings.data_key else None
        return load_keyring(key, settings.key_path).sealer()
    except OSError as error:
        raise StartupError(f"DATABASE_URL: can't use {folder}: {error}") from error
    except BadKey as error:
        raise StartupError(f"DATA_KEY: {error}") from error


def build_storage(
    settings: Settings,
    clock: Callable[[], datetime] = host_time,
    *,
    alone: bool = False,
    even_moved: bool = False,
    serves: bool = False,
) -> SqlStorage:
    """Return the storage, not yet open. Raises `StartupError`.

    `clock` is by what moments are stored: in a bot the one by which they are waited for.
    `alone` refuses a shared database while anybody else has it open; who has a file alone is
    `Ownership`'s to say. `even_moved` opens one that was moved elsewhere. `serves` is
    for a bot, and refuses a server that has not all the connections left that a bot needs.
    """
    sealer = build_sealer(settings)
    if settings.database_path is not None:
        return SqliteStorage(settings.database_path, sealer, clock, even_moved=even_moved)
    try:
        # Who stays with SQLite need not have it.
        from bot.storage.postgres.storage import PostgresStorage  # noqa: PLC0415 - see above
    except ImportError as error:
        raise StartupError(
            "DATABASE_URL: PostgreSQL needs psycopg: install snaporder with the extra `postgres`"
        ) from error
    try:
        return PostgresStorage(
            settings.database_url,
            sealer,
            clock,
            alone=alone,
            bot_id=settings.bot_id,
            even_moved=even_moved,
            serves=serves,
        )
    except StorageUnavailable as error:
        raise StartupError(f"DATABASE_URL: {error}") from error


def build_access(
    settings: Settings,
    store: AccessPort,
    clock: Callable[[], datetime],
    *,
    shared: bool = False,
) -> Access:
    """Return who may order; `shared` where other processes let people in as well."""
    return Access(
        settings.access,
        store,
        operators=settings.admin_ids,
        allowed=settings.allowed_ids,
        shared=shared,
        clock=clock,
    )


def build_quotas(settings: Settings, orders: OrderPort, tracking: Tracking) -> Quotas:
    """Return how much one person may ask for."""
    return Quotas(
        orders,
        tracking,
        searches_per_hour=settings.searches_per_hour,
        calls_per_hour=settings.calls_per_hour,
        unpaid_orders=settings.unpaid_orders,
        unlimited=settings.admin_ids,
    )


def build_operator_payments(
    settings: Settings,
    marketplace: Marketplace,
    store: PaymentPort,
    tracking: Tracking,
    clock: Callable[[], datetime],
    shop: Shop | None,
) -> OperatorPayments:
    """Return what operators pay with."""
    return OperatorPayments(
        marketplace,
        store,
        tracking,
        operators=settings.admin_ids,
        daily_limit=settings.pay_daily_limit,
        clock=clock,
        covered=shop.may_pay_there if shop else None,
        raised=shop.raised if shop else None,
    )


def check_proxies(settings: Settings) -> None:
    """Raise `StartupError` for a proxy that Telegram or the marketplace could not be asked by."""
    for url, always in (
        (settings.telegram_api_url, settings.telegram_proxy),
        (settings.marketplace_url, None),
    ):
        try:
            proxies = Proxies.from_environment(always=always)
            proxies.proxy_for(url.scheme, url.host or "", url.port or 0)
        except UnusableProxy as error:
            raise StartupError(str(error)) from None


def client_config(settings: Settings) -> ClientConfig:
    """Return how the marketplace is reached."""
    return ClientConfig(
        app_key=settings.marketplace_app_key,
        app_secret=settings.marketplace_app_secret.get_secret_value(),
        base_url=str(settings.marketplace_url).rstrip("/"),
        signing=settings.marketplace_signing,
        country=settings.marketplace_language,
        list_notation=settings.marketplace_list_notation,
        division_codes=settings.marketplace_division_codes,
        navigation=NavigationLocale(*settings.marketplace_navigation),
        pay_guard=settings.marketplace_pay_guard,
    )


def picture_hosts(settings: Settings) -> frozenset[str]:
    """Return the marketplace's picture hosts, and the gateway itself for a simulated one."""
    url = settings.marketplace_url
    own = f"{url.host}:{url.port}" if url.port else str(url.host)
    return frozenset({*settings.marketplace_picture_hosts, own})
