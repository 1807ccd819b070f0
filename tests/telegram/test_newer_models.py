"""What the bot sends, held against Telegram's own page.

The sandbox's schema is made from aiogram's models, which are made from that page; that it still
equals them is tested in tests/sandbox/botapi/test_botapi_schema.py, which imports aiogram for it.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.telegram import newer

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "sandbox" / "botapi" / "schema.json").read_text(encoding="utf-8"))
METHODS: dict[str, Any] = SCHEMA["methods"]
TYPES: dict[str, Any] = SCHEMA["types"]
CALLS = [
    each
    for each in vars(newer).values()
    if isinstance(each, type) and issubclass(each, newer.Newer) and each is not newer.Newer
]
OBJECTS = [
    each
    for each in vars(newer).values()
    if isinstance(each, type)
    and issubclass(each, newer.Wire)
    and not issubclass(each, newer.Newer)
    and each is not newer.Wire
]
NOT_SENT = {"read_timeout", "retries"}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.method)
def test_a_newer_call_has_telegrams_fields(call: type[newer.Newer]) -> None:
    """No field of ours is unknown, none that must be sent is missing or may be left out."""
    theirs = METHODS[call.method]
    assert set(call.model_fields) <= set(theirs["fields"])
    needed = {name for name, field in call.model_fields.items() if field.is_required()}
    assert set(theirs["required"]) <= needed


def test_newer_objects_have_telegrams_fields() -> None:
    """As for calls."""
    assert {"style", "disabled"} <= set(TYPES["InlineKeyboardButton"]["fields"])
    assert "force_reply" in TYPES["InlineKeyboardMarkup"]["fields"]
    assert {"disabled": TYPES["DisabledButton"]["fields"]} == newer.DISABLED


@pytest.mark.parametrize("model", OBJECTS, ids=lambda model: model.__name__)
def test_a_newer_object_has_telegrams_fields(model: type[newer.Wire]) -> None:
    """As for calls, by the name that Telegram has for it."""
    theirs = TYPES[model.__name__]
    assert set(model.model_fields) <= set(theirs["fields"])
    assert set(theirs["required"]) <= set(model.model_fields)
    for name, field in model.model_fields.items():
        if field.default is not None and not field.is_required():
            assert theirs["fields"][name] == {"enum": [field.default]}


def _sent() -> Iterator[tuple[str, str, str]]:
    """Every `call` and `fitting` of a method by its name: where, which, with what."""
    for room in ("bot", "handlers"):
        for path in sorted((ROOT / room).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if ".call(" not in source and ".fitting(" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                if node.func.attr not in {"call", "fitting"} or not node.args:
                    continue
                named = node.args[0]
                if not isinstance(named, ast.Constant) or not isinstance(named.value, str):
                    continue
                for keyword in node.keywords:
                    if keyword.arg is not None and keyword.arg not in NOT_SENT:
                        yield str(path.relative_to(ROOT)), named.value, keyword.arg


def test_every_parameter_that_is_sent_exists() -> None:
    """Telegram ignores a misspelt parameter, so that nobody would notice it there."""
    sent = list(_sent())
    assert len({method for _, method, _ in sent}) > 8
    unknown = [each for each in sent if each[2] not in METHODS[each[1]]["fields"]]
    assert unknown == []
