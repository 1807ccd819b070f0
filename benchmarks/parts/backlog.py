"""Updates that wait when the bot starts: taken in without loss, in order, and how fast."""

import time
from typing import Any

from benchmarks.contestants import SNAPORDER
from benchmarks.measuring import Load, chat_of, market_of, measure, until_polled
from benchmarks.parts.options import Options
from benchmarks.processes import stopping

Json = dict[str, Any]
_WITHIN = 300.0


def backlog(options: Options) -> Json:
    """The same searches steadily from 64 people, then all of them waiting at the start."""
    load = Load(journey=("searching",), measured=options.seconds)
    steady = measure(SNAPORDER, load, options.folder / "steady")
    folder = options.folder / "backlog"
    folder.mkdir(parents=True, exist_ok=True)
    market = market_of(load, folder)
    with stopping(market):
        # The pictures are known, as they are in the steady run.
        first = chat_of(SNAPORDER, load, folder)
        with stopping(first):
            bot = SNAPORDER.start(folder, first, market)
            with stopping(bot):
                until_polled(bot, first)
                first.ask("/begin?people=64")
                while first.ask("/state")["answered"] < 128:  # noqa: PLR2004 - each of 40 searches
                    bot.check()
                    time.sleep(0.1)
        waiting = chat_of(SNAPORDER, load, folder, "--backlog", str(options.backlog))
        with stopping(waiting):
            bot = SNAPORDER.start(folder, waiting, market)
            with stopping(bot):
                until_polled(bot, waiting)
                deadline = time.monotonic() + _WITHIN
                while time.monotonic() < deadline:
                    bot.check()
                    found = waiting.ask("/state")["backlog"]
                    if found["answers"] >= found["updates"]:
                        break
                    time.sleep(0.1)
                time.sleep(1)  # for answers too many
                found = dict(waiting.ask("/state")["backlog"])
                peak = bot.megabytes()
    per_second = found["answers"] / found["seconds"] if found["seconds"] else 0.0
    return {
        **found,
        "steady_per_second": steady.updates_per_second,
        "per_second": per_second,
        "peak_mb": peak,
    }
