"""The short form of `make soak`: everything at once for half a minute, then the audit."""

from dataclasses import replace
from pathlib import Path

import pytest
from soak_host import Trouble
from soak_people import Temper
from soak_run import Plan, Report, soak

pytestmark = [pytest.mark.crash, pytest.mark.slow]

QUICK = Temper(pause=(0.05, 0.4), waits=(2.0, 6.0))
# Without restores: in so short a time they take everything back that anybody has got to.
BAD = Trouble(kill_every=3, restore_every=0, step_every=6)
LOOKUPS = (0.3, 0.4, 0.5, 0.8, 1.0, 1.5)


def _holds(report: Report) -> None:
    assert report.findings.failures == []
    assert report.host.kills >= 3
    assert sum(report.faults.values()) >= 5
    assert report.findings.confirmed >= 2, report.did
    assert report.findings.outcomes["placed"] >= 2, report.findings.outcomes
    assert report.findings.tracebacks["raw traceback"] == 0


async def test_nothing_is_duplicated_lost_stuck_or_wrong(tmp_path: Path) -> None:
    """Kills every few seconds and faults on both sides leave every consent with one outcome."""
    plan = Plan(tmp_path, people=12, seconds=18, trouble=BAD, seed=7, at_least=3)
    _holds(await soak(replace(plan, temper=QUICK, lookup_delays=LOOKUPS)))


async def test_the_webhook_holds_as_well(tmp_path: Path) -> None:
    """What Telegram re-sends while it is being handled, or after a crash, is applied once."""
    plan = Plan(tmp_path, people=10, seconds=14, trouble=BAD, seed=8, webhook=True, at_least=3)
    _holds(await soak(replace(plan, temper=QUICK, lookup_delays=LOOKUPS)))


@pytest.mark.postgres
async def test_replicas_over_one_database_hold_as_well(tmp_path: Path) -> None:
    """Killed, stopped and woken in turn: another goes on with what one had, and only another."""
    quiet = Trouble(kill_every=0, restore_every=0, step_every=0)
    plan = Plan(tmp_path, people=8, seconds=20, trouble=quiet, seed=9, at_least=3, replicas=3)
    report = await soak(replace(plan, temper=QUICK, lookup_delays=LOOKUPS))
    assert report.findings.failures == []
    assert report.replicas["kill -9"] + report.replicas["stopped and woken"] >= 4
    assert report.findings.confirmed >= 2, report.did
    assert report.findings.tracebacks["raw traceback"] == 0


async def test_a_shop_keeps_its_books(tmp_path: Path) -> None:
    """Proofs, confirmations, payments and prices that move, through kills and faults."""
    killed = replace(BAD, kill_every=5, step_every=0)
    plan = Plan(tmp_path, people=6, seconds=25, trouble=killed, seed=3, at_least=3, shop=True)
    report = await soak(replace(plan, temper=QUICK, lookup_delays=LOOKUPS))
    _holds(report)
    assert report.findings.outcomes["booked: charge"] >= 2


async def test_group_buys_keep_their_invariants(tmp_path: Path) -> None:
    """Organisers and members, from the link to the closed books, through kills and faults."""
    killed = replace(BAD, kill_every=6, step_every=0)
    plan = Plan(tmp_path, people=8, seconds=30, trouble=killed, seed=5, groups=True)
    report = await soak(replace(plan, temper=QUICK, lookup_delays=LOOKUPS))
    assert report.findings.failures == []
    assert report.host.kills >= 2
    assert sum(report.faults.values()) >= 5
    assert report.did["opened a buy"] >= 1, report.did
    assert report.findings.tracebacks["raw traceback"] == 0
