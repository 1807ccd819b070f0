"""A picture sent: how soon something is heard, the results stand there, and their sheet."""

import time
from statistics import median
from typing import Any

from benchmarks.contestants import SNAPORDER
from benchmarks.measuring import Load, chat_of, market_of, until_polled
from benchmarks.parts.options import Options
from benchmarks.processes import Process, Server, stopping

Json = dict[str, Any]
_ROUND_TRIP, _MARKETPLACE, _PICTURES = 0.05, 0.3, 0.02
_KINDS = ("photo", "file")  # in the order of their moves
_WITHIN = 20.0
_STAGES = {
    "getFile": "get_file_asked",
    "download": "download_asked",
    "image": "upload_asked",
    "imageQuery": "search_asked",
}
"""What the peers see of a picture's way, by the names of the calls."""


def photos(options: Options) -> Json:
    """One person sends pictures, one after the other, each of other goods than the last."""
    load = Load(
        people=1,
        journey=("photographing",),
        round_trip=_ROUND_TRIP,
        marketplace=_MARKETPLACE,
        pictures=_PICTURES,
        secure=True,
    )
    folder = options.folder / "photos"
    folder.mkdir(parents=True, exist_ok=True)
    market, chat = market_of(load, folder), chat_of(SNAPORDER, load, folder, "--held")
    found: Json = {kind: [] for kind in _KINDS}
    with stopping(market, chat):
        bot = SNAPORDER.start(folder, chat, market)
        with stopping(bot):
            until_polled(bot, chat)
            chat.ask("/begin?people=1")
            for number in range(options.photos + 1):
                for kind in _KINDS:
                    stages = _sent(bot, chat, market)
                    if number:  # the first of each loads what reads pictures
                        found[kind].append(stages)
    # The update on its way, getFile, the download, the upload, the search, the answer on its way.
    own = 3 * _ROUND_TRIP + 2 * _MARKETPLACE
    return {
        "round_trip_s": _ROUND_TRIP,
        "marketplace_s": _MARKETPLACE,
        "pictures_s": _PICTURES,
        "own_ms": own * 1000,
        **{kind: _medians(stages) for kind, stages in found.items()},
    }


def _sent(bot: Process, chat: Server, market: Server) -> Json:
    """Have one picture sent; return milliseconds from its delivery to each stage."""
    time.sleep(0.5)
    for each in (chat, market):
        each.ask("/log")
    chat.ask("/mark")
    answered = chat.ask("/state")["answered"]
    chat.ask("/step")
    log: list[tuple[str, float]] = []
    deadline = time.monotonic() + _WITHIN
    while True:
        bot.check()
        log += chat.ask("/log")["log"]
        state = chat.ask("/report")
        if state["answered"] > answered and any(what == "picture" for what, _ in log):
            break
        if time.monotonic() > deadline:
            raise RuntimeError(f"no sheet came:\n{bot.log.read_text()[-2000:]}")
        time.sleep(0.02)
    began = next(at for what, at in log if what == "delivered")
    sheet = next(at for what, at in log if what == "picture")
    stages = {"sign": state["signs"][0], "text": state["latencies"][0], "picture": sheet - began}
    for what, at in (*log, *market.ask("/log")["log"]):
        name = "picture_asked" if what == "picture" and at < sheet else _STAGES.get(what)
        if name is not None:
            stages.setdefault(name, at - began)
    # Together with the text it has the same moment, looked at twice.
    stages["after"] = max(0.0, stages["picture"] - stages["text"])
    return {name: seconds * 1000 for name, seconds in stages.items()}


def _medians(sent: list[Json]) -> Json:
    return {
        name: [median(each[name] for each in sent)]
        + [most(each[name] for each in sent) for most in (min, max)]
        for name in sent[0]
    }
