"""Tell what a move of modules changed beside their places: `same_statements.py BEFORE AFTER`.

Reads two commits, follows files that git says were renamed, and compares the hashes of all
top-level statements but imports and docstrings. A name that was imported stands for what it was
imported from, wherever that lives now, so a module may move or change its name and nothing else.
"""

import ast
import hashlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

FOLDERS = ("bot", "handlers")
_MODULE_NAMED = re.compile(r"\b(?:bot|handlers)(?:\.[a-z_]+)+\b")


def git(*arguments: str) -> str:
    """Return what git prints."""
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def module_of(path: str) -> str:
    """Return the dotted name of a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def moved_modules(before: str, after: str) -> dict[str, str]:
    """Return old names of modules with the new ones."""
    listing = git(
        "diff", "-M40%", "--name-status", "--diff-filter=R", before, after, "--", *FOLDERS
    )
    pairs = [line.split("\t")[1:] for line in listing.splitlines()]
    return {module_of(old): module_of(new) for old, new in pairs if old.endswith(".py")}


class _Resolved(ast.NodeTransformer):
    """Names of modules and of what they hold, as full paths in the house of `after`."""

    def __init__(self, moves: dict[str, str]) -> None:
        self._moves = moves
        self._imported: dict[str, str] = {}

    def place_of(self, name: str) -> str:
        """Return where a dotted name lives now."""
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            if (moved := self._moves.get(".".join(parts[:end]))) is not None:
                return ".".join([moved, *parts[end:]])
        return name

    def learn(self, tree: ast.Module) -> None:
        """Read what a module imports, wherever the import stands."""
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for each in node.names:
                    full = f"{node.module}.{each.name}"
                    self._imported[each.asname or each.name] = self.place_of(full)

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Replace an imported name by what it stands for."""
        return ast.Name(id=self._imported.get(node.id, node.id), ctx=node.ctx)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.Pass:
        """Leave out imports inside functions: the names that they bring are resolved."""
        del node
        return ast.Pass()

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """Follow texts that name modules."""
        if not isinstance(node.value, str):
            return node
        return ast.Constant(_MODULE_NAMED.sub(lambda found: self.place_of(found[0]), node.value))


def statements(commit: str, moves: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each top-level statement's hash with a word about where it stands."""
    for path in git("ls-tree", "-r", "--name-only", commit, "--", *FOLDERS).splitlines():
        if not path.endswith(".py"):
            continue
        tree = ast.parse(git("show", f"{commit}:{path}"))
        resolved = _Resolved(moves)
        resolved.learn(tree)
        for node in tree.body:
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if is_text or isinstance(node, ast.Import | ast.ImportFrom):
                continue
            line = node.lineno
            dump = ast.dump(resolved.visit(node))
            yield hashlib.sha256(dump.encode()).hexdigest(), f"{path}:{line}"


def main() -> int:
    """Compare two commits. Exits 1 when a statement is gone or new."""
    before, after = sys.argv[1:3]
    moves = moved_modules(before, after)
    had, has = dict(statements(before, moves)), dict(statements(after, {}))
    gone = Counter(key for key, _ in statements(before, moves))
    gone.subtract(key for key, _ in statements(after, {}))
    for key, count in gone.items():
        if count > 0:
            print(f"gone: {had[key]}")
        elif count < 0:
            print(f"new:  {has[key]}")
    total = sum(1 for _ in statements(after, {}))
    print(f"{len(moves)} modules moved, {total} statements, {sum(map(abs, gone.values()))} differ")
    return int(any(gone.values()))


if __name__ == "__main__":
    sys.exit(main())
