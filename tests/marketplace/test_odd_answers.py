"""Every place of every documented answer holding something odd: an error of ours or sane values."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from daji_gateway import Gateway, example
from every_call import PUBLISHED
from pydantic import BaseModel

from bot.domain.addresses import Address
from bot.marketplace.errors import MarketplaceError
from tests.tiers import slow_but

_ODD: list[Any] = [None, [], {}, -1, "-5", "1,234.50", 10**30, "9" * 40, True, "\x00", 1.5]
_FITS = range(2**63)  # what the database holds
Path = tuple[str | int, ...]


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place of an answer; of a list the first element alone."""
    yield at
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, (*at, name))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*at, 0))


def replaced(value: Any, at: Path, odd: Any) -> Any:
    """The same answer with something odd in one place."""
    if not at:
        return odd
    whole = inner = deepcopy(value)
    for name in at[:-1]:
        inner = inner[name]
    inner[at[-1]] = odd
    return whole


def numbers(value: Any) -> Iterator[int]:
    """All whole numbers in one of our values."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from numbers(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from numbers(each)
    elif isinstance(value, int):
        yield value


@pytest.mark.parametrize(
    "number", slow_but(set(PUBLISHED) - {"03", "04", "06", "08", "09", "12", "13"}, PUBLISHED)
)
async def test_an_odd_answer_yields_an_error_of_ours_or_numbers_that_fit(
    gateway: Gateway, address: Address, number: str
) -> None:
    """Nothing negative, nothing that the database can't hold, and no other exception."""
    client = gateway.client(read_attempts=1)
    file = example(number)
    good = file.get("response") or file["responseDocumentedPart"]
    for at in places(good):
        for odd in _ODD:
            gateway.answers(json.dumps(replaced(good, at, odd)).encode())
            try:
                value = await PUBLISHED[number](client, address)
            except MarketplaceError:
                continue
            unfit = [each for each in numbers(value) if each not in _FITS]
            assert not unfit, (at, odd, unfit)
