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
from bot.marketplace import errors
from bot.marketplace.daji import endpoints
from bot.marketplace.daji.calls import outcome_of
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.endpoints import Endpoint
from bot.marketplace.daji.transport import FROM_HTTPX
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

FOUND = as_json(example("04")["response"])
OFFER = OfferId(670291644950)
NOT_SENT = {
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
}
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


def httpx_errors() -> list[type[Exception]]:
    found = [each for each in vars(httpx).values() if isinstance(each, type)]
    return sorted((each for each in found if issubclass(each, Exception)), key=lambda e: e.__name__)


def made(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", "http://host/?sign=SIGNATURE")
        return httpx.HTTPStatusError("?sign=SIGNATURE", request=request, response=httpx.Response(5))
    try:
        return kind("?sign=SIGNATURE")
    except TypeError:
        return kind()


@pytest.mark.parametrize("kind", httpx_errors())
async def test_every_httpx_error_is_mapped(gateway: Gateway, kind):
    """Whatever httpx can raise becomes one of ours; a read knows only two of them."""
    assert issubclass(kind, FROM_HTTPX)
    gateway.raises(made(kind))
    with pytest.raises(MarketplaceError) as caught:
        await gateway.client(read_attempts=1).offer(OFFER)
    assert type(caught.value) in {Unreachable, Unreadable}
    assert isinstance(caught.value, Unreachable) or caught.value.transient
    assert "SIGNATURE" not in str(caught.value)
    assert caught.value.endpoint == "offer"


@pytest.mark.parametrize("kind", httpx_errors())
async def test_a_write_is_unclear_unless_nothing_was_sent(gateway: Gateway, client, write, kind):
    """Only errors from before the first byte say that nothing happened; and once is enough."""
    gateway.raises(made(kind))
    with pytest.raises(MarketplaceError) as caught:
        await write(client)
    expected = Unreachable if kind in NOT_SENT else OutcomeUnclear
    assert type(caught.value) is expected
    assert len(gateway.requests) == 1
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
async def test_a_silent_gateway_is_left_after_the_time_out(address, writing):
    """The time-out is for the whole attempt, so an answer that never ends is cut off too."""

    async def forever(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200)

    config = ClientConfig("k", "s", seconds={"offer": 0.01, "create": 0.01}, read_attempts=1)
    async with DajiClient(config, httpx.MockTransport(forever)) as client:
        async with asyncio.timeout(5):
            creating = client.create(ORDER_NO, [PENCILS], address)
            call = creating if writing else client.offer(OFFER)
            with pytest.raises(OutcomeUnclear if writing else Unreachable):
                await call
            creating.close()


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

    told: list[str] = []
    client = DajiClient(
        ClientConfig("k", "s"),
        httpx.MockTransport(forever),
        on_call=lambda _, outcome, __: told.append(outcome),
    )
    task = asyncio.create_task(client.offer(OFFER))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == ["cancelled"]


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
