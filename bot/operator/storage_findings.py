"""What the doctor finds in the database, its place and its key. Bots may be running beside it."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.group_buys.buys import ENDED
from bot.operator.findings import CLOCK_MATTERS, Finding, Verdict
from bot.settings import GroupBuying, Settings
from bot.storage.group_ports import BuysCensus
from bot.storage.keys import load_keyring
from bot.storage.ports import CLOCK_WENT_BACK, Gap, StorageError
from bot.storage.sealing import SealingError
from bot.storage.sqlite.copying import group_buys_in, last_run, quick_check, watches_in
from bot.storage.watch_ports import WatchCensus

_LEAST_FREE = 200 * 1024 * 1024
_LITTLE_FREE = 1024 * 1024 * 1024
_GAP_SHOWN_FOR = timedelta(days=7)
_FEW_CONNECTIONS = 8
_OWNER_BITS = 0o077


def of_file(settings: Settings, path: Path, now: float) -> Iterator[Finding]:
    """Look at a SQLite file and its place."""
    yield _database(settings, path)
    with contextlib.suppress(StorageError):  # told as the database's trouble
        yield from _runs(*last_run(path), now)
    with contextlib.suppress(StorageError):
        moment = datetime.fromtimestamp(now, UTC)
        yield from _group_buys(settings, group_buys_in(path, moment))
        yield from _watches(settings, watches_in(path, moment), moment)
    yield _key_place(settings, path)
    yield _disk(path)


def of_server(settings: Settings, now: float) -> Iterator[Finding]:
    """Look at a PostgreSQL database, beside the bots that use it."""
    setting = settings.data_key.get_secret_value() if settings.data_key else None
    if setting is None and not settings.key_path.exists():
        text = f"no {settings.key_path} yet: every bot on this database needs the same key"
        yield Finding(Verdict.WARN, "DATA_KEY", text)
        return
    try:
        from bot.storage.postgres.looking import look  # noqa: PLC0415 - an extra

        sealer = load_keyring(setting, settings.key_path).sealer()
        seen = look(settings.database_url, sealer, datetime.fromtimestamp(now, UTC))
    except ImportError:
        text = "PostgreSQL needs psycopg: install snaporder with the extra `postgres`"
        yield Finding(Verdict.FAIL, "database", text)
    except SealingError as error:
        yield Finding(Verdict.FAIL, "DATA_KEY", str(error))
    except (StorageError, OSError) as error:
        yield Finding(Verdict.FAIL, "database", str(error))
    else:
        text = f"{seen.name}, server {seen.server}"
        if not seen.schema:
            yield Finding(Verdict.WARN, "database", f"{text}: empty yet; the first run fills it")
            return
        text += f", schema {seen.schema}, the key opens it"
        yield Finding(Verdict.OK, "database", text)
        left = seen.most_connections - seen.connections
        text = f"{seen.connections} of {seen.most_connections} connections in use"
        if left < _FEW_CONNECTIONS:
            text += ": raise max_connections, each bot needs five"
            yield Finding(Verdict.WARN, "connections", text)
        else:
            yield Finding(Verdict.OK, "connections", text)
        yield from _runs(seen.alive, seen.gap, now)
        yield from _group_buys(settings, seen.buys)
        yield from _watches(settings, seen.watches, datetime.fromtimestamp(now, UTC))


def _database(settings: Settings, path: Path) -> Finding:
    if not path.exists():
        text = f"no {path.absolute()} yet; the first run makes it"
        return Finding(Verdict.WARN, "database", text)
    setting = settings.data_key.get_secret_value() if settings.data_key else None
    if setting is None and not settings.key_path.exists():
        text = f"{settings.key_path} is missing: put back the key that belongs to {path}"
        return Finding(Verdict.FAIL, "DATA_KEY", text)
    try:
        version = quick_check(path, load_keyring(setting, settings.key_path).sealer())
    except SealingError as error:
        return Finding(Verdict.FAIL, "DATA_KEY", str(error))
    except (StorageError, OSError, sqlite3.Error) as error:
        return Finding(Verdict.FAIL, "database", f"{error}; restore a backup if it is damaged")
    path = path.absolute()
    return Finding(Verdict.OK, "database", f"{path} is whole, schema {version}, the key opens it")


def _runs(alive: datetime | None, gap: Gap | None, now: float) -> list[Finding]:
    """Tell when the bot ran last, and of its last long gap; nothing where it never ran."""
    if alive is None:
        return []
    ahead = alive.timestamp() - now
    if ahead >= CLOCK_WENT_BACK.total_seconds():
        text = f"alive {ahead:.0f} s later than this machine's clock shows; {CLOCK_MATTERS}"
        return [Finding(Verdict.WARN, "last run", text)]
    lately = f"alive at {_utc(alive)}"
    if gap is None or now - gap.until.timestamp() > _GAP_SHOWN_FOR.total_seconds():
        return [Finding(Verdict.OK, "last run", lately)]
    if gap.until < gap.since:
        text = f"started at {_utc(gap.until)}, before it ran last ({_utc(gap.since)})"
        text += f": {CLOCK_MATTERS}"
    else:
        text = f"down from {_utc(gap.since)} to {_utc(gap.until)}: older consents are asked again"
    return [Finding(Verdict.WARN, "last run", f"{lately}; {text}")]


def _group_buys(settings: Settings, buys: BuysCensus) -> list[Finding]:
    """Tell how group buys stand and what they can't mend; nothing where there never was one."""
    running = {state: count for state, count in buys.states.items() if state not in ENDED}
    if not buys.states:
        return []
    lost = ", ".join(map(str, buys.unreachable))
    off = settings.group_buys is GroupBuying.OFF and running
    troubles = [
        said
        for said, holds in (
            ("GROUP_BUYS is off: running ones stand still", off),
            (f"{buys.overdue} overdue: is the bot running?", buys.overdue),
            (f"{buys.uncertain} with an uncertain order: settle it with `orders`", buys.uncertain),
            (f"{buys.cards_failing} cards can't be drawn: see the log", buys.cards_failing),
            (f"{buys.news_late} messages late: see the log", buys.news_late),
            (f"{buys.open_long} with balances open for two weeks", buys.open_long),
            (f"no way to reach the organiser of {lost}: /takeover in the chat", lost),
        )
        if holds
    ]
    counted = [f"{count} {state.value}" for state, count in sorted(running.items())]
    if buys.unbalanced:
        counted.append(f"{buys.unbalanced} of them with books to be settled")
    text = "; ".join([", ".join(counted) or "none running", *troubles])
    return [Finding(Verdict.WARN if troubles else Verdict.OK, "group buys", text)]


def _watches(settings: Settings, watches: WatchCensus, moment: datetime) -> list[Finding]:
    """Tell how many watch what, and whether that is read in time; nothing where nobody does."""
    if not watches.watching and not watches.to_tell:
        return []
    text = f"{watches.watching} of {watches.offers} products"
    if not settings.watches_per_person:
        text += "; WATCHES_PER_PERSON is 0: nothing of them is read or told"
        return [Finding(Verdict.WARN, "watches", text)]
    quiet = settings.quiet is not None and settings.quiet.over_at(moment) is not None
    if watches.offers_late and not quiet:
        text += f"; {watches.offers_late} due for an hour: is the bot running, and"
        text += " POLL_CALLS_PER_MINUTE enough? A longer WATCH_SECONDS asks less often"
        return [Finding(Verdict.WARN, "watches", text)]
    return [Finding(Verdict.OK, "watches", text)]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def of_key(settings: Settings) -> Finding:
    """Tell where the key is, and whether others may read it."""
    if settings.data_key is not None:
        return Finding(Verdict.OK, "key", "in DATA_KEY")
    path = settings.key_path
    if not path.exists():
        return Finding(Verdict.WARN, "key", f"no {path} yet; the first run makes it")
    if path.stat().st_mode & _OWNER_BITS:
        return Finding(Verdict.WARN, "key", f"{path} can be read by others: chmod 600 it")
    with contextlib.suppress(SealingError, OSError):  # told with the database
        if load_keyring(None, path).is_exchanging:
            text = "an exchange was begun and not ended: run rotate-key again"
            return Finding(Verdict.WARN, "key", text)
    return Finding(Verdict.OK, "key", f"{path}; is a copy of it kept apart from the backups?")


def _key_place(settings: Settings, path: Path) -> Finding:
    """Tell whether one copy of a folder or volume would hold the lock and its key."""
    if settings.data_key is not None:
        return Finding(Verdict.OK, "key's place", "outside of the database's folder")
    key, folder = settings.key_path.absolute(), path.absolute().parent
    if not key.is_relative_to(folder):
        return Finding(Verdict.OK, "key's place", f"{key.parent}, apart from the database")
    text = (
        f"{key} lies with the database: whoever copies that folder or volume has both; "
        "move it to a place of its own and name that in DATA_KEY_FILE"
    )
    return Finding(Verdict.WARN, "key's place", text)


def _disk(path: Path) -> Finding:
    folder = _existing(path.absolute().parent)
    free = shutil.disk_usage(folder).free
    text = f"{free // 1024**2} MB free in {folder}"
    if free < _LEAST_FREE:
        return Finding(Verdict.FAIL, "disk", f"{text}: nothing can be stored soon; make room")
    if free < _LITTLE_FREE:
        return Finding(Verdict.WARN, "disk", f"{text}: make room")
    return Finding(Verdict.OK, "disk", text)


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
