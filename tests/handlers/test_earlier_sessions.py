"""Conversations that earlier releases stored open where they stood, and their buttons still work.

`earlier/<release>.sql` was made by that release (`earlier/write_down.py`): somebody at every
step, and at everything that a step may ask. `earlier/<release>.json` is what each of them saw.
"""

import difflib
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Step
from bot.storage.ports import StepCommit
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.handlers.earlier.people import seen
from tests.handlers.earlier.write_down import make
from tests.storage.samples import KEY, NOW

EARLIER = sorted((Path(__file__).parent / "earlier").glob("*.sql"))
SINCE_0_1 = {
    *(Step.PROOF, Step.CASE, Step.TERMS, Step.QUESTION, Step.ANSWER, Step.PUBLISH),
    *(Step.BUY_TERMS, Step.JOINING, Step.BUY, Step.WATCH),
}
ALIKE = 0.8  # words may have been improved since; another screen has less than half in common


def _database(dump: Path, folder: Path) -> Path:
    database = folder / "restored.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.executescript(dump.read_text("utf-8"))
    return database


@asynccontextmanager
async def restored(dump: Path, folder: Path) -> AsyncIterator[SqliteStorage]:
    storage = SqliteStorage(_database(dump, folder), Sealer(KEY), lambda: NOW)
    await storage.open()
    try:
        yield storage
    finally:
        await storage.close()


def saw(dump: Path) -> dict[UserId, dict[str, Any]]:
    stored = json.loads(dump.with_suffix(".json").read_text("utf-8"))
    return {UserId(int(user)): each for user, each in stored.items()}


def likeness(one: str, other: str) -> float:
    """How much of one is in the other, wherever its lines stand: a screen may lead with others."""
    pairs = (
        (one, other),
        ("\n".join(sorted(one.split("\n"))), "\n".join(sorted(other.split("\n")))),
    )
    return max(difflib.SequenceMatcher(None, *each, autojunk=False).ratio() for each in pairs)


def _acts(screen: dict[str, Any]) -> list[str]:
    return [data for _, data in screen["buttons"] if data and data.startswith("1.")]


async def _wrong(dump: Path, storage: SqliteStorage) -> list[tuple[str, str]]:
    wrong = []
    for user, before in saw(dump).items():
        now = await seen(storage, user)
        alike = likeness(before["text"], now["text"]) >= ALIKE
        # The preview shows the variants' pictures since.
        if not alike or before["picture"] not in {None, now["picture"]}:
            wrong.append((before["name"], now["text"]))
        wrong += [(before["name"], each) for each in _acts(before) if each not in _acts(now)]
    return wrong


@pytest.mark.parametrize("dump", EARLIER, ids=lambda dump: dump.stem)
async def test_every_screen_is_there_again(dump: Path, tmp_path: Path) -> None:
    """The same words, give or take, under the same picture, with every button it had."""
    async with restored(dump, tmp_path) as storage:
        assert await _wrong(dump, storage) == []


@pytest.mark.parametrize("dump", EARLIER, ids=lambda dump: dump.stem)
async def test_the_screens_are_told_apart(dump: Path, tmp_path: Path) -> None:
    """Somebody stood at every step, and the likeness asked for tells it from every other one."""
    texts: dict[tuple[Step, str], str] = {}
    async with restored(dump, tmp_path) as storage:
        for user, before in saw(dump).items():
            session = await storage.conversations.load_session(ChatId(user), user)
            assert session is not None
            texts.setdefault((session.step, session.language), before["text"])
    assert {step for step, _ in texts} >= set(Step) - SINCE_0_1
    for (step, language), text in texts.items():
        for (other, its_language), its_text in texts.items():
            if step is not other and language == its_language:
                assert likeness(text, its_text) < ALIKE


@pytest.mark.parametrize("dump", EARLIER, ids=lambda dump: dump.stem)
async def test_its_next_step_stores_a_session_anew(dump: Path, tmp_path: Path) -> None:
    """Whatever it held is there after it was written and read in today's shape."""
    moved = {}
    async with restored(dump, tmp_path) as storage:
        for user in saw(dump):
            session = await storage.conversations.load_session(ChatId(user), user)
            assert session is not None
            moved[user] = session.replace(revision=session.revision + 1)
            await storage.conversations.commit_step(StepCommit(moved[user], session.revision))
        await storage.close()
        await storage.open()
        for user, session in moved.items():
            assert await storage.conversations.load_session(ChatId(user), user) == session


async def test_this_release_can_be_written_down(tmp_path: Path) -> None:
    """What `write_down.py` writes of this release is what this release draws again."""
    await make("now", tmp_path)
    dump = tmp_path / "now.sql"
    async with restored(dump, tmp_path) as storage:
        assert await _wrong(dump, storage) == []
