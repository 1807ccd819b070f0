"""python-telegram-bot's outgoing HTTP through the bot's own way out.

The stock HTTPXRequest keeps its connections in a pool whose bookkeeping grows with the square of
the waiting requests. This one behaves the same towards python-telegram-bot and does not.
"""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final, cast

import httpx
import orjson
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import JSONDict, ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.http import errors
from bot.http.connections import Connections
from bot.http.messages import MOST_BYTES, Patience, Request, Upload
from bot.http.proxies import Proxies, Proxy
from bot.telegram.forms import form_of
from bot.telegram.written import Written

NOT_SENT: Final = "Request was *not* sent to Telegram."
"""Stands in the text of each error that came before anything could reach Telegram."""
NO_ANSWER: Final = "http."
"""Begins the text of each network error that is no answer of Telegram's, but for time-outs."""

_RESULT: Final = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:')  # as Telegram has it
_STATUS_END = 600
_POOL_TIMEOUT_TEXT: Final = (
    f"Pool timeout: All connections in the connection pool are occupied. {NOT_SENT} "
    "Consider adjusting the connection pool size or the pool timeout."
)


class DirectRequest(BaseRequest):
    """Behaves as HTTPXRequest does, time-outs in seconds with None for no limit.

    `proxy` goes before what the usual variables name (see `bot.http.proxies`); one that can't be
    used raises `UnusableProxy` at once. `keepalive` outlasts a long poll, so that its connection
    is not opened anew each time. `max_response_bytes` bounds every answer and download, unpacked
    (stock has no bound).

    Errors never carry the address, because it contains the bot's token: neither in their text nor
    in their cause, which stock sets and this leaves out. `may_send` is asked before each
    call leaves.
    """

    __slots__ = (
        "_closed",
        "_connect_timeout",
        "_connections",
        "_keepalive",
        "_max_response_bytes",
        "_may_send",
        "_media_write_timeout",
        "_on_date",
        "_pool_size",
        "_pool_timeout",
        "_proxies",
        "_read_timeout",
        "_write_timeout",
    )

    def __init__(
        self,
        connection_pool_size: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
        *,
        proxy: str | None = None,
        keepalive: float = 100.0,
        max_response_bytes: int = MOST_BYTES,
        on_date: Callable[[str], None] | None = None,
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        if proxy is not None:
            Proxy.parse(proxy)
        self._pool_size = connection_pool_size
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._proxies = Proxies.from_environment(always=proxy)
        self._keepalive = keepalive
        self._on_date = on_date
        self._may_send = may_send
        self._max_response_bytes = max_response_bytes
        self._closed = False
        self._connections = self._made()

    @property
    def read_timeout(self) -> float | None:
        """The default read time-out in seconds."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open (again, after `shutdown`). Sockets are opened at the first call."""
        if self._closed:
            self._connections = self._made()
            self._closed = False

    async def shutdown(self) -> None:
        """Close every connection; calls fail until `initialize`."""
        self._closed = True
        await self._connections.aclose()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`. Raises TimedOut, NetworkError."""
        if self._closed:
            raise RuntimeError("This DirectRequest is not initialized!")
        has_files = request_data is not None and request_data.contains_files
        default_write = self._media_write_timeout if has_files else self._write_timeout
        patience = Patience(
            pool=_given(pool_timeout, self._pool_timeout),
            connect=_given(connect_timeout, self._connect_timeout),
            write=_given(write_timeout, default_write),
            read=_given(read_timeout, self._read_timeout),
        )
        headers, body = body_of(request_data)
        headers["User-Agent"] = self.USER_AGENT
        try:
            answer = await self._connections.send(
                Request(method, url, headers, body), patience, at_most=self._max_response_bytes
            )
        except errors.HttpError as error:
            problem = translated(error)
        else:
            if method == "POST" and answer.status == HTTPStatus.OK:
                return _status_of(answer.content), answer.content
            return answer.status, answer.content
        raise problem

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        """See `BaseRequest.parse_json_payload`. Raises `TelegramError`."""
        try:
            parsed: JSONDict = orjson.loads(payload)
        except orjson.JSONDecodeError:
            # Not UTF-8, or no JSON at all: stock replaces what it can't read, and has the words.
            parsed = BaseRequest.parse_json_payload(payload)
        return parsed

    def _made(self) -> Connections:
        return Connections(
            self._pool_size,
            keepalive=self._keepalive,
            proxies=self._proxies,
            on_date=self._on_date,
            may_send=self._may_send,
        )


def _status_of(content: bytes) -> int:
    """Return what the status of an answer should have been.

    Something before Telegram may answer 200 to what Telegram refused; stock looks at the status
    alone and then for a result. Raises `NetworkError` for what is neither result nor refusal:
    whether the call took effect is not known then.
    """
    if _RESULT.match(content):
        return HTTPStatus.OK
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        return HTTPStatus.OK  # stock has the words for it
    if not isinstance(parsed, dict) or (parsed.get("ok") and "result" not in parsed):
        raise NetworkError(f"{NO_ANSWER}Unreadable: neither a result nor a refusal")
    if "result" in parsed and parsed.get("ok", True):
        return HTTPStatus.OK
    code = parsed.get("error_code")
    if isinstance(code, int) and HTTPStatus.BAD_REQUEST <= code < _STATUS_END:
        return code
    return HTTPStatus.BAD_GATEWAY


def translated(error: errors.HttpError) -> NetworkError:
    """Return the same as an error of python-telegram-bot, in the words stock has for it."""
    if isinstance(error, errors.PoolTimedOut):
        return TimedOut(_POOL_TIMEOUT_TEXT)
    if isinstance(error, errors.TimedOut):
        if error.nothing_sent:
            return TimedOut(f"Timed out before there was a connection. {NOT_SENT}")
        return TimedOut()
    text = f"{NO_ANSWER}{type(error).__name__}: {error}"
    return NetworkError(f"{text}. {NOT_SENT}" if error.nothing_sent else text)


def body_of(
    data: RequestData | Written | None,
) -> tuple[dict[str, str], bytes | Upload | None]:
    """Return headers and body of a call; neither for one without parameters."""
    if isinstance(data, Written):
        return data.headers(), data.body
    if data is None or not (data.json_parameters or data.contains_files):
        return {}, None
    if not data.contains_files:
        # yarl quotes texts of many bytes several times faster than the standard library.
        form = URL.build(query=data.json_parameters).raw_query_string.encode()
        return {"Content-Type": "application/x-www-form-urlencoded"}, form
    written = form_of(data.json_parameters, data.multipart_data)
    if written is not None:
        kind, upload = written
        return {"Content-Type": kind}, upload
    # The address is no part of a body, and the true one is better kept out of here.
    request = httpx.Request(
        "POST", "http://body", data=data.json_parameters, files=data.multipart_data
    )
    length = request.headers.get("Content-Length")
    return {"Content-Type": request.headers["Content-Type"]}, Upload(
        cast("Iterable[bytes]", request.stream), None if length is None else int(length)
    )


def _given(value: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(value, DefaultValue) else value
