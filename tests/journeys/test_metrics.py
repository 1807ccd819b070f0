"""What the running bot tells its operators' tools."""

import re

import httpx
from buying import placed
from chat import Person
from crashing import until
from processes import BotProcess, scrape

from tests.loopback import http_client


async def test_a_journey_is_counted(
    bot: BotProcess, person, marketplace: httpx.AsyncClient
) -> None:
    """Updates by kind, step times, calls of both sides, orders by state and commits grow."""
    before = await scrape(bot)
    buyer: Person = await person()
    await placed(buyer)
    buttons = 'snaporder_updates_total{kind="button",outcome="ok"}'

    async def all_over() -> bool:
        """An update counts when it is over, a moment after its screen is seen."""
        return (await scrape(bot))[buttons] - before.get(buttons, 0.0) >= 4

    await until(all_over)
    after = await scrape(bot)

    def grew(name: str) -> float:
        return after[name] - before.get(name, 0.0)

    assert grew(buttons) >= 4
    assert grew('snaporder_step_seconds_count{kind="text"}') >= 2
    assert grew('snaporder_marketplace_calls_total{endpoint="create",outcome="ok"}') == 1
    assert grew('snaporder_marketplace_call_seconds_count{endpoint="preview"}') == 2
    assert grew('snaporder_orders{state="placed"}') == 1
    assert grew('snaporder_telegram_calls_total{method="sendMessage",outcome="ok"}') >= 1
    assert grew("snaporder_commits_total") >= 6
    assert grew("snaporder_orders_uncertain") <= 0
    assert grew("snaporder_inbox_parked") <= 0


async def test_no_label_names_anybody(bot: BotProcess, person) -> None:
    """Ids of people and numbers of orders are in no metric."""
    buyer: Person = await person()
    await placed(buyer)
    names = "\n".join(await scrape(bot))
    assert str(buyer.id) not in names
    assert not re.search(r"S\d{6}-", names)


async def test_ready_says_how_the_marketplace_is(
    bot: BotProcess, person, marketplace: httpx.AsyncClient
) -> None:
    """After a good call nothing is degraded; the bot stays ready when the marketplace fails."""
    buyer: Person = await person()
    await buyer.say("背包", "Results for")
    async with http_client() as http:
        answer = await http.get(f"http://127.0.0.1:{bot.port}/readyz")
    assert answer.status_code == 200
    assert answer.json()["marketplace"] == "ok"
    assert answer.json()["degraded"] is False
