"""The pictures of docs/group-buys.md and the README, taken anew of a bot that runs.

    .venv/bin/python scripts/group_pictures.py

A simulated world, the real bot in it, and the chat page in Chromium as a phone shows it: an
organiser opens a buy, twenty people whom nobody plays join and pay, and what each picture is to
show is looked at before it is taken. Needs Chromium, as the browser tests do.
"""

import asyncio
import re
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, async_playwright

_ROOT = Path(__file__).resolve().parent.parent
for _folder in (_ROOT, _ROOT / "tests" / "journeys", _ROOT / "tests" / "browser"):
    sys.path.insert(0, str(_folder))

from buying import SNEAKERS, Market, at_offer, at_preview  # noqa: E402 - found through the path above
from channels import POSTING, Channel  # noqa: E402 - as above
from chat import Person  # noqa: E402 - as above
from crashing import Clients, own_world  # noqa: E402 - as above
from phones import Phone, held  # noqa: E402 - as above

_IMAGES = _ROOT / "docs" / "images"
_PEOPLE = 20
_LOOKS = 60
_LABELS = ViewportSize(width=794, height=491)
_SETTINGS = {
    "LOOKUP_DELAYS": "0.1,0.1",
    "FLOOD_UPDATES": "0",
    "GROUP_BUYS": "operators",
    "POLL_SHORTEST_SECONDS": "0.5",
    "POLL_UNPAID_SECONDS": "1",
}


class _Camera:
    """Takes what a person's phone shows."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    async def take(
        self, name: str, person: int, chat: int | None = None, *, from_top: bool = False
    ) -> None:
        page = await self._phone.open(person, chat)
        await page.locator("[data-testid^=message-]").last.wait_for()
        if from_top:
            last = page.locator("[data-testid^=message-]").last
            await last.evaluate("each => each.scrollIntoView({block: 'start'})")
        await page.screenshot(path=_IMAGES / f"en-group-{name}.png")


async def _pictures(browser: Browser) -> None:
    with own_world(**_SETTINGS) as own:
        async with own.clients() as clients, held(browser, own.world.chat) as phone:
            camera, market = _Camera(phone), Market(clients.market)
            organiser = await clients.arrive("en")
            own.bot.environment["ADMIN_IDS"] = str(organiser.id)
            own.bot.start()
            await own.bot.ready()
            channel = await Channel.of(clients, organiser.id, "Finds")
            await channel.bot_is("administrator", POSTING)
            await at_preview(organiser)
            payload = await _opening(organiser, camera)
            await _joining(clients, organiser, channel, camera, payload)
            await _paying(organiser, market)
            await _handing_out(browser, clients, organiser, camera, payload)
            own.bot.stop()


async def _opening(organiser: Person, camera: _Camera) -> str:
    await at_offer(organiser, SNEAKERS)
    await organiser.do("👥", "New group buy")
    await camera.take("terms", organiser.id)
    shown = await organiser.do("🚀", "Open for joining")
    await organiser.do("📣", "being posted")
    return str(shown.button("🔗")["copy_text"]["text"].partition("start=")[2])


async def _joining(
    clients: Clients, organiser: Person, channel: Channel, camera: _Camera, payload: str
) -> None:
    card = await channel.one_card("Open for joining")
    body = {"message_id": card.id, "people": _PEOPLE, "within": 0}
    await clients.telegram.post(f"/sandbox/chats/{channel.id}/crowd", json=body)
    await channel.one_card(f"{_PEOPLE} people are in")
    await camera.take("card", organiser.id, channel.id)
    member = await clients.arrive("en")
    shown = await member.say(f"/start {payload}", "Which one")
    await member.tap(re.escape(shown.labels[0]), shown)
    await member.sees("How many")
    await member.say("3", "at most")
    await camera.take("consent", member.id)
    await organiser.say("/buys", "Your group buys")
    await organiser.do("🟢", f"{_PEOPLE} people are in")
    await camera.take("page", organiser.id)


async def _paying(organiser: Person, market: Market) -> None:
    await organiser.do("🔒", "Close for joining now")
    await organiser.do("🔒", "Closed for joining")
    await organiser.sees("goes ahead")
    told = await organiser.sees(f"{_PEOPLE} members say they have paid")
    await organiser.tap("^📋", told)
    page = await organiser.sees("Payments are being collected")
    await organiser.tap(f"{_PEOPLE} say", page)
    await organiser.sees("Is all of this on your statement")
    await organiser.do("All of it came in", "Everybody has paid")
    await organiser.do("Check the order", "One order")
    await organiser.do("Order exactly", "Being ordered|Ordered")
    await organiser.sees("order is placed")
    order = await market.only_order()
    await market.order(order["orderId"], "pay")
    await market.order(order["orderId"], "ship")
    await _until_shipped(organiser)
    await organiser.do("🚚", "On its way")


async def _until_shipped(organiser: Person) -> None:
    """Look until the buy is on its way: the order's own news may come first."""
    for _ in range(_LOOKS):
        shown = await organiser.say("/buys", "Your group buys")
        if any("🚚" in each for each in shown.labels):
            return
        await asyncio.sleep(1)


async def _handing_out(
    browser: Browser, clients: Clients, organiser: Person, camera: _Camera, payload: str
) -> None:
    await organiser.do("Everything arrived", "Did everything arrive")
    await organiser.do("Yes, all of it", "still have to fetch")
    await organiser.tap("List as text")
    await organiser.sees("Altogether")
    await camera.take("packing", organiser.id)
    await organiser.tap("🏷")
    sent = await organiser.sees("one label a person")
    file = await clients.telegram.get(f"/sandbox/files/{sent.raw['document']['file_id']}")
    page = await browser.new_page(viewport=_LABELS)
    await page.set_content(file.text)
    await page.screenshot(path=_IMAGES / "en-group-labels.png")
    label = f"h1-{payload.removeprefix('g1-')}-1"
    await organiser.say(f"/start {label}", "Ticked off")
    await camera.take("ticked", organiser.id, from_top=True)


async def _main() -> int:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("Chromium is not installed (apt-get install chromium)\n")
        return 2
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        await _pictures(browser)
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
