"""A backlog at the start: what people wrote in an outage, and one who writes while it is read."""

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import httpx
from chat import Person
from crashing import Clients, Own

ANSWERS = {
    "/help": "What you can send",
    "/nonsense": "don't know that command",
    "/privacy": "Privacy",
}
_SILENT = 3
"""Updates that ask for no answer, between two that do: moving locations, as in a real backlog."""

_PATIENCE = 180.0
"""Seconds at most for a newcomer, whose message Telegram hands out last; reported, not judged."""

_APART = 7  # seconds between two messages of a person, as they were written


@dataclass
class BacklogReport:
    """What became of it."""

    updates: int
    lost: int
    disorderly: list[str]
    seconds: float
    newcomer_seconds: float
    waiting_then: int  # how much of the backlog still waited when the newcomer was answered

    @property
    def failures(self) -> list[str]:
        lost = [f"lost: {self.lost} updates of the backlog"] if self.lost else []
        late = [] if self.waiting_then else ["stuck: a newcomer waited for the whole backlog"]
        return [*lost, *late, *(f"wrong: out of order for {each}" for each in self.disorderly)]


async def work_off(own: Own, clients: Clients, updates: int, people: int) -> BacklogReport:
    """Have a stopped bot find `updates` of `people` at its start; return what came of them."""
    own.bot.start()
    await own.bot.ready()
    crowd = [await clients.arrive() for _ in range(people)]
    await asyncio.gather(*(each.say("/start", "Snaporder") for each in crowd))
    own.bot.kill()
    each_writes = updates // people
    written = list(islice(cycle(ANSWERS), each_writes // (_SILENT + 1)))
    for person in crowd:
        await _write(clients, person, written)
    sent = people * len(written) * (_SILENT + 1)
    began = time.monotonic()
    own.bot.start()
    await own.bot.ready()
    newcomer = await clients.arrive()
    called = time.monotonic()
    await newcomer.send("/start")
    await newcomer.sees("Snaporder", within=_PATIENCE)
    answered = time.monotonic()
    waiting_then = await asyncio.to_thread(_counted, own, "waiting")
    while await _pending(clients) or await asyncio.to_thread(_counted, own, "waiting"):  # noqa: ASYNC110 - another process decides
        await asyncio.sleep(0.2)
    seconds = time.monotonic() - began
    finished = await asyncio.to_thread(_counted, own, "finished")
    disorderly = [
        f"{person.id}: {answers}"
        for person in crowd
        if (answers := await _answers(person)) != written
    ]
    lost = sent + people + 1 - finished  # each one's /start, and the newcomer's
    return BacklogReport(sent, lost, disorderly, seconds, answered - called, waiting_then)


async def _write(clients: Clients, person: Person, written: list[str]) -> None:
    moment = 1_700_000_000
    for number, command in enumerate(written):
        said = {
            "text": command,
            "entities": [{"type": "bot_command", "offset": 0, "length": len(command)}],
        }
        await _raw(clients.telegram, "message", _message(person, moment, number, said))
        for step in range(_SILENT):
            moved = {"location": {"latitude": 30.2, "longitude": 120.1 + step}, "edit_date": moment}
            await _raw(clients.telegram, "edited_message", _message(person, moment, number, moved))
        moment += _APART


def _message(person: Person, moment: int, number: int, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "message_id": 800_000 + number,
        "date": moment,
        "chat": {"id": person.id, "type": "private", "first_name": "T"},
        "from": {"id": person.id, "is_bot": False, "first_name": "T", "language_code": "en"},
        **content,
    }


async def _raw(telegram: httpx.AsyncClient, kind: str, content: dict[str, Any]) -> None:
    answer = await telegram.post("/sandbox/updates/raw", json={kind: content})
    answer.raise_for_status()


async def _answers(person: Person) -> list[str]:
    """Which commands were answered, in the order of the answers in the chat."""
    said = [each.text for each in await person.history() if each.raw["from"].get("is_bot")]
    kinds = [[command for command, words in ANSWERS.items() if words in text] for text in said]
    return [kind[0] for kind in kinds if kind]


async def _pending(clients: Clients) -> int:
    return int((await clients.telegram.get("/sandbox/updates")).json()["pending"])


def _counted(own: Own, state: str) -> int:
    with sqlite3.connect(own.bot.folder / "bot.db") as connection:
        query = "SELECT count(*) FROM inbox WHERE state = ?"
        return int(connection.execute(query, (state,)).fetchone()[0])
