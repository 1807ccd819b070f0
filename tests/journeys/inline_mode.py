"""Inline mode as Telegram's clients ask for it and get it."""

import asyncio
import time
from typing import Any

from chat import PATIENCE, Person


async def typed(person: Person, query: str, offset: str = "") -> str:
    body = {"from": person.id, "query": query, "offset": offset}
    answer = await person.http.post("/sandbox/inline", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["inline_query_id"])


async def answer_to(person: Person, query_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = (await person.http.get(f"/sandbox/inline/{query_id}")).json()["answer"]
        if answer is not None:
            return dict(answer)
        await asyncio.sleep(0.02)
    raise AssertionError("the inline query was never answered")


async def found(person: Person, query: str, offset: str = "") -> dict[str, Any]:
    return await answer_to(person, await typed(person, query, offset))
