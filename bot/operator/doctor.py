"""`python -m bot doctor`: is everything as it should be, and what to mend where it is not."""

import resource
import time
from collections.abc import AsyncIterator, Callable
from difflib import get_close_matches

import httpx

from bot.http.connections import Connections
from bot.http.over_httpx import OverConnections
from bot.http.proxies import Proxies
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.errors import (
    ClockSkewed,
    CredentialsRefused,
    MarketplaceError,
    Throttled,
    Unreachable,
)
from bot.operator.findings import CLOCK_MATTERS, Finding, Verdict
from bot.operator.storage_findings import of_file, of_key, of_server
from bot.operator.telegram_findings import of_telegram
from bot.process.settings_files import names_in, settings_file, unread_file, whoami
from bot.settings import Settings
from bot.wiring.parts import client_config

_PATIENCE = 10.0  # seconds
_DESCRIPTORS = 2048


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
        async for finding in of_telegram(settings, http, wall_clock):
            yield finding
    yield await _marketplace(settings)
    path, now = settings.database_path, wall_clock()
    stored = of_server(settings, now) if path is None else of_file(settings, path, now)
    for finding in (*stored, of_key(settings), _descriptors()):
        yield finding


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


async def _marketplace(settings: Settings) -> Finding:
    """Sign a keyword search for one hit, which changes nothing there."""
    signing = settings.marketplace_signing.value
    try:
        async with DajiClient(client_config(settings)) as client:
            page = await client.search_by_keyword("杯子", page=1, page_size=1)
    except ClockSkewed as error:
        text = f"{error.what()}; {CLOCK_MATTERS}"
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


def _descriptors(limit: int | None = None) -> Finding:
    """How many files and connections the bot may have open, after it has raised that itself."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1] if limit is None else limit
    if hard == resource.RLIM_INFINITY or hard >= _DESCRIPTORS:
        return Finding(Verdict.OK, "descriptors", f"{hard} files and connections may be open")
    text = f"only {hard} files and connections may be open: raise the limit (ulimit -n) to 4096"
    return Finding(Verdict.WARN, "descriptors", text)
