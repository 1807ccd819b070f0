"""`python -m bot doctor`: is everything as it should be, and what to mend where it is not."""

import contextlib
import resource
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import httpx

from bot.domain.group_buys.buys import ENDED
from bot.domain.links import GroupLinks
from bot.http.connections import Connections
from bot.http.over_httpx import OverConnections
from bot.http.proxies import Proxies
from bot.http.reading import BadDate, read_date
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.errors import (
    ClockSkewed,
    CredentialsRefused,
    MarketplaceError,
    Throttled,
    Unreachable,
)
from bot.operator.findings import Finding, Verdict
from bot.process.settings_files import names_in, settings_file, unread_file, whoami
from bot.settings import GroupBuying, Settings
from bot.storage.group_ports import BuysCensus
from bot.storage.keys import load_keyring
from bot.storage.ports import CLOCK_WENT_BACK, Gap, StorageError
from bot.storage.sealing import SealingError
from bot.storage.sqlite.copying import group_buys_in, last_run, quick_check, watches_in
from bot.storage.watch_ports import WatchCensus
from bot.web.listening import WEBHOOK_PATH
from bot.wiring.parts import client_config

_PATIENCE = 10.0  # seconds
_LEAST_FREE = 200 * 1024 * 1024
_LITTLE_FREE = 1024 * 1024 * 1024
_GAP_SHOWN_FOR = timedelta(days=7)
_CLOCK_WARN, _CLOCK_FAIL = 5.0, 60.0  # seconds of difference
_DESCRIPTORS = 2048
_FEW_CONNECTIONS = 8
_NOT_FOUND, _UNAUTHORIZED = 404, 401
_OWNER_BITS = 0o077
_CLIENT_ERROR_SKEW = "signatures and consents depend on the clock: set up NTP"


async def examine(
    settings: Settings, wall_clock: Callable[[], float] = time.time
) -> AsyncIterator[Finding]:
    """Check everything, one after the other, and yield what was found. Changes nothing."""
    for finding in _settings(settings):
        yield finding
    ways = Connections(2, proxies=Proxies.from_environment(always=settings.telegram_proxy))
    async with httpx.AsyncClient(
        transport=OverConnections(ways),
        timeout=_PATIENCE,
        headers={"Accept-Encoding": "identity"},
    ) as http:
        async for finding in _telegram(settings, http, wall_clock):
            yield finding
    yield await _marketplace(settings)
    path, now = settings.database_path, wall_clock()
    stored = _shared(settings, now) if path is None else _of_file(settings, path, now)
    for finding in (*stored, _key_file(settings), _descriptors()):
        yield finding


def _of_file(settings: Settings, path: Path, now: float) -> Iterator[Finding]:
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


def _shared(settings: Settings, now: float) -> Iterator[Finding]:
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
            text += ": raise max_connections, each bot needs four"
            yield Finding(Verdict.WARN, "connections", text)
        else:
            yield Finding(Verdict.OK, "connections", text)
        yield from _runs(seen.alive, seen.gap, now)
        yield from _group_buys(settings, seen.buys)
        yield from _watches(settings, seen.watches, datetime.fromtimestamp(now, UTC))


def _settings(settings: Settings) -> list[Finding]:
    found = [_settings_file()]
    if not settings.admin_ids:
        text = "empty: nobody is told of uncertain orders; add your Telegram id"
        found.append(Finding(Verdict.WARN, "ADMIN_IDS", text))
    if settings.admin_ids and not settings.pay_daily_limit:
        text = "0: operators may pay without a password without any bound; set what a day may cost"
        found.append(Finding(Verdict.WARN, "PAY_DAILY_LIMIT", text))
    if settings.admin_ids and not settings.marketplace_pay_guard:
        text = "off: the marketplace may take another amount than the one agreed to"
        found.append(Finding(Verdict.WARN, "MARKETPLACE_PAY_GUARD", text))
    for name, url in (
        ("TELEGRAM_API_URL", settings.telegram_api_url),
        ("MARKETPLACE_URL", settings.marketplace_url),
        ("WEBHOOK_URL", settings.webhook_url),
    ):
        if url is not None and url.scheme != "https" and url.host not in {"127.0.0.1", "localhost"}:
            text = f"{url.scheme}:// sends secrets and addresses in the clear; use https://"
            found.append(Finding(Verdict.WARN, name, text))
    host, _ = settings.listen_address
    if host not in {"127.0.0.1", "::1", "localhost"}:
        text = f"{settings.listen} answers everybody: keep /metrics and /readyz behind a proxy"
        found.append(Finding(Verdict.WARN, "LISTEN", text))
    return found


def _settings_file() -> Finding:
    """Tell where the settings come from, and which names there nothing reads."""
    unread, file = unread_file(), settings_file()
    if unread is not None:
        text = f"{unread} is there, but {whoami()} may not read it: the environment has everything"
        return Finding(Verdict.WARN, "settings", text)
    known = {name.upper() for name in Settings.model_fields}
    strange = [
        name
        for name in (names_in(file) if file else ())
        if name not in known and name.removesuffix("_FILE") not in known
    ]
    if not strange:
        return Finding(Verdict.OK, "settings", f"all can be read; file: {file or 'none'}")
    text = f"nothing reads {', '.join(strange)} in {file}"
    meant = [each for name in strange for each in get_close_matches(name, known, 1)]
    return Finding(
        Verdict.WARN, "settings", f"{text}: meant {', '.join(meant)}?" if meant else text
    )


async def _telegram(
    settings: Settings, http: httpx.AsyncClient, wall_clock: Callable[[], float]
) -> AsyncIterator[Finding]:
    base = str(settings.telegram_api_url).rstrip("/")
    address = f"{base}/bot{settings.bot_token.get_secret_value()}"
    try:
        answer = await http.get(f"{address}/getMe")
        me = answer.json()
        webhook = (await http.get(f"{address}/getWebhookInfo")).json() if answer.is_success else {}
    except (httpx.HTTPError, ValueError) as error:
        # Of what is no JSON the text quotes the answer; of HTTP it is our own.
        why = "no JSON" if isinstance(error, ValueError) else str(error)
        text = f"no answer from {base} ({why}): network, proxy, TELEGRAM_API_URL?"
        yield Finding(Verdict.FAIL, "Telegram", text)
        return
    if answer.status_code in {_UNAUTHORIZED, _NOT_FOUND}:
        yield Finding(Verdict.FAIL, "BOT_TOKEN", "Telegram refuses it; ask @BotFather for it")
        return
    if not isinstance(me, dict) or not me.get("ok"):
        text = f"getMe answered {answer.status_code}; is {base} a Bot API?"
        yield Finding(Verdict.FAIL, "Telegram", text)
        return
    yield Finding(Verdict.OK, "BOT_TOKEN", f"@{me['result'].get('username', '?')}")
    for finding in _modes(settings, me["result"]):
        yield finding
    yield _webhook(settings, webhook.get("result") or {})
    yield _clock(answer.headers.get("Date"), wall_clock())


def _modes(settings: Settings, me: dict[str, Any]) -> list[Finding]:
    """Tell what has to be switched at @BotFather, as far as getMe says (Bot API, `User`)."""
    found = []
    if not me.get("supports_inline_queries"):
        text = "off: nobody can share goods in other chats; /setinline at @BotFather"
        found.append(Finding(Verdict.WARN, "inline mode", text))
    # Servers before Bot API 10.0 say nothing of it.
    if me.get("supports_guest_queries") is False:
        text = (
            "off: a mention where the bot is no member reaches nobody; the bot switches it on at "
            "its start where Telegram lets it, else @BotFather does"
        )
        found.append(Finding(Verdict.WARN, "guest mode", text))
    reads_all = bool(me.get("can_read_all_group_messages"))
    if settings.group_links is GroupLinks.ALWAYS and not reads_all:
        text = (
            "on: in groups the bot sees no links without a mention, whatever GROUP_LINKS says, "
            "unless it is an administrator; /setprivacy at @BotFather"
        )
        found.append(Finding(Verdict.WARN, "privacy mode", text))
    return found


def _webhook(settings: Settings, info: dict[str, Any]) -> Finding:
    there = str(info.get("url") or "")
    wanted = ""
    if settings.webhook_url is not None:
        wanted = str(settings.webhook_url).rstrip("/") + WEBHOOK_PATH
    if there != wanted:
        text = (
            f"Telegram has {there or 'none'}, the settings say {wanted or 'none (polling)'}; "
            "the bot sets it when it starts"
        )
        return Finding(Verdict.WARN, "webhook", text)
    trouble = info.get("last_error_message")
    if there and trouble:
        text = (
            f"Telegram's last delivery failed: {trouble}; {info.get('pending_update_count')} wait"
        )
        return Finding(Verdict.WARN, "webhook", text)
    return Finding(Verdict.OK, "webhook", there or "none, as polling needs it")


def _clock(date: str | None, now: float) -> Finding:
    try:
        theirs = read_date(date or "").timestamp()
    except BadDate:
        return Finding(Verdict.WARN, "clock", "Telegram sent no readable Date to compare with")
    off = abs(now - theirs)
    if off >= _CLOCK_FAIL:
        return Finding(Verdict.FAIL, "clock", f"{off:.0f} s off; {_CLIENT_ERROR_SKEW}")
    if off >= _CLOCK_WARN:
        return Finding(Verdict.WARN, "clock", f"{off:.0f} s off; {_CLIENT_ERROR_SKEW}")
    return Finding(Verdict.OK, "clock", "agrees with Telegram's")


async def _marketplace(settings: Settings) -> Finding:
    """Sign a keyword search for one hit, which changes nothing there."""
    signing = settings.marketplace_signing.value
    try:
        async with DajiClient(client_config(settings)) as client:
            page = await client.search_by_keyword("杯子", page=1, page_size=1)
    except ClockSkewed as error:
        text = f"{error.what()}; {_CLIENT_ERROR_SKEW}"
        return Finding(Verdict.FAIL, "marketplace", text)
    except CredentialsRefused as error:
        named = f"code {error.code or '-'}, trace {error.trace_id or '-'}"
        text = (
            f"keys or signature refused ({named}): "
            "check MARKETPLACE_APP_KEY and MARKETPLACE_APP_SECRET, then try another "
            f"MARKETPLACE_SIGNING than {signing}: `doctor --probe` tries each"
        )
        return Finding(Verdict.FAIL, "marketplace", text)
    except Unreachable:
        text = f"no answer from {settings.marketplace_url}: network, or MARKETPLACE_URL?"
        return Finding(Verdict.FAIL, "marketplace", text)
    except Throttled:
        return Finding(Verdict.WARN, "marketplace", "takes the keys but holds us back; try later")
    except MarketplaceError as error:
        text = f"the search failed: {error}, {error.message!r}; if it lasts, send them the trace"
        return Finding(Verdict.FAIL, "marketplace", text)
    text = (
        f"signed search answered, {len(page.hits)} hit; writes with a JSON body are signed as "
        f"'{signing}': if previews alone are refused, `doctor --probe` tries every other form"
    )
    return Finding(Verdict.OK, "marketplace", text)


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
        text = f"alive {ahead:.0f} s later than this machine's clock shows; {_CLIENT_ERROR_SKEW}"
        return [Finding(Verdict.WARN, "last run", text)]
    lately = f"alive at {_utc(alive)}"
    if gap is None or now - gap.until.timestamp() > _GAP_SHOWN_FOR.total_seconds():
        return [Finding(Verdict.OK, "last run", lately)]
    if gap.until < gap.since:
        text = f"started at {_utc(gap.until)}, before it ran last ({_utc(gap.since)})"
        text += f": {_CLIENT_ERROR_SKEW}"
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


def _key_file(settings: Settings) -> Finding:
    if settings.data_key is not None:
        return Finding(Verdict.OK, "key", "in DATA_KEY")
    path = settings.key_path
    if not path.exists():
        return Finding(Verdict.WARN, "key", f"no {path} yet; the first run makes it")
    if path.stat().st_mode & _OWNER_BITS:
        return Finding(Verdict.WARN, "key", f"{path} can be read by others: chmod 600 it")
    with contextlib.suppress(SealingError, OSError):
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


def _descriptors(limit: int | None = None) -> Finding:
    """How many files and connections the bot may have open, after it has raised that itself."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1] if limit is None else limit
    if hard == resource.RLIM_INFINITY or hard >= _DESCRIPTORS:
        return Finding(Verdict.OK, "descriptors", f"{hard} files and connections may be open")
    text = f"only {hard} files and connections may be open: raise the limit (ulimit -n) to 4096"
    return Finding(Verdict.WARN, "descriptors", text)


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
