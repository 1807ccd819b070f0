"""The short form of `make soak`: everything at once for half a minute, then the audit."""

from pathlib import Path

import pytest
from soak_people import Temper
from soak_run import Plan, Report, soak

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

PEOPLE, SECONDS, KILL_EVERY = 12, 22.0, 2.5


def _holds(report: Report) -> None:
    assert report.findings.failures == []
    assert report.kills >= 4
    assert sum(report.faults.values()) >= 5
    assert report.findings.confirmed >= 5, report.did
    assert report.findings.outcomes["placed"] >= 3, report.findings.outcomes
    assert report.findings.tracebacks["raw traceback"] == 0


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_nothing_is_duplicated_lost_stuck_or_wrong(webhook: bool, tmp_path: Path) -> None:  # noqa: FBT001 - which way updates come in
    """Kills every few seconds and faults on both sides leave every consent with one outcome."""
    temper = Temper(pause=(0.05, 0.6))
    plan = Plan(
        tmp_path,
        people=PEOPLE,
        seconds=SECONDS,
        kill_every=KILL_EVERY,
        webhook=webhook,
        seed=7,
        temper=temper,
    )
    _holds(await soak(plan))
