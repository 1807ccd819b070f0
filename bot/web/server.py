"""The bot's own HTTP server: Telegram's webhook, pushes, whether the bot is alive and ready."""

import asyncio
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from typing import cast

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_runner import BaseSite

from bot.intake.inbox import Intake
from bot.process.metrics import CONTENT_TYPE, Metrics
from bot.storage.ports import StorageUnavailable
from bot.web.bodies import body_of
from bot.web.door import FIRST_WORD_WITHIN, IDLE_AT_MOST, Door
from bot.web.listening import WEBHOOK_PATH
from bot.web.push_intake import PUSH_PATH, PushIntake

_LARGEST_BODY = 1 << 20
_SILENT_AT_MOST = 150.0  # seconds without an answer to polling, which may take 60
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[None]]


class WebServer:
    """Serves from `open` until `close`. `secret` None means polling: there is no webhook path.

    Until `begin` it is alive but not ready, and updates are put off: Telegram sends them again.
    Pushes are taken from the start, for whether they would be sent again is not known.
    """

    def __init__(
        self,
        host: str,
        port: int,
        intake: Intake,
        *,
        secret: str | None,
        check: Check,
        metrics: Metrics | None = None,
        pushes: PushIntake | None = None,
        most_connections: int | None = None,
        first_word_within: float = FIRST_WORD_WITHIN,
    ) -> None:
        self._most = most_connections
        self._first_word_within = first_word_within
        self._door: Door | None = None
        self._host, self._port = host, port
        self._intake = intake
        self._secret = secret
        self._check = check
        self._metrics = metrics
        self._pushes = pushes
        self._readiness = (
            Readiness(metrics, intake, patience=_SILENT_AT_MOST) if metrics is not None else None
        )
        self._runner: web.AppRunner | None = None
        self._begun = False

    async def open(self, bound: asyncio.Server | None = None) -> None:
        """Listen, through what is bound to the address and has `guest` called if there is such.

        Raises `OSError` when the address is taken.
        """
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[self._hear])
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        if self._metrics is not None:
            app.router.add_get("/metrics", self._measure)
        if self._secret is not None:
            app.router.add_post(WEBHOOK_PATH, self._receive)
        if self._pushes is not None:
            app.router.add_post(PUSH_PATH, self._pushes.receive)
        # Nobody who may send here packs a body: what is packed is no JSON and no form.
        self._runner = web.AppRunner(
            app, access_log=None, auto_decompress=False, keepalive_timeout=IDLE_AT_MOST
        )
        await self._runner.setup()
        self._door = Door(
            cast("Callable[[], asyncio.Protocol]", self._runner.server),
            most=self._most,
            first_word_within=self._first_word_within,
        )
        await _GuardedSite(self._runner, self._host, self._port, self._door, bound).start()

    def guest(self) -> asyncio.Protocol:
        """Return the protocol of a new connection, once the server is open."""
        if self._door is None:
            raise RuntimeError("the server is not open")
        return self._door()

    @web.middleware
    async def _hear(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        return await (handler(request) if self._door is None else self._door.hear(request, handler))

    def begin(self) -> None:
        """Take updates from now on."""
        self._begun = True

    async def close(self) -> None:
        """Stop listening after the requests under way."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        """Answer 200 only after the update is stored; Telegram re-sends anything else."""
        given = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(_bytes(given), _bytes(self._secret or "")):
            _log.warning("webhook_refused", reason="secret")
            return web.Response(status=403)
        if request.content_type != "application/json":
            return web.Response(status=415)
        if not self._begun:
            return web.Response(status=503)
        try:
            await self._intake.accept([json.loads(await body_of(request))])
        except (ValueError, RecursionError):
            return web.Response(status=400)
        except StorageUnavailable as error:
            _log.error("webhook_not_stored", error=str(error))
            return web.Response(status=503)
        return web.Response()

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _: web.Request) -> web.Response:
        if not self._begun:
            return web.json_response({"status": "starting"}, status=503)
        try:
            await self._check()
        except StorageUnavailable as error:
            return web.json_response({"status": "storage", "detail": str(error)}, status=503)
        details: dict[str, object] = {"backlog": self._intake.backlog}
        if self._readiness is not None:
            details |= self._readiness.details()
            if self._readiness.intake_is_down():
                return web.json_response({"status": "intake", **details}, status=503)
            if self._readiness.marketplace_is_down():
                return web.json_response({"status": "marketplace", **details}, status=503)
        return web.json_response({"status": "ready", **details})

    async def _measure(self, _: web.Request) -> web.Response:
        if self._metrics is None:
            raise web.HTTPNotFound
        try:
            body = await self._metrics.exposition()
        except StorageUnavailable as error:
            return web.Response(text=str(error), status=503)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})


def _bytes(header: str) -> bytes:
    # What is no UTF-8 in a header arrives as lone surrogates.
    return header.encode(errors="surrogateescape")


class Readiness:
    """Whether intake and marketplace were lately good, for `/readyz`."""

    def __init__(self, metrics: Metrics, intake: Intake, *, patience: float) -> None:
        self._metrics = metrics
        self._intake = intake
        self._patience = patience

    def intake_is_down(self) -> bool:
        """Tell whether Telegram gave no answer to polling for too long, or nothing is stored."""
        since = self._intake.polls_since
        if since is None:
            return False
        return time.monotonic() - max(since, self._intake.accepted_at) > self._patience

    def marketplace_is_down(self) -> bool:
        """Tell whether the marketplace was lately not good at all."""
        return self._metrics.marketplace_is_down

    def details(self) -> dict[str, object]:
        """Return what an operator wants to know besides."""
        state = self._metrics.marketplace
        return {
            "marketplace": state,
            "degraded": state not in {"ok", "unknown"},
        }


class _GuardedSite(web.TCPSite):
    """A site whose connections come through a door."""

    def __init__(
        self,
        runner: web.AppRunner,
        host: str,
        port: int,
        door: Door,
        bound: asyncio.Server | None,
    ) -> None:
        super().__init__(runner, host, port)
        self._door = door
        self._bound = bound

    async def start(self) -> None:
        """Listen. Raises `OSError`."""
        await BaseSite.start(self)
        if self._bound is None:
            self._bound = await asyncio.get_running_loop().create_server(
                self._door, self._host, self._port, backlog=self._backlog, start_serving=False
            )
        self._server = self._bound
        await self._bound.start_serving()
