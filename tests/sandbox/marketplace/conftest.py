from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from marketplace_client import KEY, SECRET, Caller, ColourSearch, picture
from marketplace_goods import CATALOGUE, MUG, PENCIL, TSHIRT

from sandbox.marketplace.app import create_app
from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.matching import PictureIndex
from tests.loopback import http_client

RED, BLUE, GREEN = (254, 0, 0), (0, 0, 254), (0, 128, 1)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for colour in ("red", "blue", "green"):
        (folder / f"{colour}.jpg").write_bytes(picture(colour, edge=200))
    return folder


@pytest.fixture
def config() -> MarketplaceConfig:
    return MarketplaceConfig(app_key=KEY, app_secret=SECRET, least_likeness=0.5)


@pytest.fixture
async def server(config: MarketplaceConfig, pictures: Path) -> AsyncIterator[TestServer]:
    search = ColourSearch({TSHIRT: RED, PENCIL: BLUE, MUG: GREEN})
    app = create_app(config, catalogue=CATALOGUE, pictures=pictures, picture_search=search)
    async with TestServer(app) as started:
        yield started


@pytest.fixture
async def market(server: TestServer) -> AsyncIterator[Caller]:
    async with http_client(base_url=str(server.make_url("/"))) as http:
        yield Caller(http)


@pytest.fixture(scope="session")
def index() -> PictureIndex:
    return PictureIndex()


@pytest.fixture
async def shipped(index: PictureIndex) -> AsyncIterator[Caller]:
    app = create_app(MarketplaceConfig(), picture_search=index)
    async with (
        TestServer(app) as server,
        http_client(base_url=str(server.make_url("/"))) as http,
    ):
        yield Caller(http)
