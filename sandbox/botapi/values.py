"""Single values of a request: what counts as a number, a boolean, a string or a file."""

import json
from typing import Any, Final

from .errors import BadRequestError
from .uploads import ATTACH, Upload

TYPE_NAMES: Final = {"int": "Integer", "str": "String", "bool": "Boolean", "float": "Number"}


class ShapeError(BadRequestError):
    """A value that does not have its type. `is_introduced`: the object it belongs to is named."""

    def __init__(self, reason: str, *, is_introduced: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_introduced = is_introduced


def misfit(where: str, expected: str) -> ShapeError:
    """The refusal of a value that is not what it should be."""
    return ShapeError(f'field "{where.rpartition(".")[2]}" must be of type {expected}')


def is_nested(where: str) -> bool:
    """Whether the value stands inside a JSON object or list, where types are exact."""
    return "." in where or "[" in where


def as_json(value: Any, where: str, kind: type[Any]) -> Any:
    """A list or object; a parameter itself may still be serialised."""
    if isinstance(value, str) and not is_nested(where):
        try:
            value = json.loads(value)
        except ValueError:
            raise ShapeError(f"can't parse {where} JSON object") from None
    if not isinstance(value, kind):
        raise misfit(where, "Array" if kind is list else "Object")
    return value


def scalar(kind: str, value: Any, where: str) -> Any:
    """One plain value; numbers and booleans of a form come as text."""
    if kind == "unplayed":
        raise BadRequestError(f"the sandbox does not simulate parameter {where}")
    readers = {"int": integer, "float": number, "bool": boolean, "str": text, "file": file}
    is_text = isinstance(value, str) and kind in ("int", "float", "bool")
    result = None if is_text and is_nested(where) else readers[kind](value)
    if result is None:
        raise misfit(where, TYPE_NAMES.get(kind, "InputFile"))
    return result


def integer(value: Any) -> int | None:
    """A whole number, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        digits = value.strip()
        unsigned = digits[1:] if digits[:1] in ("-", "+") else digits
        return int(digits) if unsigned.isascii() and unsigned.isdigit() else None
    return value if isinstance(value, int) else None


def number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except ValueError:
        return None
    return result if result - result == 0 else None


def boolean(value: Any) -> bool | None:
    """True or False, or None when it is neither."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
    return words.get(value.lower()) if isinstance(value, str) else None


def text(value: Any) -> str | None:
    """A string, or None. Raises BadRequestError for one that UTF-8 cannot express."""
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair.
        raise BadRequestError("strings must be encoded in UTF-8") from None
    return value


def file(value: Any) -> Upload | str | None:
    """An upload, or the name of one."""
    if isinstance(value, Upload):
        return value
    return value if isinstance(value, str) and value.startswith(ATTACH) else None
