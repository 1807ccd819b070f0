"""The composition root: the only module that knows everything."""

import asyncio
import contextlib
import signal
from typing import Any

import structlog
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.chat.illustrations import Illustrations
from bot.chat.profile import register
from bot.intake.polling import poll
from bot.intake.raw import ALLOWED_UPDATES
from bot.marketplace.daji.client import DajiClient
from bot.pictures import PictureFetcher, PictureWorker
from bot.process.clock import MARKETPLACE, WorldClock
from bot.process.logs import log_unhandled
from bot.process.memory import collector_resting, give_back_large_blocks
from bot.process.metrics import Metrics
from bot.process.pausing import happens
from bot.process.stopping import Deadline
from bot.services.finding.short_links import ShortLinks
from bot.services.former_operators import end_powers
from bot.services.placing.forgotten import LISTED_FOR
from bot.settings import Settings, StartupError
from bot.storage.ports import StorageUnavailable
from bot.storage.sqlite.ownership import DatabaseInUse, Ownership
from bot.telegram.pacing import seconds_of
from bot.telling.broadcasts import Broadcaster
from bot.web.door import raise_descriptor_limit
from bot.web.server import WEBHOOK_PATH, WebServer
from bot.wiring.house import House, Outside
from bot.wiring.parts import (
    build_bot,
    build_storage,
    check_proxies,
    client_config,
    picture_hosts,
)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_log = structlog.get_logger(__name__)


class Bot:
    """Everything of one run, opened and closed in order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        check_proxies(settings)
        self._ownership = Ownership(settings.database_path)
        self._storage = build_storage(settings)
        metrics = Metrics(self._storage)
        self._clock = clock = WorldClock()
        self._client = DajiClient(
            client_config(settings), on_call=metrics.on_call, on_date=clock.hears(MARKETPLACE)
        )
        self._worker = PictureWorker()
        self._fetcher = PictureFetcher(picture_hosts(settings))
        self._pictures = Illustrations(self._fetcher, self._worker)
        self._short_links = ShortLinks()
        outside = Outside(
            storage=self._storage,
            marketplace=self._client,
            bot=build_bot(settings, metrics, clock),
            metrics=metrics,
            photos=self._worker,
            pictures=self._pictures,
            short_links=self._short_links,
            clock=clock,
        )
        self._house = House(settings, outside)
        self._application = self._house.application
        host, port = settings.listen_address
        secret = settings.webhook_secret if settings.webhook_url else None
        self._server = WebServer(
            host,
            port,
            self._house.intake,
            secret=secret.get_secret_value() if secret else None,
            check=self._storage.check,
            metrics=metrics,
            pushes=self._house.following.push_intake,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then finish what is under way. Raises `StartupError`."""
        try:
            self._ownership.take()
            await self._storage.open()
            await self._listen()
            await self._connect(stop)
            if not stop.is_set():
                await self._serve(stop)
        except (StorageUnavailable, DatabaseInUse) as error:
            raise StartupError(f"DATABASE_URL: {error}") from error
        finally:
            await self._close()

    async def _listen(self) -> None:
        """Answer health checks from now on."""
        try:
            await self._server.open()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StartupError(
                f"LISTEN: can't listen on {self._settings.listen}: {reason}"
            ) from error

    async def _connect(self, stop: asyncio.Event) -> None:
        """Greet Telegram; while it can't be reached, try again."""
        pause = _FIRST_PAUSE
        while not stop.is_set():
            try:
                await self._application.initialize()
                await self._choose_intake()
            except InvalidToken as error:
                raise StartupError(
                    "BOT_TOKEN: Telegram refuses this token; "
                    f"is it @BotFather's, and is {self._settings.telegram_api_url} a Bot API?"
                ) from error
            except RetryAfter as error:
                pause = seconds_of(error)
                _log.warning("telegram_holds_back", seconds=pause)
            except BadRequest as error:
                raise StartupError(f"WEBHOOK_URL: Telegram refuses it: {error.message}") from error
            except NetworkError as error:
                _log.warning("telegram_unreachable", error=type(error).__name__)
            except TelegramError as error:
                # Not JSON, for one: a proxy's page. It may pass.
                _log.warning("telegram_unreadable", error=type(error).__name__)
            else:
                return
            await happens(stop, pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

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
        begun = await self._storage.runs.begin_run(self._clock.now())
        if begun.last_alive is not None:
            self._clock.set_floor(begun.last_alive)
            away = (self._clock.now() - begun.last_alive).total_seconds()
            _log.info("run_begun", away_seconds=round(away), restored=begun.restored)
        self._house.publisher.restored = begun.restored
        self._house.alarms.restored_at, self._house.alarms.gap = begun.restored_at, begun.gap
        while await self._storage.tracking.sort_orders():
            pass
        await end_powers(self._storage, self._settings.admin_ids)
        unclear = await self._house.operator_payments.give_up(begun.restored_at)
        await self._house.intake.resume()
        self._server.begin()
        await self._house.ordering.resume_all()
        tasks = [
            asyncio.create_task(self._introduce(), name="profile"),
            asyncio.create_task(self._house.upkeep.run(), name="upkeep"),
            asyncio.create_task(
                Broadcaster(self._application.bot, self._storage).run(), name="news"
            ),
            asyncio.create_task(self._house.following.run(), name="following"),
            asyncio.create_task(self._house.collecting.run(), name="collecting"),
            asyncio.create_task(self._house.question_teller.run(), name="questions"),
            asyncio.create_task(self._house.publisher.run(), name="publisher"),
            asyncio.create_task(self._house.grouping.run(self._house.group_cards), name="grouping"),
            asyncio.create_task(self._house.operator_payments.look_into(unclear), name="payments"),
        ]
        if begun.restored_at is not None and self._clock.now() - begun.restored_at < LISTED_FOR:
            since = begun.restored_from or begun.restored_at - LISTED_FOR
            look = self._house.forgotten.look(since)
            tasks.append(asyncio.create_task(look, name="forgotten"))
        stopped = asyncio.create_task(stop.wait(), name="stop")
        waited: set[asyncio.Task[Any]] = {stopped}
        if self._settings.webhook_url is None:
            polling = asyncio.create_task(
                poll(self._application.bot, self._house.intake), name="poll"
            )
            tasks.append(polling)
            waited.add(polling)
        if not self._settings.admin_ids:
            _log.warning("nobody_is_told_of_trouble", setting="ADMIN_IDS")
        _log.info("serving", listen=self._settings.listen, webhook=bool(self._settings.webhook_url))
        done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        for task in (*tasks, stopped):
            task.cancel()
        _, left = await asyncio.wait({*tasks, stopped}, timeout=self._settings.stop_seconds)
        for task in left:
            _log.warning("not_ended_in_time", what=task.get_name())
        for task in done - {stopped}:
            if isinstance(task.exception(), InvalidToken):
                raise StartupError("BOT_TOKEN: Telegram no longer accepts this token")
            task.result()

    async def _introduce(self) -> None:
        """Set menus and descriptions."""
        shop = self._house.services.shop is not None
        buys = self._house.services.groups is not None
        await register(self._application.bot, self._settings.admin_ids, shop=shop, buys=buys)

    async def _close(self) -> None:
        """End everything within `STOP_SECONDS`; what is cut off goes on at the next start."""
        deadline = Deadline(self._settings.stop_seconds)
        self._house.teller.close()
        await deadline.close("server", self._server.close())
        await self._house.intake.close(deadline.left())
        await self._house.ordering.close(deadline.left())
        await self._house.following.close(deadline.left())
        for what, closing in (
            ("telegram", self._part_from_telegram()),
            ("reads", self._house.close_reads()),
            ("pictures", self._pictures.close()),
            ("fetcher", self._fetcher.aclose()),
            ("short_links", self._short_links.aclose()),
            ("worker", self._worker.close()),
            ("marketplace", self._client.close()),
        ):
            await deadline.close(what, closing)
        await self._storage.close()
        self._ownership.give_back()

    async def _part_from_telegram(self) -> None:
        with contextlib.suppress(TelegramError):
            await self._application.shutdown()
            # What a start that failed half-way has opened, too.
            await self._application.bot.shutdown()


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises `StartupError`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_unhandled)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    give_back_large_blocks()
    raise_descriptor_limit()
    with collector_resting():
        bot = Bot(settings)
    await bot.run(stop)
