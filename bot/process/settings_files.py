"""Where settings come from besides the environment: a settings file, and one file for a secret.

`SETTINGS_FILE` names a file to be read in the place of `.env` in the current folder.
`NAME_FILE` gives the setting `NAME` as what a file holds, as container engines hand out secrets.
"""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

DEFAULT_FILE = ".env"
_LARGEST = 64 * 1024  # bytes; no setting is as long


class BadSettings(ValueError):
    """One or more settings are missing or wrong; the text has one line for each."""


def settings_file() -> Path | None:
    """Return the file with settings, None when there is none or `.env` is not for this user.

    A service gets its variables from its manager, and a `.env` that lies in its folder may belong
    to somebody else. A file that was named has to be readable: raises `BadSettings`.
    """
    named = os.environ.get("SETTINGS_FILE")
    path = Path(named or DEFAULT_FILE)
    if os.access(path, os.R_OK):
        return path
    if named:
        raise BadSettings(f"SETTINGS_FILE: {path} can't be read by {whoami()}")
    return None


def settings_are_shared() -> bool:
    """Tell whether a file was named, which a service and its operator's commands then share."""
    return bool(os.environ.get("SETTINGS_FILE"))


def unread_file() -> Path | None:
    """Return the `.env` that is there and that this user may not read."""
    path = Path(DEFAULT_FILE)
    unread = path.exists() and not os.access(path, os.R_OK)
    return path if unread and not settings_are_shared() else None


def whoami() -> str:
    """Name the user that this process runs as."""
    user = os.geteuid()
    try:
        return f"user {pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"user {user}"


def names_in(path: Path) -> list[str]:
    """Return the names that a settings file gives a value."""
    return [name for name, value in dotenv_values(path).items() if value]


def setting(name: str) -> str | None:
    """Return one setting as it is written, wherever it stands. Raises `BadSettings`."""
    file = settings_file()
    given = {**(dotenv_values(file) if file else {}), **os.environ}
    named = given.get(f"{name}_FILE")
    return given.get(name) or (_content(f"{name}_FILE", Path(named)) if named else None)


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `NAME_FILE` for every setting; a setting that has a file of its own name is one."""

    def __init__(self, settings: type[BaseSettings], *given: Mapping[str, str | None]) -> None:
        """`given` are the variables of the other sources, by lower-case names."""
        super().__init__(settings)
        self._given = given

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return what the setting's file holds. Raises `BadSettings`."""
        del field
        name = f"{field_name}_file"
        named = None if name in self.settings_cls.model_fields else self._value(name)
        if not named:
            return None, field_name, False
        if self._value(field_name):
            raise BadSettings(f"{name.upper()}: {field_name.upper()} is set as well; keep one")
        return _content(name.upper(), Path(named)), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the settings that come from files."""
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, name: str) -> str | None:
        return next((each[name] for each in self._given if each.get(name)), None)


def _content(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise BadSettings(f"{name}: {path} can't be read by {whoami()}: {reason}") from None
    if len(content) > _LARGEST:
        raise BadSettings(f"{name}: {path} is too long for a setting")
    # The line end that editors and `echo` leave belongs to the file.
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise BadSettings(f"{name}: {path} is empty")
    return text
