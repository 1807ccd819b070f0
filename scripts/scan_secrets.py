"""Fail when a file that git tracks, or is about to, holds what looks like a secret.

What is no secret though it looks like one stands in `ALLOWED` with its reason.
"""

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_LARGEST = 2_000_000  # bytes; larger files of ours are data and pictures
_BINARY = {".jpg", ".jpeg", ".png", ".webp", ".gz", ".heic", ".heif", ".gif", ".ico", ".woff2"}

_PATTERNS = {
    "a Telegram bot token": re.compile(r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "an AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}\b"),
    # "password" itself stands where the form of an address is told.
    "a password in an address": re.compile(
        r"\b[a-z]+://[^\s/:@'\"{}]+:(?!password@)[^\s/@'\"{}]{6,}@"
    ),
    "a secret by its name": re.compile(
        r"(?i)\b\w*(?:secret|token|passw(?:or)?d|api_?key|app_?key|data_?key)\w*[\"']?"
        r"\s*[:=]\s*[\"']?([0-9a-f]{32,}|[A-Za-z0-9+/_-]{40,}={0,2})(?![A-Za-z0-9+/_.(-])"
    ),
}
_NAMED = "a secret by its name"
_LEAST_ENTROPY = 3.0  # bits a character; `0000…` and words stay below it

ALLOWED: dict[tuple[str, str], str] = {
    ("tests/", "a password in an address"): "made-up proxies of tests",
    ("tests/", "a Telegram bot token"): "made-up tokens that tests look for in logs",
    ("scripts/scan_secrets.py", "a private key"): "the pattern itself",
}
"""(path or folder, kind) -> why it may be there."""


def main() -> int:
    """Print what was found and return the exit code."""
    found = [each for path in _files() for each in scan(path)]
    for line in found:
        print(line)
    print(f"secrets: {len(found)} found")
    return 1 if found else 0


def scan(path: Path, root: Path = _ROOT) -> Iterator[str]:
    """Yield `file:line: kind` for everything suspicious; the secret itself is not repeated."""
    name = path.relative_to(root).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in _PATTERNS.items():
            match = pattern.search(line)
            if match is None or _is_allowed(name, kind):
                continue
            if kind == _NAMED and _entropy(match[1]) < _LEAST_ENTROPY:
                continue
            yield f"{name}:{number}: looks like {kind}"


def _is_allowed(name: str, kind: str) -> bool:
    return any(name.startswith(where) and kind == what for where, what in ALLOWED)


def _entropy(text: str) -> float:
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


def _files() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        cwd=_ROOT,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = _ROOT / name
        if path.suffix.lower() in _BINARY or not path.is_file() or path.stat().st_size > _LARGEST:
            continue
        yield path


if __name__ == "__main__":
    sys.exit(main())
