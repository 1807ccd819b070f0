"""What the doctor says of settings files and of where the key lies."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.operator.doctor import examine
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.domain.group_buys.groups import NOW as THEN
from tests.operator.conftest import Configure
from tests.storage.grouping import BUY, group_buy
from tests.storage.samples import KEY
from tests.storage.watching import new_watch


async def _report(configure: Configure, **changed: object) -> str:
    return "\n".join([each.line async for each in examine(configure(**changed))])


async def test_a_key_beside_the_database_is_warned_of(configure: Configure, tmp_path: Path) -> None:
    """One copy of that folder or volume holds the lock and its key."""
    assert "WARN  key's place: " in await _report(configure)
    apart = tmp_path / "keys" / "bot.key"
    assert "OK    key's place: " in await _report(configure, data_key_file=apart)
    assert "OK    key's place: " in await _report(configure, data_key="00" * 32)


async def test_a_name_that_nothing_reads_is_told(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip in the settings file would otherwise do nothing, silently."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text("MARKETPLACE_SIGNNG=java\nBOT_TOKEN_FILE=/run/secrets/token\nACCESS=open\n")
    report = await _report(configure)
    assert "WARN  settings: nothing reads MARKETPLACE_SIGNNG in .env" in report
    assert "meant MARKETPLACE_SIGNING?" in report
    file.write_text("ACCESS=open\n")
    assert "OK    settings: all can be read; file: .env" in await _report(configure)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(minutes=5), "OK    last run: alive at"),
        (timedelta(hours=3), "WARN  last run: alive at .*; down from .*asked again"),
        (timedelta(hours=-3), "WARN  last run: alive at .*; started at .*before it ran last"),
    ],
)
async def test_a_gap_between_two_runs_is_told(
    configure: Configure, tmp_path: Path, away: timedelta, said: str
) -> None:
    """And nothing of runs where there was none."""
    assert "last run" not in await _report(configure)
    now = datetime.now(UTC)
    for moment in (now - away, now):
        storage = SqliteStorage(tmp_path / "bot.db", Sealer(KEY))
        await storage.open()
        await storage.runs.begin_run(moment)
        await storage.close()
    database = {"database_url": str(tmp_path / "bot.db"), "data_key": KEY.hex()}
    assert re.search(said, await _report(configure, **database))
    an_hour_ago = time.time() - 3600
    report = examine(configure(**database), lambda: an_hour_ago)
    lines = "\n".join([each.line async for each in report])
    assert re.search(r"WARN  last run: alive 3[56]\d\d s later than this machine's clock", lines)


async def test_group_buys_that_need_somebody_are_told(configure: Configure, tmp_path: Path) -> None:
    """How many stand where, and what they can't mend; nothing where there never was one."""
    storage = SqliteStorage(tmp_path / "bot.db", Sealer(KEY), lambda: THEN)
    await storage.open()
    database = {"database_url": str(tmp_path / "bot.db"), "data_key": KEY.hex()}
    assert "group buys" not in await _report(configure, **database)
    await group_buy(storage)
    await storage.group_buys.organiser_reached(BUY, reached=False)
    await storage.close()
    settings = configure(**database, group_buys="operators")
    long_after = (THEN + timedelta(days=30)).timestamp()
    report = "\n".join([each.line async for each in examine(settings, lambda: long_after)])
    assert "WARN  group buys: 1 open, 1 ordering; 2 overdue" in report
    assert "no way to reach the organiser of 1" in report
    off = await _report(configure, **database, group_buys="off")
    assert "GROUP_BUYS is off: running ones stand still" in off


async def test_watches_that_nobody_reads_are_told(configure: Configure, tmp_path: Path) -> None:
    """How many there are of how much; late ones, but not while the hours are quiet."""
    storage = SqliteStorage(tmp_path / "bot.db", Sealer(KEY), lambda: THEN)
    await storage.open()
    database = {"database_url": str(tmp_path / "bot.db"), "data_key": KEY.hex()}
    assert "watches:" not in await _report(configure, **database)
    await storage.watches.set_watch(new_watch(), THEN)
    await storage.close()

    async def told(after: timedelta, **more: object) -> str:
        settings, moment = configure(**database, **more), (THEN + after).timestamp()
        lines = [each.line async for each in examine(settings, lambda: moment)]
        return next(each for each in lines if "watches:" in each)

    assert await told(timedelta(minutes=5)) == "OK    watches: 1 of 1 products"
    late = await told(timedelta(hours=2))
    assert late.startswith("WARN  watches: 1 of 1 products; 1 due for an hour")
    at = (THEN + timedelta(hours=2)).strftime("%H")
    hours = f"{at}-{(int(at) + 1) % 24}"
    assert (await told(timedelta(hours=2), quiet_hours=hours, quiet_zone="UTC")).startswith("OK")
    assert "nothing of them is read" in await told(timedelta(), watches_per_person=0)
