"""A product is watched on a phone 390 points wide; the seller's desk makes it come true."""

import os
import sys
from pathlib import Path

import pytest
from phones import held
from playwright.async_api import Browser, Page, expect

sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent / "journeys"))

from buying import TAPE_MEASURE, at_offer
from crashing import own_world

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = {
    "en": {"watch": "🔔 Watch", "set": "one message when it costs less", "news": "Cheaper now"},
    "zh": {"watch": "🔔 降价提醒", "set": "时通知你，只通知一次", "news": "降价了"},
}


async def _pictured(page: Page, name: str) -> None:
    """Keep what the phone shows, where somebody wants to look at it."""
    folder = os.environ.get("WATCH_PICTURES")
    if folder:
        await page.wait_for_timeout(2500)
        await page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_watch_comes_true_at_the_sellers_desk(chromium: Browser, language: str) -> None:
    """One tap sets it, one at the desk lowers the price, and the news comes into the chat."""
    say = WORDS[language]
    with own_world(FLOOD_UPDATES="0", WATCH_SECONDS="1") as own:
        own.bot.start()
        await own.bot.ready()
        async with own.clients() as clients, held(chromium, own.world.chat) as phone:
            person = await clients.arrive(language)
            await at_offer(person, TAPE_MEASURE)
            page = await phone.open(person.id)
            await page.get_by_test_id("button").filter(has_text=say["watch"]).last.click()
            await expect(page.get_by_text(say["set"]).last).to_be_visible()
            await _pictured(page, f"{language}-watch")
            await page.get_by_test_id("open-desk").click()
            await page.get_by_test_id("desk-tab-offers").click()
            offer = page.get_by_test_id(f"offer-{TAPE_MEASURE}")
            await expect(offer.get_by_test_id("offer-price")).to_contain_text("5.90")
            await offer.get_by_test_id("offer-cheaper").click()
            await expect(offer.get_by_test_id("offer-price")).to_contain_text("5.38")
            await _pictured(page, f"{language}-desk")
            await page.get_by_test_id("close-desk").click()
            await expect(page.get_by_text(say["news"]).last).to_be_visible()
            await _pictured(page, f"{language}-watched")
        assert own.bot.stop() == 0
