"""Signing requests (contract 2): MD5 over the sorted parameters and the secret.

The documents do not say how a nested value enters the signed text (contract 2.4), so that is a
strategy. A body is serialised once, value by value; the signed text is made of the same pieces,
so key order and digits cannot drift apart.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Scalar: TypeAlias = str | int | bool | None
Parameter: TypeAlias = "Scalar | list[Parameter] | dict[str, Parameter]"
Parameters: TypeAlias = Mapping[str, Parameter]

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Signing(StrEnum):
    """How a request proves who sends it; probe with preview, which changes nothing."""

    JSON = "json"  # nested values as compact JSON, as one real client does
    JAVA = "java"  # nested values as Java's Map.toString and List.toString print them
    SECRET = "secret"  # noqa: S105  # names a mode: no signature: the secret in clear; the vendor's debugging form


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who calls. The secret stays out of the representation."""

    app_key: str
    app_secret: str = field(repr=False)
    signing: Signing = Signing.JSON

    def query(self, parameters: Parameters) -> dict[str, str]:
        """Return text parameters ready to be sent in a query or a form. Nulls are left out."""
        known = _without_nulls({"appKey": self.app_key, **parameters})
        return {n: _text(v, self.signing) for n, v in known.items()} | self._proof(known)

    def body(self, parameters: Parameters) -> bytes:
        """Return the JSON body as it goes over the wire, signature included."""
        known = _without_nulls({"appKey": self.app_key, **parameters})
        pieces = {name: compact(value) for name, value in known.items()}
        signed = known
        if self.signing is Signing.JSON:  # what is signed is what is sent, piece by piece
            signed = {n: pieces[n] if isinstance(v, list | dict) else v for n, v in known.items()}
        pieces |= {name: compact(value) for name, value in self._proof(signed).items()}
        members = (f"{compact(name)}:{piece}" for name, piece in pieces.items())
        return ("{" + ",".join(members) + "}").encode()

    def _proof(self, signed: Parameters) -> dict[str, str]:
        if self.signing is Signing.SECRET:
            return {"appSecret": self.app_secret}
        return {"sign": sign(signed, self.app_secret, self.signing)}


def sign(parameters: Parameters, secret: str, signing: Signing = Signing.JSON) -> str:
    """Return the upper-case MD5 of `string_to_sign`."""
    text = string_to_sign(parameters, secret, signing)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def string_to_sign(parameters: Parameters, secret: str, signing: Signing = Signing.JSON) -> str:
    """Join `name=value&` by Java's order of names, nulls skipped, empty texts kept."""
    pairs = (
        f"{name}={_text(parameters[name], signing)}&"
        for name in sorted(parameters, key=utf16_order)
        if name != "sign" and parameters[name] is not None
    )
    return "".join(pairs) + f"secret={secret}"


def utf16_order(name: str) -> bytes:
    """Return a key that sorts as Java sorts strings: by UTF-16 code unit, not by code point."""
    return name.encode("utf-16-be", "surrogatepass")


def compact(value: Parameter) -> str:
    """Serialise without spaces and without escaping Chinese, keys in the order given."""
    return _COMPACT.encode(value)


def _without_nulls(parameters: Parameters) -> dict[str, Parameter]:
    return {name: value for name, value in parameters.items() if value is not None}


def _text(value: Parameter, signing: Signing) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict) and signing is Signing.JAVA:
        return _java(value)
    return compact(value)


def _java(value: Parameter) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={_java(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_java(each) for each in value) + "]"
    return compact(value)
