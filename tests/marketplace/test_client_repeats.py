"""How often is asked again, how long is waited, and who hears of it."""

import httpx
import pytest
from daji_gateway import (
    HTML,
    ORDER,
    ORDER_NO,
    PENCILS,
    Gateway,
    HangUp,
    answer,
    as_json,
    enveloped,
    example,
)

from bot.domain.identifiers import OfferId
from bot.marketplace.daji.retry import Retry
from bot.marketplace.errors import MarketplaceError, OutcomeUnclear, Throttled, Unreachable

FOUND = as_json(example("04")["response"])
OFFER = OfferId(670291644950)


@pytest.mark.parametrize("first", [answer(500), answer(429), answer(200, HTML), HangUp()])
async def test_a_read_is_repeated_until_it_works(gateway: Gateway, client, first):
    """Two failures and a success make three requests with growing pauses between them."""
    gateway.answers_in_turn(first, first, answer(200, FOUND))
    assert (await client.offer(OFFER)).offer_id == OFFER
    assert len(gateway.requests) == 3
    assert gateway.slept == [0.25, 0.5]


async def test_a_read_gives_up_with_its_last_error(gateway: Gateway):
    """As many requests as configured, then the error of the last one."""
    gateway.answers_in_turn(answer(500), answer(500), answer(500), answer(429))
    with pytest.raises(Throttled):
        await gateway.client(read_attempts=4).offer(OFFER)
    assert len(gateway.requests) == 4
    assert gateway.slept == [0.25, 0.5, 1.0]


@pytest.mark.parametrize(
    "response", [answer(200, enveloped(None, 400, "不能为空")), answer(401), answer(200, b"{}")]
)
async def test_what_will_not_change_is_not_asked_again(gateway: Gateway, client, response):
    """Refusals, bad credentials and wrong shapes are final."""
    gateway.respond = lambda _: response
    with pytest.raises(MarketplaceError):
        await client.offer(OFFER)
    assert len(gateway.requests) == 1


@pytest.mark.parametrize(
    ("header", "known", "slept"),
    [
        ("3", 3.0, [3.0, 3.0]),
        ("0", 0.0, [0.25, 0.5]),
        ("60", 60.0, []),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0, [0.25, 0.5]),
        ("soon", None, [0.25, 0.5]),
        ("²", None, [0.25, 0.5]),
        ("-5", None, [0.25, 0.5]),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0, [0.25, 0.5]),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 3600.0, []),
        ("999999999", 3600.0, []),
        ("9" * 400, 3600.0, []),
    ],
)
async def test_retry_after(gateway: Gateway, client, header, known, slept):
    """The gateway's wish is honoured up to an hour; one beyond the cap is left to the caller."""
    wish = [(b"Retry-After", header.encode("latin-1"))]
    gateway.respond = lambda _: httpx.Response(429, content=HTML, headers=wish)
    with pytest.raises(Throttled) as caught:
        await client.offer(OFFER)
    assert caught.value.retry_after == known
    assert gateway.slept == slept


async def test_jitter_spreads_the_waits():
    """A wait lies between half of its step and all of it, and never above the cap."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def fail() -> None:
        raise Unreachable("down", endpoint="offer")

    for share in (0.0, 1.0):
        with pytest.raises(Unreachable):
            await Retry(6, first=1, longest=5, sleep=sleep, jitter=lambda: share).run(fail)  # noqa: B023  # run at once
    assert slept == [0.5, 1, 2, 2.5, 2.5, 1, 2, 4, 5, 5]


async def test_the_observer_hears_of_every_attempt(gateway: Gateway, client, address):
    """Endpoint and outcome of each exchange, in order."""
    gateway.answers_in_turn(answer(500), answer(200, FOUND), answer(500))
    await client.offer(OFFER)
    with pytest.raises(OutcomeUnclear):
        await client.create(ORDER_NO, [PENCILS], address)
    assert gateway.told == [
        ("offer", "gateway_failed"),
        ("offer", "ok"),
        ("create", "outcome_unclear"),
    ]


async def test_a_broken_observer_loses_no_order(gateway: Gateway, address):
    """What the meter does wrong is not the order's fault."""

    def broken(*_: object) -> None:
        raise RuntimeError("no meter")

    gateway.answers(as_json(example("10")["response"]))
    client = gateway.client(on_call=broken)
    assert (await client.create(ORDER_NO, [PENCILS], address)).parts[0].order_id == ORDER
