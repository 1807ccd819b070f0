"""With a marketplace that takes 800 ms: how others are served, and how soon one is heard."""

import time
from typing import Any

from benchmarks.contestants import SNAPORDER
from benchmarks.measuring import Load, chat_of, market_of, percentile, until_polled
from benchmarks.parts.options import Options
from benchmarks.processes import Server, stopping

Json = dict[str, Any]
_OTHERS, _SHOPPERS = "chatting", "looking"
_PEOPLE = 20
_THINK = 0.5
_QUICK, _SLOW = 0.005, 0.8


def latency(options: Options) -> Json:
    """Twenty people who need no marketplace, beside twenty who do nothing else."""
    load = Load(journey=(_OTHERS, _SHOPPERS), think=_THINK, marketplace=_QUICK)
    folder = options.folder / "latency"
    folder.mkdir(parents=True, exist_ok=True)
    market, chat = market_of(load, folder), chat_of(SNAPORDER, load, folder)
    with stopping(market, chat):
        bot = SNAPORDER.start(folder, chat, market)
        with stopping(bot):
            until_polled(bot, chat)
            chat.ask(f"/begin?people={_PEOPLE}")
            time.sleep(8 + options.seconds)
            found: Json = {}
            for name, seconds in (("quick", _QUICK), ("slow", _SLOW)) * 2:
                market.ask(f"/latency/{seconds}")
                time.sleep(2)
                chat.ask("/mark")
                time.sleep(options.seconds * 2)
                found.setdefault(name, []).append(_looked(chat))
            bot.check()
    return found


def _looked(chat: Server) -> Json:
    others = chat.ask(f"/report?journey={_OTHERS}")
    shoppers = chat.ask(f"/report?journey={_SHOPPERS}")
    answers, signs = sorted(others["latencies"]), sorted(shoppers["signs"])
    return {
        "others": len(answers),
        "others_p50_ms": percentile(answers, 50),
        "others_p95_ms": percentile(answers, 95),
        "shoppers_p95_ms": percentile(sorted(shoppers["latencies"]), 95),
        "sign_p50_ms": percentile(signs, 50),
        "sign_p95_ms": percentile(signs, 95),
        "sign_max_ms": percentile(signs, 100),
    }
