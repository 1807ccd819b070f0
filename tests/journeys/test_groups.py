"""Groups and channels: a command leads to the private chat, everything else is left alone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from chat import Person
from crashing import until
from steps import PLACES
from telegram.ext import CommandHandler

from handlers.journey import entry_points

Arrive = Callable[..., Awaitable[Person]]


class Group:
    """A group or channel with the bot in it."""

    def __init__(self, http: httpx.AsyncClient, chat_id: int, member: int) -> None:
        self.http, self.id, self.member = http, chat_id, member

    @classmethod
    async def of(cls, http: httpx.AsyncClient, member: Person, kind: str = "supergroup") -> "Group":
        body = {"type": kind, "title": "Friends", "members": [member.id]}
        answer = await http.post("/sandbox/chats", json=body)
        assert answer.status_code < 300, answer.text
        return cls(http, int(answer.json()["id"]), member.id)

    async def send(self, text: str) -> None:
        body = {"from": self.member, "text": text}
        answer = await self.http.post(f"/sandbox/chats/{self.id}/send", json=body)
        assert answer.status_code < 300, answer.text

    async def answers(self, wanted: int = 0) -> list[dict[str, Any]]:
        """What the bot wrote there, once so much is there; of nothing wanted, a moment later."""

        async def all_there() -> bool:
            return len(await self._written()) >= wanted

        await (until(all_there) if wanted else asyncio.sleep(0.6))
        return await self._written()

    async def _written(self) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/sandbox/chats/{self.id}/messages")
        messages = answer.json()["messages"]
        return [each for each in messages if each.get("from", {}).get("is_bot")]


@pytest.mark.parametrize(
    ("code", "text", "button"),
    [("en", "private chat", "Open the private chat"), ("zh-hans", "私聊", "打开私聊")],
)
async def test_a_command_is_answered_with_the_way_to_the_private_chat(
    code: str, text: str, button: str, person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """In the writer's language, with a deep link, once a command."""
    member = await person(code)
    group = await Group.of(telegram, member)
    await group.send("/start")
    await group.send("/orders")
    answers = await group.answers(2)
    assert len(answers) == 2
    assert text in answers[0]["text"]
    keys = answers[0]["reply_markup"]["inline_keyboard"][0]
    assert keys[0]["text"] == button
    assert keys[0]["url"].startswith("https://t.me/")
    assert keys[0]["url"].endswith("?start=group")


async def test_every_command_of_ours_leads_there(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """Each that the conversation knows, the operators' own too, and all in the same words."""
    group = await Group.of(telegram, await person())
    declared = [each for each in entry_points() if isinstance(each, CommandHandler)]
    commands = sorted(name for each in declared for name in each.commands)
    assert {"cart", "categories", "admin", "news"} <= set(commands)
    for command in commands:
        await group.send(f"/{command}")
    answers = await group.answers(len(commands))
    assert len(answers) == len(commands)
    assert len({each["text"] for each in answers}) == 1


async def test_nothing_personal_is_shown_in_a_group(
    person: Arrive, telegram: httpx.AsyncClient, marketplace: httpx.AsyncClient
) -> None:
    """Whoever has an order and addresses gets the same plain answer as anybody."""
    member = await person()
    await PLACES["address_check"].walk(member)
    group = await Group.of(telegram, member)
    for command in ("/orders", "/address", "/start", "/privacy"):
        await group.send(command)
    texts = {each["text"] for each in await group.answers(4)}
    assert len(texts) == 1
    assert not [text for text in texts if "张三" in text or "138" in text or "¥" in text]
    assert "Is this right" in (await member.screen()).text


async def test_talk_and_other_bots_commands_are_left_alone(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """A group is not a place where every word is a search."""
    group = await Group.of(telegram, await person())
    for text in ("hello", "背包", "https://detail.1688.com/offer/718092053690.html", "/ban 3"):
        await group.send(text)
    user = {"id": group.member, "is_bot": False, "first_name": "T", "language_code": "en"}
    chat = {"id": group.id, "type": "supergroup", "title": "Friends"}
    for number, text in enumerate(("/start@SomeOtherBot", "just talk", "1")):
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        message = {"message_id": 770_000 + number, "date": 1_790_000_000, "from": user}
        message |= {"chat": chat, "text": text}
        if text.startswith("/"):
            message["entities"] = entities
        await telegram.post("/sandbox/updates/raw", json={"message": message})
    assert await group.answers() == []


async def test_a_command_with_our_name_is_ours(person: Arrive, telegram: httpx.AsyncClient) -> None:
    """`/anything@us` is meant for us, known or not."""
    group = await Group.of(telegram, await person())
    name = (await telegram.get("/sandbox/world")).json()["bot"]["username"]
    await group.send(f"/frobnicate@{name}")
    assert len(await group.answers(1)) == 1


async def test_a_channels_posts_are_left_alone(person: Arrive, telegram: httpx.AsyncClient) -> None:
    """Neither words nor commands in a channel are answered."""
    channel = await Group.of(telegram, await person(), "channel")
    await channel.send("/start")
    await channel.send("背包")
    assert await channel.answers() == []


async def test_a_button_pressed_in_a_group_has_no_power(
    person: Arrive, telegram: httpx.AsyncClient, marketplace: httpx.AsyncClient
) -> None:
    """It stops spinning; the presser's own conversation stays where it is."""
    member = await person()
    shown = await PLACES["lines"].walk(member)
    data = shown.button("Cancel the order")["callback_data"]
    group = await Group.of(telegram, member)
    await group.send("/start")
    answer = (await group.answers(1))[0]
    body = {"from": member.id, "message_id": answer["message_id"], "data": data}
    tapped = await telegram.post(f"/sandbox/chats/{group.id}/tap", json=body)
    assert tapped.status_code == 200, tapped.text
    await member.toast(tapped.json()["callback_query_id"])
    await member.say("/start", "1 item")


async def test_the_menu_in_groups_is_short(person: Arrive, telegram: httpx.AsyncClient) -> None:
    """Commands that would show something personal are not offered there."""
    member = await person()
    await member.say("/start", "Snaporder")
    group = await Group.of(telegram, member)
    query = f"chat_id={group.id}&user_id={member.id}"
    menu = (await telegram.get(f"/sandbox/commands?{query}")).json()
    assert [each["command"] for each in menu] == ["find", "start", "help"]
