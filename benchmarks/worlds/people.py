"""The people behind the fake Bot API: each makes a move, waits for its answer, makes the next."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.worlds.files import as_sent
from benchmarks.worlds.moves import SEARCHES, Move

Json = dict[str, Any]
Deliver = Callable[["Person", Json], None]
FIRST_PERSON = 1_000_000
_STRIDE = 7_919  # a prime: known people come from all over the database


class Person:
    """One person in one private chat."""

    __slots__ = (
        "at",
        "chat_id",
        "crowd",
        "delivered",
        "language",
        "messages",
        "moved",
        "number",
        "unseen",
    )

    def __init__(self, number: int, chat_id: int, crowd: "Crowd") -> None:
        self.number = number
        self.chat_id = chat_id
        self.crowd = crowd
        self.unseen: float | None = None
        """When the move was delivered that nothing was heard of yet."""
        self.language = "zh-hans" if number % 2 else "en"
        self.at = 0
        self.delivered: float | None = None
        self.moved = 0.0
        """When the move was made, delivered or not."""
        self.messages: dict[int, Json] = {}

    @property
    def user(self) -> Json:
        """As Telegram tells of people."""
        return {
            "id": self.chat_id,
            "is_bot": False,
            "first_name": f"Person {self.number}",
            "language_code": self.language,
        }

    @property
    def chat(self) -> Json:
        """As Telegram tells of private chats."""
        return {"id": self.chat_id, "first_name": f"Person {self.number}", "type": "private"}


class Crowd:
    """People who walk the same moves; whoever is through makes room for a new person.

    With `ours` an answer counts when it has the button that the next move needs; for other bots
    any message does. `think` is the pause before a move in seconds, on average; `known` is how
    many people the bot knows already, of whom everybody comes. `held` people make each move only
    when `step` says so.
    """

    def __init__(
        self,
        moves: Sequence[Move],
        deliver: Deliver,
        *,
        ours: bool,
        pause: Callable[[float, Callable[[], None]], object],
        think: float = 0.0,
        first: int = FIRST_PERSON,
        known: int = 0,
        held: bool = False,
    ) -> None:
        self._first, self._known = first, known
        self._moves = moves
        self._deliver = deliver
        self._ours = ours
        self._pause = pause
        self._think = think
        self._random = random.Random(7)
        self._held: list[Person] | None = [] if held else None
        self._people: dict[int, Person] = {}
        self._next_number = 0
        self._message_id = 100
        self.walking = False
        self.answered = 0
        self.walked = 0
        self.latencies: list[float] = []
        self.signs: list[float] = []
        self.moves: list[tuple[float, float]] = []
        """When a move was made and when it was answered, by the monotonic clock."""

    def begin(self, people: int) -> None:
        """Let that many people begin."""
        self.walking = True
        for _ in range(people):
            self._enter()

    def stop(self) -> None:
        """Nobody makes another move."""
        self.walking = False

    def step(self) -> None:
        """Everybody who is held makes their next move."""
        for person in (self._held or [])[:]:
            self._held = [each for each in self._held or [] if each is not person]
            self._move(person)

    def person(self, chat_id: int) -> Person | None:
        """Who is in that chat now."""
        return self._people.get(chat_id)

    def signed(self, person: Person) -> None:
        """Something was heard of a move: its first sign of life."""
        if person.unseen is not None:
            self.signs.append(time.monotonic() - person.unseen)
            person.unseen = None

    def seen(self, person: Person, message: Json) -> None:
        """A message was sent to somebody, or changed."""
        person.messages.pop(message["message_id"], None)  # the latest stands last
        person.messages[message["message_id"]] = message
        if person.delivered is None:
            return
        sees = self._moves[person.at].sees if self._ours else None
        if sees is not None and button(message, sees) is None:
            return
        self.answered += 1
        now = time.monotonic()
        self.latencies.append(now - person.delivered)
        self.moves.append((person.moved, now))
        person.delivered = None
        person.at += 1
        if person.at == len(self._moves):
            self.walked += 1
            del self._people[person.chat_id]
            if self.walking:
                self._enter()
        elif self.walking:
            if self._held is not None:
                self._held.append(person)
            elif self._think:
                self._pause(self._random.expovariate(1 / self._think), lambda: self._move(person))
            else:
                self._move(person)

    def _enter(self) -> None:
        number = self._next_number
        self._next_number += 1
        place = number * _STRIDE % self._known if self._known else number
        person = Person(number, self._first + place, self)
        self._people[person.chat_id] = person
        if self._held is not None:
            self._held.append(person)
        elif self._think:
            self._pause(self._random.random() * self._think, lambda: self._move(person))
        else:
            self._move(person)

    def _move(self, person: Person) -> None:
        if self.walking:
            move = self._moves[person.at]
            person.moved = time.monotonic()
            make = {"say": self._said, "tap": self._tapped, "photo": self._photographed}
            self._deliver(person, make[move.kind](person, move.what))

    def _sent(self, person: Person, content: Json) -> Json:
        self._message_id += 1
        return {
            "message_id": self._message_id,
            "from": person.user,
            "chat": person.chat,
            "date": int(time.time()),
            **content,
        }

    def _photographed(self, person: Person, kind: str) -> Json:
        return {"message": self._sent(person, as_sent(kind, self._message_id))}

    def _said(self, person: Person, words: str) -> Json:
        text = words.format(n=person.number % SEARCHES)
        message = self._sent(person, {"text": text})
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        return {"message": message}

    def _tapped(self, person: Person, action: str) -> Json:
        message, data = next(reversed(person.messages.values())), action
        if self._ours:
            for each in reversed(person.messages.values()):
                found = button(each, action)
                if found is not None:
                    message, data = each, found
                    break
        self._message_id += 1
        return {
            "callback_query": {
                "id": str(person.chat_id * 10**6 + self._message_id % 10**6),
                "from": person.user,
                "message": message,
                "chat_instance": str(person.chat_id),
                "data": data,
            }
        }


def button(message: Json, action: str) -> str | None:
    """Return the callback data of the message's first button of that action."""
    markup = message.get("reply_markup")
    for row in markup["inline_keyboard"] if markup else ():
        for each in row:
            data = each.get("callback_data")
            if data is not None and data.split(".", 4)[3:4] == [action]:
                return str(data)
    return None
