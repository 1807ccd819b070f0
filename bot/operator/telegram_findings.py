"""What the doctor finds at Telegram: the token, modes, the webhook, the clock."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from bot.domain.links import GroupLinks
from bot.http.reading import BadDate, read_date
from bot.operator.findings import CLOCK_MATTERS, Finding, Verdict
from bot.settings import Settings
from bot.web.listening import WEBHOOK_PATH

_CLOCK_WARN, _CLOCK_FAIL = 5.0, 60.0  # seconds of difference
_NOT_FOUND, _UNAUTHORIZED = 404, 401


async def of_telegram(
    settings: Settings, http: httpx.AsyncClient, wall_clock: Callable[[], float]
) -> AsyncIterator[Finding]:
    """Ask the Bot API who the bot is and where its updates go. Changes nothing there."""
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
        return Finding(Verdict.FAIL, "clock", f"{off:.0f} s off; {CLOCK_MATTERS}")
    if off >= _CLOCK_WARN:
        return Finding(Verdict.WARN, "clock", f"{off:.0f} s off; {CLOCK_MATTERS}")
    return Finding(Verdict.OK, "clock", "agrees with Telegram's")
