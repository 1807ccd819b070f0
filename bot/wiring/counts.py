"""What people asked for, counted once for all replicas.

Each counts what it lets pass and tells the others within half a second; who starts, or may have
missed something, asks for the last hour. So a person has one allowance wherever their chats and
groups are worked on, and a replica that dies takes its last half second along, no more. Nothing of
it is stored: when all stop, it is forgiven, as for a process that is alone.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from bot.chat.flood import FloodGuard
from bot.domain.identifiers import UserId
from bot.process.replica import Replica
from bot.services.quotas import Quotas

_TELL_AFTER = 0.5  # seconds; what is counted meanwhile is told together
_LONGEST = 7000  # characters; PostgreSQL takes 7,999 bytes
_COUNTED, _ASKED, _HELD = "counted", "counted?", "held"
_ALL = "*"

_Entry = tuple[int, int, int, int, int]
"""Whose, how many seconds ago, how many searches, calls, and updates."""


class SharedCounts:
    """Has quotas and the flood guard of all replicas know the same."""

    def __init__(self, replica: Replica, quotas: Quotas, flood: FloodGuard) -> None:
        self._replica, self._quotas, self._flood = replica, quotas, flood
        self._searches: Counter[int] = Counter()
        self._calls: Counter[int] = Counter()
        self._updates: Counter[int] = Counter()
        self._is_telling = False
        self._tasks: set[asyncio.Task[None]] = set()
        quotas.on_counted = self._counted
        flood.on_passed = self._passed
        flood.on_held = self._held
        replica.on_bell(_COUNTED, self._heard)
        replica.on_bell(_ASKED, self._asked)
        replica.on_bell(_HELD, self._heard_held)

    def _counted(self, person: UserId, searches: int, calls: int) -> None:
        self._searches[person] += searches
        self._calls[person] += calls
        self._tell_soon()

    def _passed(self, person: int) -> None:
        self._updates[person] += 1
        self._tell_soon()

    def _held(self, person: int, until: float) -> None:
        self._start(self._ring(_HELD, [f"{person} {until}"]))

    def _tell_soon(self) -> None:
        if not self._is_telling:
            self._is_telling = True
            self._start(self._tell())

    async def _tell(self) -> None:
        await asyncio.sleep(_TELL_AFTER)
        counts = self._searches, self._calls, self._updates
        people = sorted(set().union(*counts))
        entries = [
            (each, 0, self._searches[each], self._calls[each], self._updates[each])
            for each in people
        ]
        for count in counts:
            count.clear()
        self._is_telling = False
        if len(self._replica.alive) > 1:  # who comes later asks
            await self._ring(_COUNTED, (f"{_ALL} {some}" for some in _written(entries)))

    def _heard(self, word: str) -> None:
        if not word:  # something may have been missed
            self._start(self._ring(_ASKED, [""]))
            return
        sender, to, entries = word.split(" ", 2)
        me = str(self._replica.number)
        if sender == me or to not in (_ALL, me):
            return
        if to == me:
            for person, of_theirs in groupby(_read(entries), itemgetter(0)):
                self._quotas.catch_up(UserId(person), [each[1:4] for each in of_theirs])
            return
        for person, ago, searches, calls, updates in _read(entries):
            self._quotas.heard(UserId(person), searches, calls, ago)
            self._flood.heard_passed(person, updates)

    def _asked(self, word: str) -> None:
        """Tell who asks what is known here, if that is for this one to do."""
        others = [each for each in self._replica.alive if str(each) != word]
        if not word or not others or min(others) != self._replica.number:
            return
        searches: Counter[tuple[int, int]] = Counter()
        calls: Counter[tuple[int, int]] = Counter()
        for person, seconds, searched, called in self._quotas.known():
            at = (person, -60 * int(seconds // 60))  # by the minute; the oldest first
            searches[at] += searched
            calls[at] += called
        known = [(at[0], -at[1], searches[at], calls[at], 0) for at in sorted(searches)]
        self._start(self._ring(_COUNTED, (f"{word} {some}" for some in _written(known))))

    def _heard_held(self, word: str) -> None:
        if word:
            sender, person, until = word.split(" ")
            if sender != str(self._replica.number):
                self._flood.heard_held(int(person), float(until))

    async def _ring(self, bell: str, words: Iterable[str]) -> None:
        for each in words:
            if len(self._replica.alive) > 1:
                await self._replica.ring(bell, f"{self._replica.number} {each}".rstrip())

    def _start(self, telling: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(telling, name="counts told")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _written(entries: Iterable[_Entry]) -> Iterator[str]:
    """Write entries in pieces that can be told; all of one person's stay together."""
    piece = ""
    people: dict[int, list[str]] = {}
    for entry in entries:
        people.setdefault(entry[0], []).append(":".join(map(str, entry)))
    for some in (" ".join(each) for each in people.values()):
        if piece and len(piece) + len(some) > _LONGEST:
            yield piece
            piece = ""
        piece = f"{piece} {some}".lstrip()
    if piece:
        yield piece


def _read(entries: str) -> Iterator[_Entry]:
    for each in entries.split(" "):
        person, ago, searches, calls, updates = map(int, each.split(":"))
        yield person, ago, searches, calls, updates
