"""What an answer's own flags say, whichever names and depth an endpoint uses for them."""

from typing import Any

from msgspec import Struct

_DEEPEST = 3
_FLAGS = {"true": True, "false": False}
_CODE_NAMES = ("errorCode", "code", "resultCode")
_WORD_NAMES = ("errorMsg", "errorMessage", "erroMsg", "errorInfo", "message")


class Verdict(Struct, frozen=True):
    """What an answer's own flags say, whichever names the endpoint uses for them."""

    success: bool | None = None
    code: str = ""
    message: str = ""


def levels_of(data: object) -> list[dict[str, Any]]:
    """Return `data`, `data.result` and so on: where the gateway unwraps is not always captured."""
    found: list[dict[str, Any]] = []
    while isinstance(data, dict) and len(found) < _DEEPEST:
        found.append(data)
        data = data.get("result")
    return found


def flag_of(levels: list[dict[str, Any]], name: str) -> bool | None:
    """Return what the levels say together: one "no" outweighs every "yes"."""
    said = [_FLAGS.get(str(level.get(name)).lower()) for level in levels]
    return False if False in said else True if True in said else None


def verdict_of(data: object) -> Verdict:
    """Read the inner verdict, at whichever level it stands (contract 1, 5.6, 6.2).

    Code and words are those of the level that says no, else of the first that has any.
    """
    levels = levels_of(data)
    refusing = [level for level in levels if flag_of([level], "success") is False]
    told = [(_first_text(level, _CODE_NAMES), _first_text(level, _WORD_NAMES)) for level in levels]
    if refusing:
        told.insert(0, told[levels.index(refusing[0])])
    code, message = next((pair for pair in told if any(pair)), ("", ""))
    return Verdict(success=flag_of(levels, "success"), code=code, message=message)


def _first_text(data: dict[str, Any], names: tuple[str, ...]) -> str:
    found = (data.get(name) for name in names)
    return next((str(value) for value in found if isinstance(value, str | int) and value), "")
