"""The signature rule of the gateway (contract section 2) and of its pushes (section 8)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from typing import Literal

NestedSigning = Literal["json", "java", "java_hash", "time", "time_scalars", "time_secret"]
TIMED: frozenset[str] = frozenset({"time", "time_scalars", "time_secret"})
PushSigning = Literal["official", "bare"]

Pairs = Iterable[tuple[str, object]]


def string_to_sign(parameters: Pairs, secret: str, nested: NestedSigning) -> str:
    """`name=value&…&secret=…`: sorted by UTF-16 code unit, `sign` and nulls left out.

    Parameters are pairs, because a repeated query parameter takes part once per value.
    """
    kept = [(name, value) for name, value in parameters if name != "sign" and value is not None]
    kept.sort(key=lambda pair: pair[0].encode("utf-16-be"))
    write = {"java": _java, "java_hash": _java_hashed}.get(nested, _compact_json)
    body = "".join(f"{name}={_text(value, write)}&" for name, value in kept)
    return f"{body}secret={secret}"


def signature(parameters: Pairs, secret: str, nested: NestedSigning) -> str:
    """Upper-case hex MD5 of the string to sign."""
    text = string_to_sign(parameters, secret, nested)
    return hashlib.md5(text.encode()).hexdigest().upper()


def covered_by_time(parameters: Pairs, nested: NestedSigning) -> list[tuple[str, object]]:
    """What of a JSON body is signed where its `requestTime` spares the nested values."""
    if nested == "time":
        return [pair for pair in parameters if pair[0] in {"appKey", "requestTime"}]
    return [pair for pair in parameters if not isinstance(pair[1], dict | list)]


def push_signature(message: str, secret: str, rule: PushSigning) -> str:
    """Upper-case hex HMAC-SHA1 over `message` + the text (official), or over the text alone."""
    text = f"message{message}" if rule == "official" else message
    return hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest().upper()


def _text(value: object, nested: Callable[[object], str]) -> str:
    return nested(value) if isinstance(value, dict | list) else _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _compact_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _java(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={_java(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_java(item) for item in value) + "]"
    return "null" if value is None else _scalar(value)


def _java_hashed(value: object) -> str:
    """As `_java`, with maps in the order of their entries' buckets in a `java.util.HashMap`."""
    if isinstance(value, dict):
        table = 16
        while len(value) > table * 0.75:
            table <<= 1
        slots: list[list[str]] = [[] for _ in range(table)]
        for name in value:
            code = 0
            for unit in memoryview(name.encode("utf-16-le")).cast("H"):
                code = (31 * code + unit) % (1 << 32)
            slots[(code ^ code >> 16) % table].append(name)
        ordered = [name for slot in slots for name in slot]
        return "{" + ", ".join(f"{name}={_java_hashed(value[name])}" for name in ordered) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_java_hashed(item) for item in value) + "]"
    return "null" if value is None else _scalar(value)
