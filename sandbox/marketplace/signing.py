"""The signature rule of the gateway (contract section 2) and of its pushes (section 8)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Literal

NestedSigning = Literal["json", "java"]
PushSigning = Literal["official", "bare"]

Pairs = Iterable[tuple[str, object]]


def string_to_sign(parameters: Pairs, secret: str, nested: NestedSigning) -> str:
    """`name=value&…&secret=…`: sorted by UTF-16 code unit, `sign` and nulls left out.

    Parameters are pairs, because a repeated query parameter takes part once per value.
    """
    kept = [(name, value) for name, value in parameters if name != "sign" and value is not None]
    kept.sort(key=lambda pair: pair[0].encode("utf-16-be"))
    write = _compact_json if nested == "json" else _java
    body = "".join(f"{name}={_text(value, write)}&" for name, value in kept)
    return f"{body}secret={secret}"


def signature(parameters: Pairs, secret: str, nested: NestedSigning) -> str:
    """Upper-case hex MD5 of the string to sign."""
    text = string_to_sign(parameters, secret, nested)
    return hashlib.md5(text.encode()).hexdigest().upper()


def push_signature(message: str, secret: str, rule: PushSigning) -> str:
    """Upper-case hex HMAC-SHA1 over `message` + the text (official), or over the text alone."""
    text = f"message{message}" if rule == "official" else message
    return hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest().upper()


def _text(value: object, nested: object) -> str:
    if isinstance(value, dict | list):
        return _compact_json(value) if nested is _compact_json else _java(value)
    return _scalar(value)


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
