"""What stands between an answer's data and our values: every surprise is one error."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from bot.marketplace.daji.envelope import Answer


@contextmanager
def reading(answer: Answer) -> Iterator[None]:
    """Turn whatever is wrong with an answer's data into `Unreadable`, without quoting the data."""
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise answer.unreadable(f"{place or 'data'}: {first['type']}") from None
    except (ValueError, ArithmeticError) as error:
        raise answer.unreadable(str(error)) from error
