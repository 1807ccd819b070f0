"""One person's chat as their app keeps it: every message as it stands, and the current screen."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

OUR_NUMBER = re.compile(r"S\d{6}-[2-9A-Z]{8}")
_MONEY = re.compile(r"¥([\d,]+\.\d\d)")


def fen(shown: str) -> int:
    """Read yuan as the bot shows them."""
    return int(shown.replace(",", "").replace(".", ""))


@dataclass(frozen=True)
class Pressable:
    """A button that acts on the conversation."""

    message_id: int
    data: str
    label: str

    @property
    def action(self) -> str:
        parts = self.data.split(".", 4)
        return parts[3] if len(parts) == 5 else ""

    @property
    def arg(self) -> str:
        parts = self.data.split(".", 4)
        return parts[4] if len(parts) == 5 else ""

    @property
    def total(self) -> int | None:
        """The fen that the label names."""
        found = _MONEY.search(self.label)
        return fen(found[1]) if found else None


@dataclass(frozen=True)
class Screen:
    """A message of the bot."""

    text: str
    buttons: tuple[Pressable, ...]
    urls: tuple[str, ...]
    copies: tuple[str, ...] = ()  # what its buttons copy

    def with_action(self, action: str) -> list[Pressable]:
        return [each for each in self.buttons if each.action == action]


@dataclass
class ChatView:
    """What the person has seen. Nothing is missed: events are read from where one left off."""

    http: httpx.AsyncClient
    user_id: int
    screen: Screen | None = None
    seq: int = 0
    sent: int = 0
    answers: int = 0
    numbers: set[str] = field(default_factory=set)
    seen_text: list[str] = field(default_factory=list)
    old_buttons: list[Pressable] = field(default_factory=list)
    first_seen: dict[str, float] = field(default_factory=dict)  # a button's data: since 1970
    screens: list[Screen] = field(default_factory=list)  # as they came, edits included
    amounts: dict[str, tuple[int, ...]] = field(default_factory=dict)  # fen beside a button's data
    seen_on: dict[str, str] = field(default_factory=dict)  # a button's data: the text above it
    answered: set[str] = field(default_factory=set)  # presses whose spinner the bot has ended
    _shown: dict[int, tuple[str | None, tuple[str | None, ...]]] = field(default_factory=dict)

    async def send(self, text: str) -> None:
        await self._post("send", {"from": self.user_id, "text": text})

    async def press(self, button: Pressable) -> str:
        """Press, and return the press's id."""
        body = {"from": self.user_id, "message_id": button.message_id, "data": button.data}
        answer = await self._post("tap", body)
        return str(answer.json()["callback_query_id"])

    async def look(self, within: float) -> bool:
        """Wait for something new of the bot; tell whether there was."""
        loop = asyncio.get_running_loop()
        deadline, before = loop.time() + within, self.answers
        while (left := deadline - loop.time()) > 0 and self.answers == before:
            path = f"/sandbox/chats/{self.user_id}/wait?after_seq={self.seq}&timeout={left:.2f}"
            answer = await self.http.get(path, timeout=left + 30)
            answer.raise_for_status()
            report = answer.json()
            self.seq = max(self.seq, report["seq"])
            for event in report["events"]:
                if event["type"] in {"message", "edit"} and event["message"]["from"].get("is_bot"):
                    self._read(event["message"])
                elif event["type"] == "callback_answer":
                    self.answered.add(str(event["callback_query_id"]))
        return self.answers > before

    def _read(self, message: dict[str, Any]) -> None:
        number, text = int(message["message_id"]), message.get("text") or message.get("caption", "")
        rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        data = tuple(each.get("callback_data") for each in buttons)
        said_before, data_before = self._shown.get(number, (None, ()))
        if text == said_before and (not buttons or data == data_before):
            return  # only its buttons were taken off, or its picture was put above it
        self._shown[number] = text, data
        self.answers += 1
        self.seen_text.append(text)
        self.numbers.update(OUR_NUMBER.findall(text))
        pressable = tuple(
            Pressable(number, each["callback_data"], each["text"])
            for each in buttons
            if "callback_data" in each
        )
        for each in pressable:
            self.first_seen.setdefault(each.data, time.time())
        self.old_buttons = [*self.old_buttons[-40:], *pressable]
        amounts = tuple(
            int(each.replace(",", "").replace(".", "")) for each in _MONEY.findall(text)
        )
        for each in pressable:
            self.amounts[each.data] = amounts
            self.seen_on[each.data] = text
        self.screen = Screen(
            text,
            pressable,
            tuple(b["url"] for b in buttons if "url" in b),
            tuple(b["copy_text"]["text"] for b in buttons if "copy_text" in b),
        )
        self.screens.append(self.screen)

    async def _post(self, action: str, body: dict[str, Any]) -> httpx.Response:
        answer = await self.http.post(f"/sandbox/chats/{self.user_id}/{action}", json=body)
        answer.raise_for_status()
        self.sent += 1
        return answer
