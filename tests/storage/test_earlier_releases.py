"""Databases that earlier releases made open with everything in them (`earlier/make.py`)."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.domain.sessions import Session
from bot.storage.codec import from_json, to_json
from bot.storage.earlier_sessions import FORMAT, upgraded
from bot.storage.ports import StorageUnavailable
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.earlier.filling import KEY, NOW, read
from tests.storage.earlier.make import make
from tests.storage.samples import restored

NOT_KEPT = {"medal_level"}  # nobody ever read it
EARLIER = sorted((Path(__file__).parent / "earlier").glob("*.sql"))


def missing(before: Any, after: Any, where: str = "") -> list[str]:
    """What `before` said and `after` does not; names that `after` has besides are welcome."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            each
            for name, value in before.items()
            if name not in NOT_KEPT
            for each in (
                missing(value, after[name], f"{where}/{name}")
                if name in after
                else [f"{where}/{name} is gone"]
            )
        ]
    if isinstance(after, dict) and after == {"marketplace": "1688", "id": str(before)}:
        return []  # before marketplaces had names there was one
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [each for at, (one, two) in pairs for each in missing(one, two, f"{where}/{at}")]
    return [] if before == after else [f"{where}: {before!r} became {after!r}"]


def in_todays_shape(state: dict[str, Any]) -> dict[str, Any]:
    """The session in its newer shape; that its screens stay the same is tested beside it."""
    return Session.model_validate(upgraded(state)).model_dump(mode="json")


async def _read(database: Path) -> dict[str, Any]:
    storage = SqliteStorage(database, Sealer(KEY), lambda: NOW)
    await storage.open()
    while await storage.tracking.sort_orders():
        pass
    try:
        return await read(storage)
    finally:
        await storage.close()


@pytest.mark.parametrize("dump", EARLIER, ids=lambda dump: dump.stem)
async def test_what_an_earlier_release_stored_is_read(database: Path, dump: Path):
    """Every session, order, address and all the rest say what they said to that release."""
    restored(dump, database)
    before = json.loads(dump.with_suffix(".json").read_text(encoding="utf-8"))
    for person in before["people"].values():
        for each in person["conversations"]:
            if "picking" not in each["state"]:
                each["state"] = in_todays_shape(each["state"])
    assert missing(before, await _read(database)) == []


async def test_a_comparison_that_would_miss_something_fails():
    """A changed, a lost and a shortened value are each told of."""
    before = {"a": [1, {"b": 2}], "c": [1, 2], "d": 3}
    assert missing(before, {"a": [1, {"b": 4}], "c": [1]}) == [
        "/a/1/b: 2 became 4",
        "/c: [1, 2] became [1]",
        "/d is gone",
    ]
    assert missing(before, before | {"new": 1}) == []
    name = {"marketplace": "1688", "id": "17"}
    assert missing([17, "17"], [name, name]) == []
    assert len(missing([17, 18], [name | {"marketplace": "taobao"}, name])) == 2


async def test_this_release_can_be_written_down(database: Path, tmp_path: Path):
    """What `make.py` writes of this release is what this release reads back."""
    await make("now", tmp_path)
    restored(tmp_path / "now.sql", database)
    assert await _read(database) == json.loads((tmp_path / "now.json").read_text(encoding="utf-8"))


async def test_a_newer_releases_session_is_refused():
    """Read as one of ours it would lose what we know nothing of."""
    newer = to_json(Session(session_id="A", chat_id=1, user_id=1)).replace(
        b'"format":%d' % FORMAT, b'"format":%d' % (FORMAT + 1)
    )
    with pytest.raises(StorageUnavailable, match="Session"):
        from_json(Session, newer)


@pytest.mark.parametrize("stored", [b"", b"{", b"[]", b"null", b'{"format": "x"}', b"\xff"])
async def test_what_is_no_session_is_told(stored: bytes):
    """Not as an error of whatever tried to read it."""
    with pytest.raises(StorageUnavailable, match="Session"):
        from_json(Session, stored)
