"""Signing requests (contract 2): MD5 over the sorted parameters and the secret.

The documents do not say how a nested value enters the signed text (contract 2.4), so that is a
strategy. A body is serialised once, value by value; the signed text is made of the same pieces,
so key order and digits cannot drift apart.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
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
    JAVA = "java"  # nested values as Java prints them, maps in the order sent (LinkedHashMap)
    JAVA_HASH = "java_hash"  # the same, maps in the order of a HashMap
    # A JSON body carries `requestTime`, so that nested values need not be signed: documented for
    # another product line of the same gateway, what exactly is signed is not.
    TIME = "time"  # only `appKey` and `requestTime` are signed
    TIME_SCALARS = "time_scalars"  # everything but nested values is
    TIME_SECRET = "time_secret"  # noqa: S105  # names a mode: nothing is, the secret goes in clear
    SECRET = "secret"  # noqa: S105  # names a mode: no signature: the secret in clear; the vendor's debugging form


TIMED = frozenset({Signing.TIME, Signing.TIME_SCALARS, Signing.TIME_SECRET})
"""What depends on the host's clock."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who calls. The secret stays out of the representation. `now` is in seconds since 1970."""

    app_key: str
    app_secret: str = field(repr=False)
    signing: Signing = Signing.JSON
    now: Callable[[], float] = field(default=time.time, repr=False, compare=False)

    def query(self, parameters: Parameters) -> dict[str, str]:
        """Return text parameters ready to be sent in a query or a form. Nulls are left out."""
        known = _without_nulls({"appKey": self.app_key, **parameters})
        return {n: _text(v, self.signing) for n, v in known.items()} | self._proof(known)

    def body(self, parameters: Parameters) -> bytes:
        """Return the JSON body as it goes over the wire, signature included."""
        known = _without_nulls({"appKey": self.app_key, **parameters})
        if self.signing in TIMED:
            known["requestTime"] = int(self.now() * 1000)
        pieces = {name: compact(value) for name, value in known.items()}
        signed = known
        if self.signing is Signing.JSON:  # what is signed is what is sent, piece by piece
            signed = {n: pieces[n] if isinstance(v, list | dict) else v for n, v in known.items()}
        proof = self._proof(_signed_with_time(signed, self.signing), is_body=True)
        pieces |= {name: compact(value) for name, value in proof.items()}
        members = (f"{compact(name)}:{piece}" for name, piece in pieces.items())
        return ("{" + ",".join(members) + "}").encode()

    def _proof(self, signed: Parameters, *, is_body: bool = False) -> dict[str, str]:
        if self.signing is Signing.SECRET or (is_body and self.signing is Signing.TIME_SECRET):
            return {"appSecret": self.app_secret}
        return {"sign": sign(signed, self.app_secret, self.signing)}


def _signed_with_time(known: Parameters, signing: Signing) -> Parameters:
    """Return what of a body is signed; all of it where no time stands in for nested values."""
    if signing is Signing.TIME:
        return {name: known[name] for name in ("appKey", "requestTime")}
    if signing is Signing.TIME_SCALARS:
        return {n: v for n, v in known.items() if not isinstance(v, list | dict)}
    return known


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
        return _java(value, list)
    if isinstance(value, list | dict) and signing is Signing.JAVA_HASH:
        return _java(value, hash_map_order)
    return compact(value)


def _java(value: Parameter, order: Callable[[Iterable[str]], list[str]]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        members = (f"{name}={_java(value[name], order)}" for name in order(value))
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_java(each, order) for each in value) + "]"
    return compact(value)


def hash_map_order(names: Iterable[str]) -> list[str]:
    """Return names in the order in which a `java.util.HashMap` filled with them iterates.

    By bucket of a table that doubles when it is three quarters full, within a bucket as they came
    (java.util.HashMap, Java 8 and later; buckets of eight and more become trees, which no object
    of this interface comes near).
    """
    given = list(names)
    buckets = 16
    while len(given) * 4 > buckets * 3:
        buckets *= 2
    return sorted(given, key=lambda name: _spread(_java_hash(name)) & (buckets - 1))


def _java_hash(name: str) -> int:
    """Return `String.hashCode` as the unsigned number of its 32 bits."""
    units = name.encode("utf-16-be", "surrogatepass")
    number = 0
    for at in range(0, len(units), 2):
        number = (number * 31 + int.from_bytes(units[at : at + 2])) & 0xFFFFFFFF
    return number


def _spread(number: int) -> int:
    return number ^ (number >> 16)
