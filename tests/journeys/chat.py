"""Reading and writing as a person does: send, tap, look at what the bot shows."""

import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from said_once import said_twice

PATIENCE = 60.0
"""Seconds that a person waits for the bot; a bound, never a measurement."""

MORE = {"⋯ More", "⋯ 更多"}


@dataclass(frozen=True)
class Shown:
    """A message as it stands in the chat."""

    raw: dict[str, Any]

    @property
    def id(self) -> int:
        return int(self.raw["message_id"])

    @property
    def text(self) -> str:
        """As a person reads it: a space that does not break is a space."""
        text = self.raw.get("text") or self.raw.get("caption") or ""
        return str(text).replace("\u00a0", " ")

    @property
    def has_picture(self) -> bool:
        return bool(self.raw.get("photo"))

    @property
    def rows(self) -> list[list[dict[str, Any]]]:
        markup = self.raw.get("reply_markup") or {}
        return list(markup.get("inline_keyboard", []))

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        return [button["text"] for button in self.buttons]

    @property
    def is_page_of_results(self) -> bool:
        """One result alone is one as well, which nothing sorts or narrows."""
        data = [each.get("callback_data", "").split(".")[3:4] for each in self.buttons]
        return ["refine"] in data or data.count(["pick"]) == 1

    def has_button(self, wanted: str) -> bool:
        return any(re.search(wanted, label) for label in self.labels)

    def button(self, wanted: str) -> dict[str, Any]:
        """Return the first button whose label matches the pattern."""
        for button in self.buttons:
            if re.search(wanted, button["text"]):
                return button
        raise AssertionError(f"no button {wanted!r} among {self.labels} below:\n{self.text}")

    def url(self, wanted: str) -> str:
        return str(self.button(wanted)["url"])


@dataclass
class Person:
    """One person in their private chat with the bot."""

    http: httpx.AsyncClient
    id: int
    language: str
    seq: int = 0
    seen: list[Shown] = field(default_factory=list)
    looks_at_pictures: bool = True
    """Waits for the sheet of a page of results, which comes after its words."""
    patience: float = PATIENCE
    unread: list[Shown] = field(default_factory=list)
    """What came together with what was seen last, until the person does something."""

    @classmethod
    async def arrive(cls, http: httpx.AsyncClient, language: str = "en") -> Self:
        """A new person who has pressed Start in Telegram but written nothing yet."""
        body = {"first_name": "Tester", "language_code": language, "started": True}
        user = (await _ok(http.post("/sandbox/users", json=body))).json()
        return cls(http, int(user["id"]), language)

    async def send(self, text: str) -> None:
        await self._post("send", json={"from": self.id, "text": text})

    async def reply(self, text: str, to: Shown) -> None:
        """Answer a message of the chat."""
        await self._post("send", json={"from": self.id, "text": text, "reply_to": to.id})

    async def photo(self, data: bytes, caption: str = "", *, name: str = "photo.jpg") -> None:
        await self.files([(name, data)], caption, kind="photo")

    async def document(self, data: bytes, name: str, caption: str = "") -> None:
        await self.files([(name, data)], caption, kind="document")

    async def share(self, **card: Any) -> None:
        """Send what the simulated client has no button for: a contact, a venue, a location."""
        message = {
            "message_id": 900_000_000,
            "date": int(time.time()),
            "chat": {"id": self.id, "type": "private", "first_name": "Tester"},
            "from": {"id": self.id, "is_bot": False, "first_name": "Tester"},
        }
        self.unread = []
        await _ok(self.http.post("/sandbox/updates/raw", json={"message": message | card}))

    async def files(self, files: list[tuple[str, bytes]], caption: str = "", *, kind: str) -> None:
        fields = {"from": str(self.id), "caption": caption, "as": kind}
        parts = [("file", (name, data)) for name, data in files]
        await self._post("send", data=fields, files=parts)

    async def tap(self, wanted: str, on: Shown | None = None) -> str:
        """Press a button of the newest screen (or of `on`); return the callback query's id."""
        shown = on or await self._screen_with(wanted)
        more = [each for each in shown.labels if each in MORE]
        if more and not shown.has_button(wanted):
            await self.press(shown.id, shown.button(re.escape(more[0]))["callback_data"])
            shown = await self._opened(wanted)
        return await self.press(shown.id, shown.button(wanted)["callback_data"])

    async def _screen_with(self, wanted: str) -> Shown:
        """The newest screen, or the one above it where that has the button: news may come below."""
        history = await self.history()
        newest = _newest_screen(history)
        if newest.has_button(wanted) or MORE.intersection(newest.labels):
            return newest
        above = [each for each in reversed(history) if each.has_button(wanted)]
        return above[0] if above else newest

    async def _opened(self, wanted: str) -> Shown:
        """Wait until the rest of the buttons is there."""
        async for history in self._histories():
            shown = _newest_screen(history)
            if shown.has_button(wanted):
                return shown
        raise AssertionError(f"nothing like {wanted!r} under More")

    async def press(self, message_id: int, data: str) -> str:
        """Press a button by its data, whatever it is."""
        body = {"from": self.id, "message_id": message_id, "data": data}
        answer = await self._post("tap", json=body)
        return str(answer.json()["callback_query_id"])

    async def toast(self, callback_query_id: str) -> str | None:
        """Wait until a tap is answered and return its toast."""
        path = f"/sandbox/callbacks/{callback_query_id}?timeout={PATIENCE:.0f}"
        answer = (await _ok(self.http.get(path, timeout=2 * PATIENCE))).json()
        assert answer["answered"], "the tap was never answered"
        return answer["text"] or None

    async def told(self, callback_query_id: str, wanted: str) -> None:
        """Wait to be told by a tap's answer, or in the chat where that went before."""
        if wanted not in (await self.toast(callback_query_id) or ""):
            await self.sees(wanted)

    async def sees(self, wanted: str, *, within: float | None = None) -> Shown:
        """Wait until the bot shows something new that matches, and return it."""
        deadline = time.monotonic() + (within or self.patience)
        while (left := deadline - time.monotonic()) > 0:
            came, self.unread = self.unread or await self._events(min(left, 2.0)), []
            for number, shown in enumerate(came, 1):
                if re.search(wanted, shown.text, re.DOTALL):
                    self.unread = came[number:]
                    return await self._whole(shown)
        newest = self.seen[-1].text if self.seen else "(nothing)"
        raise AssertionError(f"never saw {wanted!r}; the newest the bot showed:\n{newest}")

    async def sees_nothing_new(self, within: float = 0.7) -> None:
        """Assert that the bot shows nothing for a while."""
        deadline = time.monotonic() + within
        while (left := deadline - time.monotonic()) > 0:
            shown = await self._events(left)
            assert not shown, f"unexpected:\n{shown[0].text}"

    async def sees_within(self, seconds: float, wanted: str) -> bool:
        """Look for so long; tell whether anything new matched."""
        deadline = time.monotonic() + seconds
        seen = []
        while (left := deadline - time.monotonic()) > 0:
            seen += await self._events(left)
        return any(re.search(wanted, each.text, re.DOTALL) for each in seen)

    async def catches_up(self) -> None:
        """Take for seen what the bot has shown by now."""
        while await self._events(0.3):
            pass

    async def sees_no_longer(self, wanted: Callable[[Shown], bool]) -> None:
        """Wait until no message of the chat is such: a replaced one goes after the new one came."""
        still: list[Shown] = []
        async for history in self._histories():
            if not (still := [each for each in history if wanted(each)]):
                return
        raise AssertionError(f"still there:\n{still[0].text}")

    async def screen(self) -> Shown:
        """The bot's newest message that has buttons, as it stands now."""
        return _newest_screen(await self.history())

    async def history(self) -> list[Shown]:
        """Every message of the chat that still stands, oldest first."""
        answer = (await _ok(self.http.get(f"/sandbox/chats/{self.id}/messages"))).json()
        return [Shown(raw) for raw in answer["messages"] if not raw["sandbox"]["deleted"]]

    async def do(self, label: str, wanted: str) -> Shown:
        """Press a button of the newest screen and wait for what it leads to."""
        await self.tap(label)
        return await self.sees(wanted)

    async def say(self, text: str, wanted: str) -> Shown:
        """Write and wait for the answer."""
        await self.send(text)
        return await self.sees(wanted)

    async def _events(self, seconds: float) -> list[Shown]:
        """New or edited messages of the bot since the last look."""
        path = (
            f"/sandbox/chats/{self.id}/wait?after_seq={self.seq}&timeout={max(seconds, 0.01):.2f}"
        )
        answer = (await _ok(self.http.get(path, timeout=seconds + PATIENCE))).json()
        self.seq = max(self.seq, answer["seq"])
        shown = [
            Shown(event["message"])
            for event in answer["events"]
            if event["type"] in {"message", "edit"} and event["message"]["from"].get("is_bot")
        ]
        shown = [each for each in shown if not self._is_nothing_new(each)]
        self.seen.extend(shown)
        for each in shown:
            assert not (twice := said_twice(each.text)), f"said twice: {twice} in\n{each.text}"
        return shown

    async def _whole(self, shown: Shown) -> Shown:
        """A page of results with its sheet, any other message as it is."""
        if shown.has_picture or not (self.looks_at_pictures and shown.is_page_of_results):
            return shown
        async for history in self._histories():
            now = next((each for each in history if each.id == shown.id), None)
            if now is None or now.has_picture or now.text != shown.text:
                return now or shown
        raise AssertionError(f"the sheet never came:\n{shown.text}")

    async def _histories(self) -> AsyncIterator[list[Shown]]:
        """The chat's messages as they stand, and again after each change."""
        deadline, seq = time.monotonic() + PATIENCE, self.seq
        while (left := deadline - time.monotonic()) > 0:
            yield await self.history()
            path = f"/sandbox/chats/{self.id}/wait?after_seq={seq}&timeout={left:.2f}"
            seq = (await _ok(self.http.get(path, timeout=2 * PATIENCE))).json()["seq"]

    def _is_nothing_new(self, shown: Shown) -> bool:
        """Tell whether an edit only took buttons off, or put a picture above words that stay."""
        before = next((each for each in reversed(self.seen) if each.id == shown.id), None)
        if before is None or before.text != shown.text:
            return False
        got_its_picture = shown.has_picture and not before.has_picture
        return not shown.rows or got_its_picture

    async def _post(self, action: str, **body: Any) -> httpx.Response:
        self.unread = []
        return await _ok(self.http.post(f"/sandbox/chats/{self.id}/{action}", **body))


def _newest_screen(history: list[Shown]) -> Shown:
    for shown in reversed(history):
        if shown.rows and shown.raw["from"].get("is_bot"):
            return shown
    raise AssertionError("the bot shows no buttons")


async def _ok(call: Any) -> httpx.Response:
    response: httpx.Response = await call
    assert response.status_code < 300, f"{response.status_code}: {response.text[:500]}"
    return response
