"""The bot's own HTTP server: Telegram's webhook, and whether the bot is alive and ready."""

import hmac
import json
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot.intake import BadUpdate, Intake
from bot.storage.ports import StorageUnavailable

WEBHOOK_PATH = "/telegram/webhook"
_LARGEST_BODY = 1 << 20
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[None]]


class WebServer:
    """Serves until closed. `secret` None means polling: the webhook path is not there."""

    def __init__(
        self, host: str, port: int, intake: Intake, *, secret: str | None, check: Check
    ) -> None:
        self._host, self._port = host, port
        self._intake = intake
        self._secret = secret
        self._check = check
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Listen. Raises `OSError` when the address is taken."""
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        if self._secret is not None:
            app.router.add_post(WEBHOOK_PATH, self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def close(self) -> None:
        """Stop listening after the requests under way."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        """Answer 200 only after the update is stored; Telegram re-sends anything else."""
        given = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), (self._secret or "").encode()):
            _log.warning("webhook_refused", reason="secret")
            return web.Response(status=403)
        if request.content_type != "application/json":
            return web.Response(status=415)
        try:
            await self._intake.accept([_object(await request.json(loads=json.loads))])
        except (json.JSONDecodeError, UnicodeDecodeError, BadUpdate):
            return web.Response(status=400)
        except StorageUnavailable as error:
            _log.error("webhook_not_stored", error=str(error))
            return web.Response(status=503)
        return web.Response()

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _: web.Request) -> web.Response:
        try:
            await self._check()
        except StorageUnavailable as error:
            return web.json_response({"status": "storage", "detail": str(error)}, status=503)
        return web.json_response({"status": "ready", "backlog": self._intake.backlog})


def _object(body: object) -> dict[str, object]:
    if not isinstance(body, dict):
        raise BadUpdate("not an object")
    return body
