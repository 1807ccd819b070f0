"""Telegram as a transport under python-telegram-bot: records every call, can fail and be slow."""

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from telegram.request import BaseRequest, RequestData

TOKEN = "123456:test-token"
Answer = tuple[int, bytes] | Exception


@dataclass
class Call:
    """One call as it arrived."""

    method: str
    params: dict[str, Any]
    at: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> str:
        return str(self.params.get("text") or self.params.get("caption") or "")

    @property
    def buttons(self) -> list[dict[str, Any]]:
        markup = self.params.get("reply_markup")
        rows = json.loads(markup)["inline_keyboard"] if markup else []
        return [button for row in rows for button in row]

    def data(self, label: str) -> str:
        """The callback data of the button with this label."""
        return str(next(each for each in self.buttons if each["text"] == label)["callback_data"])


class FakeTelegram(BaseRequest):
    """Answers everything well unless told otherwise through `fail` and `slow`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.slow: dict[str, float] = {}
        self.on_call: Callable[[Call], None] = lambda _: None
        self._answers: dict[str, deque[Answer]] = defaultdict(deque)
        self._ids = itertools.count(1)

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    def fail(self, method: str, status: int, description: str = "", **parameters: Any) -> None:
        """The next call of `method` is refused."""
        body = {"ok": False, "error_code": status, "description": description}
        if parameters:
            body["parameters"] = parameters
        self._answers[method].append((status, json.dumps(body).encode()))

    def answer(self, method: str, result: object) -> None:
        """The next call of `method` answers with this result."""
        body = json.dumps({"ok": True, "result": result}).encode()
        self._answers[method].append((200, body))

    def break_off(self, method: str, error: Exception) -> None:
        """The next call of `method` ends without an answer."""
        self._answers[method].append(error)

    def of(self, *methods: str) -> list[Call]:
        """The calls of these methods so far."""
        return [call for call in self.calls if call.method in methods]

    @property
    def shown(self) -> list[Call]:
        """What people were shown, in order: new messages and edits."""
        return [
            call
            for call in self.calls
            if call.method.startswith(("sendMessage", "sendPhoto", "editMessage"))
            and call.method != "editMessageReplyMarkup"
        ]

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[-1]
        call = Call(name, dict(request_data.json_parameters) if request_data else {})
        self.calls.append(call)
        self.on_call(call)
        await asyncio.sleep(self.slow.get(name, 0.0))
        if self._answers[name]:
            answer = self._answers[name].popleft()
            if isinstance(answer, Exception):
                raise answer
            return answer
        return 200, json.dumps({"ok": True, "result": self._result(call)}).encode()

    def _result(self, call: Call) -> object:
        if call.method == "getMe":
            return {"id": 123456, "is_bot": True, "first_name": "Bot", "username": "bot"}
        if call.method == "getUpdates":
            return []
        if call.method.startswith(("send", "edit")) and call.method != "sendChatAction":
            message: dict[str, Any] = {
                "message_id": int(call.params.get("message_id") or next(self._ids)),
                "date": 1,
                "chat": {"id": int(call.params["chat_id"]), "type": "private"},
            }
            if call.method in {"sendPhoto", "editMessageMedia"}:
                size = {"width": 9, "height": 9, "file_id": "file", "file_unique_id": "unique"}
                return {**message, "photo": [size]}
            return {**message, "text": call.text}
        return True
