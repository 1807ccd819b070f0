"""A context variable's value for the length of a block."""

from contextvars import ContextVar, Token
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Bound(Generic[_Value]):
    """`with Bound(variable, value):` has what runs in the block find the value.

    A generator made a context manager costs five times as much, and each update enters several.
    """

    __slots__ = ("_token", "_value", "_variable")

    def __init__(self, variable: ContextVar[_Value], value: _Value) -> None:
        self._variable = variable
        self._value = value

    def __enter__(self) -> None:
        self._token: Token[_Value] = self._variable.set(self._value)

    def __exit__(self, *_: object) -> None:
        self._variable.reset(self._token)
