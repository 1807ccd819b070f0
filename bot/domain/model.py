"""The base of every domain value: immutable, compared by content."""

from typing import Self

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value. Unknown stored fields are ignored so that older rows stay readable."""

    # Built at their first use: a start needs few of the hundred kinds. A default in a class's body
    # is made with `model_construct`, which checks nothing and so builds nothing.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    def replace(self, **changes: object) -> Self:
        """Return a validated copy with `changes` applied.

        Raises `pydantic.ValidationError` for values that the type does not admit and
        `ValueError` for names it does not have: `model_copy` checks neither.
        """
        kind = type(self)
        known = kind.__pydantic_fields__
        if not changes.keys() <= known.keys():
            raise ValueError(f"{kind.__name__} has no {sorted(changes.keys() - known.keys())}")
        return kind.model_validate({**self.__dict__, **changes})
