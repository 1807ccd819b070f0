"""What each step of the journey costs is counted and held against the kept numbers."""

import json
from pathlib import Path

import pytest

from benchmarks.check import EXPECTED, compare, counted
from benchmarks.worlds.moves import JOURNEY

_STEP = {"calls": 1000, "statements": 20, "commits": 3, "telegram": 1, "marketplace": 0}


@pytest.mark.timeout(300)
def test_no_step_costs_more_than_it_did(tmp_path: Path) -> None:
    """Statements, commits, HTTP calls and Python calls of the real bot, step by step."""
    expected = json.loads(EXPECTED.read_text("utf-8"))
    assert len(expected) == len(JOURNEY)
    assert compare(expected, counted(tmp_path)) == []


@pytest.mark.parametrize("what", ["statements", "commits", "telegram", "marketplace", "calls"])
def test_a_step_that_costs_more_is_named(what: str) -> None:
    """Three more of anything, or a tenth more calls and one, is a regression."""
    more = {**_STEP, what: _STEP[what] + (101 if what == "calls" else 3)}
    assert compare({"00 say": _STEP}, {"00 say": more}) == [
        f"00 say: {more[what]} {what} instead of {_STEP[what]}"
    ]


def test_what_costs_less_or_as_much_passes() -> None:
    """An improvement needs no new numbers."""
    less = {what: number // 2 for what, number in _STEP.items()}
    assert compare({"00 say": _STEP}, {"00 say": less}) == []
    assert compare({"00 say": _STEP}, {"00 say": _STEP}) == []


def test_other_moves_ask_for_new_numbers() -> None:
    """A journey that changed is not compared with what it was."""
    assert len(compare({"00 say": _STEP}, {"01 tap": _STEP})) == 2
