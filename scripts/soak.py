"""`make soak`: people order at once while everything misbehaves, the bot's host included.

Prints what became of every consent; ends with 1 when anything was duplicated, lost, stuck or
wrong. What is promised and how to read the table: docs/reliability.md.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
for _folder in (_ROOT, _ROOT / "tests" / "journeys", _ROOT / "tests" / "reliability"):
    sys.path.insert(0, str(_folder))

from backlog import BacklogReport, work_off  # noqa: E402 - found through the path above
from crashing import own_world  # noqa: E402 - as above
from soak_findings import KINDS  # noqa: E402 - as above
from soak_host import Trouble, faketime_library  # noqa: E402 - as above
from soak_people import Temper  # noqa: E402 - as above
from soak_run import Plan, Report, soak  # noqa: E402 - as above

_MOST_SHOWN = 20


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10.0)
    usual = Trouble()
    every: dict[str, Any] = {"type": float, "help": "seconds; 0: never"}
    parser.add_argument("--kill-every", default=usual.kill_every, **every)
    parser.add_argument("--stays-down", type=float, default=usual.stays_down, help="of the kills")
    parser.add_argument("--restore-every", default=usual.restore_every, **every)
    parser.add_argument("--step-every", default=usual.step_every, **every)
    parser.add_argument("--faults", choices=("all", "none"), default="all")
    parser.add_argument("--shop", action="store_true", help="customers and operators; no restores")
    parser.add_argument("--groups", action="store_true", help="people join group buys; no restores")
    parser.add_argument("--replicas", type=int, default=1, help="bots over one PostgreSQL")
    parser.add_argument("--webhook", action="store_true", help="instead of polling")
    parser.add_argument("--backlog", type=int, default=10_000, help="updates at a start; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the bot's database and log here")
    return parser.parse_args()


def _temper(options: argparse.Namespace) -> Temper:
    """How people are: many customers cancel little, and members of a buy look at it often."""
    if options.groups:
        return Temper(pause=(0.5, 2.5), waits=(2.0, 6.0))
    return Temper(cancels=0.2) if options.shop else Temper()


def _rows(report: Report) -> list[tuple[str, object]]:
    found, did, host = report.findings, report.did, report.host
    return [
        ("people", found.people),
        ("seconds", round(report.seconds)),
        ("kill -9", host.kills),
        *sorted((f"replicas: {what}", count) for what, count in report.replicas.items()),
        ("  downtimes after one", host.downtimes),
        ("copies made beside the bot", len(host.copies)),
        ("  with orders under way", sum(each.in_flight > 0 for each in host.copies)),
        ("restores", len(host.restores)),
        ("  seconds back, all together", round(sum(r.at - r.copy.begun for r in host.restores))),
        ("steps of the clock", host.clock.steps if host.clock else 0),
        ("faults switched on", sum(report.faults.values())),
        ("messages and presses", sum(found.updates.values())),
        ("presses of Confirm", did["confirm"]),
        ("CONFIRMED (became an order number)", found.confirmed),
        *sorted((f"  {name}", count) for name, count in found.outcomes.items()),
        ("orders at the marketplace", found.at_marketplace),
        ("  doubles there, cancelled", found.doubles_cancelled),
        ("lost by a restore: orders", found.orders_forgotten),
        ("  of them at the marketplace", found.forgotten_at_marketplace),
        ("lost by a restore: updates", found.updates_forgotten),
        *sorted((f"updates {state}", count) for state, count in found.updates.items()),
        *sorted((f"log: {event}", count) for event, count in found.tracebacks.items()),
        ("DUPLICATED", len(found.duplicated)),
        ("LOST", len(found.lost)),
        ("STUCK", len(found.stuck)),
        ("WRONG", len(found.wrong)),
    ]


def _verdict(failures: list[str]) -> str:
    """Say in one line what the three sides, held against each other, came to."""
    kinds = Counter(each.partition(":")[0] for each in failures)
    counted = ", ".join(f"{kinds[each]} {each}" for each in KINDS)
    return f"Audit of chats, database and marketplace: {counted}."


async def _backlog(updates: int) -> BacklogReport:
    with own_world() as own:
        async with own.clients() as clients:
            report = await work_off(own, clients, updates, people=50)
        own.bot.stop()
        return report


def main() -> int:
    """Return 0 when nothing was duplicated, lost, stuck or wrong."""
    options = _arguments()
    together = options.replicas > 1
    trouble = Trouble(
        # Replicas are killed and stopped in turn; nobody puts their database back.
        0 if together else options.kill_every,
        options.stays_down,
        # What a restore makes a shop forget is told to its operators, and judged by no audit.
        0 if options.shop or options.groups or together else options.restore_every,
        0 if together else options.step_every,
    )
    if trouble.step_every and faketime_library() is None:
        print("The clock is not stepped: libfaketime is not installed (Debian: faketime).")
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        folder: Path = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        plan = Plan(
            folder,
            people=options.people,
            seconds=options.minutes * 60,
            trouble=trouble,
            faults=options.faults == "all",
            webhook=options.webhook,
            seed=options.seed,
            shop=options.shop,
            groups=options.groups,
            replicas=options.replicas,
            temper=_temper(options),
        )
        report = asyncio.run(soak(plan))
    rows, failures = _rows(report), report.findings.failures
    if options.backlog:
        late = asyncio.run(_backlog(options.backlog))
        failures = [*failures, *late.failures]
        rows += [
            ("backlog at a start: updates", late.updates),
            ("  seconds until all were answered", round(late.seconds)),
            ("  seconds until a newcomer was", round(late.newcomer_seconds, 1)),
            ("  lost, or out of order", late.lost + len(late.disorderly)),
        ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value:>8}")
    print("faults:", ", ".join(f"{name} {n}" for name, n in sorted(report.faults.items())))
    print("people did:", ", ".join(f"{name} {n}" for name, n in report.did.most_common()))
    for failure in failures[:_MOST_SHOWN]:
        print(failure)
    print(_verdict(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
