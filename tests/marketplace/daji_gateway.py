"""A gateway made of functions, and values to send to it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import MerchantOrderNo, OfferId, SpecId
from bot.domain.offers import Wording
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.retry import Retry

EXAMPLES = Path(__file__).parent / "examples"
SECRET = "dj_test_secret"
ORDER_NO = MerchantOrderNo("S261123-7K3MZQ4T")
ORDER_ID = "2257164624870311973"
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
Respond = Callable[[httpx.Request], httpx.Response]


def example(number: str) -> dict[str, Any]:
    """Load an example; its decimals are short enough to be written back as they were."""
    (path,) = EXAMPLES.glob(f"{number}-*.json")
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def answer(status: int, content: bytes = HTML, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=content, headers=headers)


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


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


@dataclass
class Gateway:
    """Answers with `respond` and remembers what it was asked."""

    respond: Respond = lambda _: httpx.Response(500)
    requests: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        return self.respond(request)

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

    def raises(self, error: Exception) -> None:
        def respond(_: httpx.Request) -> httpx.Response:
            raise error

        self.respond = respond

    @property
    def body(self) -> dict[str, Any]:
        sent: dict[str, Any] = json.loads(self.requests[-1].content)
        return sent

    @property
    def query(self) -> dict[str, str]:
        return dict(self.requests[-1].url.params)

    def client(self, **config: Any) -> DajiClient:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        settings = ClientConfig(app_key="dj_test_key", app_secret=SECRET, **config)
        return DajiClient(
            settings,
            httpx.MockTransport(self),
            on_call=lambda endpoint, outcome, _: self.told.append((endpoint, outcome)),
            retry=Retry(attempts=settings.read_attempts, sleep=sleep, jitter=lambda: 1.0),
        )


def line(offer_id: int, spec_id: str | None, quantity: int) -> OrderLine:
    return OrderLine(
        offer_id=OfferId(offer_id),
        spec_id=None if spec_id is None else SpecId(spec_id),
        title=Wording(zh="货"),
        quantity=quantity,
    )


PREVIEWED = line(670291644950, "594b40c111b019af610a0078e4316373", 1)
PENCILS = line(623686863670, "53a1eff0fa008b2b9f32a120b0a050f2", 5)
