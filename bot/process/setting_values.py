"""What the text of a setting means, and the sentence for text that means nothing.

Each is a validator of a setting: `ValueError` says how to write it, without the value, which may be
a secret.
"""

import re
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from bot.domain.money import MoneyError, from_yuan
from bot.http.errors import UnusableProxy
from bot.http.proxies import Proxy
from bot.storage.keys import Keyring
from bot.storage.sealing import BadKey

_LARGEST_PORT = 65535
_LARGEST_ID = 2**52 - 1  # https://core.telegram.org/bots/api#user: at most 52 significant bits
_PLAIN_YUAN = re.compile(r"-?\d{1,9}(\.\d*)?", re.ASCII)
_HOST = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_-]+(:\d{1,5})?", re.ASCII)


def hosts(value: object) -> object:
    """Return the hosts of a list with commas, each in small letters."""
    if not isinstance(value, str):
        return value
    found = tuple(host.strip().lower() for host in value.split(",") if host.strip())
    if not all(_HOST.fullmatch(each) for each in found):
        raise ValueError("write hosts with commas between them, such as *.alicdn.com")
    return found


def one_word(value: str | SecretStr | None) -> str | SecretStr | None:
    """Let a credential through that can be sent as it is."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if text is not None and not re.fullmatch(r"[!-~]+", text):
        raise ValueError("it has a space, a line end or a sign that is not ASCII in it")
    return value


def plain_address(value: HttpUrl | None) -> HttpUrl | None:
    """Let an address through that has neither a name, a query nor a fragment."""
    if value is not None and (value.query or value.fragment or value.username):
        raise ValueError("write it without a name, a ? and a #")
    return value


def navigation(value: object) -> object:
    """Return language, region and currency."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[a-z]{2}_[A-Z]{2},[A-Z]{2},[A-Z]{3}", value.replace(" ", "")):
        raise ValueError("write language, region and currency, such as zh_CN,CN,CNY")
    return tuple(value.replace(" ", "").split(","))


def division_codes(value: object) -> object:
    """Return codes of ours with those that are sent in their place."""
    if not isinstance(value, str):
        return value
    pairs = [each.strip() for each in value.split(",") if each.strip()]
    if not all(re.fullmatch(r"\d{6}=\d{6}", each, re.ASCII) for each in pairs):
        raise ValueError("write pairs of six digits with commas, such as 320576=320571")
    ours = [each.partition("=")[0] for each in pairs]
    if len(set(ours)) < len(ours):
        raise ValueError("a code stands there twice")
    for each in pairs:
        _refuse_unknown(*each.split("="))
    return dict(each.split("=") for each in pairs)


def listed(value: object) -> object:
    """Return the parts of a list with commas."""
    if isinstance(value, str):
        return tuple(each.strip() for each in value.split(",") if each.strip())
    return value


def telegram_ids(value: object) -> object:
    """Return the ids of people of a list with commas."""
    if isinstance(value, str):
        ids = [each.strip() for each in value.split(",") if each.strip()]
        if not all(re.fullmatch(r"\d{1,16}", each, re.ASCII) for each in ids):
            raise ValueError("write Telegram ids as numbers with commas between them")
        numbers = frozenset(int(each) for each in ids)
        if not all(0 < each <= _LARGEST_ID for each in numbers):
            raise ValueError("no person has such an id; ask @userinfobot for yours")
        return numbers
    return value


def group_id(value: object) -> object:
    """Return the id of a group or a channel."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"-\d{1,15}", value.strip(), re.ASCII):
        raise ValueError("write the group's id, such as -1001234567890")
    return int(value)


def yuan(value: object) -> object:
    """Return fen of an amount in yuan."""
    if not isinstance(value, str):
        return value
    try:
        fen = from_yuan(value) if _PLAIN_YUAN.fullmatch(value.strip()) else None
    except MoneyError:
        fen = None
    if fen is None:
        raise ValueError("write it in yuan, such as 5000 or 99.50")
    if fen < 0:
        raise ValueError("write 0 for no limit, or more")
    return fen


def bot_token(value: SecretStr) -> SecretStr:
    """Let through what has the form of a bot token."""
    if not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value(), re.ASCII):
        raise ValueError("not a bot token; @BotFather gives one like 123456:ABC-DEF")
    return value


def host_and_port(value: str) -> str:
    """Let `host:port` through."""
    host, _, port = value.rpartition(":")
    if (
        not re.fullmatch(r"[\w.:\[\]-]+", host, re.ASCII)
        or not re.fullmatch(r"\d{1,5}", port, re.ASCII)
        or int(port) > _LARGEST_PORT
    ):
        raise ValueError("write it as host:port, such as 127.0.0.1:8080")
    return value


def http_proxy(value: str | None) -> str | None:
    """Let a proxy through that can be used."""
    if value is not None:
        try:
            Proxy.parse(value)
        except UnusableProxy as error:
            raise ValueError(str(error)) from None
    return value


def data_key(value: SecretStr | None) -> SecretStr | None:
    """Let through what is one key, or several."""
    if value is not None:
        try:
            Keyring.parse(value.get_secret_value(), "it")
        except BadKey as error:
            raise ValueError(str(error)) from None
    return value


def file_to_make(value: Path | None) -> Path | None:
    """Let the path of a file through."""
    if value is not None and (not value.name or value.is_dir()):
        raise ValueError("give a file, which is made on the first run")
    return value


def webhook_secret(value: SecretStr | None) -> SecretStr | None:
    """Let through what Telegram takes as a secret."""
    # https://core.telegram.org/bots/api#setwebhook
    if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
        raise ValueError("use 1 to 256 of the characters A-Z, a-z, 0-9, _ and -")
    return value


def _refuse_unknown(ours: str, theirs: str) -> None:
    """Raise `ValueError` for a pair that no parcel can meet: one side would do nothing, or harm."""
    from bot.addresses import load_divisions  # noqa: PLC0415 - data that few starts need

    divisions = load_divisions()
    if divisions.get(ours) is None or not divisions.deliverable(ours):
        raise ValueError(f"{ours} is the code of no district or city that parcels go to")
    if ours == theirs:
        raise ValueError(f"{ours} is to be sent as itself: leave it out")
    if ours[:2] != theirs[:2]:
        raise ValueError(f"{theirs} does not lie in the province of {ours}")
