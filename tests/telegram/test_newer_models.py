"""What the bot sends, held against aiogram's models, which are made from Telegram's own page."""

import ast
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiogram import methods, types

from bot.telegram import newer

ROOT = Path(__file__).parents[2]
MAKER = runpy.run_path(str(ROOT / "scripts" / "make_botapi_schema.py"))
SUPPLEMENT: dict[str, Any] = MAKER["SUPPLEMENT"]
METHODS: dict[str, Any] = {
    model.__api_method__: model
    for name in methods.__all__
    if isinstance(getattr(model := getattr(methods, name), "__api_method__", None), str)
}
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


def _described(method: str) -> dict[str, Any]:
    """Fields and required ones, in the little language of the sandbox's schema."""
    if method in SUPPLEMENT:
        found: dict[str, Any] = SUPPLEMENT[method]
        return found
    described: dict[str, Any] = MAKER["SchemaMaker"]().describe_fields(METHODS[method])
    return described


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.method)
def test_a_newer_call_has_telegrams_fields(call: type[newer.Newer]) -> None:
    """No field of ours is unknown, none that must be sent is missing or may be left out."""
    theirs = _described(call.method)
    assert set(call.model_fields) <= set(theirs["fields"])
    needed = {name for name, field in call.model_fields.items() if field.is_required()}
    assert set(theirs["required"]) <= needed


def test_newer_objects_have_telegrams_fields() -> None:
    """As for calls."""
    assert {"style", "disabled"} <= set(types.InlineKeyboardButton.model_fields)
    assert "force_reply" in types.InlineKeyboardMarkup.model_fields
    assert {"disabled": types.DisabledButton().model_dump()} == newer.DISABLED


@pytest.mark.parametrize("model", OBJECTS, ids=lambda model: model.__name__)
def test_a_newer_object_has_telegrams_fields(model: type[newer.Wire]) -> None:
    """As for calls, by the name that Telegram has for it."""
    theirs = MAKER["SchemaMaker"]().describe_fields(getattr(types, model.__name__))
    assert set(model.model_fields) <= set(theirs["fields"])
    assert set(theirs["required"]) <= set(model.model_fields)
    for name, field in model.model_fields.items():
        if field.default is not None and not field.is_required():
            assert theirs["fields"][name] == {"enum": [field.default]}


def _sent() -> Iterator[tuple[str, str, str]]:
    """Every `call` and `fitting` of a method by its name: where, which, with what."""
    for room in ("bot", "handlers"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
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
    unknown = [each for each in sent if each[2] not in _described(each[1])["fields"]]
    assert unknown == []
