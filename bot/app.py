"""The composition root: the only module that knows everything."""

import asyncio
import contextlib
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from telegram import Update
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import AIORateLimiter, Application, ContextTypes, ExtBot

from bot.addresses import load_divisions
from bot.context import Context
from bot.conversation import ScreenNotDrawn, StoredConversationHandler
from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Order, Placing
from bot.drawing import Drawer
from bot.illustrations import Illustrations
from bot.intake import ALLOWED_UPDATES, REDRAW_DELAYS, Intake
from bot.marketplace.client import DajiClient
from bot.marketplace.config import ClientConfig
from bot.pictures import PictureFetcher, PictureWorker
from bot.polling import poll
from bot.profile import register
from bot.services.bundle import Services
from bot.services.ordering import Ordering
from bot.services.payments import Payments
from bot.services.search import Search
from bot.settings import Settings
from bot.storage.ports import StorageUnavailable
from bot.storage.sealing import BadKey, Sealer, load_or_create_key
from bot.storage.sqlite import SqliteStorage
from bot.telegram import AiohttpRequest
from bot.texts import language_of, texts_in
from bot.webserver import WEBHOOK_PATH, WebServer
from handlers.journey import conversation, group_handlers
from handlers.placing import outcome

_KEPT_UPDATES = timedelta(hours=48)  # Telegram re-sends for 24 hours
_PURGE_EVERY = 3600.0
_LONGEST_PAUSE = 30.0
_log = structlog.get_logger(__name__)

AnyApplication = Application[Any, Context, Any, Any, Any, Any]


class StartupError(Exception):
    """The bot cannot run; the text says in one line what to mend."""


class StoringApplication(Application[Any, Context, Any, Any, Any, Any]):
    """An application whose handlers' errors reach the intake, which retries and parks."""

    async def process_error(
        self,
        update: object | None,  # noqa: ARG002 - python-telegram-bot's signature
        error: Exception,
        job: Any = None,  # noqa: ARG002 - as above
        coroutine: Any = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Raise instead of swallowing."""
        raise error


class Bot:
    """Everything of one run, opened and closed in order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._storage = _storage(settings)
        self._client = DajiClient(_client_config(settings))
        self._worker = PictureWorker()
        self._fetcher = PictureFetcher(_picture_hosts(settings))
        self._application = _application(settings)
        bot: ExtBot[Any] = self._application.bot
        self._ordering = Ordering(self._client, self._storage, lookup_delays=settings.lookup_delays)
        services = Services(
            store=self._storage,
            marketplace=self._client,
            search=Search(self._client, self._worker),
            ordering=self._ordering,
            payments=Payments(self._client, self._storage),
            divisions=load_divisions(),
            tier_scope=settings.marketplace_tier_scope,
        )
        illustrations = Illustrations(self._fetcher, self._worker)
        drawer = Drawer(bot, illustrations, self._storage)
        self._conversation: StoredConversationHandler = conversation(services, drawer)
        self._application.add_handler(self._conversation)
        self._application.add_handlers(group_handlers())
        self._intake = Intake(
            self._storage, self._application, redraw=self._redraw, parked=self._tell_parked
        )
        host, port = settings.listen_address
        secret = settings.webhook_secret if settings.webhook_url else None
        self._server = WebServer(
            host,
            port,
            self._intake,
            secret=secret.get_secret_value() if secret else None,
            check=self._storage.check,
        )
        self._ordering.on_change(self._tell_outcome)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then finish what is under way. Raises `StartupError`."""
        try:
            await self._storage.open()
        except StorageUnavailable as error:
            raise StartupError(f"DATABASE_URL: {error}") from error
        try:
            await self._connect(stop)
            if not stop.is_set():
                await self._serve(stop)
        finally:
            await self._close()

    async def _connect(self, stop: asyncio.Event) -> None:
        """Greet Telegram; while it can't be reached, try again."""
        pause = 0.5
        while not stop.is_set():
            try:
                await self._application.initialize()
                await self._choose_intake()
            except InvalidToken as error:
                raise StartupError("BOT_TOKEN: Telegram refuses this token") from error
            except NetworkError as error:
                _log.warning("telegram_unreachable", error=type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except TelegramError as error:
                raise StartupError(f"Telegram refuses to start: {error.message}") from error
            else:
                return

    async def _choose_intake(self) -> None:
        settings, bot = self._settings, self._application.bot
        if settings.webhook_url is None:
            await bot.delete_webhook()
            return
        secret = settings.webhook_secret
        await bot.set_webhook(
            str(settings.webhook_url).rstrip("/") + WEBHOOK_PATH,
            secret_token=secret.get_secret_value() if secret else None,
            allowed_updates=list(ALLOWED_UPDATES),
            max_connections=100,
        )

    async def _serve(self, stop: asyncio.Event) -> None:
        try:
            await self._server.open()
        except OSError as error:
            raise StartupError(
                f"LISTEN: can't listen on {self._settings.listen}: {error}"
            ) from error
        await self._ordering.resume_all()
        await self._intake.resume()
        tasks = [
            asyncio.create_task(register(self._application.bot), name="profile"),
            asyncio.create_task(self._purge(), name="purge"),
        ]
        stopped = asyncio.create_task(stop.wait(), name="stop")
        waited: set[asyncio.Task[Any]] = {stopped}
        if self._settings.webhook_url is None:
            polling = asyncio.create_task(poll(self._application.bot, self._intake), name="poll")
            tasks.append(polling)
            waited.add(polling)
        _log.info("serving", listen=self._settings.listen, webhook=bool(self._settings.webhook_url))
        done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        for task in (*tasks, stopped):
            task.cancel()
        await asyncio.gather(*tasks, stopped, return_exceptions=True)
        for task in done - {stopped}:
            if isinstance(task.exception(), InvalidToken):
                raise StartupError("BOT_TOKEN: Telegram no longer accepts this token")
            task.result()

    async def _close(self) -> None:
        await self._server.close()
        await self._intake.close()
        await self._ordering.close()
        with contextlib.suppress(TelegramError):
            await self._application.shutdown()
        await self._fetcher.aclose()
        await self._worker.close()
        await self._client.close()
        await self._storage.close()

    async def _purge(self) -> None:
        while True:
            try:
                await self._storage.purge(datetime.now(UTC) - _KEPT_UPDATES)
            except StorageUnavailable as error:
                _log.warning("purge_failed", error=str(error))
            await asyncio.sleep(_PURGE_EVERY)

    async def _redraw(self, chat_id: int, user_id: int) -> None:
        await self._conversation.redraw(ChatId(chat_id), UserId(user_id))

    async def _tell_outcome(self, order: Order) -> None:
        """Move the person's conversation on, draw it, and only then call the order told."""
        await self._show_outcome(order)
        if order.is_settled:
            await self._storage.mark_told(order.order_no)
        if order.placing is Placing.UNRESOLVED:
            await self._tell_operators(order)

    async def _show_outcome(self, order: Order) -> None:
        try:
            await self._conversation.resume(
                order.chat_id, order.user_id, lambda session: outcome(session, order)
            )
        except ScreenNotDrawn:
            for delay in REDRAW_DELAYS:
                await asyncio.sleep(delay)
                try:
                    await self._redraw(order.chat_id, order.user_id)
                except ScreenNotDrawn as error:
                    _log.warning("screen_not_drawn", reason=str(error))
                else:
                    return

    async def _tell_operators(self, order: Order) -> None:
        """Name the uncertain order to every operator; nothing personal is in it."""
        for operator in self._settings.admin_ids:
            text = texts_in("en")("operator.unresolved", number=order.order_no)
            try:
                await self._application.bot.send_message(operator, text, parse_mode="HTML")
            except TelegramError as error:
                _log.warning("operator_not_told", error=type(error).__name__)

    async def _tell_parked(self, update: Update) -> None:
        """Tell the person that this one failed on our side, and show where they stand."""
        chat, user = update.effective_chat, update.effective_user
        if chat is None or user is None or chat.id != user.id:
            return
        session = await self._storage.load_session(ChatId(chat.id), UserId(user.id))
        language = session.language if session else language_of(user.language_code)
        await self._application.bot.send_message(chat.id, texts_in(language)("anywhere.failed"))
        await self._redraw(chat.id, user.id)


def _application(settings: Settings) -> AnyApplication:
    def request(pool: int) -> AiohttpRequest:
        return AiohttpRequest(
            pool, read_timeout=20.0, pool_timeout=20.0, proxy=settings.telegram_proxy
        )

    base = str(settings.telegram_api_url).rstrip("/")
    bot: ExtBot[Any] = ExtBot(
        settings.bot_token.get_secret_value(),
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request(256),
        get_updates_request=request(1),
        rate_limiter=AIORateLimiter(max_retries=3),
    )
    application: AnyApplication = (
        Application.builder()
        .application_class(StoringApplication)
        .bot(bot)
        .updater(None)
        .job_queue(None)
        .context_types(ContextTypes(context=Context))
        .build()
    )
    return application


def _storage(settings: Settings) -> SqliteStorage:
    path = settings.database_path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        key = settings.data_key.get_secret_value() if settings.data_key else None
        sealer = Sealer(load_or_create_key(key, path.with_suffix(".key")))
    except (OSError, BadKey) as error:
        raise StartupError(f"DATA_KEY or DATABASE_URL: {error}") from error
    return SqliteStorage(path, sealer)


def _client_config(settings: Settings) -> ClientConfig:
    return ClientConfig(
        app_key=settings.marketplace_app_key,
        app_secret=settings.marketplace_app_secret.get_secret_value(),
        base_url=str(settings.marketplace_url).rstrip("/"),
        signing=settings.marketplace_signing,
        country=settings.marketplace_language,
        list_notation=settings.marketplace_list_notation,
    )


def _picture_hosts(settings: Settings) -> frozenset[str]:
    """The marketplace's picture hosts, and the gateway itself for a simulated one."""
    url = settings.marketplace_url
    own = f"{url.host}:{url.port}" if url.port else str(url.host)
    return frozenset({*settings.marketplace_picture_hosts, own})


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises `StartupError`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Bot(settings).run(stop)
