"""Settings are refused by name, with the mend."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from bot.marketplace.daji.config import NavigationLocale
from bot.process.settings_files import BadSettings
from bot.settings import load_settings
from bot.wiring.parts import client_config

GOOD = {"BOT_TOKEN": "1:aa-_", "MARKETPLACE_APP_KEY": "k", "MARKETPLACE_APP_SECRET": "s3cret"}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env`, nothing but what is needed."""
    monkeypatch.chdir(tmp_path)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BOT_TOKEN", None, "BOT_TOKEN is missing"),
        ("BOT_TOKEN", "", "BOT_TOKEN is missing"),
        ("BOT_TOKEN", "abc", "BOT_TOKEN: not a bot token"),
        ("BOT_TOKEN", "1:a b", "BOT_TOKEN: not a bot token"),
        ("MARKETPLACE_APP_KEY", None, "MARKETPLACE_APP_KEY is missing"),
        ("MARKETPLACE_APP_SECRET", None, "MARKETPLACE_APP_SECRET is missing"),
        ("MARKETPLACE_URL", "nowhere", "MARKETPLACE_URL: "),
        ("MARKETPLACE_SIGNING", "rsa", "MARKETPLACE_SIGNING: .*'json'"),
        ("MARKETPLACE_NAVIGATION", "en", "MARKETPLACE_NAVIGATION: write language, region"),
        ("MARKETPLACE_PAY_GUARD", "perhaps", "MARKETPLACE_PAY_GUARD: "),
        ("MARKETPLACE_PUSH_SIGNATURE", "rsa", "MARKETPLACE_PUSH_SIGNATURE: .*'official'"),
        ("TELEGRAM_API_URL", "ftp://x", "TELEGRAM_API_URL: "),
        ("TELEGRAM_PROXY", "socks5://x", "TELEGRAM_PROXY: write the proxy as"),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL: mysql is not supported"),
        ("WEBHOOK_SECRET", "with space", "WEBHOOK_SECRET: use 1 to 256"),
        ("WEBHOOK_URL", "https://example.com", "WEBHOOK_SECRET is missing"),
        ("LISTEN", "8080", "LISTEN: write it as host:port"),
        ("LISTEN", "x:99999", "LISTEN: write it as host:port"),
        ("LISTEN", "a b:80", "LISTEN: write it as host:port"),
        ("PAY_DAILY_LIMIT", "1e9", "PAY_DAILY_LIMIT: write it in yuan"),
        ("PAY_DAILY_LIMIT", "99999999999999", "PAY_DAILY_LIMIT: write it in yuan"),
        ("LISTEN", "x:²", "LISTEN: write it as host:port"),
        ("ADMIN_IDS", "1, me", "ADMIN_IDS: write Telegram ids as numbers"),
        ("LOOKUP_DELAYS", "soon", "LOOKUP_DELAYS"),
        ("QUIET_HOURS", "late", "QUIET_HOURS: write quiet hours as 23-8"),
        ("POLL_UNPAID_SECONDS", "0", "POLL_UNPAID_SECONDS: "),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL: "),
        ("LOG_FORMAT", "xml", "LOG_FORMAT: "),
        ("MARKETPLACE_LANGUAGE", "klingon", "MARKETPLACE_LANGUAGE: the marketplace has ar, en"),
        ("MARKETPLACE_LANGUAGE", "zz", "MARKETPLACE_LANGUAGE: the marketplace has"),
        ("MARKETPLACE_APP_KEY", "a b", "MARKETPLACE_APP_KEY: it has a space, a line end"),
        (
            "MARKETPLACE_APP_SECRET",
            "s3cret\n",
            "MARKETPLACE_APP_SECRET: it has a space, a line end",
        ),
        ("MARKETPLACE_APP_SECRET", "\ufeffs3cret", "MARKETPLACE_APP_SECRET: it has a space"),
        ("MARKETPLACE_PUSH_SECRET", "s3cret\r\n", "MARKETPLACE_PUSH_SECRET: it has a space"),
        ("MARKETPLACE_PICTURE_HOSTS", "*", "MARKETPLACE_PICTURE_HOSTS: write hosts with commas"),
        ("MARKETPLACE_PICTURE_HOSTS", "https://a.com/", "MARKETPLACE_PICTURE_HOSTS: write hosts"),
        ("MARKETPLACE_PICTURE_HOSTS", ",", "MARKETPLACE_PICTURE_HOSTS: "),
        ("MARKETPLACE_URL", "https://a.com/?x=1", "MARKETPLACE_URL: write it without"),
        ("TELEGRAM_API_URL", "https://u:p@a.com", "TELEGRAM_API_URL: write it without"),
        ("TELEGRAM_PROXY", "http://", "TELEGRAM_PROXY: write the proxy as"),
        ("TELEGRAM_MESSAGES_PER_SECOND", "inf", "TELEGRAM_MESSAGES_PER_SECOND: "),
        ("TELEGRAM_MESSAGES_PER_SECOND", "nan", "TELEGRAM_MESSAGES_PER_SECOND: "),
        ("TELEGRAM_MESSAGES_PER_SECOND", "1e9", "TELEGRAM_MESSAGES_PER_SECOND: "),
        ("POLL_SHORTEST_SECONDS", "601", "POLL_SHORTEST_SECONDS: write no more than POLL_UNPAID"),
        ("POLL_UNDER_WAY_SECONDS", "1", "POLL_SHORTEST_SECONDS: write no more than POLL_UNDER"),
        ("POLL_UNPAID_SECONDS", "inf", "POLL_UNPAID_SECONDS: "),
        ("LOOKUP_DELAYS", "3,inf", "LOOKUP_DELAYS: "),
        ("FLOOD_SECONDS", "inf", "FLOOD_SECONDS: "),
        ("KEEP_ORDERS_DAYS", "99999999999", "KEEP_ORDERS_DAYS: "),
        ("KEEP_UPDATES_HOURS", "99999999999", "KEEP_UPDATES_HOURS: "),
        ("AFTER_SALE_DAYS", "99999999999", "AFTER_SALE_DAYS: "),
        ("PAY_REMINDER_MINUTES", "99999999999", "PAY_REMINDER_MINUTES: "),
        ("ADMIN_IDS", "0", "ADMIN_IDS: no person has such an id"),
        ("ADMIN_IDS", "9007199254740993", "ADMIN_IDS: no person has such an id"),
        ("ALLOWED_IDS", "1" * 40, "ALLOWED_IDS: write Telegram ids"),
        ("DATABASE_URL", ":memory:", "DATABASE_URL: give a file"),
        ("DATABASE_URL", "sqlite:///", "DATABASE_URL: give a file"),
        ("DATABASE_URL", "/usr", "DATABASE_URL: give a file"),
    ],
)
def test_a_bad_setting_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None, says: str
) -> None:
    """One line for each thing to mend, without the value, which may be a secret."""
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=says) as caught:
        load_settings()
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_settings_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A `.env` in another encoding is said to be the reason."""
    (tmp_path / ".env").write_bytes(b"BOT_TOKEN=\xff\xfe")
    with pytest.raises(BadSettings, match=r"\.env can't be read"):
        load_settings()


@pytest.mark.parametrize(
    ("url", "path"),
    [("a.db", "a.db"), ("sqlite:///a.db", "a.db"), ("sqlite:////var/a.db", "/var/a.db")],
)
def test_the_database_is_a_file(monkeypatch: pytest.MonkeyPatch, url: str, path: str) -> None:
    """A path, or SQLAlchemy's way of writing one."""
    monkeypatch.setenv("DATABASE_URL", url)
    assert load_settings().database_path == Path(path)


def _file(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As container engines hand them out; the line end that an editor left is not part of it."""
    monkeypatch.delenv("BOT_TOKEN")
    monkeypatch.delenv("MARKETPLACE_APP_SECRET")
    monkeypatch.setenv("BOT_TOKEN_FILE", _file(tmp_path / "token", "1:from-file\n"))
    (tmp_path / ".env").write_text(
        f"MARKETPLACE_APP_SECRET_FILE={_file(tmp_path / 'secret', 'from-file')}\n"
        f"ADMIN_IDS_FILE={_file(tmp_path / 'ids', '1,2')}\n"
    )
    settings = load_settings()
    assert settings.bot_token.get_secret_value() == "1:from-file"
    assert settings.marketplace_app_secret.get_secret_value() == "from-file"
    assert settings.admin_ids == {1, 2}
    assert "from-file" in settings.secrets


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "can't be read by user .*: No such file"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "it is no text"),
        (b"x" * 70_000, "too long"),
        (b"1:a\n\n", "not a bot token"),
    ],
)
def test_a_secrets_file_that_holds_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, says: str
) -> None:
    """One line, by the setting that named the file; what is in it is not repeated."""
    monkeypatch.delenv("BOT_TOKEN")
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("BOT_TOKEN_FILE", str(path))
    with pytest.raises(BadSettings, match=f"BOT_TOKEN.*{says}") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody could say which of the two is meant."""
    monkeypatch.setenv("BOT_TOKEN_FILE", _file(tmp_path / "token", "1:other"))
    with pytest.raises(BadSettings, match="BOT_TOKEN_FILE: BOT_TOKEN is set as well"):
        load_settings()
    monkeypatch.delenv("BOT_TOKEN_FILE")
    monkeypatch.setenv("DATA_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("DATA_KEY", "00" * 32)
    with pytest.raises(BadSettings, match="DATA_KEY_FILE: DATA_KEY is set as well"):
        load_settings()


def test_the_key_may_lie_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The bot makes it there on its first run and exchanges it there."""
    monkeypatch.setenv("DATA_KEY_FILE", str(tmp_path / "keys" / "bot.key"))
    settings = load_settings()
    assert settings.key_path == tmp_path / "keys" / "bot.key"
    assert settings.data_key is None


def test_another_settings_file_takes_the_place_of_the_usual_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """So that a service and its operator's commands read the same one, from wherever."""
    (tmp_path / ".env").write_text("DATABASE_URL=here.db\n")
    monkeypatch.setenv("SETTINGS_FILE", _file(tmp_path / "bot.env", "DATABASE_URL=/var/lib/b.db\n"))
    assert load_settings().database_path == Path("/var/lib/b.db")
    monkeypatch.setenv("DATABASE_URL", "data/bot.db")
    with pytest.raises(BadSettings, match="DATABASE_URL: write the whole path"):
        load_settings()
    monkeypatch.setenv("SETTINGS_FILE", str(tmp_path / "none.env"))
    with pytest.raises(BadSettings, match=r"SETTINGS_FILE: .*none\.env can't be read by user"):
        load_settings()


@pytest.mark.parametrize("zone", ["America/Vancouver", "America/Edmonton"])
def test_time_zones_are_those_that_come_with_the_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, zone: str
) -> None:
    """A host whose rules are older does not make news come an hour late."""
    monkeypatch.setattr(zoneinfo, "TZPATH", zoneinfo.TZPATH)
    stale = tmp_path / "zoneinfo" / zone
    stale.parent.mkdir(parents=True)
    stale.write_bytes((files("tzdata") / "zoneinfo" / "UTC").read_bytes())
    zoneinfo.reset_tzpath((str(tmp_path / "zoneinfo"),))
    monkeypatch.setenv("QUIET_HOURS", "23-8")
    monkeypatch.setenv("QUIET_ZONE", zone)
    quiet = load_settings().quiet
    assert quiet is not None
    winter = datetime(2026, 12, 24, 12, tzinfo=UTC).astimezone(quiet.zone)
    assert winter.utcoffset() == timedelta(hours={"V": -7, "E": -6}[zone[8]])


def test_settings_print_no_secret() -> None:
    """Not even in a debugger."""
    settings = load_settings()
    assert "s3cret" not in repr(settings)
    assert "s3cret" in settings.secrets


def test_what_is_not_documented_for_sure_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The documented values are the defaults; what a real client sends can be set."""
    config = client_config(load_settings())
    assert (config.navigation, config.pay_guard) == (NavigationLocale("en_US", "US", "USD"), True)
    monkeypatch.setenv("MARKETPLACE_NAVIGATION", "zh_CN, CN, CNY")
    monkeypatch.setenv("MARKETPLACE_PAY_GUARD", "false")
    config = client_config(load_settings())
    assert (config.navigation, config.pay_guard) == (NavigationLocale("zh_CN", "CN", "CNY"), False)


def test_codes_of_districts_can_be_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists disagree about development zones: what is sent is the operator's to say."""
    assert client_config(load_settings()).division_codes == {}
    monkeypatch.setenv("MARKETPLACE_DIVISION_CODES", "320576=320571, 500157=500112")
    codes = client_config(load_settings()).division_codes
    assert codes == {"320576": "320571", "500157": "500112"}


@pytest.mark.parametrize("codes", ["320576", "320576=1", "320576:320571", "320576=320571,320576=1"])
def test_codes_that_are_no_pairs_are_refused(codes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a code would send parcels anywhere."""
    monkeypatch.setenv("MARKETPLACE_DIVISION_CODES", codes)
    with pytest.raises(BadSettings, match="MARKETPLACE_DIVISION_CODES"):
        load_settings()


def test_what_operators_may_spend_is_bounded_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody has to think of it first; 0 is said, not assumed."""
    assert load_settings().pay_daily_limit == 200_000
    monkeypatch.setenv("PAY_DAILY_LIMIT", "0")
    assert load_settings().pay_daily_limit == 0


def test_pushes_are_signed_with_the_app_secret_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The contract's likeliest reading is the default; another secret is kept out of logs too."""
    settings = load_settings()
    assert (settings.push_secret, settings.marketplace_push_signature) == ("s3cret", "official")
    monkeypatch.setenv("MARKETPLACE_PUSH_SECRET", "0ther")
    monkeypatch.setenv("MARKETPLACE_PUSH_SIGNATURE", "bare")
    settings = load_settings()
    assert (settings.push_secret, settings.marketplace_push_signature) == ("0ther", "bare")
    assert "0ther" in settings.secrets
    assert "0ther" not in repr(settings)


def test_a_quiet_zone_that_the_machine_does_not_know_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also while there are no quiet hours: a slip would show on the day they are set."""
    monkeypatch.setenv("QUIET_ZONE", "Mars/Olympus")
    with pytest.raises(BadSettings, match="QUIET_ZONE: write a time zone"):
        load_settings()
    monkeypatch.setenv("QUIET_HOURS", "23-8")
    with pytest.raises(BadSettings, match="QUIET_ZONE: write a time zone"):
        load_settings()
    monkeypatch.setenv("QUIET_ZONE", "Asia/Shanghai")
    quiet = load_settings().quiet
    assert quiet is not None
    assert quiet.begin.hour == 23


@pytest.mark.parametrize("url", ["http://bot.example.com/", "https://bot.example.com:9999/"])
def test_a_webhook_that_telegram_cannot_reach_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Telegram takes https on four ports; a Bot API server of one's own takes anything."""
    monkeypatch.setenv("WEBHOOK_URL", url)
    monkeypatch.setenv("WEBHOOK_SECRET", "s3cret")
    with pytest.raises(BadSettings, match=r"^WEBHOOK_URL: Telegram takes https on port 443"):
        load_settings()
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:8081")
    assert load_settings().webhook_url is not None
