"""Guests under the soak: they leave an address and watch a price; most have it all deleted."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from soak_asking import Asking, Wanted
from soak_chat import ChatView, Screen
from soak_findings import Audit
from soak_patience import Patience
from soak_people import ADDRESSES, GOODS

GUESTS = 2
_STAYS = 0.3
_TWICE = 0.12
_ADDRESSES = 4
_BEGUN_ANEW = {"sessions"}
"""What somebody has again who was told that everything is deleted: a new conversation."""


@dataclass
class Guest:
    """One guest after another, each a person of their own."""

    telegram: httpx.AsyncClient
    random: random.Random
    patience: Patience
    did: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    deleted: list[int] = field(default_factory=list)  # who was told that all of it is
    watching: list[int] = field(default_factory=list)  # who was told that a watch is set, and stays

    async def come_and_go(self) -> None:
        """Be one after another, for ever."""
        while True:
            chat = await self._arrive()
            try:
                await self._stay(chat)
            finally:
                self.sent += chat.sent

    async def _arrive(self) -> ChatView:
        language = self.random.choice(("en", "zh-hans"))
        body = {"first_name": "Guest", "language_code": language, "started": True}
        answer = await self.telegram.post("/sandbox/users", json=body)
        answer.raise_for_status()
        self.did["guests"] += 1
        return ChatView(self.telegram, int(answer.json()["id"]))

    async def _stay(self, chat: ChatView) -> None:
        asking = Asking(chat, self.random, self.patience, self.did, chat.press)
        await self._leave_an_address(asking)
        watches = await self._watch(asking)
        if self.random.random() < _STAYS:
            if watches:
                self.watching.append(chat.user_id)
            return
        asked = await asking.say("/deletemydata", _may("forget"))
        if asked is None:
            return
        done = await asking.ask(asked.with_action("forget")[0], _is_deleted, twice=_TWICE)
        if done is not None:
            self.did["had their data deleted"] += 1
            self.deleted.append(chat.user_id)

    async def _leave_an_address(self, asking: Asking) -> None:
        if await asking.say("/address", lambda _: True) is None:
            return
        for _ in range(_ADDRESSES):
            shown = await asking.say(self.random.choice(ADDRESSES), lambda _: True)
            if shown is None:
                return
            if save := shown.with_action("save"):
                await asking.ask(save[0], lambda _: True)
                self.did["left an address"] += 1
                return

    async def _watch(self, asking: Asking) -> bool:
        link = f"https://detail.1688.com/offer/{self.random.choice(GOODS)}.html"
        offer = await asking.say(link, _may("watch"))
        shown = offer and await asking.ask(
            offer.with_action("watch")[0], _may("wish", "watch_value")
        )
        if shown and not shown.with_action("wish") and (values := shown.with_action("watch_value")):
            shown = await asking.ask(self.random.choice(values), _may("wish"))
        if not shown or not (wishes := shown.with_action("wish")):
            return False
        done = await asking.ask(self.random.choice(wishes), _may("unwatch"), twice=_TWICE)
        self.did["watches set"] += done is not None
        return done is not None


def _may(*actions: str) -> Wanted:
    return lambda screen: any(screen.with_action(each) for each in actions)


def _is_deleted(screen: Screen) -> bool:
    return "Your data is deleted" in screen.text or "你的数据已删除" in screen.text


def audit_guests(found: Audit, guests: list[Guest], database: Path) -> None:
    """Nothing is left of whoever was told so, and no watch is lost that was said to be set."""
    with closing(sqlite3.connect(database)) as connection:
        for each in guests:
            for person in each.deleted:
                for table in _kept(connection, person):
                    found.wrong.append(f"{person}: data deleted, and still in {table}")
            for person in each.watching:
                row = connection.execute("SELECT 1 FROM watches WHERE user_id = ?", (person,))
                if row.fetchone() is None:
                    found.lost.append(f"{person}: the watch that was set is gone")
    for each in guests:
        found.outcomes["guests whose data was deleted"] += len(each.deleted)
        found.outcomes["guests who watch"] += len(each.watching)


def _kept(connection: sqlite3.Connection, person: int) -> Iterator[str]:
    tables = connection.execute(
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND c.name = 'user_id'"
    ).fetchall()
    for (table,) in tables:
        rows = connection.execute(f"SELECT 1 FROM {table} WHERE user_id = ?", (person,))  # noqa: S608 - the schema's
        if table not in _BEGUN_ANEW and rows.fetchone() is not None:
            yield table
