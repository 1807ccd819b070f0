"""Where each microsecond of an update goes: the event loop by layer, the other threads by name."""

import collections
import dataclasses
import json
import signal
import time
from pathlib import Path
from typing import Any

from benchmarks.contestants import SNAPORDER
from benchmarks.layers import LAYERS, REST, layer_of
from benchmarks.measuring import Load, chat_of, market_of, observe, until_polled, warm_up
from benchmarks.parts.options import Options
from benchmarks.processes import Process, stopping

Json = dict[str, Any]
_PROFILED = dataclasses.replace(SNAPORDER, module="benchmarks.profiled")
_LONGER = 4
"""A tick of 4 ms makes 250 samples a second: a share of 2 % wants some seconds to be seen."""

_WRITTEN_WITHIN = 30.0
_THREADS = (
    ("storage writer", "SQLite: the writing thread"),
    ("storage reader", "SQLite: the reading thread"),
    ("pictures", "QR codes and pictures: their threads"),
)
_OTHER_THREADS = "Other threads"


def profile(options: Options) -> Json:
    """64 people on the whole journey, Telegram next door."""
    load = Load(measured=options.seconds * _LONGER)
    folder = options.folder / "profile"
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "profile.json"
    market, chat = market_of(load, folder), chat_of(_PROFILED, load, folder)
    with stopping(market, chat):
        bot = _PROFILED.start(folder, chat, market, str(output))
        with stopping(bot):
            cold = until_polled(bot, chat) - bot.started
            chat.ask(f"/begin?people={load.people}")
            warm_up(bot, chat, market, load)
            bot.send(signal.SIGUSR1)
            run = observe(bot, chat, load.measured, cold)
            bot.send(signal.SIGUSR2)
            found = _written(output, bot)
    return {"people": load.people, **summary(found, run.updates_per_second)}


def summary(found: Json, updates_per_second: float) -> Json:
    """Spread the event loop's CPU over its samples; all in microseconds an update.

    Raises `RuntimeError` when there was no sample.
    """
    updates = updates_per_second * found["wall_s"]
    counts: collections.Counter[str] = collections.Counter()
    for each in found["samples"]:
        counts[layer_of(each["stack"])] += each["count"]
    if not counts:
        raise RuntimeError("the profiler's clock never rang")
    # What a sample stands for is measured, since the kernel's tick is not what was asked for.
    sample_us = found["loop_s"] * 1e6 / counts.total()
    names = dict.fromkeys([*(name for name, _ in LAYERS if name != REST), REST])
    return {
        "updates": round(updates),
        "updates_per_second": updates_per_second,
        "samples": counts.total(),
        "sample_ms": sample_us / 1000,
        "cpu_us": found["cpu_s"] * 1e6 / updates,
        "loop_us": found["loop_s"] * 1e6 / updates,
        "layers": [[name, counts[name] * sample_us / updates] for name in names],
        "threads": [[name, us / updates] for name, us in _threads(found)],
    }


def _threads(found: Json) -> list[tuple[str, float]]:
    """The other threads' CPU in microseconds. The last entry also has those that have ended."""
    told = dict.fromkeys((label for _, label in _THREADS), 0.0)
    for thread in found["threads"]:
        for name, label in _THREADS:
            if thread["name"].startswith(name):
                told[label] += thread["cpu_s"] * 1e6
    others = (found["cpu_s"] - found["loop_s"]) * 1e6 - sum(told.values())
    # The kernel counts threads in whole hundredths of a second.
    return [*told.items(), (_OTHER_THREADS, max(others, 0.0))]


def _written(output: Path, bot: Process) -> Json:
    deadline = time.monotonic() + _WRITTEN_WITHIN
    while not output.exists():
        bot.check()
        if time.monotonic() > deadline:
            raise RuntimeError("the profile was never written")
        time.sleep(0.05)
    return dict(json.loads(output.read_text()))
