"""The Bot API's own routes: /bot<token>/<method> and /file/bot<token>/<path>."""

import hmac
from typing import Any

from aiohttp import web

from .errors import ApiError, UnauthorizedError, UnknownMethodError
from .faults import BAD_GATEWAY, Fault, refuse_by
from .methods.call import Call
from .methods.registry import HANDLERS
from .state import Sandbox
from .uploads import Upload, read_parameters
from .versions import check_method, check_version


class BotApi:
    """Answers the bot's calls."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to an application."""
        method = "/bot{token:[^/]+}/{method:[^/]*}"
        return [
            web.get(method, self.call),
            web.post(method, self.call),
            web.get("/file/bot{token:[^/]+}/{path:.+}", self.download),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call: token, method, faults, shapes, then the method itself."""
        try:
            self._check_token(request)
            method = self._sandbox.schema.method(request.match_info["method"])
            raw = await read_parameters(request)
        except ApiError as error:
            return refusal(error)
        record = self._sandbox.journal.open(method, raw)
        fault = self._sandbox.faults.pick(method, raw)
        if fault is not None:
            record["fault"] = fault.kind
        response = await self._carry_out(method, raw, record, fault)
        if fault is not None and fault.kind in ("cut_before", "cut_after"):
            cut(request)
        return response

    async def _carry_out(
        self, method: str, raw: dict[str, Any], record: dict[str, Any], fault: Fault | None
    ) -> web.Response:
        """The answer as JSON, noted in the journal."""
        if fault is not None and fault.kind == "http_502_html":
            record["status"] = 502
            return web.Response(status=502, text=BAD_GATEWAY, content_type="text/html")
        if fault is not None and fault.kind == "cut_before":
            return web.Response()
        try:
            if fault is not None:
                await refuse_by(fault)
            version = self._sandbox.switches.bot_api
            check_method(method, version)
            params = self._sandbox.schema.check(method, raw)
            check_version(params, version)
            uploads = {name: value for name, value in raw.items() if isinstance(value, Upload)}
            result = await HANDLERS[method](Call(self._sandbox, method, params, uploads))
        except ApiError as error:
            record |= {"status": error.code, "description": error.description}
            return refusal(error)
        record["status"] = 200
        body: dict[str, Any] = {"ok": True, "result": result}
        if isinstance(result, tuple):
            body = {"ok": True, "result": result[0], "description": result[1]}
        return web.json_response(body)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file by the path that getFile gave."""
        try:
            self._check_token(request)
            stored = self._sandbox.files.at(request.match_info["path"])
            if stored is None:
                raise UnknownMethodError
        except ApiError as error:
            return refusal(error)
        return web.Response(body=stored.data, content_type="application/octet-stream")

    def _check_token(self, request: web.Request) -> None:
        given = request.match_info["token"].encode()
        if not hmac.compare_digest(given, self._sandbox.config.token.encode()):
            raise UnauthorizedError


def refusal(error: ApiError) -> web.Response:
    """An error as the Bot API answers it."""
    return web.json_response(error.envelope(), status=error.code)


def cut(request: web.Request) -> None:
    """Breaks the connection, so that no answer arrives."""
    if request.transport is not None:
        request.transport.abort()
