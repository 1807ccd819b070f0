"""The arrows of the house point inward; a step's id is its file, its screen and its texts."""

import ast
import re
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from bot.domain.sessions import Step
from handlers.journey import SCREENS

ROOT = Path(__file__).resolve().parents[2]
OURS = ("bot", "handlers", "sandbox", "locales")
FILES = sorted(
    path for folder in ("bot", "handlers", "sandbox") for path in (ROOT / folder).rglob("*.py")
)
MOST_LINES = 300


def _module(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {_module(path): path for path in FILES}


@cache
def _imports(module: str, *, at_start: bool = False) -> frozenset[str]:
    """Names that a module imports, as full paths; `at_start` those that run when it loads."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    nodes = _at_load(tree) if at_start else ast.walk(tree)
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            for alias in node.names:
                deeper = f"{base}.{alias.name}"
                found.add(deeper if deeper in MODULES else base)
    return frozenset(found)


def _at_load(tree: ast.Module):
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node


def _within(name: str, *packages: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in packages)


def _strays(package: str, *allowed: str) -> list[str]:
    """Imports of our own code that a package may not have."""
    return [
        f"{module} imports {name}"
        for module in MODULES
        if _within(module, package)
        for name in _imports(module)
        if _within(name, *OURS) and not _within(name, package, *allowed)
    ]


def test_the_domain_imports_the_standard_library_pydantic_and_itself() -> None:
    """Nothing of Telegram, HTTP or SQL."""
    foreign = {
        f"{module} imports {name}"
        for module in MODULES
        if _within(module, "bot.domain")
        for name in _imports(module)
        if not _within(name, "bot.domain", "pydantic")
        and name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert foreign == set()


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("bot.marketplace", ("bot.domain",)),
        ("bot.storage", ("bot.domain",)),
        ("bot.pictures", ("bot.domain",)),
        ("bot.addresses", ("bot.domain",)),
        ("bot.telegram", ()),
        (
            "bot.services",
            (
                "bot.domain",
                "bot.marketplace.port",
                "bot.marketplace.errors",
                "bot.storage.ports",
                "bot.storage.tracking_ports",
                "bot.storage.operator_ports",
                "bot.services.locks",
                "bot.pictures",
                "bot.addresses",
            ),
        ),
        ("handlers", ("bot", "locales")),
        ("sandbox", ()),
    ],
)
def test_arrows_point_inward(package: str, allowed: tuple[str, ...]) -> None:
    """Each part knows only what is named beside it."""
    assert _strays(package, *allowed) == []


def test_handlers_know_no_sql_and_no_wire() -> None:
    """The way to the storage and the marketplace leads through ports and services."""
    wires = [
        f"{module} imports {name}"
        for module in MODULES
        if _within(module, "handlers")
        for name in _imports(module)
        if _within(name, "sqlite3", "aiosqlite", "httpx", "aiohttp", "bot.app")
        or (_within(name, "bot.storage") and name != "bot.storage.ports")
        or (
            _within(name, "bot.marketplace")
            and name not in {"bot.marketplace.port", "bot.marketplace.errors"}
        )
    ]
    assert wires == []


def test_only_the_composition_root_knows_the_handlers() -> None:
    """Nobody else in `bot` imports `handlers`."""
    known_by = {
        module
        for module in MODULES
        if _within(module, "bot")
        for name in _imports(module)
        if _within(name, "handlers")
    }
    assert known_by == {"bot.app"}


def test_nothing_is_imported_in_a_circle() -> None:
    """Modules load in one order, whichever is asked for first."""
    graph: dict[str, set[str]] = defaultdict(set)
    for module in MODULES:
        graph[module] = {name for name in _imports(module, at_start=True) if name in MODULES}
        # `import a.b` runs a's __init__ too, which importing back would meet half-loaded.
        graph[module].discard(module)
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path[path.index(module) :], module))
        if module in done:
            return
        for each in sorted(graph[module]):
            visit(each, (*path, module))
        done.add(module)

    for module in sorted(MODULES):
        visit(module, ())


_SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s+\w+\s+SET|DELETE FROM|PRAGMA)\b")


def test_all_sql_lives_in_the_storage() -> None:
    """No statement stands anywhere else."""
    elsewhere = [
        module
        for module, path in MODULES.items()
        if _within(module, "bot", "handlers")
        and not _within(module, "bot.storage")
        and _SQL.search(path.read_text("utf-8"))
    ]
    assert elsewhere == []


_SECONDS = {"return min(float(header), _LONGEST_WISH)"}  # of the gateway's Retry-After


def test_no_float_on_the_ways_of_money() -> None:
    """Fen are integers; what is no amount says so where `float(` stands."""
    floats = [
        f"{module}: {line.strip()}"
        for module, path in MODULES.items()
        if _within(module, "bot.domain", "bot.services", "bot.marketplace", "handlers")
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"\bfloat\(", line) and line.strip() not in _SECONDS
    ]
    assert floats == []


@pytest.mark.parametrize("step", list(Step))
def test_a_step_is_a_file_a_screen_and_a_family_of_texts(step: Step) -> None:
    """One guess finds all that belongs to a step."""
    assert (ROOT / "handlers" / f"{step}.py").is_file()
    assert SCREENS[step].__module__ == f"handlers.{step}"
    for language in ("en", "zh"):
        catalog = ROOT / "locales" / language / "LC_MESSAGES" / "snaporder.po"
        assert f'msgid "{step}.' in catalog.read_text("utf-8")


def test_no_file_is_longer_than_a_sitting() -> None:
    """Modules aim at 200 lines and never exceed 300."""
    long = {
        _module(path): length
        for path in FILES
        if (length := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_state_in_python_telegram_bots_dictionaries() -> None:
    """The session row is the only state."""
    users = [
        module
        for module, path in MODULES.items()
        if _within(module, "bot", "handlers")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"user_data", "chat_data", "bot_data"}
    ]
    assert users == []


def test_each_test_file_has_a_name_of_its_own() -> None:
    """Test folders are no packages: of two files with one name, pytest would read only one."""
    found = defaultdict(list)
    for path in (ROOT / "tests").rglob("*.py"):
        if path.name != "conftest.py":
            found[path.name].append(path.parent.name)
    assert {name: where for name, where in found.items() if len(where) > 1} == {}


def test_no_test_imports_a_conftest() -> None:
    """There are several, and which of them the name means depends on what was collected first."""
    where = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(r"^(from|import) conftest\b", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert where == []
