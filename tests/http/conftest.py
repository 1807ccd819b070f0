"""Free of the machine's proxies; on both event loops where bytes are looked at."""

import asyncio

import pytest
import uvloop

_ON_BOTH_LOOPS = {
    "test_connections.py",
    "test_http11.py",
    "test_kept_connections.py",
    "test_packed_answers.py",
    "test_tls.py",
}


def pytest_asyncio_loop_factories(config, item):
    """The bot runs on uvloop, and on asyncio's own where there is none."""
    both = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
    return both if item.path.name in _ON_BOTH_LOOPS else {"asyncio": asyncio.new_event_loop}


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
