"""List the licence of every package that is installed with the bot; fail on one not allowed.

`--write` puts the list into `docs/licences.md`; without it the list is compared with that file.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_LIST = _ROOT / "docs" / "licences.md"
_LOCK = _ROOT / "requirements.lock"
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)(?:\s*;\s*([^\\]+))?", re.MULTILINE)
_LONGEST_NAME = 60  # characters; longer "licences" are whole texts

# Read in this order: the first that fits names the licence.
_ALLOWED = {
    "Apache-2.0": r"apache",
    "MPL-2.0": r"mozilla public|mpl",
    "LGPL-3.0": r"lgpl|lesser general public",
    "PSF-2.0": r"python software foundation|psf",
    "ISC": r"\bisc\b",
    "BSD": r"bsd",
    "MIT": r"\bmit\b",
    "Unlicense": r"unlicense",
    "0BSD": r"0bsd|zero-clause",
}
_REFUSED = re.compile(r"agpl|affero|(?<!l)gpl|sspl|proprietary|commercial", re.IGNORECASE)


def main() -> int:
    """Print or write the list; return the exit code."""
    rows, problems = [], []
    for name, _ in _pinned():
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # pinned for another platform
        licence = licence_of(package)
        if licence is None:
            problems.append(f"{name}: licence {_words(package)[:80]!r} is not allowed or not known")
        rows.append(f"| {name} | {licence or '?'} |")
    text = (
        "# Licences of what the bot runs with\n\n"
        "Made by `python scripts/list_licences.py --write` from the installed packages' metadata; "
        "`make supply` fails when a licence is unknown or not allowed, or this list is old.\n\n"
        "| Package | Licence |\n|---|---|\n" + "\n".join(rows) + "\n"
    )
    if "--write" in sys.argv:
        _LIST.write_text(text, encoding="utf-8")
    elif not _LIST.exists() or not set(rows) <= set(_LIST.read_text("utf-8").splitlines()):
        # Rows more than these belong to other platforms.
        problems.append("docs/licences.md is old: run python scripts/list_licences.py --write")
    for problem in problems:
        print(problem)
    print(f"licences: {len(rows)} packages, {len(problems)} problems")
    return 1 if problems else 0


def licence_of(package: Distribution) -> str | None:
    """Return the short name of a package's licence, None when it is unknown or refused."""
    words = _words(package)
    # "LGPL" is allowed for a library that is used unchanged; a plain GPL is not.
    if _REFUSED.search(re.sub(r"(?i)lgpl\S*|lesser general public license", "", words)):
        return None
    named = [name for name, fits in _ALLOWED.items() if re.search(fits, words, re.IGNORECASE)]
    return ", ".join(named) or None


def _words(package: Distribution) -> str:
    meta = package.metadata
    stated = meta["License-Expression"] or ""
    if not stated:
        classifiers = [
            each.rpartition(" :: ")[2]
            for each in meta.get_all("Classifier") or []
            if each.startswith("License ::")
        ]
        stated = "; ".join(classifiers)
    if not stated:
        free_text = (meta["License"] or "").strip().splitlines()
        stated = free_text[0][:_LONGEST_NAME] if free_text else ""
    return stated


def _pinned() -> Iterator[tuple[str, str]]:
    for match in _PINNED.finditer(_LOCK.read_text(encoding="utf-8")):
        yield match[1], match[2]


if __name__ == "__main__":
    sys.exit(main())
