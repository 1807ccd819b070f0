"""Values as JSON: written by another than pydantic, to the byte as pydantic writes them."""

import types
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import AwareDatetime, BaseModel, JsonValue

from bot.domain.currencies import CNY, Currency, known_currencies
from bot.domain.identifiers import NamedByMarketplace
from bot.domain.model import Value
from bot.domain.offers import Wording
from bot.domain.sessions import Session
from bot.storage.codec import from_json, to_json
from tests.storage.samples import rich_session
from tests.storage.stored_shapes import stored_kinds

_TRICKY = 'a"\\/\u2028\u0007\u007f 中😀\n'
_PLAIN: dict[Any, tuple[Any, ...]] = {
    str: (_TRICKY, ""),
    int: (0, -(2**63), 2**63 - 1),
    bool: (True, False),
    float: (0.1, 1e16, 5e-324),
    Decimal: (Decimal("0.10"), Decimal("1E+3"), Decimal(7)),
    datetime: (
        datetime(2026, 11, 30, 19, 0, 5, 120, tzinfo=UTC),
        datetime(2026, 11, 30, 19, 0, 5, tzinfo=timezone(timedelta(hours=8))),
    ),
    timedelta: (timedelta(days=3, seconds=5),),
    types.NoneType: (None,),
    Currency: (CNY, known_currencies()[-1]),
    AwareDatetime: (datetime(2026, 11, 30, 19, 0, 5, 999_999, tzinfo=UTC),),
    JsonValue: ({"a": [1, None, _TRICKY, {"b": 0.5}]},),
}


def _examples(annotation: Any, depth: int) -> Iterator[Any]:
    """Yield what a field of a stored value may hold, each of its kinds at least once."""
    annotation = getattr(annotation, "__supertype__", annotation)
    if annotation in _PLAIN:
        yield from _PLAIN[annotation]
    elif (origin := get_origin(annotation)) is not None:
        yield from _made_of_others(origin, get_args(annotation), depth)
    elif issubclass(annotation, Enum):
        yield from annotation
    elif issubclass(annotation, NamedByMarketplace):
        yield annotation("670291644950")
    else:
        assert issubclass(annotation, BaseModel)
        yield from _models(annotation, depth + 1)


def _made_of_others(origin: Any, arguments: tuple[Any, ...], depth: int) -> Iterator[Any]:
    if origin is Literal:
        yield from arguments
    elif origin is Annotated:
        yield from _examples(arguments[0], depth)
    elif origin is tuple:
        kinds = arguments[:1] * 2 if arguments[-1] is Ellipsis else arguments
        yield tuple(next(_examples(each, depth)) for each in kinds)
    elif origin is dict:
        names, values = (_examples(each, depth) for each in arguments)
        yield dict(zip(names, values, strict=False))
    else:
        assert origin in (Union, types.UnionType)
        for each in arguments:
            yield from _examples(each, depth)


def _models(kind: type[BaseModel], depth: int) -> Iterator[BaseModel]:
    """Yield values of a kind, its fields each at their first, second, … example."""
    if depth > 4:
        yield kind.model_construct()
        return
    fields = {
        name: list(islice(_examples(field.annotation, depth), 6))
        for name, field in kind.model_fields.items()
    }
    for turn in range(max(map(len, fields.values()), default=1)):
        chosen = {name: some[turn % len(some)] for name, some in fields.items()}
        yield kind.model_construct(**chosen)


@pytest.mark.parametrize(
    "kind",
    sorted({each for each in stored_kinds() if issubclass(each, Value)}, key=str),
    ids=lambda kind: kind.__name__,
)
def test_a_value_is_written_as_pydantic_writes_it(kind: type[Value]) -> None:
    """Whatever stands in it: releases before and after read the same rows."""
    for value in islice(_models(kind, 0), 12):
        assert isinstance(value, Value)
        written = to_json(value)
        whole = value.model_dump_json(warnings=False).encode()
        if isinstance(value, Session):
            written = b"{" + written.partition(b",")[2]
        assert written == whole


def test_a_session_is_read_as_it_was_written() -> None:
    """With all that hangs on it."""
    session = rich_session()
    assert from_json(Session, to_json(session)) == session


def test_what_no_other_writes_is_left_to_pydantic() -> None:
    """Half a character pair is refused by both, and a number beyond 64 bits is written."""
    assert to_json(Wording(zh=str(2**70))).startswith(b'{"zh":"1180')
    huge = Session.begun(2**70, 5, "en")  # type: ignore[arg-type]  # any number
    assert f'"chat_id":{2**70}'.encode() in to_json(huge)
    with pytest.raises(ValueError, match="surrogates"):
        to_json(Wording.model_construct(zh="\ud83d", translated=""))
