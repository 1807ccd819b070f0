"""The composition root: the only module that knows everything."""

import asyncio
import contextlib
import importlib
import signal
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.addresses import load_divisions
from bot.chat.illustrations import Illustrations
from bot.chat.profile import register
from bot.domain.payment_attempts import Attempt
from bot.intake.polling import poll
from bot.intake.raw import ALLOWED_UPDATES
from bot.marketplace.daji.client import DajiClient
from bot.pictures import PictureFetcher, PictureWorker
from bot.process.clock import MARKETPLACE, WorldClock
from bot.process.logs import log_unhandled
from bot.process.memory import collector_resting, give_back_large_blocks
from bot.process.metrics import Metrics
from bot.process.pausing import happens
from bot.process.replica import Look, kept_up
from bot.process.stopping import Deadline
from bot.services.finding.short_links import ShortLinks
from bot.services.following.sorting_in import sort_in
from bot.services.former_operators import end_powers
from bot.services.placing.forgotten import LISTED_FOR
from bot.settings import Settings, StartAgain, StartupError
from bot.storage.ports import (
    DatabaseInUse,
    Fenced,
    RunBegun,
    StorageStarting,
    StorageUnavailable,
)
from bot.storage.sqlite.ownership import Ownership
from bot.telegram.pacing import seconds_of
from bot.telling.broadcasts import Broadcaster
from bot.web.door import raise_descriptor_limit
from bot.web.listening import WEBHOOK_PATH, Listening
from bot.wiring.house import House, Outside
from bot.wiring.parts import (
    build_bot,
    build_storage,
    check_proxies,
    client_config,
    picture_hosts,
)
from bot.wiring.replicas import Among, payments_given_up

if TYPE_CHECKING:
    from bot.web.server import WebServer

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_LATER = ("bot.web.server", "bot.process.exposition", "bot.pictures.sheet")
"""What a start does without, and somebody would wait for soon: they are loaded beside the work."""

_PICTURES_WITHIN = 2.0  # seconds; what is not there by then is left out
_REPLACED = "others have this replica's work: it did not answer for long, or they are newer"
_GAVE_WAY = "a newer release began that stores what this one does not know"
_log = structlog.get_logger(__name__)


class Bot:
    """Everything of one run, opened and closed in order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._over = asyncio.Event()
        self._alive: asyncio.Task[None] | None = None
        self._ended_by: Exception | None = None
        check_proxies(settings)
        path = settings.database_path
        self._ownership = Ownership(path) if path is not None else None
        self._clock = clock = WorldClock()
        self._storage = build_storage(settings, clock.now, serves=True)
        shared = self._storage.replicas
        self._among = among = Among(shared) if shared is not None else None
        may_send = among.replica.may_act if among is not None else None
        metrics = Metrics(self._storage, now=clock.now)
        self._client = DajiClient(
            client_config(settings),
            on_call=metrics.on_call,
            on_date=clock.hears(MARKETPLACE),
            may_send=may_send,
        )
        self._worker = PictureWorker()
        self._fetcher = PictureFetcher(picture_hosts(settings))
        self._pictures = Illustrations(self._fetcher, self._worker)
        self._short_links = ShortLinks()
        outside = Outside(
            storage=self._storage,
            marketplace=self._client,
            bot=build_bot(settings, metrics, clock, among),
            metrics=metrics,
            photos=self._worker,
            pictures=self._pictures,
            short_links=self._short_links,
            clock=clock,
            leases=among.leases if among is not None else None,
            replicas=among.count if among is not None else lambda: 1,
        )
        self._house = House(settings, outside)
        if among is not None:
            among.share_counts(self._house.services.quotas, self._house.routes.flood)
            among.give_way(partial(self._break_off, StartAgain(_GAVE_WAY)))
        self._application = self._house.application
        self._metrics = metrics
        self._server = Listening(
            *settings.listen_address, _load_later, self._web_server, self._break_off
        )

    def _web_server(self) -> "WebServer":
        from bot.web.server import WebServer  # noqa: PLC0415 - loaded by then, see `Listening`

        settings = self._settings
        secret = settings.webhook_secret if settings.webhook_url else None
        return WebServer(
            *settings.listen_address,
            self._house.intake,
            secret=secret.get_secret_value() if secret else None,
            check=self._check,
            metrics=self._metrics,
            pushes=self._house.following.push_intake,
        )

    async def _check(self) -> None:
        await self._storage.check()
        if self._among is not None:
            self._among.replica.check()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then finish what is under way.

        Raises `StartupError`, and among replicas `StartAgain`.
        """
        opened = False
        try:
            if self._ownership is not None:
                self._ownership.take()
            await self._storage.open()
            opened = True
            await self._listen()
            await self._connect(stop)
            if not stop.is_set():
                await self._serve(stop)
        except Fenced as error:
            raise StartAgain(_REPLACED) from error
        except (StorageUnavailable, DatabaseInUse) as error:
            if opened and self._among is not None:
                raise StartAgain(f"the database went away: {error}") from error
            if isinstance(error, StorageStarting):
                raise StartAgain(f"the database is not there yet: {error}") from error
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
        await self._server.answering()
        secret = settings.webhook_secret
        await bot.set_webhook(
            str(settings.webhook_url).rstrip("/") + WEBHOOK_PATH,
            secret_token=secret.get_secret_value() if secret else None,
            allowed_updates=list(ALLOWED_UPDATES),
            max_connections=100,
        )

    async def _serve(self, stop: asyncio.Event) -> None:
        begun, unclear = await self._begin_run()
        await self._house.intake.resume()
        self._server.begin()
        await self._house.ordering.resume_all()
        looking = self._house.operator_payments.look_until_read(unclear)
        tasks = [
            asyncio.create_task(self._introduce(), name="profile"),
            asyncio.create_task(looking, name="payments"),
            *self._take_duties(),
        ]
        if begun.restored_at is not None and self._clock.now() - begun.restored_at < LISTED_FOR:
            since = begun.restored_from or begun.restored_at - LISTED_FOR
            look = self._house.forgotten.look(since)
            tasks.append(asyncio.create_task(look, name="forgotten"))
        stopped = asyncio.create_task(stop.wait(), name="stop")
        over = asyncio.create_task(self._over.wait(), name="over")
        waited: set[asyncio.Task[Any]] = {stopped, over, *filter(None, [self._alive])}
        if not self._settings.admin_ids:
            _log.warning("nobody_is_told_of_trouble", setting="ADMIN_IDS")
        _log.info("serving", listen=self._settings.listen, webhook=bool(self._settings.webhook_url))
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        await self._end({*tasks, stopped, over})
        if isinstance(self._ended_by, InvalidToken):
            raise StartupError("BOT_TOKEN: Telegram no longer accepts this token")
        if self._ended_by is not None:
            raise self._ended_by
        if self._alive is not None and self._alive.done():
            _raise_as_taken_over(self._alive)

    async def _begin_run(self) -> tuple[RunBegun, list[Attempt]]:
        """Begin a run, or join the one under way; then nothing of what is under way is touched.

        Returns payments of before as well that are unclear.
        """
        first, runs = True, self._storage.runs
        if self._among is not None:
            first = await self._among.replica.join()
            self._alive = asyncio.create_task(self._among.replica.run(), name="alive")
        begun = await (runs.begin_run(self._clock.now()) if first else runs.run_under_way())
        if begun.last_alive is not None:
            self._clock.set_floor(begun.last_alive)
            away = (self._clock.now() - begun.last_alive).total_seconds()
            _log.info("run_begun", away_seconds=round(away), restored=begun.restored)
        self._house.publisher.restored = begun.restored
        self._house.alarms.restored_at, self._house.alarms.gap = begun.restored_at, begun.gap
        await end_powers(self._storage, self._settings.admin_ids)
        payments = self._house.operator_payments
        if first:
            return begun, await payments.give_up(begun.restored_at)
        payments.join(begun.restored_at)
        return begun, []

    def _duties(self) -> dict[str, Look]:
        """What one process does for everybody, for ever, or until it is done."""
        house = self._house
        works: dict[str, Look] = {
            "upkeep": house.upkeep.run,
            "sorting": partial(sort_in, self._storage.tracking),
            "news": Broadcaster(self._application.bot, self._storage).run,
            "following": house.following.run,
            "collecting": house.collecting.run,
            "questions": house.question_teller.run,
            "publisher": house.publisher.run,
            "grouping": partial(house.grouping.run, house.group_cards),
        }
        duties: dict[str, Look] = {
            name: partial(kept_up, name, work) for name, work in works.items()
        }
        if self._settings.webhook_url is None:
            if self._among is not None:
                # A buy closes when everything that was sent before is stored: who polls knows.
                duties["poll"] = partial(_together, self._poll, duties.pop("grouping"))
            else:
                duties["poll"] = self._poll
        return duties

    def _take_duties(self) -> list[asyncio.Task[None]]:
        """Begin them, or among replicas begin to take those that nobody does."""
        duties, house = self._duties(), self._house
        if self._among is None:
            return [asyncio.create_task(work(), name=name) for name, work in duties.items()]
        given_up = partial(
            payments_given_up, self._storage.payments, house.operator_payments, self._clock.now
        )
        self._among.take({**duties, "payments": given_up})
        self._among.share(house.intake, house.ordering, house.services.shop)
        return []

    async def _poll(self) -> None:
        try:
            await poll(self._application.bot, self._house.intake)
        except Exception as error:  # noqa: BLE001 - whoever waits for the end raises it
            self._break_off(error)

    def _break_off(self, error: Exception) -> None:
        self._ended_by = error
        self._over.set()

    async def _end(self, tasks: set[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()
        patience = self._settings.stop_seconds
        _, left = await asyncio.wait(tasks, timeout=patience)
        late = [each.get_name() for each in left]
        if self._among is not None:
            late += await self._among.close(patience)
        for name in late:
            _log.warning("not_ended_in_time", what=name)

    async def _introduce(self) -> None:
        """Set menus and descriptions."""
        shop = self._house.services.shop is not None
        buys = self._house.services.groups is not None
        await register(self._application.bot, self._settings.admin_ids, shop=shop, buys=buys)

    async def _close(self) -> None:
        """End everything within `STOP_SECONDS`; what is cut off goes on at the next start."""
        deadline = Deadline(self._settings.stop_seconds)
        if self._among is not None:
            await self._among.replica.retire()
        self._house.teller.close()
        await deadline.close("server", self._server.close())
        await self._house.intake.close(deadline.left())
        await self._house.ordering.close(deadline.left())
        await self._house.following.close(deadline.left())
        await self._house.drawer.close(min(deadline.left(), _PICTURES_WITHIN))
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
        if self._alive is not None:
            self._alive.cancel()
            await asyncio.wait({self._alive})
        if self._among is not None:
            await self._among.replica.leave()
        if self._ownership is not None:
            self._ownership.give_back()

    async def _part_from_telegram(self) -> None:
        with contextlib.suppress(TelegramError):
            await self._application.shutdown()
            # What a start that failed half-way has opened, too.
            await self._application.bot.shutdown()


def _load_later() -> None:
    for name in _LATER:
        importlib.import_module(name)
    load_divisions()


async def _together(*works: Look) -> None:
    async with asyncio.TaskGroup() as tasks:
        for work in works:
            tasks.create_task(work())


def _raise_as_taken_over(alive: asyncio.Task[None]) -> None:
    """Raise what ended a replica's beats; `StartAgain` where another has its work now."""
    error = alive.exception()
    if isinstance(error, BaseExceptionGroup) and error.subgroup(Fenced) is not None:
        raise StartAgain(_REPLACED) from error
    alive.result()


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises `StartupError`, `StartAgain`."""
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
