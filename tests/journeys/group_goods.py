"""A group in which people ask for goods, and what its cards open."""

import asyncio
import re
import time
from typing import Any

import httpx
from chat import PATIENCE, Person, Shown

OFFER = 718092053690


LINK = f"https://detail.1688.com/offer/{OFFER}.html"


class Group:
    """A group in which one member writes."""

    def __init__(self, http: httpx.AsyncClient, chat_id: int, member: Person, bot: str) -> None:
        self.http, self.id, self.member, self.bot = http, chat_id, member, bot

    @classmethod
    async def of(cls, http: httpx.AsyncClient, member: Person, *, forum: bool = False) -> "Group":
        body = {"type": "supergroup", "title": "Friends", "members": [member.id], "forum": forum}
        answer = await http.post("/sandbox/chats", json=body)
        assert answer.status_code < 300, answer.text
        name = (await http.get("/sandbox/world")).json()["bot"]["username"]
        return cls(http, int(answer.json()["id"]), member, name)

    async def send(self, text: str, reply_to: int | None = None, topic: int | None = None) -> int:
        body = {"from": self.member.id, "text": text, "reply_to": reply_to, "topic": topic}
        answer = await self.http.post(f"/sandbox/chats/{self.id}/send", json=body)
        assert answer.status_code < 300, answer.text
        return int(answer.json()["messages"][0]["message_id"])

    async def photo(self, data: bytes, caption: str = "") -> int:
        answer = await self.http.post(
            f"/sandbox/chats/{self.id}/send",
            data={"from": str(self.member.id), "caption": caption, "as": "photo"},
            files=[("file", ("photo.jpg", data))],
        )
        assert answer.status_code < 300, answer.text
        return int(answer.json()["messages"][0]["message_id"])

    async def answers(self) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/sandbox/chats/{self.id}/messages")
        return [each for each in answer.json()["messages"] if each.get("from", {}).get("is_bot")]

    async def answered(self, count: int = 1) -> Shown:
        """Wait for so many answers and return the last."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if len(found := await self.answers()) >= count:
                assert len(found) == count
                return Shown(found[-1])
            await asyncio.sleep(0.05)
        raise AssertionError(f"{len(await self.answers())} answers instead of {count}")


async def opens(person: Person, url: str) -> Shown:
    """Follow a card's link as Telegram does: the private chat, Start pressed."""
    payload = re.fullmatch(r"https://t\.me/\w+\?start=([\w-]{1,64})", url)
    assert payload, url
    await person.send(f"/start {payload[1]}")
    return await person.sees(r"Minimum order|起订量")
