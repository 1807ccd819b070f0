"""A phone with the chat page open on it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Error, Page

_SCREEN = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
_free: dict[tuple[Browser, str], list[Page]] = {}
"""Pages that a test has put back: a new one takes three times the CPU of a page opened again."""


async def pictured(page: Page, name: str) -> None:
    """Keep what the phone shows, where `GROUP_PICTURES` says that somebody wants to look at it."""
    folder = os.environ.get("GROUP_PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png")


class Phone:
    """A page opened as one person, and the errors that it logged."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        self.lasts = True
        """Whether somebody else may be given the page afterwards."""
        page.on("pageerror", self._failed)
        page.on("console", self._logged)
        page.set_default_timeout(60_000)

    def _failed(self, error: Error) -> None:
        self.errors.append(str(error))

    def _logged(self, message: ConsoleMessage) -> None:
        # The browser itself logs cut and refused calls; both are part of some tests.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.errors.append(message.text)

    async def open(self, person: int, chat: int | None = None) -> Page:
        """Opens the page through its deep link and waits until the chat is there."""
        await self.page.goto(f"{self.address}/?as={person}&chat={chat or person}")
        await self.page.locator('#timeline[aria-busy="false"]').wait_for(state="attached")
        return self.page

    async def with_a_clock(self) -> None:
        """Let the test turn the page's clock, which nobody can turn back."""
        self.lasts = False
        await self.page.clock.install()

    async def put_down(self) -> None:
        """Leave the page as it was handed out."""
        self.page.remove_listener("pageerror", self._failed)
        self.page.remove_listener("console", self._logged)
        context = self.page.context
        for other in context.pages:
            if other is not self.page:
                await other.close()
        await self.page.unroute_all(behavior="ignoreErrors")
        await context.clear_permissions()
        await context.clear_cookies()
        await self.page.goto("about:blank")


@asynccontextmanager
async def held(browser: Browser, address: str, **options: Any) -> AsyncIterator[Phone]:
    """A phone for the length of a test; fails the test when the page logged an error.

    Phones of the same options share a page, one after the other. What it stores belongs to an
    address, and each test serves its world at another. After a failed test, or one that turned its
    clock, the page goes.
    """
    wanted = {**_SCREEN, **options}
    free = _free.setdefault((browser, repr(sorted(wanted.items()))), [])
    page = free.pop() if free else await (await browser.new_context(**wanted)).new_page()
    phone = Phone(page, address)
    try:
        yield phone
    except BaseException:
        await page.context.close()
        raise
    if phone.lasts:
        await phone.put_down()
        free.append(page)
    else:
        await page.context.close()
    assert phone.errors == []
