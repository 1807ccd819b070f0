"""What was measured becomes tables, goals, and for each missed one why."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import contestants
from benchmarks.missed import why
from benchmarks.picture import draw
from benchmarks.results import goals, machine
from benchmarks.tables import report

Json = dict[str, Any]
_RUN = {
    "updates_per_second": 500.0,
    "cpu_ms": 1.5,
    "p50_ms": 50.0,
    "p95_ms": 100.0,
    "p99_ms": 150.0,
    "peak_mb": 150.0,
    "cold_start_s": 0.4,
    "calls_per_update": 2.0,
}


def _comparison(who: tuple[contestants.Contestant, ...]) -> Json:
    return {"people": 64, "round_trip_s": 0.0, "runs": {each.name: [_RUN, _RUN] for each in who}}


def _stages(text: float) -> Json:
    names = ("sign", "get_file_asked", "download_asked", "upload_asked", "search_asked", "text")
    return {name: [text, text - 10, text + 10] for name in (*names, "picture_asked", "after")}


@pytest.fixture
def kept() -> Json:
    """A run in which nobody was better than anybody."""
    sizes = [
        {
            "size": size,
            "database_mb": 20.0,
            "starts_s": [size / 100, 0.5, 0.5],
            "run": {**_RUN, "peak_mb": size * 1.0},
            "orders_of_person_us": 100.0,
        }
        for size in (1_000, 1_000_000)
    ]
    photos = {"round_trip_s": 0.05, "marketplace_s": 0.3, "pictures_s": 0.02, "own_ms": 750.0}
    call = {"way": "TLS, 1 at once", "ours_us": 60.0, "aiohttp_us": 120.0, "ratio": 0.5}
    return {
        "machine": machine(),
        "near": _comparison(contestants.ALL),
        "tls": _comparison(contestants.FAR),
        "far": _comparison(contestants.FAR),
        "photos": {**photos, "photo": _stages(2000.0), "file": _stages(3000.0)},
        "calls": [{**call, "least": 0.4, "most": 0.6}],
        "sessions": {
            "people": 10_000,
            "think_s": 15.0,
            "few": _RUN,
            "many": {**_RUN, "peak_mb": 200.0},
        },
        "growth": sizes,
    }


def test_whoever_misses_a_goal_is_told_why(kept: Json) -> None:
    """By how much, and what it would take."""
    missed = [each for each in goals(kept) if not each.met]
    assert len(missed) >= 12
    told = report(kept)
    for goal in missed:
        assert f"- **{goal.text}**: {goal.wanted} wanted, {goal.measured} measured" in told
    unexplained = {each.text for each in missed if not why(each.text)}
    assert all("stored sessions and orders" in each or "storage" in each for each in unexplained)


def test_a_goal_that_is_met_needs_no_excuse(kept: Json) -> None:
    """Nothing is said of it below the table."""
    ours = [{**_RUN, "updates_per_second": 5000.0}] * 2
    kept["near"]["runs"]["snaporder"] = ours
    told = report({each: kept[each] for each in ("machine", "near")})
    assert "- **Updates a second" not in told
    assert (
        "- **Peak memory under load (120 wanted)**: ≤ 136 MB wanted, 150 MB measured, 10% off."
        in told
    )


def test_every_comparison_is_drawn(kept: Json, tmp_path: Path) -> None:
    """Next door, through TLS, and far away."""
    picture = tmp_path / "performance.svg"
    draw(kept, picture)
    assert picture.read_text("utf-8").count('class="t"') == 4
