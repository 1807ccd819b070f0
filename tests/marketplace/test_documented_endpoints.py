"""The tables of docs/marketplace.md name what there is, and tests that there are."""

import ast
import re
from pathlib import Path

from bot.domain.pushes import PushKind
from bot.marketplace.daji import endpoints, push_messages
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.endpoints import Endpoint

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "marketplace.md"


def rows(heading: str) -> list[list[str]]:
    section = DOCUMENT.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


def code(cell: str) -> str:
    return cell.strip("`")


def exists(test: str) -> bool:
    file, _, name = code(test).partition("::")
    if not (HERE / file).is_file():
        return False
    tree = ast.parse((HERE / file).read_text("utf-8"))
    return not name or any(getattr(each, "name", None) == name for each in ast.walk(tree))


def test_every_endpoint_has_its_row():
    """Sixteen paths, each with the method of the client that is named like the endpoint."""
    known = {e.path: e for e in vars(endpoints).values() if isinstance(e, Endpoint)}
    table = rows("The sixteen endpoints")
    assert len(table) == 16
    assert {code(row[1]) for row in table} == known.keys()
    for _, path, what, method, _, test in table:
        assert code(method) == known[code(path)].name
        assert callable(getattr(DajiClient, code(method)))
        assert known[code(path)].writes == ("**" in what)
        assert exists(test), test


def test_every_topic_has_its_row():
    """All topics of the contract's table with the kind that they are read as."""
    table = rows("The pushes")
    kinds = {code(row[0]): code(row[1]) for row in table if row[0].startswith("`ORDER")}
    kinds |= {code(row[0]): code(row[1]) for row in table if row[0].startswith("`LOGISTICS")}
    assert kinds == {topic: kind.value for topic, kind in push_messages._KINDS.items()}
    assert {code(row[1]) for row in table} == {kind.value for kind in PushKind}
    assert [row[-1] for row in table if not exists(row[-1])] == []


def test_every_file_that_is_named_exists():
    """What a table points to can be opened."""
    text = DOCUMENT.read_text("utf-8")
    named = re.findall(r"`((?:bot|handlers|tests)/[\w/]+\.py)`", text)
    named += [f"docs/{each}" for each in re.findall(r"\]\((decisions/[^)]+)\)", text)]
    assert [each for each in named if not (HERE.parents[1] / each).is_file()] == []
    assert len(named) > 10
