"""Inline mode as Telegram has it: a query, its answer, and a result that somebody sends."""

import json
from typing import Any

from botapi_server import ANNA, GROUP

OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def article(number: object, **more: Any) -> dict[str, Any]:
    content = {"message_text": "<b>Mug</b>", "parse_mode": "HTML"}
    return {
        "type": "article",
        "id": str(number),
        "title": "Mug",
        "input_message_content": content,
        **more,
    }


async def asked(server, query="mug"):
    body = {"query": query, "offset": ""}
    return (await server.post("inline", **{"from": ANNA}, **body))["inline_query_id"]


async def test_a_result_is_sent_in_the_persons_name(server):
    """Through the bot: the message says so, and carries the result's buttons."""
    query = await asked(server)
    button = [[{"text": "Order", "url": "https://t.me/x?start=o1-1"}]]
    results = [article(1, reply_markup={"inline_keyboard": button})]
    assert await server.ok("answerInlineQuery", inline_query_id=query, results=results)
    chosen = {"inline_query_id": query, "result_id": "1"}
    sent = (await server.post(f"chats/{GROUP}/choose", **{"from": ANNA}, **chosen))["message"]
    assert (sent["text"], sent["from"]["id"]) == ("Mug", ANNA)
    assert sent["via_bot"]["is_bot"]
    assert sent["reply_markup"]["inline_keyboard"] == button


async def test_what_telegram_refuses(server):
    """Too many results, ids twice or too long, a second answer, an unknown query."""
    query = await asked(server)

    async def refusal(results: list[dict[str, Any]], **more: Any) -> str:
        given = {"inline_query_id": query, "results": json.dumps(results), **more}
        return (await server.refused("answerInlineQuery", **given))[1]

    assert "RESULTS_TOO_MUCH" in await refusal([article(each) for each in range(51)])
    assert "RESULT_ID_DUPLICATE" in await refusal([article(1), article(1)])
    assert "RESULT_ID_INVALID" in await refusal([article("x" * 65)])
    assert "NEXT_OFFSET_INVALID" in await refusal([], next_offset="x" * 65)
    assert await server.ok("answerInlineQuery", inline_query_id=query, results="[]")
    assert await refusal([]) == OLD
