"""Request shapes, checked against schema.json (made by scripts/make_botapi_schema.py).

The file's little language: "int", "str", "bool", "float", "file" (an upload or attach://name),
"unplayed" (Telegram has it, the sandbox does not act on it), {"enum": […]}, {"list": T},
{"any": [T, …]} and {"ref": type name}; a type is an object or, naming itself, such an "any".

Stricter than Telegram on purpose: Telegram ignores parameters that it does not know, the sandbox
refuses them, so that a misspelt one is found here and not by a user.
"""

import json
from importlib import resources
from typing import Any, Final

from .errors import BadRequestError, NotSimulatedError, UnknownMethodError
from .uploads import ATTACH, Upload
from .values import ShapeError, as_json, misfit, scalar

# How Telegram introduces what it finds wrong inside these.
INTRODUCED: Final = {
    "InlineKeyboardButton": "can't parse inline keyboard button: ",
    "KeyboardButton": "can't parse keyboard button: ",
    "MessageEntity": "can't parse MessageEntity: ",
}

# Telegram's own words where it has some for an absent parameter.
MISSING: Final = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "message_id": "message identifier is not specified",
}


class Schema:
    """The methods that the sandbox plays and the shapes of their parameters."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._types: dict[str, Any] = content["types"]
        self._methods: dict[str, Any] = content["methods"]
        # Telegram matches method names without regard to case.
        self._names: dict[str, str] = {name.lower(): name for name in self._methods}
        self._not_played = {name.lower(): name for name in content["not_played"]}

    @classmethod
    def load(cls) -> "Schema":
        """The checked-in file."""
        text = resources.files(__package__).joinpath("schema.json").read_text(encoding="utf-8")
        return cls(json.loads(text))

    def method(self, name: str) -> str:
        """The method's proper spelling.

        Raises UnknownMethodError, or NotSimulatedError for one that only Telegram has.
        """
        if name.lower() in self._names:
            return self._names[name.lower()]
        if (other := self._not_played.get(name.lower())) is not None:
            raise NotSimulatedError(other)
        raise UnknownMethodError

    def check(self, method: str, raw: dict[str, Any]) -> dict[str, Any]:
        """The parameters with their types, from text fields, JSON values and uploads.

        Raises BadRequestError naming the first parameter that does not fit.
        """
        shape = self._methods[method]
        attached = {name for name, value in raw.items() if isinstance(value, Upload)}
        mentions = " ".join(value for value in raw.values() if isinstance(value, str))
        params: dict[str, Any] = {}
        for name, value in raw.items():
            if value is None:
                continue
            if name not in shape["fields"]:
                if name in attached and f"{ATTACH}{name}" in mentions:
                    continue
                raise BadRequestError(f"unknown parameter {name}")
            params[name] = self._value(shape["fields"][name], value, name)
        for name in shape["required"]:
            if name not in params:
                raise BadRequestError(MISSING.get(name, f'parameter "{name}" is required'))
        if params.get("chat_id") == "":
            raise BadRequestError(MISSING["chat_id"])
        return params

    def _value(self, kind: Any, value: Any, where: str) -> Any:
        if isinstance(kind, str):
            return scalar(kind, value, where)
        if "enum" in kind:
            if value not in kind["enum"]:
                raise misfit(where, "one of " + ", ".join(map(str, kind["enum"])))
            return value
        if "list" in kind:
            items = as_json(value, where, list)
            return [
                self._value(kind["list"], item, f"{where}[{i}]") for i, item in enumerate(items)
            ]
        if "any" in kind:
            return self._any(kind["any"], value, where)
        if "any" in self._types[kind["ref"]]:  # a union that names itself
            return self._any(self._types[kind["ref"]]["any"], value, where)
        return self._object(kind["ref"], value, where)

    def _any(self, kinds: list[Any], value: Any, where: str) -> Any:
        """The alternative that fits; of objects, the one with the same fixed fields."""
        if isinstance(value, list) and (lists := [kind for kind in kinds if "list" in kind]):
            return self._value(lists[0], value, where)
        scalars = [kind for kind in kinds if isinstance(kind, str)]
        if scalars and not (isinstance(value, dict) and len(scalars) < len(kinds)):
            fitting = [kind for kind in scalars if kind != "str"] + ["str"] * ("str" in scalars)
            for kind in fitting[:-1]:
                try:
                    return scalar(kind, value, where)
                except BadRequestError:
                    continue
            return scalar(fitting[-1], value, where)
        data = as_json(value, where, dict)
        likely = [kind for kind in kinds if "ref" in kind and self._may_be(kind["ref"], data)]
        if not likely:
            raise BadRequestError(f"{where}: no known kind of object has these fields")
        return self._object(likely[0]["ref"], data, where)

    def _may_be(self, name: str, data: dict[str, Any]) -> bool:
        shape = self._types[name]
        fixed = {
            field: kind["enum"]
            for field, kind in shape["fields"].items()
            if isinstance(kind, dict) and "enum" in kind and field in shape["required"]
        }
        if fixed:
            return all(data.get(field) in allowed for field, allowed in fixed.items())
        return all(field in data for field in shape["required"])

    def _object(self, name: str, value: Any, where: str) -> dict[str, Any]:
        introduction = INTRODUCED.get(name)
        try:
            return self._fields(self._types[name], as_json(value, where, dict), where)
        except ShapeError as error:
            if introduction is None or error.is_introduced:
                raise
            reason = error.reason
            raise ShapeError(
                f"{introduction}{reason[0].upper()}{reason[1:]}", is_introduced=True
            ) from None

    def _fields(self, shape: Any, data: dict[str, Any], where: str) -> dict[str, Any]:
        checked: dict[str, Any] = {}
        for field, item in data.items():
            if item is None:
                continue
            inner = f"{where}.{field}"
            if field not in shape["fields"]:
                raise BadRequestError(f"unknown parameter {inner}")
            checked[field] = self._value(shape["fields"][field], item, inner)
        for field in shape["required"]:
            if field not in checked:
                raise ShapeError(f'can\'t find field "{field}"')
        return checked
