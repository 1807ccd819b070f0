"""Headless Chromium for the tests of this folder; without it they are skipped, with the reason."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from fake_sandbox import FakeSandbox, serving
from playwright.async_api import Browser, Page, async_playwright

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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests; each test opens its own context."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        await browser.close()


class Phone:
    """A page opened as one person, and the errors that it logged."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._logged)
        page.set_default_timeout(5000)

    def _logged(self, message) -> None:
        # The browser itself logs cut and refused calls; both are part of some tests.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.errors.append(message.text)

    async def open(self, person: int, chat: int | None = None) -> Page:
        """Opens the page through its deep link and waits until the chat is there."""
        await self.page.goto(f"{self.address}/?as={person}&chat={chat or person}")
        await self.page.locator('#timeline[aria-busy="false"]').wait_for(state="attached")
        return self.page


@asynccontextmanager
async def held(browser: Browser, address: str, **options) -> AsyncIterator[Phone]:
    """A phone for the length of a test; fails the test when the page logged an error."""
    screen = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
    context = await browser.new_context(**{**screen, **options})
    phone = Phone(await context.new_page(), address)
    yield phone
    await context.close()
    assert phone.errors == []


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
