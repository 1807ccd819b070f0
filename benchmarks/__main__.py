"""`make bench`: floors, peers and Snaporder in one run. See docs/performance.md."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.parts.backlog import backlog
from benchmarks.parts.calls import calls
from benchmarks.parts.comparison import far, near, tls
from benchmarks.parts.growth import growth
from benchmarks.parts.latency import latency
from benchmarks.parts.options import Options, quick, thorough
from benchmarks.parts.photos import photos
from benchmarks.parts.pictures import pictures
from benchmarks.parts.profile import profile
from benchmarks.parts.sessions import sessions
from benchmarks.picture import draw
from benchmarks.tables import report, write_document

_PARTS: dict[str, Callable[[Options], Any]] = {
    "near": near,
    "tls": tls,
    "far": far,
    "calls": calls,
    "sessions": sessions,
    "growth": growth,
    "latency": latency,
    "backlog": backlog,
    "photos": photos,
    "pictures": pictures,
    "profile": profile,
}


def main() -> int:
    """Measure, print, and keep what was found."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(_PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="a look of five minutes, not kept")
    parser.add_argument("--rounds", type=int, help="of the comparison")
    parser.add_argument("--keep", type=Path, default=results.LATEST, help="the JSON to write")
    parser.add_argument(
        "--report", action="store_true", help="write the tables anew, measure nothing"
    )
    options = parser.parse_args()
    unknown = set(options.parts) - _PARTS.keys()
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        plan = (quick if options.quick else thorough)(Path(scratch))
        if options.rounds:
            plan = replace(plan, rounds=options.rounds)
        for name in [] if options.report else (options.parts or _PARTS):
            began = time.monotonic()
            print(f"{name} …", flush=True)
            found[name] = _PARTS[name](plan)
            print(f"{name} took {time.monotonic() - began:.0f} s", flush=True)
    if options.quick:
        print(report({**found, "machine": results.machine()}))
        return 0
    kept = results.save(found, options.keep)
    print(report(kept))
    if options.keep == results.LATEST:
        draw(kept)
        write_document(kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
