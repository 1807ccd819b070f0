"""Floor, peers and Snaporder in alternation on the same moves: next door, through TLS, far away."""

import shutil
from collections.abc import Sequence
from typing import Any

from benchmarks import contestants
from benchmarks.contestants import Contestant
from benchmarks.measuring import Load, measure
from benchmarks.parts.options import Options

Json = dict[str, Any]
_ROUND_TRIP = 0.05
_FEWER_ROUNDS = 3


def near(options: Options) -> Json:
    """Everybody, Telegram next door: what the bot's own work costs."""
    load = Load(measured=options.seconds)
    return _alternate(contestants.ALL, load, options.rounds, options)


def tls(options: Options) -> Json:
    """Telegram and marketplace next door, spoken to through TLS, as in life."""
    load = Load(measured=options.seconds, secure=True)
    return _alternate(contestants.FAR, load, min(options.rounds, _FEWER_ROUNDS), options)


def far(options: Options) -> Json:
    """Through TLS, Telegram 50 ms away and 256 people: what waiting costs."""
    load = Load(people=256, measured=options.seconds, round_trip=_ROUND_TRIP, secure=True)
    return _alternate(contestants.FAR, load, min(options.rounds, _FEWER_ROUNDS), options)


def _alternate(who: Sequence[Contestant], load: Load, rounds: int, options: Options) -> Json:
    measured: dict[str, list[Json]] = {each.name: [] for each in who}
    for number in range(rounds):
        # Each round begins with another one, so that nobody is always first.
        turned = [*who[number % len(who) :], *who[: number % len(who)]]
        for each in turned:
            folder = options.folder / each.name
            run = measure(each, load, folder)
            shutil.rmtree(folder, ignore_errors=True)
            measured[each.name].append(run.as_json())
            print(
                f"  round {number + 1}/{rounds}  {each.label:36}"
                f" {run.updates_per_second:7.0f}/s {run.cpu_ms:6.2f} ms",
                flush=True,
            )
    return {"people": load.people, "round_trip_s": load.round_trip, "runs": measured}
