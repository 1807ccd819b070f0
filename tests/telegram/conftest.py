"""Both request classes, free of the machine's proxies."""

import pytest
from telegram.request import HTTPXRequest

from bot.telegram import DirectRequest


@pytest.fixture(params=[HTTPXRequest, DirectRequest], ids=["stock", "ours"])
def make(request):
    return request.param


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
