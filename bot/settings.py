"""Environment and files -> one frozen model. Every refusal names the variable and the mend."""

import ipaddress
import re
import zoneinfo
from datetime import UTC, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.domain.links import GroupLinks
from bot.domain.money import Fen
from bot.domain.pricing import TierScope
from bot.domain.quiet import QuietHours
from bot.domain.watching import WatchPlan
from bot.marketplace.daji.config import LANGUAGES, ListNotation
from bot.marketplace.daji.push_messages import PushRule
from bot.marketplace.daji.signing import Signing
from bot.process import setting_values as values
from bot.process.settings_files import (
    BadSettings,
    SecretFiles,
    settings_are_shared,
    settings_file,
    unread_file,
    whoami,
)
from bot.services.access import AccessMode
from bot.services.placing.absence import Recreate
from bot.services.placing.placing import LOOKUP_DELAYS
from bot.storage.ports import Retention

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql", "postgres")
_CONNINFO = re.compile(r"(?:^|\s)(?:host|hostaddr|port|dbname|user|password|service)\s*=")
_PLACE = Path("data/snaporder.db")
"""Where the database lies unless told otherwise, and the key beside it."""
_DAYS = 36_500
_TELEGRAM = "api.telegram.org"
_WEBHOOK_PORTS = frozenset({80, 88, 443, 8443})  # https://core.telegram.org/bots/api#setwebhook

Seconds = Annotated[float, Field(gt=0, le=86_400 * 30, allow_inf_nan=False)]
"""How long something is waited for: more than nothing, and less than anybody lives to see."""


class StartupError(Exception):
    """The bot cannot run as it is set; the text says in one line what to mend."""


class StartAgain(Exception):
    """The run is over, and nothing is to be mended: another took its work, or the database went."""


class GroupBuying(StrEnum):
    """`GROUP_BUYS`: who may open a group buy."""

    OFF = "off"
    OPERATORS = "operators"
    EVERYONE = "everyone"


class PaymentWay(StrEnum):
    """`PAYMENT`: who pays 1688. A team's people do; a shop's customers pay its operators."""

    TEAM = "team"
    SHOP = "shop"


class FollowingSettings(BaseSettings):
    """How often orders are read again, and when news of them is told."""

    # placed orders are read again: at least so often while unpaid, and while under way
    poll_shortest_seconds: Seconds = 30.0
    poll_unpaid_seconds: Seconds = 600.0
    poll_under_way_seconds: Seconds = 3600.0
    poll_calls_per_minute: int = Field(default=240, ge=1, le=60_000)
    after_sale_days: int = Field(default=15, ge=0, le=_DAYS)
    # before an unpaid order closes; 0: never
    pay_reminder_minutes: int = Field(default=120, ge=0, le=60 * 24 * 30)
    # offers that people watch: how often each is read while it is new to them, for how long at
    # most, and how many each person may watch; 0: none
    watch_seconds: Seconds = 1800.0
    watch_days: int = Field(default=90, ge=1, le=_DAYS)
    watches_per_person: int = Field(default=50, ge=0, le=10_000)
    quiet_hours: str | None = None
    quiet_zone: str = "Asia/Shanghai"

    @field_validator("quiet_hours")
    @classmethod
    def _quiet_hours_are_hours(cls, value: str | None) -> str | None:
        if value is not None:
            QuietHours.parse(value, UTC)
        return value

    @model_validator(mode="after")
    def _quiet_zone_is_known(self) -> Self:
        try:
            _zone_named(self.quiet_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                "QUIET_ZONE: write a time zone by its name, such as Asia/Shanghai"
            ) from None
        return self

    @model_validator(mode="after")
    def _orders_are_read_less_often_later(self) -> Self:
        for name in ("poll_unpaid_seconds", "poll_under_way_seconds"):
            if self.poll_shortest_seconds > getattr(self, name):
                raise ValueError(
                    f"POLL_SHORTEST_SECONDS: write no more than {name.upper()}, "
                    "which is the longest wait"
                )
        return self

    @property
    def watch_plan(self) -> WatchPlan:
        """How often placed orders are read without being asked to."""
        return WatchPlan(
            shortest=timedelta(seconds=self.poll_shortest_seconds),
            unpaid=timedelta(seconds=self.poll_unpaid_seconds),
            under_way=timedelta(seconds=self.poll_under_way_seconds),
            after_sale=timedelta(days=self.after_sale_days),
            reminder=timedelta(minutes=self.pay_reminder_minutes) or None,
        )

    @property
    def quiet(self) -> QuietHours | None:
        """When nobody is told what can wait."""
        if self.quiet_hours is None:
            return None
        return QuietHours.parse(self.quiet_hours, _zone_named(self.quiet_zone))


def _zone_named(name: str) -> ZoneInfo:
    """Return a zone by the rules that are pinned with the project, whatever the system's say.

    Governments change clocks more often than hosts are updated. Raises `ZoneInfoNotFoundError`.
    """
    zoneinfo.reset_tzpath(())
    return ZoneInfo.no_cache(name)


def _is_private(host: str) -> bool:
    """Return whether nobody outside this machine or its network can reach a host."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        name = host.lower().rstrip(".")
        return "." not in name or name.endswith((".localhost", ".local", ".internal", ".lan"))


class Settings(FollowingSettings):
    """All that configures a run. Read from the environment and a `.env` file."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
    )

    bot_token: SecretStr
    telegram_api_url: HttpUrl = HttpUrl("https://api.telegram.org")
    telegram_proxy: str | None = None
    # messages to all chats together; Telegram grants more than 30 to who pays for broadcasts
    telegram_messages_per_second: float = Field(
        default=30.0, ge=0.1, le=1_000_000, allow_inf_nan=False
    )
    marketplace_url: HttpUrl = HttpUrl("https://openapi.dajisaas.com")
    marketplace_app_key: str = Field(min_length=1)
    marketplace_app_secret: SecretStr
    marketplace_signing: Signing = Signing.JSON
    marketplace_list_notation: ListNotation = ListNotation.JSON
    marketplace_navigation: Annotated[tuple[str, ...], NoDecode] = ("en_US", "US", "USD")
    marketplace_pay_guard: bool = True
    marketplace_push_secret: SecretStr | None = None
    marketplace_push_signature: PushRule = PushRule.OFFICIAL
    marketplace_tier_scope: TierScope = TierScope.OFFER
    # codes sent in place of ours, where the marketplace knows a district by another one
    marketplace_division_codes: Annotated[dict[str, str], NoDecode] = Field(default_factory=dict)
    marketplace_language: str = "en"
    marketplace_picture_hosts: Annotated[tuple[str, ...], NoDecode, Field(min_length=1)] = (
        "*.alicdn.com",
    )
    picture_seconds: Seconds = 2.0
    # seconds before each look-up of an order whose creation got no clear answer
    lookup_delays: Annotated[tuple[Seconds, ...], NoDecode, Field(min_length=1, max_length=100)] = (
        LOOKUP_DELAYS
    )
    recreate: Recreate = Recreate.SAME_NUMBER
    database_url: str = Field(default=str(_PLACE), repr=False)
    data_key: SecretStr | None = None
    data_key_file: Path | None = None
    webhook_url: HttpUrl | None = None
    webhook_secret: SecretStr | None = None
    listen: str = "127.0.0.1:8080"
    admin_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    payment: PaymentWay = PaymentWay.TEAM
    support_chat: int | None = None
    group_buys: GroupBuying = GroupBuying.OPERATORS
    access: AccessMode = AccessMode.OPEN
    allowed_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    # per person; 0 stands for no limit
    searches_per_hour: int = Field(default=120, ge=0, le=1_000_000)
    calls_per_hour: int = Field(default=2000, ge=0, le=1_000_000)
    unpaid_orders: int = Field(default=10, ge=0, le=100)
    # yuan that operators may spend without a password in a day; 0 stands for no limit
    pay_daily_limit: Fen = Fen(200_000)  # in fen; 0 is no limit
    flood_updates: int = Field(default=30, ge=0, le=1_000_000)
    flood_seconds: Seconds = 10.0
    # in groups: which 1688 links are answered, and how many cards each gets in a minute
    rich_messages: bool = False
    group_links: GroupLinks = GroupLinks.MENTION
    group_answers_per_minute: int = Field(default=6, ge=0, le=20)
    # offers in channels: how often a new card is looked after, and with how many calls a minute
    post_seconds: Seconds = 3600.0
    post_calls_per_minute: int = Field(default=10, ge=0, le=600)
    alarm_backlog: int = Field(default=500, ge=1, le=1_000_000_000)
    # how long what nobody uses any more is kept; see `Retention`
    keep_updates_hours: int = Field(default=48, ge=24, le=24 * _DAYS)
    keep_searches_days: int = Field(default=30, ge=1, le=_DAYS)
    keep_drafts_days: int = Field(default=30, ge=1, le=_DAYS)
    keep_offers_days: int = Field(default=60, ge=1, le=_DAYS)
    keep_orders_days: int = Field(default=730, ge=1, le=_DAYS)
    keep_pushes_days: int = Field(default=7, ge=1, le=_DAYS)
    keep_notices_days: int = Field(default=90, ge=1, le=_DAYS)
    keep_parked_days: int = Field(default=14, ge=1, le=_DAYS)
    # from SIGTERM to the end; Docker kills after 10 seconds unless told otherwise
    stop_seconds: Seconds = 8.0
    log_format: str = Field(default="auto", pattern="^(auto|json|console)$")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings' signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then the settings file, then the files that either names."""
        assert isinstance(env_settings, EnvSettingsSource)  # noqa: S101 - what it is handed
        assert isinstance(dotenv_settings, EnvSettingsSource)  # noqa: S101 - as above
        files = SecretFiles(settings_cls, env_settings.env_vars, dotenv_settings.env_vars)
        return init_settings, env_settings, dotenv_settings, files

    _hosts = field_validator("marketplace_picture_hosts", mode="before")(values.hosts)
    _one_word = field_validator(
        "marketplace_app_key", "marketplace_app_secret", "marketplace_push_secret"
    )(values.one_word)
    _plain_address = field_validator("telegram_api_url", "marketplace_url", "webhook_url")(
        values.plain_address
    )
    _navigation = field_validator("marketplace_navigation", mode="before")(values.navigation)
    _division_codes = field_validator("marketplace_division_codes", mode="before")(
        values.division_codes
    )
    _listed = field_validator("lookup_delays", mode="before")(values.listed)
    _telegram_ids = field_validator("admin_ids", "allowed_ids", mode="before")(values.telegram_ids)
    _group_id = field_validator("support_chat", mode="before")(values.group_id)
    _yuan = field_validator("pay_daily_limit", mode="before")(values.yuan)
    _bot_token = field_validator("bot_token")(values.bot_token)
    _host_and_port = field_validator("listen")(values.host_and_port)
    _http_proxy = field_validator("telegram_proxy")(values.http_proxy)
    _data_key = field_validator("data_key")(values.data_key)
    _file_to_make = field_validator("data_key_file")(values.file_to_make)
    _webhook_secret = field_validator("webhook_secret")(values.webhook_secret)

    @field_validator("marketplace_language", mode="before")
    @classmethod
    def _language_is_one_of_theirs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        language = value.strip().lower()
        if language not in LANGUAGES:
            raise ValueError(f"the marketplace has {', '.join(sorted(LANGUAGES))}")
        return language

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        value = value.strip()
        scheme, there, rest = value.partition("://")
        if there and scheme.lower() in _POSTGRES:
            return f"postgresql://{rest}"
        if _CONNINFO.search(value):
            # As a file's name it would show the password that it may hold.
            raise ValueError("give it as postgresql://name:password@host/database")
        if there and not value.startswith(_SQLITE):
            raise ValueError(
                f"{scheme} is not supported; give a SQLite file, as a path or {_SQLITE}path,"
                " or postgresql://name:password@host/database"
            )
        path = Path(value.removeprefix(_SQLITE))
        if ":memory:" in value or value.endswith("/") or not path.name or path.is_dir():
            raise ValueError("give a file: what is kept has to outlast the process")
        return value

    @model_validator(mode="after")
    def _key_comes_from_one_place(self) -> Self:
        if self.data_key and self.data_key_file:
            raise ValueError("DATA_KEY_FILE: DATA_KEY is set as well; keep one")
        if self.key_path == self.database_path:
            raise ValueError("DATA_KEY_FILE: that is the database; give another file")
        return self

    @model_validator(mode="after")
    def _orders_outlast_what_is_read_of_them(self) -> Self:
        if self.after_sale_days > self.keep_orders_days:
            raise ValueError(
                "AFTER_SALE_DAYS: write no more than KEEP_ORDERS_DAYS, after which orders are gone"
            )
        return self

    @model_validator(mode="after")
    def _webhook_is_guarded(self) -> "Settings":
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("WEBHOOK_SECRET is missing: set it whenever WEBHOOK_URL is set")
        return self

    @model_validator(mode="after")
    def _telegram_reaches_the_webhook(self) -> "Settings":
        url = self.webhook_url
        if url is None or self.telegram_api_url.host != _TELEGRAM:
            return self  # a Bot API server of one's own takes http and any port
        if url.scheme != "https" or url.port not in _WEBHOOK_PORTS:
            raise ValueError("WEBHOOK_URL: Telegram takes https on port 443, 80, 88 or 8443 alone")
        if _is_private(url.host or ""):
            raise ValueError("WEBHOOK_URL: Telegram can't reach this host; write its public name")
        return self

    @model_validator(mode="after")
    def _somebody_can_get_in(self) -> "Settings":
        if self.access is AccessMode.INVITE and not self.admin_ids:
            raise ValueError("ADMIN_IDS is missing: with ACCESS=invite only operators can invite")
        if self.access is AccessMode.OPEN and self.allowed_ids:
            raise ValueError("ALLOWED_IDS: with ACCESS=open everybody may order; set ACCESS")
        if self.access is AccessMode.ALLOWLIST and not self.admin_ids | self.allowed_ids:
            raise ValueError("ALLOWED_IDS is missing: with ACCESS=allowlist it names who may order")
        return self

    @model_validator(mode="after")
    def _a_shop_has_somebody_in_it(self) -> "Settings":
        if self.payment is PaymentWay.SHOP and not self.admin_ids:
            raise ValueError("ADMIN_IDS is missing: with PAYMENT=shop operators confirm payments")
        return self

    @model_validator(mode="after")
    def _somebody_answers(self) -> "Settings":
        if self.support_chat is not None and not self.admin_ids:
            raise ValueError("ADMIN_IDS is missing: with SUPPORT_CHAT operators answer questions")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never stand in a log."""
        given = (
            self.bot_token,
            self.marketplace_app_secret,
            self.marketplace_push_secret,
            self.data_key,
            self.webhook_secret,
        )
        told = [each.get_secret_value() for each in given if each is not None]
        return (*told, *_passwords_in(self.database_url))

    @property
    def push_secret(self) -> str:
        """What the marketplace signs its pushes with: the app secret unless told otherwise."""
        return (self.marketplace_push_secret or self.marketplace_app_secret).get_secret_value()

    @property
    def retention(self) -> Retention:
        """How long what nobody uses any more is kept."""
        return Retention(
            updates=timedelta(hours=self.keep_updates_hours),
            searches=timedelta(days=self.keep_searches_days),
            drafts=timedelta(days=self.keep_drafts_days),
            offers=timedelta(days=max(self.keep_offers_days, self.keep_drafts_days)),
            orders=timedelta(days=self.keep_orders_days),
            pushes=timedelta(days=self.keep_pushes_days),
            notices=timedelta(days=self.keep_notices_days),
            parked=timedelta(days=self.keep_parked_days),
        )

    @property
    def key_path(self) -> Path:
        """The file that holds the keys when `DATA_KEY` is not set."""
        return self.data_key_file or (self.database_path or _PLACE).with_suffix(".key")

    @property
    def database_path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        if self.database_url.partition("://")[0] in _POSTGRES:
            return None
        return Path(self.database_url.removeprefix(_SQLITE))

    @property
    def bot_id(self) -> int | None:
        """Telegram's id of the bot, which its token begins with; None where it does not."""
        number = self.bot_token.get_secret_value().partition(":")[0]
        return int(number) if number.isascii() and number.isdigit() else None

    @property
    def listen_address(self) -> tuple[str, int]:
        """Host and port of the bot's own HTTP server."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def load_settings() -> Settings:
    """Read the settings. Raises `BadSettings` with one line for each thing to mend."""
    file = settings_file()
    try:
        settings = Settings(_env_file=file)
    except ValidationError as error:
        lines = {_name(each): _line(each) for each in reversed(error.errors())}
        unread = unread_file()
        if unread is not None:
            lines["file"] = f"{unread} is there, but {whoami()} may not read it"
        raise BadSettings("\n".join(reversed(lines.values()))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file} can't be read: {type(error).__name__}") from None
    path = settings.database_path
    if settings_are_shared() and path is not None and not path.is_absolute():
        raise BadSettings(
            "DATABASE_URL: write the whole path; who shares SETTINGS_FILE starts in other folders"
        )
    return settings


def _passwords_in(url: str) -> list[str]:
    """Return what must not be logged of a database's address, as it stands there and as it is."""
    try:
        split = urlsplit(url)
        written = [split.password, *parse_qs(split.query).get("password", ())]
    except ValueError:
        return [url]
    found = [each for each in written if each]
    return list(dict.fromkeys([*found, *map(unquote, found)]))


def _name(error: ErrorDetails) -> str:
    return str(error["loc"][0]).upper() if error["loc"] else ""


def _line(error: ErrorDetails) -> str:
    name = _name(error)
    if error["type"] == "missing":
        return f"{name} is missing: set it in the environment or in .env (see README.md)"
    text = error["msg"].removeprefix("Value error, ")
    return f"{name}: {text}" if name else text
