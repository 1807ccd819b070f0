"""A mention where the bot is no member is answered there once; a bot sets its modes by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from chat import Person
from crashing import own_world, until
from group_goods import LINK, Group, opens

Arrive = Callable[..., Awaitable[Person]]


class Elsewhere(Group):
    """A group that the bot is not in."""

    @classmethod
    async def without(
        cls, http: httpx.AsyncClient, member: Person, *, protected: bool = False
    ) -> "Elsewhere":
        body: dict[str, Any] = {"type": "supergroup", "title": "Elsewhere", "members": [member.id]}
        made = (await http.post("/sandbox/chats", json=body | {"protected": protected})).json()
        await http.post(f"/sandbox/chats/{made['id']}/standing", json={"status": "left"})
        name = (await http.get("/sandbox/world")).json()["bot"]["username"]
        return cls(http, int(made["id"]), member, name)


async def test_a_link_is_answered_by_a_card_that_can_be_ordered(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """One message, below what asked for it; "Order this" opens the offer."""
    member = await person()
    group = await Elsewhere.without(telegram, member)
    await group.send(f"@{group.bot} {LINK}")
    card = await group.answered()
    assert "Minimum order" in card.text
    assert card.raw["guest_bot_caller_user"]["id"] == member.id
    await opens(await person(), card.url("Order this"))


@pytest.mark.parametrize("code", ["en", "zh-hans"])
async def test_a_photo_is_answered_by_what_looks_like_it(
    code: str, person: Arrive, telegram: httpx.AsyncClient, samples: dict[str, bytes]
) -> None:
    """As a list whose numbers lead to the offers: a picture sheet can't be uploaded there."""
    member = await person(code)
    group = await Elsewhere.without(telegram, member)
    await group.photo(samples["red-mug.jpg"], f"@{group.bot}")
    card = await group.answered()
    assert card.labels[:2] == ["1", "2"]
    await opens(await person(code), card.buttons[0]["url"])


async def test_what_an_answered_message_says_is_looked_for(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """A bare mention below somebody's link is about that link."""
    group = await Elsewhere.without(telegram, await person())
    linked = await group.send(LINK)
    await group.send(f"@{group.bot}", reply_to=linked)
    assert "Minimum order" in (await group.answered()).text


async def test_words_without_a_mention_and_protected_groups_reach_nobody(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """Neither is sent to the bot at all."""
    open_group = await Elsewhere.without(telegram, await person())
    await open_group.send(LINK)
    protected = await Elsewhere.without(telegram, await person(), protected=True)
    await protected.send(f"@{protected.bot} {LINK}")
    await asyncio.sleep(0.3)
    assert await open_group.answers() == await protected.answers() == []


async def test_what_telegram_refuses_of_a_card_comes_as_words(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """A button or a picture that it does not take does not leave the mention unanswered."""
    group = await Elsewhere.without(telegram, await person())
    fault = {"method": "answerGuestQuery", "kind": "bad_request", "times": 1}
    await telegram.post("/sandbox/botapi/faults", json=fault | {"description": "BUTTON_INVALID"})
    await group.send(f"@{group.bot} {LINK}")
    card = await group.answered()
    assert "Minimum order" in card.text
    assert card.rows == []


@pytest.mark.parametrize(("version", "is_set"), [("10.5", True), ("10.4", False)])
async def test_the_bot_switches_its_modes_on_where_it_can(version: str, is_set: bool) -> None:  # noqa: FBT001
    """An older server leaves them to @BotFather, and the bot starts all the same."""
    with own_world() as own:
        async with own.clients() as clients:
            switches = {"inline_mode": False, "bot_api": version}
            await clients.telegram.patch("/sandbox/botapi/switches", json=switches)
            own.bot.start()
            await own.bot.ready()
            asked = "setMySettings" if is_set else "setMyCommands"
            await until(lambda: _was_called(clients.telegram, asked))
            body = {"from": (await clients.arrive()).id, "query": "mug"}
            answer = await clients.telegram.post("/sandbox/inline", json=body)
            assert (answer.status_code == 200) == is_set


async def _was_called(http: httpx.AsyncClient, method: str) -> bool:
    counts = (await http.get("/sandbox/botapi/calls")).json()["counts"]
    return bool(counts.get(method, 0))
