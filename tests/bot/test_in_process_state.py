"""Whatever the process remembers is listed in decision 17, with why it may be lost."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECISION = ROOT / "docs" / "decisions" / "0017-what-the-process-remembers.md"
KEEPERS = {
    "AsyncLimiter",
    "BoundedSemaphore",
    "Condition",
    "KeyedLocks",
    "Lately",
    "Lock",
    "OrderedDict",
    "Queue",
    "Recent",
    "Semaphore",
    "SharedReads",
    "WeakKeyDictionary",
    "WeakSet",
    "WeakValueDictionary",
    "defaultdict",
    "deque",
    "dict",
    "list",
    "set",
}
CACHES = {"cache", "lru_cache", "cached_property"}
CHANGING = (ast.Dict, ast.List)
# Most files keep nothing, and reading a file as a tree takes longer than all else.
_MAY_KEEP = re.compile(
    rf"=\s*\(?\s*([\w.]+\.)?({'|'.join(KEEPERS)})\b|=\s*\(?\s*(\{{\s*\}}|\[\s*\])"
    rf"|@([\w.]+\.)?({'|'.join(CACHES)})\b"
)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call | ast.Subscript):
        return _name(node.func if isinstance(node, ast.Call) else node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _keeps(value: ast.expr | None) -> bool:
    """Tell whether a value is one that is filled later: a container, a lock or a limiter."""
    if isinstance(value, ast.Call):
        made_full = _name(value) in {"dict", "list", "set"} and (value.args or value.keywords)
        return _name(value) in KEEPERS and not made_full
    return isinstance(value, CHANGING) and not getattr(value, "elts", getattr(value, "keys", []))


def _in_class(module: str, owner: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(owner):
        target, value = None, None
        if isinstance(node, ast.AnnAssign):
            target, value = node.target, node.value
        elif isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
        of_self = isinstance(target, ast.Attribute) and _name(target.value) == "self"
        if of_self and target.attr.startswith("_") and _keeps(value):
            yield f"{module}.{owner.name}.{target.attr}"


def _on_module(module: str, tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and _keeps(node.value):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            yield f"{module}.{_name(target)}"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and {_name(d) for d in node.decorator_list} & CACHES:
            yield f"{module}.{node.name}"


@cache
def remembered(root: Path = ROOT) -> frozenset[str]:
    """Everything in the bot that is filled while it runs, as `module.Class._attribute`."""
    found: set[str] = set()
    for path in (*(root / "bot").rglob("*.py"), *(root / "handlers").rglob("*.py")):
        source = path.read_text("utf-8")
        if not _MAY_KEEP.search(source):
            continue
        tree = ast.parse(source)
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        found.update(_on_module(module, tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found.update(_in_class(module, node))
    return frozenset(found)


def listed() -> set[str]:
    """What the decision's tables name in their first column."""
    rows = re.findall(r"^\| (`[^|]+`) \|", DECISION.read_text("utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([\w.]+)`", row)}


def test_everything_that_is_remembered_is_listed_with_its_reason() -> None:
    """What is new is written into the decision, or is kept where others can reach it."""
    assert remembered() - listed() == set()


def test_nothing_is_listed_that_is_remembered_no_more() -> None:
    """A row whose subject is gone misleads whoever reads the list."""
    assert listed() - remembered() == set()


def test_a_new_container_lock_or_cache_is_found(tmp_path: Path) -> None:
    """In an `__init__`, with or without a type, on a module, and as a cached function."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "handlers").mkdir()
    (tmp_path / "bot" / "new.py").write_text(
        "from functools import lru_cache\n"
        "_KNOWN: dict[str, int] = {}\n"
        "_TABLE = {'a': 1}\n"
        "@lru_cache\n"
        "def _read(): ...\n"
        "class One:\n"
        "    def __init__(self):\n"
        "        self._seen = set()\n"
        "        self._locks: dict[str, object] = {}\n"
        "        self._fixed = {'a': 1}\n"
        "        self._recent = recent.Recent[int, int](5)\n",
        "utf-8",
    )
    names = {"_KNOWN", "_read", "One._seen", "One._locks", "One._recent"}
    assert remembered(tmp_path) == {f"bot.new.{name}" for name in names}
