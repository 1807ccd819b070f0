"""One id in the logs leads from a person's update to the marketplace's trace of its calls."""

import json
from typing import Any

import httpx
from buying import TAPE_MEASURE, at_preview
from processes import BotProcess


async def _newest_update(telegram: httpx.AsyncClient) -> int:
    return int((await telegram.get("/sandbox/updates")).json()["last_confirmed"])


def _lines(bot: BotProcess, update_id: int) -> list[dict[str, Any]]:
    lines = bot.log.read_text("utf-8").splitlines()
    logged = [json.loads(line) for line in lines if line.startswith("{")]
    return [each for each in logged if each.get("update_id") == update_id]


def _traced(lines: list[dict[str, Any]]) -> set[str]:
    """The endpoints whose calls can be asked after at the vendor's support."""
    return {each["endpoint"] for each in lines if each.get("trace_id")}


async def test_an_update_leads_to_the_traces_of_its_calls(
    person, bot: BotProcess, telegram: httpx.AsyncClient
) -> None:
    """In the handler, and in the order's background work after Confirm."""
    buyer = await person()
    await buyer.say("背包", "Results for")
    assert _traced(_lines(bot, await _newest_update(telegram))) == {"search_by_keyword"}
    await at_preview(buyer, TAPE_MEASURE, 4)
    await buyer.do("Confirm order", "Order placed")
    lines = _lines(bot, await _newest_update(telegram))
    assert {"preview", "create", "payment_link"} <= _traced(lines)
    ordering = [each for each in lines if each.get("endpoint") == "create"]
    assert [each["order_no"][:1] for each in ordering] == ["S"]
