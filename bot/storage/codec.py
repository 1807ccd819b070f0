"""How values become columns: moments as microseconds, public values as JSON, packed if large."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import orjson

from bot.domain.identifiers import NamedByMarketplace
from bot.domain.model import Value
from bot.domain.sessions import Session
from bot.storage import earlier_sessions
from bot.storage.ports import StorageUnavailable

_Stored = TypeVar("_Stored", bound=Value)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WORTH_PACKING = 512  # bytes; below it a row fits its page anyway
_SESSION_HEAD = f'{{"format":{earlier_sessions.FORMAT},'.encode()
# What has a form of its own is told in `_fields_of`, else left to pydantic.
_AS_PYDANTIC = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS
_JSON_OBJECT = b"{"  # zlib's first byte is 0x78, so the first byte tells which it is


def to_micros(moment: datetime) -> int:
    """Return an aware moment as microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the moment in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def to_json(value: Value) -> bytes:
    """Return a value as JSON, which begins with its format where there are several."""
    try:
        # The same bytes as pydantic's in a third of the time.
        plain = orjson.dumps(value, _fields_of, _AS_PYDANTIC)
    except TypeError:  # a kind, or a number, that only pydantic writes
        plain = value.model_dump_json().encode()
    return _SESSION_HEAD + plain[1:] if isinstance(value, Session) else plain


def _fields_of(value: object) -> object:
    if isinstance(value, Value):
        return value.__dict__
    if isinstance(value, NamedByMarketplace):
        return {"marketplace": value.marketplace, "id": value.id}
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError


def from_json(kind: type[_Stored], stored: bytes) -> _Stored:
    """Parse a value, of whichever format. Raises `StorageUnavailable` when it is not one."""
    try:
        if kind is Session and not stored.startswith(_SESSION_HEAD):
            return kind.model_validate(earlier_sessions.upgraded(json.loads(stored)))
        return kind.model_validate_json(stored)
    except ValueError as error:  # pydantic's ValidationError is one, and so is no JSON
        raise StorageUnavailable(f"a stored {kind.__name__} cannot be read") from error


def pack(value: Value) -> bytes:
    """Return a value as JSON, compressed when that is smaller."""
    plain = to_json(value)
    if len(plain) < _WORTH_PACKING:
        return plain
    packed = zlib.compress(plain, level=1)
    return packed if len(packed) < len(plain) else plain


def unpack(kind: type[_Stored], stored: bytes) -> _Stored:
    """Parse what `pack` made. Raises `StorageUnavailable`."""
    if stored.startswith(_JSON_OBJECT):
        return from_json(kind, stored)
    try:
        return from_json(kind, zlib.decompress(stored))
    except zlib.error as error:
        raise StorageUnavailable(f"a stored {kind.__name__} cannot be unpacked") from error
