"""Answers come where they were asked for: in a private chat's topic, in a group's topic."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from chat import Person, Shown
from group_goods import LINK, Group

Arrive = Callable[..., Awaitable[Person]]


async def _with_topics(http: httpx.AsyncClient) -> tuple[Person, int]:
    body = {"first_name": "Tester", "language_code": "en", "started": True, "topics": True}
    user = (await http.post("/sandbox/users", json=body)).json()
    return Person(http, int(user["id"]), "en"), await _topic(http, int(user["id"]), user["id"])


async def _topic(http: httpx.AsyncClient, chat_id: int, opener: int) -> int:
    body = {"from": opener, "name": "Orders"}
    answer = await http.post(f"/sandbox/chats/{chat_id}/topics", json=body)
    assert answer.status_code < 300, answer.text
    made: dict[str, Any] = answer.json()
    return int(made["message_thread_id"])


async def _say(person: Person, text: str, topic: int | None, wanted: str) -> Shown:
    body = {"from": person.id, "text": text, "topic": topic}
    answer = await person.http.post(f"/sandbox/chats/{person.id}/send", json=body)
    assert answer.status_code < 300, answer.text
    return await person.sees(wanted)


def _where(shown: Shown) -> int | None:
    thread = shown.raw.get("message_thread_id")
    return int(thread) if thread is not None else None


async def test_a_private_chats_topic_is_answered_within_it(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """Texts, pictures and what follows a press; outside of topics it is outside again."""
    buyer, topic = await _with_topics(telegram)
    assert _where(await _say(buyer, "/start", topic, "Snaporder")) == topic
    found = await _say(buyer, "袜子", topic, "1\\. ")
    assert _where(found) == topic
    assert found.has_picture
    await buyer.tap("1", found)
    assert _where(await buyer.sees("Minimum order")) == topic
    assert _where(await _say(buyer, "/help", None, "photo")) is None


async def test_a_topic_that_is_gone_does_not_swallow_the_answer(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """Deleted between question and answer: the screen comes outside of it."""
    buyer, topic = await _with_topics(telegram)
    await _say(buyer, "/start", topic, "Snaporder")
    fault = {"method": "sendMessage", "kind": "bad_request", "times": 1}
    fault |= {"description": "message thread not found", "chat_id": buyer.id}
    await telegram.post("/sandbox/botapi/faults", json=fault)
    assert _where(await _say(buyer, "/cart", topic, "cart")) is None


async def test_a_groups_topic_is_answered_within_it(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """The card stands where the link was posted."""
    member = await person()
    group = await Group.of(telegram, member, forum=True)
    topic = await _topic(telegram, group.id, member.id)
    await group.send(f"@{group.bot} {LINK}", topic=topic)
    assert _where(await group.answered()) == topic
