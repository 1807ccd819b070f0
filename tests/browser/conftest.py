"""Headless Chromium for the tests of this folder; without it they are skipped, with the reason."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from fake_sandbox import FakeSandbox, serving
from phones import Phone, held
from playwright.async_api import Browser, async_playwright, expect

from tests.tiers import slow_but_the_quick

expect.set_options(timeout=60_000)  # a bound, never a measurement

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A page costs a second of CPU: `make test` walks the short ways, `make slow` all."""
    slow_but_the_quick(Path(__file__).parent, items)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests; `held` lends its pages."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def fake() -> AsyncIterator[FakeSandbox]:
    """The stand-in sandbox, whose bot the test plays."""
    yield FakeSandbox()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Browser, fake: FakeSandbox) -> AsyncIterator[Phone]:
    """A phone-sized page against the stand-in sandbox."""
    async with serving(fake) as address, held(chromium, address) as phone:
        yield phone


@pytest_asyncio.fixture(loop_scope="session")
async def desktop(chromium: Browser, fake: FakeSandbox) -> AsyncIterator[Phone]:
    """A wide page against the stand-in sandbox."""
    wide = {"viewport": {"width": 1280, "height": 800}}
    async with serving(fake) as address, held(chromium, address, **wide) as phone:
        yield phone
