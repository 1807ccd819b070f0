"""The chat page shows everything newer that the simulated Telegram plays, as that plays it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from phones import Phone, held
from playwright.async_api import Browser, expect

from sandbox.botapi.world import ANNA, BEN, GROUP, XIAOYU
from sandbox.world import TOKEN, World
from tests.loopback import http_client

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


class Telegram:
    """The simulated Telegram with its page, and no bot but the test."""

    def __init__(self, address: str, http: httpx.AsyncClient) -> None:
        self.address = address
        self._http = http

    async def call(self, method: str, **parameters: Any) -> Any:
        answer = (await self._http.post(f"/bot{TOKEN}/{method}", json=parameters)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def updates(self, kind: str) -> list[Any]:
        """What people did of that kind, once there is anything: a page sends it in its own time."""
        async with asyncio.timeout(60):
            while not (found := await self._new(kind)):
                pass
        return found

    async def _new(self, kind: str) -> list[Any]:
        updates = await self.call("getUpdates", timeout=10)
        return [each[kind] for each in updates if kind in each]

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self._http.post(f"/sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()


@pytest_asyncio.fixture(loop_scope="session")
async def telegram() -> AsyncIterator[Telegram]:
    world = World()
    addresses = await world.open()
    try:
        async with http_client(base_url=addresses.chat) as http:
            yield Telegram(addresses.chat, http)
    finally:
        await world.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page_of(chromium: Browser, telegram: Telegram) -> AsyncIterator[Phone]:
    async with held(chromium, telegram.address) as phone:
        yield phone


async def test_a_draft_stands_there_until_its_message_comes(
    telegram: Telegram, page_of: Phone
) -> None:
    """Its words change in place."""
    await telegram.post(f"chats/{ANNA}/send", **{"from": ANNA, "text": "/start"})
    page = await page_of.open(ANNA)
    draft = {"chat_id": ANNA, "draft_id": 7}
    await telegram.call("sendMessageDraft", **draft, text="Searching …")
    await expect(page.get_by_test_id("draft")).to_have_text("Searching …")
    await telegram.call("sendMessageDraft", **draft, text="Still searching …")
    await expect(page.get_by_test_id("draft")).to_have_text("Still searching …")
    await telegram.call("sendMessage", chat_id=ANNA, text="Found it")
    await expect(page.locator("#timeline").get_by_text("Found it")).to_be_visible()
    await expect(page.get_by_test_id("draft")).to_have_count(0)


async def test_what_one_person_alone_sees_nobody_else_does(
    telegram: Telegram, page_of: Phone
) -> None:
    """Marked as theirs; the same group on another phone has nothing of it."""
    key = {"inline_keyboard": [[{"text": "My part", "callback_data": "part"}]]}
    card = await telegram.call("sendMessage", chat_id=GROUP, text="Group buy", reply_markup=key)
    page = await page_of.open(ANNA, GROUP)
    await page.get_by_test_id("button").filter(has_text="My part").click()
    [press] = await telegram.updates("callback_query")
    await telegram.call(
        "sendMessage",
        text="You pay ¥12.00",
        ephemeral_message_parameters={"callback_query_id": press["id"]},
    )
    await expect(page.locator("#timeline").get_by_text("You pay ¥12.00")).to_be_visible()
    await expect(page.locator("#timeline").get_by_text("Only you can see this")).to_be_visible()
    await page.get_by_test_id("open-list").click()
    await page.get_by_test_id(f"person-{BEN}").click()
    await expect(page.get_by_test_id(f"message-{card['message_id']}")).to_be_visible()
    await expect(page.locator("#timeline").get_by_text("You pay ¥12.00")).to_have_count(0)


async def test_topics_are_looked_at_one_by_one(telegram: Telegram, page_of: Phone) -> None:
    """What is written goes into the one that is looked at; a new one appears by itself."""
    body = {"type": "supergroup", "title": "Desk", "members": [XIAOYU, ANNA], "forum": True}
    forum = (await telegram.post("chats", **body))["id"]
    await telegram.post(f"chats/{forum}/promote", rights=["can_manage_topics"])
    page = await page_of.open(ANNA, forum)
    await expect(page.get_by_test_id("topics")).to_be_hidden()
    topics = {}
    for name in ("One", "Two"):
        made = await telegram.call("createForumTopic", chat_id=forum, name=name)
        topics[name] = made["message_thread_id"]
        await telegram.call(
            "sendMessage", chat_id=forum, text=f"In {name}", message_thread_id=topics[name]
        )
    await page.get_by_test_id(f"topic-{topics['One']}").click()
    await expect(page.locator("#timeline").get_by_text("In One")).to_be_visible()
    await expect(page.locator("#timeline").get_by_text("In Two")).to_have_count(0)
    await page.get_by_test_id("composer").fill("Mine")
    await page.keyboard.press("Enter")
    sent = page.locator('#timeline [data-part="text"]')  # what is still being sent has no such part
    await expect(sent.get_by_text("Mine")).to_be_visible()
    said = [each for each in await telegram.updates("message") if each.get("text") == "Mine"]
    assert [each["message_thread_id"] for each in said] == [topics["One"]]
    await page.get_by_test_id(f"topic-{topics['Two']}").click()
    await expect(page.locator("#timeline").get_by_text("In Two")).to_be_visible()
    await expect(page.locator("#timeline").get_by_text("Mine")).to_have_count(0)
    await page.get_by_test_id("topic-0").click()
    await expect(page.locator("#timeline").get_by_text("In One")).to_be_visible()


async def test_looks_of_buttons_and_moments(telegram: Telegram, page_of: Phone) -> None:
    """Colours, a button that does nothing, and a moment in the reader's own time."""
    await telegram.post(f"chats/{ANNA}/send", **{"from": ANNA, "text": "/start"})
    keys = [
        {"text": "Confirm", "callback_data": "a", "style": "success"},
        {"text": "Sold out", "disabled": {}},
    ]
    await telegram.call(
        "sendMessage",
        chat_id=ANNA,
        parse_mode="HTML",
        text='Pay before <tg-time unix="1796041969" format="Dt">then</tg-time>',
        reply_markup={"inline_keyboard": [keys]},
    )
    page = await page_of.open(ANNA)
    confirm = page.get_by_test_id("button").filter(has_text="Confirm")
    await expect(confirm).to_have_attribute("data-style", "success")
    await expect(page.get_by_test_id("button").filter(has_text="Sold out")).to_be_disabled()
    await expect(page.locator("time[title='then']")).to_be_visible()
