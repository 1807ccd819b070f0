"""What the house promises beside its arrows, which import-linter holds (`pyproject.toml`)."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from bot.domain.sessions import Step
from handlers.journey import SCREENS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path for folder in ("bot", "handlers", "sandbox") for path in (ROOT / folder).rglob("*.py")
)


def _module(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {_module(path): path for path in FILES}


def _within(name: str, *packages: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in packages)


def test_every_room_says_who_lives_there() -> None:
    """A folder's `__init__` holds one sentence."""
    silent = [
        module
        for module, path in MODULES.items()
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


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
    [file] = (ROOT / "handlers").rglob(f"{step}.py")
    module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    view = f"{module}_view"  # where what a step shows is a file's worth by itself
    assert SCREENS[step].screen.__module__ in {module, view}
    assert SCREENS[step].load.__module__ in {module, view, "bot.chat.screens"}
    for language in ("en", "zh"):
        catalog = ROOT / "locales" / language / "LC_MESSAGES" / "snaporder.po"
        assert f'msgid "{step}.' in catalog.read_text("utf-8")


_STATE_OF_THE_LIBRARY = re.compile(r"\.(user|chat|bot)_data\b")


def test_no_state_in_python_telegram_bots_dictionaries() -> None:
    """The session row is the only state."""
    users = [
        module
        for module, path in MODULES.items()
        if _within(module, "bot", "handlers")
        and _STATE_OF_THE_LIBRARY.search(path.read_text("utf-8"))
    ]
    assert users == []


def test_each_test_file_has_a_name_of_its_own() -> None:
    """Test folders are no packages: of two files with one name, pytest would read only one."""
    found = defaultdict(list)
    for path in (ROOT / "tests").rglob("*.py"):
        if path.name != "conftest.py":
            found[path.name].append(path.parent.name)
    assert {name: where for name, where in found.items() if len(where) > 1} == {}


_BORROWS = re.compile(r"^(from|import) (conftest|(tests\.[\w.]+\.)?test_\w+)\b", re.MULTILINE)


def test_no_test_imports_a_conftest_or_anothers_tests() -> None:
    """Which conftest the name means depends on what came first; what is shared has a file."""
    where = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if _BORROWS.search(path.read_text("utf-8"))
    ]
    assert where == []
