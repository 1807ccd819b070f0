"""The marketplace as a process of its own: start, state over restarts, clean end."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, make_mocked_request
from marketplace_client import Caller, ColourSearch
from marketplace_goods import CATALOGUE, MUG, MUG_WHITE, PENCIL, PENCIL_2B

from sandbox.marketplace.app import create_app
from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.control import loopback_only
from sandbox.marketplace.persistence import SavedState, load_state
from tests.loopback import http_client

ROOT = Path(__file__).parents[3]


def application(pictures: Path, state: Path | None = None) -> web.Application:
    config = MarketplaceConfig(state_file=state)
    return create_app(
        config, catalogue=CATALOGUE, pictures=pictures, picture_search=ColourSearch({})
    )


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A started marketplace and the address that it printed."""
    command = [sys.executable, "-m", "sandbox.marketplace", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        try:
            assert started.stdout is not None
            yield started, started.stdout.readline()
        finally:
            started.kill()


def test_it_prints_its_address_serves_and_ends_cleanly_on_sigterm() -> None:
    """Ready line with the real port; an unsigned call is refused; SIGTERM gives exit code 0."""
    with process("--port", "0", "--app-key", "k", "--app-secret", "s") as (started, line):
        assert line.startswith("marketplace ready at http://127.0.0.1:")
        address = line.split()[-1]
        answer = httpx.get(f"{address}/alibaba/product/queryProductDetail", params={"appKey": "k"})
        assert answer.json()["code"] == 401
        assert len(httpx.get(f"{address}/sandbox/offers").json()) >= 60
        started.send_signal(signal.SIGTERM)
        assert started.wait(10) == 0


def test_a_taken_port_is_one_line_and_exit_code_one() -> None:
    """The reason, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with process("--port", port) as (started, line):
            assert line == ""
            assert started.wait(20) == 1
            assert started.stderr is not None
            text = started.stderr.read()
            assert text.startswith("cannot start: ")
            assert "Traceback" not in text


async def test_orders_and_stock_outlive_a_restart(pictures: Path, tmp_path: Path) -> None:
    """A new process on the same state file knows the order, parcels, refund and stock."""
    state = tmp_path / "state.json"
    async with (
        TestServer(application(pictures, state)) as server,
        http_client(base_url=str(server.make_url("/"))) as http,
    ):
        market = Caller(http)
        paid = (await market.create((MUG, MUG_WHITE, 3), third="A"))["data"]["orderId"]
        for step, body in (("pay", {}), ("ship", {}), ("refund", {"step": "apply"})):
            await http.post(f"/sandbox/orders/{paid}/{step}", json=body)
        await market.create((PENCIL, PENCIL_2B, 60), third="B")
        before = await market.orders()
    async with (
        TestServer(application(pictures, state)) as server,
        http_client(base_url=str(server.make_url("/"))) as http,
    ):
        market = Caller(http)
        assert await market.orders() == before
        assert await market.stock(MUG, MUG_WHITE) == 97
        base = (await market.detail(paid))["baseInfo"]
        assert (base["status"], base["refundStatus"]) == ("waitbuyerreceive", "waitselleragree")
        assert (await market.detail(paid))["nativeLogistics"]["logisticsItems"]
        await market.switch(repeated_third_order_id="same_order")
        assert (await market.create((MUG, MUG_WHITE, 3), third="A"))["data"]["orderId"] == paid
        await http.post("/sandbox/reset")
    assert load_state(state) == SavedState()


async def test_addresses_follow_the_configured_public_url(pictures: Path) -> None:
    """Pictures and the cashier are reached where the configuration says."""
    app = create_app(
        MarketplaceConfig(public_base_url="https://shop.example/"),
        catalogue=CATALOGUE,
        pictures=pictures,
        picture_search=ColourSearch({}),
    )
    async with (
        TestServer(app) as server,
        http_client(base_url=str(server.make_url("/"))) as http,
    ):
        market = Caller(http)
        detail = await market.get(
            "/alibaba/product/queryProductDetail", offerId=str(MUG), country="en"
        )
        assert detail["data"]["productImage"]["images"] == ["https://shop.example/img/green.jpg"]


async def test_steering_is_for_this_machine_alone() -> None:
    """`/sandbox/…` refuses a caller from elsewhere; the API and the cashier do not."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text="reached")

    elsewhere = FakeTransport("192.0.2.7")
    steering = make_mocked_request("GET", "/sandbox/orders", transport=elsewhere)
    with pytest.raises(web.HTTPForbidden):
        await loopback_only(steering, answer)
    cashier = make_mocked_request("GET", "/order/cashier.htm", transport=elsewhere)
    assert (await loopback_only(cashier, answer)).status == 200
    here = make_mocked_request("GET", "/sandbox/orders", transport=FakeTransport("127.0.0.1"))
    assert (await loopback_only(here, answer)).status == 200


class FakeTransport:
    def __init__(self, peer: str) -> None:
        self._peer = peer

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._peer, 50000) if name == "peername" else default
