"""Failures of the network and the gateway: what they become, and how often is asked again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from daji_gateway import (
    HTML,
    ORDER_NO,
    PENCILS,
    Gateway,
    answer,
    as_json,
    enveloped,
    example,
)
from every_call import READS, WRITES

from bot.domain.identifiers import OfferId
from bot.http import errors as http_errors_module
from bot.http.errors import BadAnswer, Disconnected, HttpError, TooLarge
from bot.http.messages import Answer as HttpAnswer
from bot.http.messages import Patience, Request
from bot.marketplace import errors
from bot.marketplace.daji import endpoints
from bot.marketplace.daji.calls import outcome_of
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.endpoints import Endpoint
from bot.marketplace.errors import (
    CredentialsRefused,
    GatewayFailed,
    MarketplaceError,
    OutcomeUnclear,
    RefusalReason,
    Refused,
    Throttled,
    Unreachable,
    Unreadable,
)
from tests.loopback import time_flies

FOUND = as_json(example("04")["response"])
OFFER = OfferId(670291644950)
Write = Callable[[DajiClient], Awaitable[Any]]


@pytest.fixture(params=list(WRITES))
def write(request, address) -> Write:
    return lambda client: WRITES[request.param](client, address)


def test_every_endpoint_is_tried_here():
    """Sixteen, each a read or a write; a write is never sent twice."""
    known = [each for each in vars(endpoints).values() if isinstance(each, Endpoint)]
    assert len(known) == len({each.path for each in known}) == 16
    assert {each.name for each in known if each.writes} == WRITES.keys()
    assert {each.name for each in known if not each.writes} == READS.keys()


@pytest.mark.parametrize("name", list(READS))
async def test_every_read_is_repeated_and_knows_all_failures(gateway: Gateway, address, name):
    """Three attempts at what may pass, one at what will not, and always one of our errors."""
    for response, kind in STATUSES:
        gateway.requests.clear()
        gateway.respond = lambda _, answer=response: answer
        with pytest.raises(kind) as caught:
            await READS[name](gateway.client(), address)
        passing = kind in {Throttled, GatewayFailed} or getattr(caught.value, "transient", False)
        assert len(gateway.requests) == (3 if passing else 1)
        assert caught.value.endpoint == name


def http_errors() -> list[type[HttpError]]:
    found = [each for each in vars(http_errors_module).values() if isinstance(each, type)]
    return sorted((each for each in found if issubclass(each, HttpError)), key=lambda e: e.__name__)


class Failing:
    """Carries nothing: every request ends in the same error."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    async def send(self, request: Request, patience: Patience) -> HttpAnswer:
        self.asked += 1
        raise self.error

    async def aclose(self) -> None:
        pass


FAILURES = [
    *(kind(9) if kind is TooLarge else kind("words") for kind in http_errors()),
    Disconnected("words", nothing_sent=True),
    TimeoutError(),
]
each_failure = pytest.mark.parametrize(
    "error",
    FAILURES,
    ids=lambda e: f"{type(e).__name__}{'-unsent' * getattr(e, 'nothing_sent', 0)}",
)


@each_failure
async def test_every_http_error_is_mapped(gateway: Gateway, error):
    """Whatever can go wrong on the way becomes one of ours; a read knows only two of them."""
    with pytest.raises(MarketplaceError) as caught:
        await gateway.client(Failing(error), read_attempts=1).offer(OFFER)
    assert type(caught.value) is (Unreadable if isinstance(error, BadAnswer) else Unreachable)
    assert isinstance(caught.value, Unreachable) or caught.value.transient
    assert caught.value.endpoint == "offer"


@each_failure
async def test_a_write_is_unclear_unless_nothing_was_sent(gateway: Gateway, write, error):
    """Only errors from before the first byte say that nothing happened; and once is enough."""
    carrier = Failing(error)
    with pytest.raises(MarketplaceError) as caught:
        await write(gateway.client(carrier))
    expected = Unreachable if getattr(error, "nothing_sent", False) else OutcomeUnclear
    assert type(caught.value) is expected
    assert carrier.asked == 1
    assert gateway.slept == []


STATUSES: list[tuple[httpx.Response, type[MarketplaceError]]] = [
    (answer(429), Throttled),
    (answer(429, enveloped(None, 429, "too many")), Throttled),
    (answer(200, enveloped(None, 429, "too many")), Throttled),
    (answer(500), GatewayFailed),
    (answer(502), GatewayFailed),
    (answer(503, enveloped(None, 503, "busy")), GatewayFailed),
    (answer(408), GatewayFailed),
    (answer(200, enveloped(None, 500, "系统异常")), GatewayFailed),
    (answer(200, enveloped(None, 1009, "调用超时")), GatewayFailed),
    (answer(401), CredentialsRefused),
    (answer(403), CredentialsRefused),
    (answer(200, enveloped(None, 401, "appKey不存在或已停用")), CredentialsRefused),
    (answer(200, enveloped(None, 1000, "签名校验失败")), CredentialsRefused),
    (answer(200, HTML), Unreadable),
    (answer(302, b"", Location="https://elsewhere/"), Unreadable),
    (answer(200, b""), Unreadable),
    (answer(200, b"\xff\xfe\x00"), Unreadable),
    (answer(200, FOUND[: len(FOUND) // 2]), Unreadable),
    (answer(200, b"[" * 100_000), Unreadable),
    (answer(200, b"[]"), Unreadable),
    (answer(200, b"{}"), Unreadable),
    (answer(200, b'{"code": NaN}'), Unreadable),
    (answer(200, b'{"code": true}'), Unreadable),
    (answer(404, enveloped(None)), Unreadable),
    (answer(200, enveloped(None, 400, "imageUrl或imageId参数不能同时为空")), Refused),
    (answer(404, enveloped(None, 404, "商品不存在")), Refused),
    (answer(200, enveloped(None, 31337, "?")), Refused),
]


@pytest.mark.parametrize(("response", "kind"), STATUSES)
async def test_statuses_and_bodies_of_a_read(gateway: Gateway, response, kind):
    """HTTP status, then JSON, then the envelope's code decide, in this order."""
    gateway.respond = lambda _: response
    with pytest.raises(kind) as caught:
        await gateway.client(read_attempts=1).offer(OFFER)
    assert type(caught.value) is kind


@pytest.mark.parametrize(("response", "kind"), STATUSES)
async def test_statuses_and_bodies_of_a_write(gateway: Gateway, client, write, response, kind):
    """A write is refused only by the gateway's own clear word, and never sent twice."""
    gateway.respond = lambda _: response
    with pytest.raises(MarketplaceError) as caught:
        await write(client)
    clear = response.content != HTML and (
        kind is CredentialsRefused or (kind is Refused and b"31337" not in response.content)
    )
    assert type(caught.value) is (kind if clear else OutcomeUnclear)
    if isinstance(caught.value, OutcomeUnclear):
        assert isinstance(caught.value.cause, MarketplaceError)
    assert len(gateway.requests) == 1
    assert gateway.slept == []


async def test_reasons_of_gateway_refusals(gateway: Gateway, client):
    """A missing record and a bad parameter are told apart; code and trace are kept."""
    for code, words, reason in [
        (404, "商品不存在", RefusalReason.NOT_FOUND),
        (400, "imageId不存在或已过期，请重新上传图片", RefusalReason.NOT_FOUND),
        (400, "imageUrl或imageId参数不能同时为空", RefusalReason.VALIDATION),
        (31337, "?", RefusalReason.UNKNOWN),
    ]:
        gateway.answers(enveloped(None, code, words))
        with pytest.raises(Refused) as caught:
            await client.offer(OFFER)
        error = caught.value
        assert (error.reason, error.code, error.trace_id, error.message) == (
            reason,
            str(code),
            "307c881d5e6e",
            words,
        )


@pytest.mark.parametrize("writing", [False, True])
async def test_a_silent_gateway_is_left_after_the_time_out(gateway: Gateway, address, writing):
    """The time-out is for the whole attempt, so an answer that never ends is cut off too."""

    async def forever(_: httpx.Request) -> httpx.Response:
        time_flies(30)
        await asyncio.sleep(600)
        return httpx.Response(200)

    gateway.respond = forever
    client = gateway.client(seconds={"offer": 20, "create": 20}, read_attempts=1)
    async with asyncio.timeout(60):
        creating = client.create(ORDER_NO, [PENCILS], address)
        call = creating if writing else client.offer(OFFER)
        with pytest.raises(OutcomeUnclear if writing else Unreachable):
            await call
        creating.close()
    assert len(gateway.requests) == 1


async def test_a_cut_connection_over_a_real_socket(address):
    """A server that hangs up mid-answer: unclear for a write; a closed port: nothing was sent."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    config = ClientConfig("k", "s", base_url=f"http://127.0.0.1:{port}", read_attempts=1)
    async with DajiClient(config) as client:
        with pytest.raises(OutcomeUnclear):
            await client.create(ORDER_NO, [PENCILS], address)
        with pytest.raises(Unreachable):
            await client.offer(OFFER)
        server.close()
        await server.wait_closed()
        with pytest.raises(Unreachable):
            await client.create(ORDER_NO, [PENCILS], address)


async def test_a_cancelled_call_stays_cancelled(gateway: Gateway):
    """Our own cancellation is no failure of the marketplace; the observer hears of it."""
    started = asyncio.Event()

    async def forever(_: httpx.Request) -> httpx.Response:
        started.set()
        await asyncio.sleep(60)
        return httpx.Response(200)

    gateway.respond = forever
    task = asyncio.create_task(gateway.client().offer(OFFER))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gateway.told == [("offer", "cancelled")]


def test_every_error_is_drawn_in_the_tree():
    """The drawing at the top of the module names each class exactly once."""
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    ours = [each for each in kinds if issubclass(each, MarketplaceError)]
    drawn = str(errors.__doc__).split("\n\n")[1]
    for each in ours:
        branch = "" if each is MarketplaceError else "── "
        assert drawn.count(f"{branch}{each.__name__}") == 1
    assert outcome_of(Unreadable("", endpoint="")) == "unreadable"


@pytest.mark.parametrize(
    "error",
    [
        GatewayFailed("张三 13812345678", endpoint="cancel", code="500", trace_id="t1"),
        Refused("张三 13812345678", endpoint="cancel", code="500_004", trace_id="t1"),
        CredentialsRefused("张三 13812345678", endpoint="cancel", trace_id="t1"),
        Throttled("张三 13812345678", endpoint="cancel", trace_id="t1"),
    ],
)
def test_an_error_s_text_does_not_quote_the_marketplace(error: MarketplaceError):
    """It goes into logs: which kind, call and trace. The words are for whom they concern."""
    for each in (error, OutcomeUnclear(error)):
        assert "张三" in each.message
        for text in (str(each), repr(each)):
            assert "张三" not in text
            assert "1381" not in text
            assert type(error).__name__ in text
            assert "trace t1" in text


def test_words_of_ours_stand_in_an_error_s_text():
    """What went wrong on the way tells of nobody, and is what a log is read for."""
    lost = Unreachable("ReadTimeout", endpoint="create")
    assert str(OutcomeUnclear(lost)) == "create: outcome unknown: ReadTimeout"
    assert str(Unreadable("no total", endpoint="preview", code="200")) == (
        "preview: no total (code 200)"
    )
