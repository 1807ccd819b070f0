"""One measured run: a world, a bot, a warm-up, and what /proc and the world say of a while."""

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.certificates import for_loopback
from benchmarks.contestants import Contestant
from benchmarks.processes import Process, Server, stopping

_POLLS_WITHIN = 120.0
_WARM_WITHIN = 90.0
_PICTURES_QUIET = 1.0
"""Seconds within which nobody asks for a picture once all that are shown are known."""


@dataclass(frozen=True)
class Load:
    """How a bot is used. Times in seconds."""

    people: int = 64
    warm_up: float = 2.0
    measured: float = 6.0
    round_trip: float = 0.0
    marketplace: float = 0.005
    pictures: float = 0.0
    journey: tuple[str, ...] = ("journey",)
    think: float = 0.0
    megapixels: float = 0.2
    secure: bool = False
    """Telegram and the marketplace speak TLS alone."""


@dataclass(frozen=True)
class Run:
    """What was measured. Latencies in milliseconds from delivery to answer."""

    updates_per_second: float
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    peak_mb: float
    cold_start_s: float
    walked: int
    calls_per_update: float
    signs_p95_ms: float = 0.0
    signs_max_ms: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return plain numbers."""
        return asdict(self)


def measure(contestant: Contestant, load: Load, folder: Path, **settings: str) -> Run:
    """Run one bot against a world of its own. Raises `RuntimeError` when it does not answer."""
    folder.mkdir(parents=True, exist_ok=True)
    market = market_of(load, folder)
    chat = chat_of(contestant, load, folder)
    with stopping(market, chat):
        bot = contestant.start(folder, chat, market, **settings)
        with stopping(bot):
            cold = until_polled(bot, chat) - bot.started
            chat.ask(f"/begin?people={load.people}")
            if contestant.ours:
                warm_up(bot, chat, market, load)
            else:
                time.sleep(load.warm_up)
            return observe(bot, chat, load.measured, cold)


def market_of(load: Load, folder: Path) -> Server:
    """Start the marketplace."""
    return Server(
        "market",
        "benchmarks.worlds.marketplace",
        folder,
        "--latency",
        str(load.marketplace),
        "--megapixels",
        str(load.megapixels),
        "--pictures-latency",
        str(load.pictures),
        certificate=_certificate_of(load, folder),
    )


def chat_of(contestant: Contestant, load: Load, folder: Path, *more: str) -> Server:
    """Start the Bot API."""
    ours = ["--ours"] if contestant.ours else []
    return Server(
        "chat",
        "benchmarks.worlds.botapi",
        folder,
        "--journey",
        *load.journey,
        "--round-trip",
        str(load.round_trip),
        "--think",
        str(load.think),
        *ours,
        *more,
        certificate=_certificate_of(load, folder),
    )


def _certificate_of(load: Load, folder: Path) -> Path | None:
    """Return the one certificate of both peers, made for a folder's run."""
    if not load.secure:
        return None
    made = folder / "loopback.pem"
    return made if made.exists() else for_loopback(folder)


def until_polled(bot: Process, chat: Server) -> float:
    """Wait for the first poll; return when it came, by the monotonic clock."""
    deadline = time.monotonic() + _POLLS_WITHIN
    while time.monotonic() < deadline:
        bot.check()
        first = chat.ask("/state")["first_poll"]
        if first is not None:
            return float(first)
        time.sleep(0.05)
    raise RuntimeError(f"{bot.name} never polled")


def warm_up(bot: Process, chat: Server, market: Server, load: Load) -> None:
    """Wait some seconds, until as many as there are walked the whole way and know every picture.

    Words come before their sheet, so that people may be through before the last one is made.
    """
    deadline = time.monotonic() + _WARM_WITHIN
    time.sleep(load.warm_up)
    while chat.ask("/state")["walked"] < load.people and time.monotonic() < deadline:
        bot.check()
        time.sleep(0.1)
    asked, since = -1, time.monotonic()
    while time.monotonic() < min(since + _PICTURES_QUIET, deadline):
        bot.check()
        time.sleep(0.1)
        before, asked = asked, market.ask("/pictures")["asked"]
        if asked != before:
            since = time.monotonic()


def observe(bot: Process, chat: Server, seconds: float, cold: float) -> Run:
    """Look at a bot under load for some seconds."""
    before, cpu_before = chat.ask("/mark"), bot.cpu_seconds
    time.sleep(seconds)
    after, cpu_after = chat.ask("/report"), bot.cpu_seconds
    bot.check()
    answered = after["answered"] - before["answered"]
    if not answered:
        raise RuntimeError(f"{bot.name} answered nothing:\n{bot.log.read_text()[-2000:]}")
    latencies = sorted(after["latencies"])
    signs = sorted(after["signs"])
    calls = sum(after["calls"].values()) - sum(before["calls"].values())
    return Run(
        updates_per_second=answered / (after["now"] - before["now"]),
        cpu_ms=(cpu_after - cpu_before) * 1000 / answered,
        p50_ms=percentile(latencies, 50),
        p95_ms=percentile(latencies, 95),
        p99_ms=percentile(latencies, 99),
        peak_mb=bot.megabytes(),
        cold_start_s=cold,
        walked=after["walked"] - before["walked"],
        calls_per_update=calls / answered,
        signs_p95_ms=percentile(signs, 95),
        signs_max_ms=signs[-1] * 1000 if signs else 0.0,
    )


def percentile(ordered: list[float], percent: float) -> float:
    """Return a percentile of ordered seconds, in milliseconds."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000
