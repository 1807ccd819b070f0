"""Webhook mode of the real bot: the same journey, acknowledged only when stored."""

import asyncio
from collections.abc import Iterator

import pytest
from buying import TAPE_MEASURE, from_lines_to_preview
from crashing import Clients, Own, own_world

from tests.loopback import http_client
from tests.tiers import slow_but

SECRET = "webhook-secret_1"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    with own_world(WEBHOOK_SECRET=SECRET) as own:
        own.bot.environment["WEBHOOK_URL"] = f"http://127.0.0.1:{own.bot.port}"
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own
        assert own.bot.stop() == 0


@pytest.mark.parametrize(
    ("language", "found", "words"),
    slow_but(
        ["en"], [("en", "Results for", "Order placed"), ("zh-hans", "的搜索结果", "下单成功")]
    ),
)
async def test_the_whole_way_by_keyword(own: Own, language: str, found: str, words: str) -> None:
    """From a word to the payment link, every update through the webhook."""
    async with own.clients() as clients:
        buyer = await clients.arrive(language)
        await buyer.say("背包", found)
        await buyer.do("^1$", "Minimum order|起订量")
        await buyer.send(f"https://detail.1688.com/offer/{TAPE_MEASURE}.html")
        await buyer.sees("Minimum order|起订量")
        await buyer.do("Choose a quantity|选数量", "How many|要多少")
        await buyer.say("4", "Your order|待下单")
        await from_lines_to_preview(buyer)
        paid = await buyer.do("Confirm order|确认下单", words)
        assert paid.url("¥").startswith("http")
        assert await clients.calls("getUpdates") == 0


async def test_updates_sent_twice_are_handled_once(own: Own) -> None:
    """Telegram repeats what it is not sure of: nothing happens a second time."""
    async with own.clients() as clients:
        switches = "/sandbox/botapi/switches"
        await clients.telegram.patch(switches, json={"webhook_send_twice": True})
        buyer = await clients.arrive()
        await buyer.say("背包", "Results for")
        await buyer.sees_nothing_new()
        await clients.telegram.patch(switches, json={"webhook_send_twice": False})


async def test_an_update_of_the_past_is_taken_and_changes_nothing(own: Own) -> None:
    """A repeat after minutes, and after a restart, is known by its id."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        raw = {
            "message": {
                "message_id": 900_001,
                "date": 1,
                "text": "背包",
                "chat": {"id": buyer.id, "type": "private", "first_name": "T"},
                "from": {"id": buyer.id, "is_bot": False, "first_name": "T"},
            }
        }
        answer = await clients.telegram.post("/sandbox/updates/raw", json=raw)
        await buyer.sees("Results for")
        await buyer.sees_nothing_new()
        again = {"update_id": answer.json()["update_id"]}
        await own.restart()
        await clients.telegram.post("/sandbox/botapi/redeliver", json=again)
        await buyer.sees_nothing_new()


async def test_strangers_are_refused(own: Own) -> None:
    """Without the secret, with another type, too large, not JSON: refused, and nothing happens."""
    url = f"http://127.0.0.1:{own.bot.port}/telegram/webhook"
    json = {"Content-Type": "application/json"}
    ours = {HEADER: SECRET}
    async with http_client() as http:
        tried = [
            await http.post(url, content=b"{}", headers=json),
            await http.post(url, content=b"{}", headers=json | {HEADER: "guess"}),
            await http.post(url, content=b"x", headers=ours | {"Content-Type": "text/plain"}),
            await http.post(url, content=b" " * (2 << 20), headers=json | ours),
            await http.post(url, content=b"{", headers=json | ours),
            await http.get(url, headers=ours),
        ]
    assert [each.status_code for each in tried] == [403, 403, 415, 413, 400, 405]


async def test_a_bot_that_is_down_gets_its_updates_when_it_is_back(own: Own) -> None:
    """What could not be delivered is delivered again, in order, and handled once."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        own.bot.kill()
        await buyer.send("/language")
        await buyer.send("背包")
        own.bot.start()
        await own.bot.ready()
        await buyer.sees("Results for")
        texts = [shown.text for shown in await buyer.history()]
        assert sum("Results for" in text for text in texts) == 1


async def test_an_update_sent_again_while_it_is_being_handled_is_handled_once(own: Own) -> None:
    """Telegram grew impatient: the repeat is acknowledged, and waits for nobody."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await clients.market_fault("keyword_search", "slow", times=1, seconds=1.5)
        sent = await _words(clients, buyer.id, "背包")
        await clients.orders.until_called("keyword_search")
        for _ in range(3):
            await clients.telegram.post("/sandbox/botapi/redeliver", json={"update_id": sent})
        await buyer.sees("Results for")
        await buyer.sees_nothing_new()


async def test_updates_that_come_out_of_order_are_all_handled(own: Own) -> None:
    """An older number after a newer one, as after an outage: neither is lost nor done twice."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        newest = await _words(clients, buyer.id, "/language", command=True)
        await buyer.sees("anguage")
        for number in (newest + 40, newest + 20, newest + 30):
            await _words(clients, buyer.id, f"/x{number}", command=True, update_id=number)
            await buyer.sees("don't know that command")
        await buyer.sees_nothing_new()
        said = [each.text for each in await buyer.history() if "don't know" in each.text]
        assert len(said) == 3


async def _words(
    clients: Clients, person: int, text: str, *, command: bool = False, **more: int
) -> int:
    entity = {"type": "bot_command", "offset": 0, "length": len(text)}
    message = {
        "message_id": 900_002,
        "date": 1,
        "text": text,
        "chat": {"id": person, "type": "private", "first_name": "T"},
        "from": {"id": person, "is_bot": False, "first_name": "T", "language_code": "en"},
        "entities": [entity] if command else [],
    }
    raw = {"message": message, **more}
    answer = await clients.telegram.post("/sandbox/updates/raw", json=raw)
    return int(answer.raise_for_status().json()["update_id"])
