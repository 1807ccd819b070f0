"""Fail on a missing, fuzzy or unused text, and on placeholders that differ between languages.

A text that is given a `count` has plural forms in every language, or it would show its key.

A text's key is a string literal `step.what` somewhere in `bot/` or `handlers/`. Each language's
`terms.txt` lists words that are not said, with what is said instead.
"""

import ast
import re
import string
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

_ROOT = Path(__file__).resolve().parent.parent
_KEY = re.compile(r"^[a-z][a-z_]*\.[a-z0-9][a-z0-9_]*$")
_TAG = re.compile(r"<(/?)([a-z]+)[^>]*>")


def main() -> int:
    """Print what is wrong and return the exit code."""
    catalogs = {path.name: _read(path) for path in sorted((_ROOT / "locales").glob("??"))}
    problems = [each for name, catalog in catalogs.items() for each in _own(name, catalog)]
    used = _literals()
    every = set().union(*(_keys(catalog) for catalog in catalogs.values()))
    for name, catalog in catalogs.items():
        problems += [f"{name}: missing {key}" for key in sorted(every - _keys(catalog))]
        problems += [f"{name}: unused {key}" for key in sorted(_keys(catalog) - used)]
    families = {key.split(".")[0] for key in every}
    problems += [
        f"no language has {key}" for key in sorted(used - every) if key.split(".")[0] in families
    ]
    problems += _differing(catalogs) + _count_as_text()
    counted = _counted()
    for name, catalog in catalogs.items():
        problems += _without_plural(name, catalog, counted)
    for name, catalog in catalogs.items():
        problems += _forbidden(name, catalog, _terms(name))
    for problem in problems:
        print(problem)
    print(f"catalogs: {len(every)} texts in {', '.join(catalogs)}, {len(problems)} problems")
    return 1 if problems else 0


def _read(folder: Path) -> Catalog:
    with (folder / "LC_MESSAGES" / "snaporder.po").open("rb") as file:
        return read_po(file, locale=folder.name, abort_invalid=True)


def _terms(name: str) -> list[tuple[re.Pattern[str], str, str]]:
    """Read what a language does not say: the word, what is said instead, and unless when."""
    terms = []
    for line in (_ROOT / "locales" / name / "terms.txt").read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, _, instead = (each.strip() for each in line.partition("=>"))
        instead, _, unless = (each.strip() for each in instead.partition(";"))
        allowed = unless.removeprefix("unless").removeprefix("除非").strip()
        edge = r"\b" if word.isascii() else ""
        terms.append(
            (re.compile(f"{edge}{re.escape(word)}{edge}", re.IGNORECASE), instead, allowed)
        )
    return terms


def _forbidden(
    name: str, catalog: Catalog, terms: list[tuple[re.Pattern[str], str, str]]
) -> list[str]:
    problems = []
    for key, message in _messages(catalog).items():
        for text in _texts(message):
            said = re.sub(r"\{[^}]*\}|<[^>]*>|/\w+", " ", text)
            for word, instead, unless in terms:
                left = said.replace(unless, "") if unless else said
                if word.search(left):
                    problems.append(f"{name}: {key} says {word.pattern!r}, not “{instead}”")
    return problems


def _messages(catalog: Catalog) -> dict[str, Message]:
    return {_key(message): message for message in catalog if message.id}


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def _keys(catalog: Catalog) -> set[str]:
    return set(_messages(catalog))


def _texts(message: Message) -> list[str]:
    texts = message.string
    several = texts if isinstance(texts, (tuple, list)) else [texts]
    return [text or "" for text in several]


def _own(name: str, catalog: Catalog) -> list[str]:
    """Problems of one catalog by itself: fuzzy, empty, unbalanced markup, wrong plural count."""
    problems = []
    for key, message in _messages(catalog).items():
        texts = _texts(message)
        if message.fuzzy:
            problems.append(f"{name}: fuzzy {key}")
        if not all(texts):
            problems.append(f"{name}: empty {key}")
        if message.pluralizable and len(texts) != catalog.num_plurals:
            problems.append(f"{name}: {key} has {len(texts)} plural forms")
        problems += [f"{name}: unbalanced markup in {key}" for text in texts if not _balanced(text)]
    return problems


def _balanced(text: str) -> bool:
    open_tags: list[str] = []
    for closing, tag in _TAG.findall(text):
        if not closing:
            open_tags.append(tag)
        elif not open_tags or open_tags.pop() != tag:
            return False
    return not open_tags


def _differing(catalogs: dict[str, Catalog]) -> list[str]:
    """Texts whose placeholders are not the same in every language and plural form."""
    problems = []
    (first, reference), *others = catalogs.items()
    for key, message in _messages(reference).items():
        wanted = _placeholders(_texts(message)[0])
        for name, catalog in ((first, reference), *others):
            other = _messages(catalog).get(key)
            texts = _texts(other) if other else []
            for text in texts:
                given = _placeholders(text)
                if given != wanted:
                    problems.append(f"{name}: {key} has {sorted(given)}, {first} {sorted(wanted)}")
    return problems


def _without_plural(name: str, catalog: Catalog, counted: set[str]) -> list[str]:
    """Texts that are given a `count`, by code or by their own words, and have no forms for it."""
    return [
        f"{name}: {key} is given a count and has no plural forms"
        for key, message in _messages(catalog).items()
        if not message.pluralizable
        and (key in counted or any("count" in _placeholders(text) for text in _texts(message)))
    ]


def _counted() -> set[str]:
    """Every key that a call gives together with `count`."""
    return {
        node.args[0].value
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and any(keyword.arg == "count" for keyword in node.keywords)
    }


def _count_as_text() -> list[str]:
    """Calls that give a `count` which is no number: no plural form is found for it."""
    return [
        f"line {node.lineno}: {ast.unparse(node)[:80]} gives a count as text"
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and any(
            keyword.arg == "count"
            and isinstance(keyword.value, ast.Call)
            and ast.unparse(keyword.value.func) == "str"
            for keyword in node.keywords
        )
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _trees() -> list[ast.Module]:
    files = [path for part in ("bot", "handlers") for path in (_ROOT / part).rglob("*.py")]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in files]


def _literals() -> set[str]:
    """Every string literal that looks like a key."""
    return {
        node.value
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _KEY.match(node.value)
    }


if __name__ == "__main__":
    sys.exit(main())
