"""What each step of the journey costs is counted and held against the kept numbers."""

import json
from pathlib import Path

import pytest

from benchmarks.check import EXPECTED, INSTRUCTIONS, compare, counted, more_instructions
from benchmarks.instructions import least
from benchmarks.worlds.moves import JOURNEY
from tests.tiers import SLOW

_TURNS = 3
_STEP = {
    "calls": 1000,
    "statements": 20,
    "commits": 3,
    "telegram": 1,
    "pictures": 1,
    "marketplace": 0,
}


@SLOW
def test_no_step_costs_more_than_it_did(tmp_path: Path) -> None:
    """Statements, commits, HTTP calls and Python calls of the real bot, step by step.

    On a busy machine a step takes long, and more of what the bot does beside it falls into it: what
    grew is counted again, and the least of each count is taken.
    """
    expected = json.loads(EXPECTED.read_text("utf-8"))
    assert len(expected) == len(JOURNEY)
    least: dict[str, dict[str, int]] = {}
    for turn in range(_TURNS):
        folder = tmp_path / str(turn)
        folder.mkdir()
        for name, counts in counted(folder).items():
            before = least.get(name, counts)
            least[name] = {what: min(before[what], counts[what]) for what in counts}
        if not (grown := compare(expected, least)):
            break
    assert grown == []


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("statements", 7),
        ("commits", 2),
        ("telegram", 1),
        ("pictures", 2),
        ("marketplace", 1),
        ("calls", 3501),
    ],
)
def test_a_step_that_costs_more_is_named(what: str, more: int) -> None:
    """One call more, two commits of its own, a tenth more of the Python calls: a regression."""
    worse = {**_STEP, what: _STEP[what] + more}
    others = {f"{number:02d} tap": {**_STEP, "calls": 4000} for number in range(1, 13)}
    lines = compare({"00 say": _STEP, **others}, {"00 say": worse, **others})
    assert f"00 say: {worse[what]} {what} instead of {_STEP[what]}" in lines
    assert all(f" {what} instead of " in line for line in lines)


def test_a_picture_that_comes_beside_the_next_move_is_no_more() -> None:
    """After its words, or on a busy machine later; a second one is a regression."""
    kept = {"00 say": _STEP, "01 tap": _STEP}
    late = {"00 say": {**_STEP, "pictures": 0}, "01 tap": {**_STEP, "pictures": 2}}
    assert compare(kept, late) == []
    twice = {"00 say": _STEP, "01 tap": {**_STEP, "pictures": 2}}
    assert compare(kept, twice) == ["the whole journey: 3 pictures instead of 2"]


def test_a_sheets_calls_fall_into_its_move_or_the_next() -> None:
    """What a move without one takes more is a regression."""
    kept = {"00 say": {**_STEP, "calls": 30_000}, "01 tap": {**_STEP, "calls": 4000}}
    moved = {"00 say": {**_STEP, "calls": 27_600}, "01 tap": {**_STEP, "calls": 6400}}
    assert compare(kept, moved) == []
    bare = {name: {**step, "pictures": 0} for name, step in kept.items()}
    grown = {"00 say": bare["00 say"], "01 tap": {**bare["01 tap"], "calls": 5400}}
    assert "01 tap: 5400 calls instead of 4000" in compare(bare, grown)


def test_one_commit_more_in_each_step_is_named() -> None:
    """What may happen by chance now and then may not happen everywhere."""
    steps = {f"{number:02d}": _STEP for number in range(13)}
    worse = {name: {**step, "commits": step["commits"] + 1} for name, step in steps.items()}
    assert compare(steps, worse) == ["the whole journey: 52 commits instead of 39"]


def test_a_little_more_in_each_step_is_named() -> None:
    """A twentieth more in all, though no move grew by a tenth."""
    worse = {name: {**_STEP, "calls": 1051} for name in ("00 say", "01 tap")}
    assert compare(dict.fromkeys(worse, _STEP), worse) == [
        "the whole journey: 2102 calls instead of 2000"
    ]


def test_what_costs_less_or_as_much_passes() -> None:
    """An improvement needs no new numbers."""
    less = {what: number // 2 for what, number in _STEP.items()}
    assert compare({"00 say": _STEP}, {"00 say": less}) == []
    assert compare({"00 say": _STEP}, {"00 say": _STEP}) == []


def test_other_moves_ask_for_new_numbers() -> None:
    """A journey that changed is not compared with what it was."""
    assert len(compare({"00 say": _STEP}, {"01 tap": _STEP})) == 2


def test_more_instructions_are_named() -> None:
    """A tenth more is a regression; fewer, and a little more, pass."""
    kept = json.loads(INSTRUCTIONS.read_text("utf-8"))["steps"]
    assert more_instructions(kept, {step: int(n * 1.09) for step, n in kept.items()}) == []
    lines = more_instructions(kept, {step: int(n * 1.11) for step, n in kept.items()})
    assert len(lines) == len(kept)
    assert more_instructions(kept, {"say /help": 1}) != []


def test_of_several_walks_the_least_counts() -> None:
    """What callgrind wrote at the end of each step, and what it wrote of its own accord."""
    dumps = [
        "desc: Trigger: Client Request: say /start\n\nsummary: 300\n",
        "desc: Trigger: Client Request: say /start\n\nsummary: 200\n",
        "desc: Trigger: Program termination\n\nsummary: 1\n",
    ]
    assert least(dumps) == {"say /start": 200}
