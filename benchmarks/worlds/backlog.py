"""Updates that wait from the start; whether all were answered, and in order within each chat."""

import time
from collections.abc import Callable
from typing import Any

from benchmarks.worlds.moves import SEARCHES
from benchmarks.worlds.people import Crowd, Person

Json = dict[str, Any]
Deliver = Callable[[Person, Json], None]
_EACH = 5  # updates of each chat
_FIRST_CHAT = 900_000_000
_OUTAGE = 3600  # seconds over which they were written


class Backlog:
    """`updates` searches, a few of each chat, each with words of its own that the answer names."""

    def __init__(self, updates: int, deliver: Deliver) -> None:
        self._expected: dict[int, list[str]] = {}
        self._answered: dict[int, list[str]] = {}
        self._seen: set[tuple[int, int]] = set()
        self._heard: set[tuple[int, int, str]] = set()
        self._first: float | None = None
        self._last = 0.0
        self.answers = 0
        nobody = Crowd((), deliver, ours=True, pause=lambda *_: None)
        began = int(time.time()) - _OUTAGE
        chats = updates // _EACH
        people = [Person(number, _FIRST_CHAT + number, nobody) for number in range(chats)]
        for turn in range(_EACH):
            for person in people:
                words = f"背包 {(person.number + turn * 7) % SEARCHES}"
                self._expected.setdefault(person.chat_id, []).append(words)
                message = {
                    "message_id": 10 + turn,
                    "from": person.user,
                    "chat": person.chat,
                    "date": began + turn * _OUTAGE // _EACH,
                    "text": words,
                }
                deliver(person, {"message": message})

    def seen(self, chat_id: int, message: Json) -> None:
        """Note an answer, by the words that it names; its sheet may be put into it later."""
        expected = self._expected.get(chat_id)
        if expected is None:
            return
        shown = message.get("caption") or message.get("text") or ""
        named = next((words for words in expected if f"{words}”" in shown), None)
        # A sheet that is put above words which stand there already is no other answer.
        place = chat_id, int(message["message_id"])
        if named is None or place in self._seen:
            return
        self._seen.add(place)
        answer = (chat_id, message["message_id"], named)
        if answer in self._heard:
            return
        self._heard.add(answer)
        now = time.monotonic()
        self._first = self._first or now
        self._last = now
        self.answers += 1
        self._answered.setdefault(chat_id, []).append(named)

    def report(self) -> Json:
        """Return how far it is, and what is missing or out of order."""
        wrong = sum(
            self._answered.get(chat, []) != words[: len(self._answered.get(chat, []))]
            for chat, words in self._expected.items()
        )
        return {
            "updates": sum(map(len, self._expected.values())),
            "answers": self.answers,
            "chats_out_of_order": wrong,
            "seconds": self._last - self._first if self._first else 0.0,
        }
