import pytest
from daji_gateway import Gateway

from bot.domain.addresses import Address
from bot.marketplace.client import DajiClient


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


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
