"""A phone with the chat page open on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page


class Phone:
    """A page opened as one person, and the errors that it logged."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._logged)
        page.set_default_timeout(20_000)

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
