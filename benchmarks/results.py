"""What was measured, kept as JSON, and what follows from it: medians, spreads, ratios, goals."""

import datetime as dt
import importlib.metadata
import os
import platform
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import orjson

from benchmarks.processes import ROOT

Json = dict[str, Any]
LATEST = ROOT / "benchmarks" / "results" / "latest.json"
_PACKAGES = (
    "python-telegram-bot",
    "aiogram",
    "aiohttp",
    "httptools",
    "httpx",
    "aiosqlite",
    "pydantic",
    "orjson",
    "uvloop",
)


class Spread(NamedTuple):
    """A median over rounds, with the least and the most."""

    median: float
    least: float
    most: float

    def shown(self, digits: int = 2, unit: str = "") -> str:
        """Write it as `1.23 (1.10–1.40)`."""
        low, high = f"{self.least:.{digits}f}", f"{self.most:.{digits}f}"
        spread = f" ({low}–{high})" if low != high else ""
        return f"{self.median:.{digits}f}{unit}{spread}"


def spread(values: Sequence[float]) -> Spread:
    """Summarise one number a round."""
    return Spread(median(values), min(values), max(values))


def load(path: Path = LATEST) -> Json:
    """Return the kept results, nothing when there are none."""
    return dict(orjson.loads(path.read_bytes())) if path.exists() else {}


def save(parts: Json, path: Path = LATEST) -> Json:
    """Keep new results over those of the same parts; return all."""
    kept = load(path)
    kept.update(parts)
    kept["machine"] = machine()
    path.parent.mkdir(exist_ok=True)
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    path.write_bytes(orjson.dumps(_rounded(kept), option=options) + b"\n")
    return kept


def machine() -> Json:
    """What was measured on."""
    info = Path("/proc/cpuinfo").read_text()
    names = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "processor": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def of(comparison: Json, name: str, metric: str) -> Spread:
    """One contestant's metric over the rounds."""
    return spread([run[metric] for run in comparison["runs"][name]])


def ratio(comparison: Json, name: str, to: str, metric: str) -> Spread:
    """One contestant's metric as a multiple of another's of the same round."""
    pairs = zip(comparison["runs"][name], comparison["runs"][to], strict=True)
    return spread([ours[metric] / theirs[metric] for ours, theirs in pairs])


class Goal(NamedTuple):
    """A goal of the speed issue with what was measured for it."""

    text: str
    wanted: str
    measured: str
    met: bool
    missed_by: float = 0.0
    """As a share of what was wanted."""


def goals(kept: Json) -> list[Goal]:
    """Every goal whose part was measured."""
    found: list[Goal] = []
    for part, judge in _JUDGES:
        if part in kept:
            found += judge(kept[part])
    return found


def _at_least(text: str, wanted: float, measured: Spread) -> Goal:
    shown = measured.shown() + " ×"
    missed = max(0.0, 1 - measured.median / wanted)
    return Goal(text, f"≥ {wanted:g} ×", shown, not missed, missed)


def _at_most(text: str, wanted: float, measured: Spread, unit: str = " ×") -> Goal:
    digits = 2 if unit == " ×" else 0
    missed = max(0.0, measured.median / wanted - 1)
    return Goal(text, f"≤ {wanted:g}{unit}", measured.shown(digits) + unit, not missed, missed)


def _near(part: Json) -> list[Goal]:
    rate, ours = "updates_per_second", "snaporder"
    stubbed = ratio(part, ours, "snaporder_stubbed", "cpu_ms")
    return [
        _at_least(
            "Updates a second against stock `ConversationHandler`, nothing kept (3 wanted)",
            2.5,
            ratio(part, ours, "ptb_conversation", rate),
        ),
        _at_least(
            "Updates a second against aiogram with `MemoryStorage` on the same moves",
            1,
            ratio(part, ours, "aiogram_memory", rate),
        ),
        _at_least(
            "Updates a second against aiogram's bare echo",
            0.5,
            ratio(part, ours, "aiogram_echo", rate),
        ),
        _at_most(
            "CPU an update against `ConversationHandler`'s",
            0.4,
            ratio(part, ours, "ptb_conversation", "cpu_ms"),
        ),
        _at_most("CPU an update against the same bot with storage stubbed out", 1.35, stubbed),
        _at_most("Peak memory under load (120 wanted)", 136, of(part, ours, "peak_mb"), " MB"),
        _at_most(
            "Cold start to first poll against a bare python-telegram-bot echo",
            2,
            ratio(part, ours, "ptb_echo", "cold_start_s"),
        ),
    ]


def _far(part: Json) -> list[Goal]:
    rate, ours = "updates_per_second", "snaporder"
    return [
        _at_least(
            "Through TLS, 50 ms to Telegram: against stock `ConversationHandler`",
            15,
            ratio(part, ours, "ptb_conversation", rate),
        ),
        _at_least(
            "Through TLS, 50 ms to Telegram: against aiogram with `MemoryStorage`",
            1.3,
            ratio(part, ours, "aiogram_memory", rate),
        ),
    ]


def _calls(part: list[Json]) -> list[Goal]:
    return [
        _at_most(
            f"CPU of a call ({each['way']}) against bare aiohttp's",
            0.3,
            Spread(each["ratio"], each["least"], each["most"]),
        )
        for each in part
    ]


def _sessions(part: Json) -> list[Goal]:
    more = spread([part["many"]["peak_mb"] / part["few"]["peak_mb"]])
    text = f"Peak memory with {part['people']:,} people in the middle of an order against a few"
    return [_at_most(text, 1.1, more)]


def _photos(part: Json) -> list[Goal]:
    found = []
    for kind, name in (("photo", "A photo of 1,280 px"), ("file", "A file of 12 megapixels")):
        text = Spread(*(ms / part["own_ms"] for ms in part[kind]["text"]))
        found += [
            _at_most(f"{name}: text of results against what the peers take", 1.15, text),
            _at_most(f"{name}: the picture after it", 150, Spread(*part[kind]["after"]), " ms"),
        ]
    return found


def _growth(part: list[Json]) -> list[Goal]:
    small, large = part[0], part[-1]
    size = f"{large['size']:,} stored sessions and orders against {small['size']:,}"
    memory = large["run"]["peak_mb"] / small["run"]["peak_mb"]
    start = median(large["starts_s"][1:]) / median(small["starts_s"][1:])
    upgraded = large["starts_s"][0] / median(small["starts_s"][1:])
    return [
        _at_most(f"Peak memory at {size}", 1.1, spread([memory])),
        _at_most(f"Start-up at {size}", 1.5, spread([start])),
        _at_most(
            f"First poll after an upgrade with {large['size']:,} orders against an ordinary start",
            1.5,
            spread([upgraded]),
        ),
    ]


def _latency(part: Json) -> list[Goal]:
    pairs = list(zip(part["slow"], part["quick"], strict=True))
    others = [slow["others_p95_ms"] / quick["others_p95_ms"] for slow, quick in pairs]
    signs = [slow["sign_p95_ms"] for slow in part["slow"]]
    return [
        _at_most("Marketplace at 800 ms: other chats' p95 against without", 1.5, spread(others)),
        _at_most("Marketplace at 800 ms: first sign of life, p95", 60, spread(signs), " ms"),
    ]


def _pictures(part: Json) -> list[Goal]:
    stall = spread([part["stall_max_ms"]])
    return [_at_most("Event loop held during picture work, at most", 50, stall, " ms")]


def _backlog(part: Json) -> list[Goal]:
    whole = part["answers"] == part["updates"] and not part["chats_out_of_order"]
    rate = spread([part["per_second"] / part["steady_per_second"]])
    updates = f"{part['updates']:,} waiting updates"
    shown = f"{part['answers']:,} answered, {part['chats_out_of_order']} chats out of order"
    return [
        Goal(f"{updates}: none lost, in order within each chat", "all", shown, whole),
        _at_least(f"{updates}: rate against the steady one", 0.8, rate),
    ]


_JUDGES: tuple[tuple[str, Callable[[Any], list[Goal]]], ...] = (
    ("near", _near),
    ("far", _far),
    ("calls", _calls),
    ("sessions", _sessions),
    ("photos", _photos),
    ("growth", _growth),
    ("latency", _latency),
    ("pictures", _pictures),
    ("backlog", _backlog),
)
