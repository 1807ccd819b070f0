"""Settings that cannot be meant are refused, every one: malformed, out of range, at odds."""

from pathlib import Path

import pytest

from bot.process.settings_files import BadSettings
from bot.settings import Settings, load_settings

GOOD = {"BOT_TOKEN": "1:aa-_", "MARKETPLACE_APP_KEY": "k", "MARKETPLACE_APP_SECRET": "s3cret"}
_DAYS = ("0", "-1", "36501", "many", "1.5", "1e3", "nan")
_COUNT = ("-1", "1000001", "few", "1.5", "inf")
_SECONDS = ("0", "-1", "inf", "nan", "soon", "2592001")
_WORD = ("a b", "tab\tbed", "schlüssel", "line\nend")

REFUSED: dict[str, tuple[str, ...]] = {
    "poll_shortest_seconds": (*_SECONDS, "601"),
    "poll_unpaid_seconds": (*_SECONDS, "29"),
    "poll_under_way_seconds": (*_SECONDS, "29"),
    "poll_calls_per_minute": ("0", "-1", "60001", "x"),
    "after_sale_days": ("-1", "36501", "x", "731"),
    "pay_reminder_minutes": ("-1", "43201", "x"),
    "quiet_hours": ("late", "23", "8-8", "25-8", "23-8-9", "23:60-8", "23.5-8"),
    "quiet_zone": ("Mars/Base", "+08:00", "China", "../../etc/passwd", "Asia", "Asia/Shanghai "),
    "bot_token": ("abc", "1:a b", ":abc", "１:abc"),
    "telegram_api_url": ("nowhere", "ftp://a.com", "https://a.com?x=1", "https://u:p@a.com"),
    "telegram_proxy": ("socks5://a:1", "http://", "a b"),
    "telegram_messages_per_second": ("0", "-1", "inf", "nan", "x"),
    "marketplace_url": ("nowhere", "ftp://a.com", "https://a.com/#x", "https://u:p@a.com"),
    "marketplace_app_key": _WORD,
    "marketplace_app_secret": _WORD,
    "marketplace_signing": ("rsa", "JSON5", "1"),
    "marketplace_list_notation": ("xml", "semicolon"),
    "marketplace_navigation": ("en", "en_US,US", "en_us,US,USD", "en_US,US,USD,x"),
    "marketplace_pay_guard": ("perhaps", "2"),
    "marketplace_push_secret": _WORD,
    "marketplace_push_signature": ("rsa", "none"),
    "marketplace_tier_scope": ("shop", "order"),
    "marketplace_division_codes": (
        "320576",
        "320576=1",
        "320576:320571",
        "320576=320571,320576=320500",
        "999999=320571",  # no division has it
        "320000=320571",  # a province: nothing is delivered to it
        "810101=810102",  # outside the mainland
        "320576=320576",  # does nothing
        "320576=440305",  # another province
        "３２０５７６=320571",
    ),
    "marketplace_language": ("klingon", "e", "en_US", "zh"),
    "marketplace_picture_hosts": ("*", ",", "https://a.com/", "a.com;b.com", "a com"),
    "picture_seconds": _SECONDS,
    "lookup_delays": ("soon", "0", "3,inf", "-1", ",", ",".join(["1"] * 101)),
    "recreate": ("always", "yes"),
    "database_url": (":memory:", "sqlite:///", "postgresql+asyncpg://x/y", "mysql://x", "/usr"),
    "data_key": ("short", "00" * 31, "zz" * 32, "0:" + "00" * 32, "x:" + "00" * 32),
    "data_key_file": ("/usr", "/", "data/snaporder.db"),
    "webhook_url": (
        "nowhere",
        "http://bot.example.com",
        "https://bot.example.com:9999",
        "https://localhost",
        "https://127.0.0.1",
        "https://10.0.0.5:8443",
        "https://[::1]",
        "https://bot",
        "https://bot.local",
        "https://bot.example.com/?x=1",
    ),
    "webhook_secret": ("with space", "ümlaut", "a" * 257),
    "listen": ("8080", "x:99999", "a b:80", "x:", ":80", "x:²"),
    "admin_ids": ("me", "0", "-5", "1,,x", "9007199254740993", "1" * 17),
    "payment": ("shops", "none", "shop"),  # a shop without operators
    "support_chat": ("me", "5", "-", "-1" + "0" * 15, "-1001234567890"),  # nobody to answer
    "group_buys": ("yes", "perhaps", "1"),
    "access": ("closed", "invite", "allowlist"),  # nobody could get in
    "allowed_ids": ("me", "0", "5"),  # with ACCESS=open it would keep nobody out
    "searches_per_hour": _COUNT,
    "calls_per_hour": _COUNT,
    "unpaid_orders": ("-1", "101", "x"),
    "pay_daily_limit": ("-1", "1e9", "5,000", "¥5", "0.001", "99999999999999"),
    "flood_updates": _COUNT,
    "flood_seconds": _SECONDS,
    "rich_messages": ("perhaps", "2"),
    "group_links": ("sometimes", "true"),
    "group_answers_per_minute": ("-1", "21", "x"),
    "post_seconds": _SECONDS,
    "post_calls_per_minute": ("-1", "601", "x"),
    "watch_seconds": _SECONDS,
    "watch_days": _DAYS,
    "watches_per_person": ("-1", "10001", "x"),
    "alarm_backlog": ("0", "-1", "1000000001", "x"),
    "keep_updates_hours": ("23", "-1", "x", "99999999"),
    "keep_searches_days": _DAYS,
    "keep_drafts_days": _DAYS,
    "keep_offers_days": _DAYS,
    "keep_orders_days": (*_DAYS, "14"),
    "keep_pushes_days": _DAYS,
    "keep_notices_days": _DAYS,
    "keep_parked_days": _DAYS,
    "stop_seconds": _SECONDS,
    "log_format": ("xml", "JSON"),
    "log_level": ("LOUD", "7"),
}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env`, nothing but what is needed."""
    monkeypatch.chdir(tmp_path)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_the_table_has_every_setting() -> None:
    """A new setting comes with what it refuses."""
    assert set(REFUSED) == set(Settings.model_fields)


@pytest.mark.parametrize("setting", sorted(REFUSED))
def test_what_cannot_be_meant_is_refused(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line that begins with a variable's name and does not repeat a value."""
    accepted = []
    if setting == "webhook_url":
        monkeypatch.setenv("WEBHOOK_SECRET", "s3cret")
    for value in REFUSED[setting]:
        monkeypatch.setenv(setting.upper(), value)
        try:
            load_settings()
        except BadSettings as refused:
            said = str(refused)
            assert "\n" not in said, said
            assert said.partition(":")[0].partition(" ")[0].isupper(), said
        else:
            accepted.append(value)
    assert accepted == []


def test_what_can_be_meant_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds themselves, and combinations that make sense."""
    taken = {
        "AFTER_SALE_DAYS": "730",
        "QUIET_ZONE": "America/Vancouver",
        "MARKETPLACE_DIVISION_CODES": "320576=320500, 500157=500112",
        "ACCESS": "allowlist",
        "ALLOWED_IDS": "5",
        "WEBHOOK_URL": "https://bot.example.com:8443/hook",
        "WEBHOOK_SECRET": "s3cret",
        "DATA_KEY": "00" * 32,
        "LOOKUP_DELAYS": "1",
        "PAY_DAILY_LIMIT": "99.50",
    }
    for name, value in taken.items():
        monkeypatch.setenv(name, value)
    assert load_settings().pay_daily_limit == 99_50
