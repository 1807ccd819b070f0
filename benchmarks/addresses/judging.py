"""Judging what a reader made of a sample."""

from enum import StrEnum
from typing import NamedTuple

from benchmarks.addresses.corpus import Sample


class Verdict(StrEnum):
    """What came of one address, the worst last."""

    RIGHT = "all fields right, nothing asked"
    RIGHTLY_ASKED = "rightly asked: the text leaves it open"
    NEEDLESSLY_ASKED = "needlessly asked, nothing wrong"
    WRONG = "silently wrong"


class Reading(NamedTuple):
    """What a reader says after its questions were answered, and which parts it asked about."""

    name: str
    mobile: str
    district_code: str
    street: str
    asked: frozenset[str] = frozenset()


def judge(sample: Sample, reading: Reading) -> Verdict:
    """Return the verdict: everything has to be right once what was asked has been answered."""
    truth = sample.truth
    right = {
        "name": _same(reading.name, truth.name),
        "phone": reading.mobile == truth.mobile,
        "division": reading.district_code == truth.place.code,
        "street": _same(reading.street, truth.street),
    }
    if not all(right.values()):
        return Verdict.WRONG
    if not reading.asked:
        return Verdict.RIGHT
    return Verdict.RIGHTLY_ASKED if reading.asked <= sample.open else Verdict.NEEDLESSLY_ASKED


def _same(one: str, other: str) -> bool:
    return "".join(one.split()).lower() == "".join(other.split()).lower()
