"""Structured logs: JSON in production, readable on a terminal, one id through a whole update.

Nothing personal and no secret goes in: errors are told by their type and place, since their
texts and local variables may hold what a person wrote, and known secrets are blotted out.
"""

import asyncio
import json
import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from telegram.error import BadRequest

from bot.process.bound import Bound
from bot.storage.ports import StorageError

# Their messages name addresses with the bot's token or the marketplace's signature, or a whole
# update: only the fixed part of each message is kept.
_MOST_CAUSES = 20
_TELLING_TOO_MUCH = ("httpx", "httpcore", "telegram", "aiohttp", "PIL", "aiosqlite", "psycopg")
_HARMLESS = (OSError, sqlite3.Error, StorageError, BadRequest)
_OF_THE_CODE = (AttributeError, ImportError, NameError)  # they name what is in the source
_ROOT = Path(__file__).resolve().parents[2]
_TOKEN = re.compile(r"\b\d{6,}:[\w-]{20,}|(?<=/bot)\d+:[\w-]+")
_BLOT = "***"
_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))
_log = structlog.get_logger(__name__)


def logged_with(**about: object) -> Bound[Mapping[str, object]]:
    """Have each entry made within the block tell this as well, such as an update's number."""
    return Bound(_about, {**_about.get(), **about})


def configure_logs(log_format: str, level: str, secrets: Iterable[str] = ()) -> None:
    """Set up the process's logs. `log_format` is `auto`, `json` or `console`."""
    readable = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else _as_json
    )
    # One for all: making one for each entry, and text of bytes and bytes of text, costs as much
    # as everything before it.
    logger: WrappedLogger = (
        structlog.WriteLogger(sys.stderr) if readable else structlog.BytesLogger(sys.stderr.buffer)
    )
    shared: list[Processor] = [
        _with_what_it_is_about,
        structlog.processors.add_log_level,
        _without_texts_of_errors,
        Blotter(secrets),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, renderer if readable else _as_json_bytes],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: logger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_fixed_part_only)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    for name in _TELLING_TOO_MUCH:
        logging.getLogger(name).setLevel(logging.ERROR)


def log_unhandled(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what asyncio could give to nobody; its own handler would print the error's text."""
    error = context.get("exception")
    task = context.get("task") or context.get("future")
    name = task.get_name() if isinstance(task, asyncio.Task) else None
    _log.error("unhandled", message=context["message"], task=name, exc_info=error)


def where(error: BaseException) -> str:
    """Tell an error by its type and the last place of ours that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _short(frame.filename) != frame.filename]
    if not ours:
        return type(error).__name__
    return f"{type(error).__name__} at {_short(ours[-1].filename)}:{ours[-1].lineno}"


def _with_what_it_is_about(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for name, value in _about.get().items():
        event.setdefault(name, value)
    return event


def _without_texts_of_errors(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = given if isinstance(given, BaseException) else None
    if error is None and given:
        error = (given if isinstance(given, tuple) else sys.exc_info())[1]
    if error is not None:
        event["exception"] = "\n".join(_told(error))
    return event


def _told(error: BaseException, before: frozenset[int] = frozenset()) -> list[str]:
    """Type and places of an error and of those that led to it, without their texts.

    Each once, and the last few only: one that is raised again while what it led to is handled
    leads to itself.
    """
    lines: list[str] = []
    told = before | {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in told and len(told) < _MOST_CAUSES:
        lines += [*_told(cause, told), "which led to"]
    text = f": {error}" if isinstance(error, (*_HARMLESS, *_OF_THE_CODE)) else ""
    lines.append(f"{type(error).__name__}{text}")
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}")
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            lines += [] if id(each) in told else _told(each, told)
    return lines


def _short(path: str) -> str:
    """A path of ours from the project's folder on; others as they are."""
    file = Path(path)
    ours = file.is_relative_to(_ROOT) and "site-packages" not in file.parts
    return str(file.relative_to(_ROOT)) if ours else path


class Blotter:
    """The last net: known secrets, and what looks like a bot's token, become `***`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._known = sorted({each for each in secrets if each}, key=len, reverse=True)
        self._pattern = re.compile("|".join([*map(re.escape, self._known), _TOKEN.pattern]))

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        """Blot out in every text of an entry."""
        texts = [value for value in event.values() if isinstance(value, str)]
        # One look at all of them: nearly every entry has nothing to blot out, not even a colon.
        together = "\n".join(texts)
        if ":" not in together and not any(each in together for each in self._known):
            return event
        for name, value in event.items():
            if isinstance(value, str):
                event[name] = self._pattern.sub(_BLOT, value)
        return event


def _fixed_part_only(record: logging.LogRecord) -> bool:
    if record.exc_info and _is_bad_http(record.exc_info[1]):
        return False  # somebody who speaks no HTTP was answered 400: anybody can do that all day
    if record.name.partition(".")[0] in _TELLING_TOO_MUCH:
        record.args = ()
    elif record.name == "asyncio":
        # The rest of the message is the representation of the error and its task.
        record.msg, record.args = str(record.msg).partition("\n")[0], ()
    return True


def _is_bad_http(error: BaseException | None) -> bool:
    # Who raises one has loaded it; until then it takes a sixth of a start.
    known = sys.modules.get("aiohttp.http_exceptions")
    return known is not None and isinstance(error, known.HttpProcessingError)


def _type_name(value: object) -> str:
    return type(value).__name__


def _told_by_type(value: object) -> str:
    if isinstance(value, str | int | float | dict | list | tuple):
        raise TypeError  # the standard library writes what is derived from these as these
    return _type_name(value)


_JSON = json.JSONEncoder(ensure_ascii=False, default=_type_name)


# What orjson has a form of its own for is told by its type here, as everything else is.
_PLAIN = (
    orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def _as_json(logger: WrappedLogger, name: str, event: EventDict) -> str:
    return _as_json_bytes(logger, name, event).decode()


def _as_json_bytes(_: WrappedLogger, __: str, event: EventDict) -> bytes:
    try:
        return orjson.dumps(event, _told_by_type, _PLAIN)
    except TypeError:  # numbers, texts and values that only the standard library writes
        return _JSON.encode(event).encode("utf-8", "backslashreplace")
