"""`make bench-check`: what each step of the journey costs, counted, against the kept numbers.

One person walks the journey move by move; between two moves the bot comes to rest. The first walk
warms caches; of the others the least of each count is taken, since what the bot does beside its
updates may fall between two moves. See docs/performance.md.
"""

import argparse
import json
import platform
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import instructions
from benchmarks.contestants import Contestant
from benchmarks.measuring import Load, chat_of, market_of, until_polled
from benchmarks.processes import ROOT, Process, Server, free_port, stopping
from benchmarks.worlds.moves import JOURNEY

Counts = dict[str, int]


@dataclass(frozen=True)
class Beside:
    """What the bot does without any update, once a second: no move's cost.

    How often that falls between two moves depends on how busy the machine is; its questions to
    the database tell how often it did, and each comes with so many Python calls.
    """

    questions: frozenset[str] = frozenset()
    calls_each: float = 0.0


EXPECTED = ROOT / "benchmarks" / "expected.json"
INSTRUCTIONS = EXPECTED.with_name("expected_instructions.json")
_WALKS = 3
_ANSWERED_WITHIN = 20.0
_RESTS = 0.35  # seconds: deferred writes are committed 200 ms later
_MORE_CALLS = 1.10
"""Python calls of a move may grow by a tenth before it counts as a regression."""

_MORE_CALLS_IN_ALL = 1.05
"""Those of the whole journey, where chance evens out, by a twentieth."""

_BY_CHANCE: Counts = {"commits": 1, "statements": 6, "calls": 900, "pictures": 1}
"""Where an answer takes long, what could have waited for the next commit gets one of its own, with
its Python calls; an answer that comes in two pieces is read twice; a sign of life is shown, and a
sheet comes only beside the next move. On a busy machine one move was seen to take 865 calls more
in each of its walks; the whole journey has a narrower bound."""

_SHEET = 2_500
"""Python calls of fetching, drawing and sending a sheet, which on a busy machine fall into the move
that it belongs to or into the next one; the whole journey has them once."""

_BY_CHANCE_IN_ALL: Counts = {"commits": 3, "statements": 18, "pictures": 0}
"""In the whole journey a commit of its own may happen so often. A picture that comes after its
words falls into that move or into the next one, and is never one more."""

_PICTURES = "editMessageMedia"

_IDLE = 12.0
"""Seconds in which everything that the bot asks its database beside its updates comes by once."""

_BY_TIME = {"getUpdates", "sendChatAction"}
"""Calls that depend on how long something takes."""

_PYTHON = platform.python_version()
"""Another build of Python takes other instructions for the same code."""

_COUNTED = Contestant("counted", "Snaporder, counted", "benchmarks.counted", ours=True)


def counted(folder: Path) -> dict[str, Counts]:
    """Walk and return the counts of each move, by its number and name."""
    load = Load(people=1, marketplace=0.0)
    port = free_port()
    market, chat = market_of(load, folder), chat_of(_COUNTED, load, folder, "--held")
    with stopping(market, chat):
        bot = _COUNTED.start(folder, chat, market, str(port), PYTHONHASHSEED="0")
        with stopping(bot):
            until_polled(bot, chat)
            chat.ask("/begin?people=1")
            least: dict[str, Counts] = {}
            beside = Beside()
            for walk in range(_WALKS):
                if walk == 1:
                    beside = _asked_beside(port)
                for number, move in enumerate(JOURNEY):
                    found = _move(bot, port, chat, market, beside)
                    name = f"{number:02d} {move.kind} {move.what.partition(' ')[0][:12]}"
                    if walk:
                        before = least.get(name, found)
                        least[name] = {what: min(before[what], found[what]) for what in found}
            return least


def _asked_beside(port: int) -> Beside:
    """Return what a bot at rest does."""
    time.sleep(_RESTS)
    before = _bot(port)
    time.sleep(_IDLE)
    after = _bot(port)
    asked = {sql: n - before["statements"].get(sql, 0) for sql, n in after["statements"].items()}
    asked = {sql: n for sql, n in asked.items() if n and sql.startswith("SELECT")}
    calls = after["calls"] - before["calls"]
    return Beside(frozenset(asked), calls / max(1, sum(asked.values())))


def _move(bot: Process, port: int, chat: Server, market: Server, beside: Beside) -> Counts:
    """Have one move made and return what it took."""
    time.sleep(_RESTS)
    before, answered = _now(port, chat, market, beside), chat.ask("/state")["answered"]
    chat.ask("/step")
    deadline = time.monotonic() + _ANSWERED_WITHIN
    while chat.ask("/state")["answered"] == answered:
        bot.check()
        if time.monotonic() > deadline:
            raise RuntimeError(f"a move was not answered:\n{bot.log.read_text()[-2000:]}")
        time.sleep(0.02)
    _until_at_rest(chat, deadline)
    after = _now(port, chat, market, beside)
    return {what: after[what] - before[what] for what in after}


def _until_at_rest(chat: Server, deadline: float) -> None:
    """Wait until nothing more is called for: a picture may come some time after its words."""
    calls = None
    while calls != (calls := _settling(chat)) and time.monotonic() < deadline:
        time.sleep(_RESTS)


def _settling(chat: Server) -> Counts:
    calls: Counts = chat.ask("/state")["calls"]
    return {name: n for name, n in calls.items() if name not in _BY_TIME}


def _bot(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return dict(json.loads(answer.read()))


def _now(port: int, chat: Server, market: Server, beside: Beside) -> Counts:
    told = _bot(port)
    statements = {sql: n for sql, n in told["statements"].items() if sql not in beside.questions}
    asked = sum(n for sql, n in told["statements"].items() if sql in beside.questions)
    counts: Counts = {
        "calls": told["calls"] - round(asked * beside.calls_each),
        "statements": sum(statements.values()),
        "commits": statements.get("COMMIT", 0),
    }
    calls = chat.ask("/state")["calls"]
    counts["pictures"] = calls.get(_PICTURES, 0)
    counts["telegram"] = sum(calls.values()) - counts["pictures"]
    counts["telegram"] -= sum(calls.get(name, 0) for name in _BY_TIME)
    counts["marketplace"] = sum(market.ask("").values())
    return counts


def compare(expected: dict[str, Counts], found: dict[str, Counts]) -> list[str]:
    """Return a line for each count that grew, or that there is nothing to compare with."""
    lines = []
    for move in found.keys() | expected.keys():
        if move not in expected or move not in found:
            lines.append(f"{move}: the journey has other moves than the kept numbers")
            continue
        for what, now in found[move].items():
            kept = expected[move][what]
            grown = kept
            if what == "calls":
                sheets = expected[move]["pictures"] or found[move]["pictures"]
                grown = int(kept * _MORE_CALLS) + (_SHEET if sheets else 0)
            if now > grown + _BY_CHANCE.get(what, 0):
                lines.append(f"{move}: {now} {what} instead of {kept}")
    for what in _BY_CHANCE:
        now, kept = (sum(each[what] for each in all_.values()) for all_ in (found, expected))
        chance = _BY_CHANCE_IN_ALL.get(what, 0)
        most = kept * _MORE_CALLS_IN_ALL if what == "calls" else kept + chance
        if now > most:
            lines.append(f"the whole journey: {now} {what} instead of {kept}")
    return sorted(lines)


def more_instructions(expected: Counts, found: Counts) -> list[str]:
    """Return a line for each step that takes more instructions than it did, or other steps."""
    if expected.keys() != found.keys():
        return ["other steps than those whose instructions are kept"]
    return [
        f"{step}: {now:,} instructions instead of {expected[step]:,}"
        for step, now in sorted(found.items())
        if now > expected[step] * _MORE_CALLS
    ]


def _written(kept: object) -> str:
    return json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Compare, or with `--update` keep."""
    parser = argparse.ArgumentParser(prog="bench-check", description=__doc__)
    parser.add_argument("--update", action="store_true", help="keep what is counted now")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-check-") as folder:
        found = counted(Path(folder))
    for move, counts in found.items():
        print(f"{move:24}", *(f"{what} {number:6}" for what, number in counts.items()))
    hindered = instructions.why_not()
    executed = None if hindered else instructions.counted()
    for step, number in (executed or {}).items():
        print(f"{step:24} instructions {number:10,}")
    if options.update:
        EXPECTED.write_text(_written(found))
        if executed is not None:
            INSTRUCTIONS.write_text(_written({"python": _PYTHON, "steps": executed}))
        return 0
    worse = compare(json.loads(EXPECTED.read_text()), found)
    if executed is None:
        print(f"instructions were not counted: {hindered}")
    else:
        kept = json.loads(INSTRUCTIONS.read_text())
        if kept["python"] == _PYTHON:
            worse += more_instructions(kept["steps"], executed)
        else:
            print(f"instructions were not compared: those kept are of Python {kept['python']}")
    print(*worse, sep="\n")
    if worse:
        print('If this is meant: make bench-check BENCH_ARGS="--update"')
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
