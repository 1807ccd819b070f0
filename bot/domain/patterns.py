"""Patterns that are compiled when a text is first held against them (decision 13).

Reading addresses takes some sixty patterns, and words, numbers and variants nearly as many;
compiling them takes longer than loading everything else that they are for, and most starts never
read an address.
"""

import re
from typing import Any, cast


class _Lazy:
    """Stands in for a pattern until one of its methods is asked for."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._source)
        for method in ("match", "search", "fullmatch", "finditer", "findall", "sub", "split"):
            self.__dict__[method] = getattr(compiled, method)
        return getattr(compiled, name)


def lazily(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern like `re.compile`, compiled at its first use."""
    return cast("re.Pattern[str]", _Lazy(pattern, flags))
