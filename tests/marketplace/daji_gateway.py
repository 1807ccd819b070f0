"""A gateway whose answers a test chooses, and values to send to it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, OfferId, SpecId
from bot.domain.offers import Wording
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig, OnCall
from bot.marketplace.daji.retry import Retry
from bot.marketplace.daji.transport import Carrier

EXAMPLES = Path(__file__).parent / "examples"
SECRET = "dj_test_secret"
ORDER_NO = MerchantOrderNo("S261123-7K3MZQ4T")
ORDER_ID = "2257164624870311973"
ORDER = MarketplaceOrderId(ORDER_ID)
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
Respond = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


def example(number: str) -> dict[str, Any]:
    """Load an example; its decimals are short enough to be written back as they were."""
    (path,) = EXAMPLES.glob(f"{number}-*.json")
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def answer(status: int, content: bytes = HTML, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=content, headers=headers)


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_on_the_wire).encode()


def _on_the_wire(value: object) -> int | str:
    """1688 gives offers as numbers, and whatever has 19 digits as texts (contract 1.1)."""
    return int(value.id) if isinstance(value, OfferId) else str(value)


def enveloped(data: object, code: int = 200, message: str = "操作成功") -> bytes:
    return as_json(
        {
            "code": code,
            "message": message,
            "data": data,
            "timestamp": 1723619438689,
            "traceId": "307c881d5e6e",
        }
    )


class HangUp(Exception):
    """The gateway reads the request and ends the connection instead of answering."""


@dataclass
class Gateway:
    """A gateway on loopback: answers with `respond`, and remembers what it was asked."""

    respond: Respond = lambda _: httpx.Response(500)
    requests: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    _clients: list[DajiClient] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.close()
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await _read(reader, self.url)
                self.requests.append(request)
                response = self.respond(request)
                if isinstance(response, Awaitable):
                    response = await response
                writer.write(_written(response))
        except (HangUp, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the connection's end, whoever wanted it
        finally:
            writer.close()

    def answers(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.respond = lambda _: httpx.Response(status, content=content, headers=headers)

    def answers_in_turn(self, *responses: httpx.Response | Exception) -> None:
        turns: Iterator[httpx.Response | Exception] = iter(responses)

        def respond(_: httpx.Request) -> httpx.Response:
            turn = next(turns)
            if isinstance(turn, Exception):
                raise turn
            return turn

        self.respond = respond

    @property
    def body(self) -> dict[str, Any]:
        sent: dict[str, Any] = json.loads(self.requests[-1].content)
        return sent

    @property
    def query(self) -> dict[str, str]:
        return dict(self.requests[-1].url.params)

    def client(
        self, carrier: Carrier | None = None, on_call: OnCall | None = None, **config: Any
    ) -> DajiClient:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        settings = ClientConfig(
            app_key="dj_test_key", app_secret=SECRET, base_url=self.url, **config
        )
        made = DajiClient(
            settings,
            carrier,
            on_call=on_call or (lambda endpoint, outcome, _: self.told.append((endpoint, outcome))),
            retry=Retry(attempts=settings.read_attempts, sleep=sleep, jitter=lambda: 1.0),
        )
        self._clients.append(made)
        return made


async def _read(reader: asyncio.StreamReader, url: str) -> httpx.Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.strip().split("\r\n")
    method, target, _ = line.split(" ")
    parts = [each.partition(": ") for each in fields]
    headers = [(name, value) for name, _, value in parts]
    length = int({name.lower(): value for name, value in headers}.get("content-length", 0))
    body = await reader.readexactly(length)
    return httpx.Request(method, f"{url}{target}", headers=headers, content=body)


def _written(response: httpx.Response) -> bytes:
    lines = [b"%s: %s" % each for each in response.headers.raw]
    if "content-length" not in response.headers:
        lines.append(b"Content-Length: %d" % len(response.content))
    head = b"\r\n".join([b"HTTP/1.1 %d Status" % response.status_code, *lines])
    return head + b"\r\n\r\n" + response.content


def line(offer_id: int, spec_id: str | None, quantity: int) -> OrderLine:
    return OrderLine(
        offer_id=OfferId(offer_id),
        spec_id=None if spec_id is None else SpecId(spec_id),
        title=Wording(zh="货"),
        quantity=quantity,
    )


PREVIEWED = line(670291644950, "594b40c111b019af610a0078e4316373", 1)
PENCILS = line(623686863670, "53a1eff0fa008b2b9f32a120b0a050f2", 5)
