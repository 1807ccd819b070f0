"""A screen as a rich message: the same words, what belongs in columns as a table.

Only for servers that take one (`bot.telegram.abilities`); the screen's text says all of it too.
"""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from bot.chat.texts import Html
from bot.telegram.newer import (
    InputRichBlockParagraph,
    InputRichBlockPhoto,
    InputRichBlockTable,
    InputRichMessage,
    RichBlockTableCell,
)

_TOKEN = re.compile(r"<(/?)([a-z-]+)([^>]*)>|[^<]+")
_MOMENT = re.compile(r'unix="(\d+)" format="(\w+)"')
_MARKS = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough", "code": "code"}


class Cell(Struct, frozen=True):
    """One cell. `span` is how many columns it takes; a `number` stands at the right."""

    text: Html
    span: int = 1
    head: bool = False
    number: bool = False


class Table(Struct, frozen=True):
    """Rows of cells, at most 20 columns wide."""

    rows: tuple[tuple[Cell, ...], ...]


Part = Html | Table
"""What stands between two blank lines of a screen's text, or a table in its place."""


def shown(parts: Iterable[Part | None]) -> tuple[Part, ...]:
    """Leave out what is not there."""
    return tuple(part for part in parts if part)


def rich_message(parts: Sequence[Part], photo: str | None) -> InputRichMessage:
    """Return it as it travels. `photo` is a file id, or `attach://` and the name of an upload."""
    blocks: list[Any] = []
    if photo is not None:
        blocks.append(InputRichBlockPhoto(photo={"type": "photo", "media": photo}))
    for part in parts:
        if isinstance(part, Table):
            blocks.append(_table(part))
        else:
            # Whether a line break within a paragraph is one is not said: each line is its own.
            blocks += [InputRichBlockParagraph(text=rich_text(line)) for line in part.split("\n")]
    return InputRichMessage(blocks=tuple(blocks))


def _table(table: Table) -> InputRichBlockTable:
    rows = tuple(
        tuple(
            RichBlockTableCell(
                text=rich_text(cell.text),
                align="right" if cell.number else "left",
                valign="top",
                is_header=True if cell.head else None,
                colspan=cell.span if cell.span > 1 else None,
            )
            for cell in row
        )
        for row in table.rows
    )
    return InputRichBlockTable(cells=rows, is_striped=True, is_compact=True)


def rich_text(text: str) -> Any:
    """Return Telegram HTML of our own making as RichText: a text, or a list with marked ones."""
    stack: list[tuple[dict[str, Any] | None, list[Any]]] = [(None, [])]
    for token in _TOKEN.finditer(text):
        closing, name, attributes = token[1], token[2], token[3]
        if name is None:
            stack[-1][1].append(html.unescape(token[0]))
        elif not closing:
            stack.append((_mark(name, attributes), []))
        elif len(stack) > 1:
            mark, inner = stack.pop()
            content = _joined(inner)
            stack[-1][1].append(content if mark is None else mark | {"text": content})
    return _joined([each for _, inside in stack for each in inside])


def _mark(name: str, attributes: str) -> dict[str, Any] | None:
    """The object for a tag; None for one that only Telegram's HTML has, whose words stay."""
    if name == "tg-time" and (found := _MOMENT.search(attributes)):
        return {
            "type": "date_time",
            "unix_time": int(found[1]),
            "date_time_format": found[2],
        }
    return {"type": _MARKS[name]} if name in _MARKS else None


def _joined(parts: list[Any]) -> Any:
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else parts
