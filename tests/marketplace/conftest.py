from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer
from daji_gateway import SECRET, Gateway
from sandbox_world import KEY, EverythingAlike, World

from bot.domain.addresses import Address
from bot.marketplace.daji.client import DajiClient
from sandbox.marketplace.app import create_app
from sandbox.marketplace.catalogue import load_catalogue
from sandbox.marketplace.config import MarketplaceConfig
from tests.loopback import http_client


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with Gateway() as made:
        yield made


@pytest.fixture
def client(gateway: Gateway) -> DajiClient:
    return gateway.client()


@pytest.fixture
def address() -> Address:
    return Address(
        full_name="张三",
        mobile="18888888888",
        province="浙江省",
        city="杭州市",
        district="滨江区",
        street="网商路699号",
        district_code="330108",
    )


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@pytest.fixture
async def world(catalogue) -> AsyncIterator[World]:
    search = EverythingAlike(sorted(catalogue.offers))
    config = MarketplaceConfig(app_key=KEY, app_secret=SECRET)
    app = create_app(config, catalogue=catalogue, picture_search=search)
    async with TestServer(app) as server:
        url = str(server.make_url("/"))
        async with http_client(base_url=url) as http:
            made = World(url, http)
            yield made
            for client in made.clients:
                await client.close()
