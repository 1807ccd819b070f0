"""Ten thousand people in the middle of an order: what holding them takes beside a few."""

import shutil
import time
from dataclasses import replace
from typing import Any

from benchmarks.contestants import SNAPORDER
from benchmarks.measuring import Load, chat_of, market_of, measure, observe, until_polled
from benchmarks.parts.options import Options
from benchmarks.processes import stopping

Json = dict[str, Any]
_THINK = 15.0  # seconds between two moves of one person, on average
_MOVES_EACH = 2
_WITHIN = 180.0


def sessions(options: Options) -> Json:
    """A few people without a pause, then so many who think that it comes to less work."""
    few = replace(Load(), measured=options.seconds)
    base = measure(SNAPORDER, few, options.folder / "few")
    shutil.rmtree(options.folder / "few")
    load = replace(few, people=options.sessions, think=_THINK)
    folder = options.folder / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    market, chat = market_of(load, folder), chat_of(SNAPORDER, load, folder)
    with stopping(market, chat):
        bot = SNAPORDER.start(folder, chat, market)
        with stopping(bot):
            cold = until_polled(bot, chat) - bot.started
            chat.ask(f"/begin?people={load.people}")
            deadline = time.monotonic() + _WITHIN
            while chat.ask("/state")["answered"] < _MOVES_EACH * load.people:
                bot.check()
                if time.monotonic() > deadline:
                    break
                time.sleep(0.5)
            run = observe(bot, chat, options.seconds, cold)
    return {"people": load.people, "think_s": _THINK, "few": base.as_json(), "many": run.as_json()}
