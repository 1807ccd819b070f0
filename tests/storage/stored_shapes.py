"""What stored values consist of: their fields, which of them may be nothing, and their words.

`python -m tests.storage.stored_shapes` writes them down beside the step that is the schema's floor.
"""

import importlib
import json
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from bot.storage.postgres.migrations import floor_of
from bot.storage.sql.migrations import NAMES

SHAPES = Path(__file__).parent / "shapes"
_SQL = Path(__file__).parents[2] / "bot" / "storage" / "sql"
_READ_AS = re.compile(r"\b(?:unseal|unpack)\(\s*([A-Z]\w+),")

Shapes = dict[str, list[str]]


def written_down() -> Path:
    """Where the shapes stand that every release knows which may run beside this one."""
    return SHAPES / f"{floor_of(NAMES):04}.json"


def stored_shapes() -> Shapes:
    """Return what is stored now, by the name of its type."""
    found: dict[type, list[str]] = {}
    for kind in stored_kinds():
        _look(kind, found)
    shapes = {kind.__name__: sorted(says) for kind, says in found.items()}
    assert len(shapes) == len(found), "two stored types have one name"
    return dict(sorted(shapes.items()))


def stored_kinds() -> Iterator[type]:
    """Return what bodies of rows are read as, and the enumerations that columns are read as."""
    for file in sorted(_SQL.glob("*.py")):
        module = importlib.import_module(f"bot.storage.sql.{file.stem}")
        text = file.read_text(encoding="utf-8")
        for name in _READ_AS.findall(text):
            yield getattr(module, name)
        for name, each in vars(module).items():
            if isinstance(each, type) and issubclass(each, Enum) and f"{name}(" in text:
                yield each


def _look(annotation: Any, found: dict[type, list[str]]) -> None:
    if isinstance(annotation, type) and issubclass(annotation, Enum | BaseModel):
        if annotation in found:
            return
        if issubclass(annotation, Enum):
            found[annotation] = [str(each.value) for each in annotation]
            return
        found[annotation] = [
            f"{name}{_words(field.annotation)}" for name, field in annotation.model_fields.items()
        ]
        for field in annotation.model_fields.values():
            _look(field.annotation, found)
        return
    if get_origin(annotation) is not Literal:
        for each in get_args(annotation):
            _look(each, found)


def _words(annotation: Any) -> str:
    """Return the words that a field lists itself, and `?` where it may be nothing."""
    if annotation is type(None):
        return "?"
    if get_origin(annotation) is Literal:
        return "=" + "|".join(sorted(str(each) for each in get_args(annotation)))
    return "".join(_words(each) for each in get_args(annotation))


def main() -> None:
    SHAPES.mkdir(exist_ok=True)
    lines = (f"{json.dumps(name)}: {json.dumps(says)}" for name, says in stored_shapes().items())
    written_down().write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
